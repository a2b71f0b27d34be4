//! Rules on the columns of the table, all but their types.

use super::Rule;
use super::fixed::TABLE_EXISTS;

pub(super) fn rules() -> Vec<Rule> {
    let mut rules = vec![
        Rule::new(
            "spec.schema.columns",
            "self.size() > 0",
            "a table needs a column: write at least one, for example {name: event, type: string}",
        ),
        // Athena User Guide, "Name databases, tables, and columns". Lower case alone leaves no room for twins.
        Rule::new(
            "spec.schema.columns[]",
            "self.name.matches('^[a-z][a-z0-9_]*$')",
            "Athena refuses this column name: write lower-case letters, digits and _, starting with a letter, and the key in the JSON as jsonKey",
        )
        .field(".name"),
        Rule::new(
            "spec.schema.columns[]",
            "!(self.name in ['year','month','day','hour'])",
            "partition keys of the table are named year, month, day and hour: name the column otherwise, for example event_hour",
        )
        .explain("'\"' + self.name + '\" is a partition key of the table: name the column otherwise, for example event_' + self.name")
        .field(".name"),
        Rule::new(
            "spec.schema.columns[]",
            r"!has(self.comment) || !self.comment.matches('[\\x00-\\x08\\x0a-\\x1f]')",
            "Glue takes comments of one line: remove the line breaks",
        )
        .field(".comment"),
        // Firehose API reference, OpenXJsonSerDe: a key is not blank, and of one line.
        Rule::new(
            "spec.schema.columns[]",
            r"!has(self.jsonKey) || self.jsonKey.trim() != '' && !self.jsonKey.matches('[\\x00-\\x1f\\x7f-\\x9f]')",
            "write the key as it is in the JSON, not blank and without line breaks",
        )
        .field(".jsonKey"),
        // Firehose API reference, HiveJsonSerDe: only OpenXJsonSerDe has ColumnToJsonKeyMappings.
        Rule::new(
            "spec.schema",
            "self.timestampFormats.size() == 0 || !self.columns.exists(c, has(c.jsonKey))",
            "the Hive JSON SerDe, which timestampFormats asks for, cannot map keys: remove timestampFormats, or jsonKey from every column",
        )
        .field(".timestampFormats"),
        Rule::new(
            "spec.schema",
            r"self.timestampFormats.all(f, f.trim() != '' && !f.matches('[\\x00-\\x1f\\x7f-\\x9f]'))",
            "an empty format, or one with a line break: write a Joda pattern such as yyyy-MM-dd'T'HH:mm:ss, or millis",
        )
        .field(".timestampFormats"),
    ];
    rules.extend(changes());
    rules
}

/// Pairs of old and new columns that a rule may compare within the server's limits, by name alone and with their types
/// (a test tries both with the longest names). Beyond, the pass refuses what these rules would have.
const NAME_PAIRS: usize = 400_000;
const TYPE_PAIRS: usize = 20_000;

/// Once the table exists, columns may be added and put in another order, and types may widen.
fn changes() -> [Rule; 2] {
    const WIDER: &str = "{'tinyint':['smallint','int','bigint'],'smallint':['int','bigint'],'int':['bigint'],'float':['double']}";
    const FEW: &str = "self.spec.schema.columns.size() * oldSelf.spec.schema.columns.size() <=";
    // Both sides bound again, for the estimate. `o` and `n` are an old and a new column of one name; of a nested type
    // only the outermost kind is compared.
    let plain = |column: &str| format!(r"{column}.type.lowerAscii().findAll('\\S+').join('')");
    let widens = format!(
        "[{new}].all(t, [{old}].all(u, t == u || (u.contains('<') ? t.startsWith(u.split('<')[0] + '<') : u in {WIDER} && t in {WIDER}[u])))",
        new = plain("n"),
        old = plain("o"),
    );
    [
        Rule::new(
            "",
            format!(
                "!({TABLE_EXISTS}) || self.spec.schema.columns.map(c, c.name) == oldSelf.spec.schema.columns.map(c, c.name) \
                 || !({FEW} {NAME_PAIRS}) \
                 || sets.contains(self.spec.schema.columns.map(c, c.name), oldSelf.spec.schema.columns.map(c, c.name))"
            ),
            "a column of the table was dropped or renamed, which would hide its data: put it back, and add new columns beside it",
        )
        .field(".spec.schema.columns"),
        Rule::new(
            "",
            format!(
                "!({TABLE_EXISTS}) || self.spec.schema.columns == oldSelf.spec.schema.columns || !({FEW} {TYPE_PAIRS}) \
                 || [self.spec.schema.columns].all(ns, [oldSelf.spec.schema.columns].all(os, \
                 os.all(o, ns.all(n, n.name != o.name || n.type == o.type || {widens}))))"
            ),
            "the type of a column may only widen once the table exists: tinyint, smallint, int, bigint; float, double; new fields in a struct. Put it back, and add a new column for the new type",
        )
        .field(".spec.schema.columns"),
    ]
}
