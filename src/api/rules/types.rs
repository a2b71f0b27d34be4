//! Rules on column types: every word known, parameters in bounds, brackets even, no deeper than 15 levels. What needs
//! the parser (`model::hive`), such as twins among the fields of a struct, is left to the pass.

use super::{Rule, list, map};

/// Types that are written as one word. `integer` is folded to `int` by the pass.
const WORDS: [&str; 12] = [
    "boolean",
    "tinyint",
    "smallint",
    "int",
    "integer",
    "bigint",
    "float",
    "double",
    "string",
    "binary",
    "date",
    "timestamp",
];

/// What to write for words that are types elsewhere, or lack something.
const INSTEAD: [(&str, &str); 37] = [
    ("decimal", "decimal(p,s) with p 1..38 and s 0..p"),
    ("char", "char(n) with n 1..255"),
    ("varchar", "varchar(n) with n 1..65535"),
    ("array", "array<type>"),
    ("map", "map<string,type>"),
    ("struct", "struct<name:type>"),
    ("bool", "boolean"),
    ("byte", "tinyint"),
    ("int8", "tinyint"),
    ("short", "smallint"),
    ("int16", "smallint"),
    ("int32", "int"),
    ("long", "bigint"),
    ("int64", "bigint"),
    ("real", "float"),
    ("float32", "float"),
    ("float64", "double"),
    ("number", "decimal(p,s), or double"),
    ("numeric", "decimal(p,s), or double"),
    ("text", "string"),
    ("json", "string"),
    ("jsonb", "string"),
    ("uuid", "string"),
    ("str", "string"),
    ("enum", "string"),
    ("time", "string"),
    ("interval", "string"),
    ("datetime", "timestamp"),
    ("timestamptz", "timestamp"),
    ("bytes", "binary"),
    ("blob", "binary"),
    ("varbinary", "binary"),
    ("set", "array<type>"),
    ("list", "array<type>"),
    ("row", "struct<name:type>"),
    ("record", "struct<name:type>"),
    ("dict", "map<string,type>"),
];

/// As many levels of brackets as the parser takes.
const MAX_DEPTH: usize = 15;

/// CEL: the type `t` in lower case and without white space (Unicode's, as the parser folds it).
const FOLDED: &str = r"t.lowerAscii().findAll('[^\\s\\x0b\\x85\\p{Z}]+').join('')";

/// CEL: the words of `n`. A word keeps the parenthesis, bracket or colon behind it.
const TOKENS: &str = r"n.findAll('\\w+[(][^)]*[)]|\\w+[:<]?|.')";

/// CEL: `x` is a word of a type. Names of struct fields end in a colon.
fn known() -> String {
    let words: Vec<&str> = WORDS
        .into_iter()
        .chain(["array<", "map<", "struct<", ",", ">"])
        .collect();
    // Zeros in front go first; what has more digits than any bound is out of bounds, not an error of `int`.
    let numbers = "[x.findAll('[0-9]+').map(d, d.find('[1-9][0-9]*')).map(d, d == '' ? 0 : d.size() > 6 ? 999999 : int(d))]";
    let bounds = "p.size() > 0 && p[0] >= 1 && (x.startsWith('decimal') ? p[0] <= 38 && (p.size() == 1 || p[1] <= p[0]) \
                  : p[0] <= (x.startsWith('char') ? 255 : 65535))";
    format!(
        "(x in {} || x.matches('^[a-z0-9_]+:$') || x.matches('^(decimal[(][0-9]+(,[0-9]+)?|(char|varchar)[(][0-9]+)[)]$') && {numbers}.all(p, {bounds}))",
        list(&words)
    )
}

pub(super) fn rules() -> Vec<Rule> {
    let known = known();
    let innermost = ".replace('<>','')".repeat(MAX_DEPTH);
    vec![
        rule(
            &format!("n != '' && {TOKENS}.all(x, {known})"),
            "not a Hive type: write for example string, decimal(10,2), array<int>, map<string,int> or struct<id:int,name:string>",
        )
        .explain(unknown_word(&known)),
        rule(
            &format!("n.findAll('[<>]').join(''){innermost} == ''"),
            "the brackets do not match, or are nested deeper than 15 levels: close each < with one >, and keep what is deeper as string",
        )
        .explain(
            "[self.type.findAll('<').size()].map(a, [self.type.findAll('>').size()].map(b, a == b \
             ? 'the type is nested deeper than 15 levels: keep what is deeper as string' \
             : '%d \"<\" but %d \">\": close each bracket once'.format([a, b]))[0])[0]",
        ),
        rule(
            r"!n.matches('struct<([^a-z0-9_]|[a-z0-9_]+([^a-z0-9_:]|$)|$)')",
            "a struct field needs a name and a type: write struct<name:type,name:type>",
        ),
        rule(
            "!n.matches('map<[^<>,(]*>|array<[a-z]*[,:]|array<>')",
            "array takes one type, map takes two: write array<type>, map<string,type>",
        ),
    ]
}

/// A rule on the type of a column. A type that is stored already is let through at once, which makes patches of
/// status cheap; whether it is right is told by the pass.
fn rule(expression: &str, message: &str) -> Rule {
    let unchanged = "oldSelf.hasValue() && [self.type].all(t, [oldSelf.value().type].all(u, t == u))";
    let cel = format!("{unchanged} || [self.type].all(t, [{FOLDED}].all(n, {expression}))");
    Rule::new("spec.schema.columns[]", cel, message)
        .field(".type")
        .old_is_optional()
}

/// CEL: names the first word that is wrong, and what to write for it.
fn unknown_word(known: &str) -> String {
    let wrong = format!("[self.type].map(t, [{FOLDED}].map(n, {TOKENS}.filter(x, !{known})))[0][0][0]");
    let instead = map(&INSTEAD);
    // A word of hundreds of letters would make a message that no one reads.
    format!(
        "[{wrong}].map(x, 'column ' + self.name + ': \"' + (x.size() > 40 ? x.substring(0, 40) + '…' : x) + '\" is not a Hive type, write ' \
         + [x.split('(')[0].split('<')[0]].map(w, w in {instead} ? {instead}[w] : \
         'one of boolean, tinyint, smallint, int, bigint, float, double, string, binary, date, timestamp, decimal(p,s), char(n), varchar(n), array<type>, map<string,type>, struct<name:type>')[0])[0]"
    )
}
