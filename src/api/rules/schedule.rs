//! Rules on the crawler's schedule (Glue Developer Guide, "Time-based schedules for jobs and crawlers"), in the order
//! in which a user would mend it: the shape first, and each later rule only when the shape is right.

use super::Rule;

const ON: &str = "spec.crawler";
/// CEL: the schedule has six fields, one blank between them.
const SHAPE: &str = "self.schedule.matches('^cron[(][^ ]+( [^ ]+){5}[)]$')";
/// CEL: the six fields.
const FIELDS: &str = "self.schedule.substring(5, self.schedule.size() - 1).split(' ')";

const MONTHS: &str = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC";
const DAYS: &str = "SUN|MON|TUE|WED|THU|FRI|SAT";

/// A regular expression for a field: a list of values, ranges and steps, or one of the field's own forms.
fn field(value: &str, own: &str) -> String {
    let part = format!("([*]|({value})(-({value}))?)(/0*[1-9][0-9]?)?{own}");
    format!("^({part})(,({part}))*$")
}

fn minutes() -> String {
    field("0*[0-5]?[0-9]", "")
}

pub(super) fn rules() -> Vec<Rule> {
    let fields = [
        (minutes(), "minutes are 0-59: write for example 15,45 or 0/30"),
        (
            field("0*(1?[0-9]|2[0-3])", ""),
            "hours are 0-23: write for example *, 6 or 8-18/2",
        ),
        (
            field("0*([1-9]|[12][0-9]|3[01])", "|[?]|LW?|0*([1-9]|[12][0-9]|3[01])W"),
            "the day of the month is 1-31, L, LW or ?: write for example * or 1",
        ),
        (
            field(&format!("0*([1-9]|1[0-2])|{MONTHS}"), ""),
            "months are 1-12 or JAN-DEC: write for example * or JAN-MAR",
        ),
        (
            field(&format!("0*[1-7]|{DAYS}"), &format!("|[?]|L|(0*[1-7]|{DAYS})L")),
            "the day of the week is 1-7, SUN-SAT, L or ?, without #: write for example ? or MON-FRI",
        ),
        (
            field("19[7-9][0-9]|20[0-9][0-9]|21[0-9][0-9]", ""),
            "years are 1970-2199: write for example *",
        ),
    ];
    let mut rules = vec![shape()];
    rules.extend(fields.into_iter().enumerate().map(|(index, (pattern, message))| {
        rule(&format!("{FIELDS}[{index}].matches('{pattern}')"), message)
    }));
    rules.push(rule(
        &format!("[{FIELDS}].all(f, (f[2] == '?') != (f[4] == '?'))"),
        "one of the two day fields must be ?, the other not: write for example cron(15,45 * * * ? *)",
    ));
    rules.push(rule(
        &rare_enough(),
        "more often than Glue allows (5 minutes), or no minute at all: write for example 0/5, 0/15 or 15,45 as minutes",
    ));
    rules
}

fn rule(cel: &str, message: &str) -> Rule {
    Rule::new(ON, format!("!{SHAPE} || {cel}"), message).field(".schedule")
}

fn shape() -> Rule {
    Rule::new(
        ON,
        SHAPE,
        "not a schedule: write cron(Minutes Hours Day-of-month Month Day-of-week Year), for example cron(15,45 * * * ? *)",
    )
    .explain(
        "self.schedule.startsWith('rate(') \
         ? 'Glue crawlers take cron(...), not rate(...): write for example cron(0/30 * * * ? *)' \
         : self.schedule.matches('^cron[(][^)]*[)]$') \
         ? 'the schedule has %d fields, AWS wants six with one blank between: write cron(Minutes Hours Day-of-month Month Day-of-week Year), for example cron(15,45 * * * ? *)'\
         .format([self.schedule.split(' ').size()]) \
         : 'not a schedule: write cron(Minutes Hours Day-of-month Month Day-of-week Year), for example cron(15,45 * * * ? *)'",
    )
    .field(".schedule")
}

/// CEL: any two minutes of the minutes field are at least five apart, round the hour too.
fn rare_enough() -> String {
    // Each part as [first, last, step].
    let spans = "f.split(',').map(p, [p.findAll('[0-9]+').map(x, int(x))].map(n, p.startsWith('*') \
                 ? [0, 59, p.contains('/') ? n[0] : 1] \
                 : [n[0], p.contains('-') ? n[1] : p.contains('/') ? 59 : n[0], p.contains('/') ? n[n.size() - 1] : 1])[0])";
    let hour: Vec<String> = (0..60).map(|minute| minute.to_string()).collect();
    format!(
        "[{FIELDS}[0]].all(f, !f.matches('{minutes}') || [{spans}].all(s, \
         [[{hour}].filter(m, s.exists(t, m >= t[0] && m <= t[1] && (m - t[0]) % t[2] == 0))].all(k, \
         k.size() > 0 && k.all(v, !k.exists(w, w != v && (w - v + 60) % 60 < 5)))))",
        minutes = minutes(),
        hour = hour.join(","),
    )
}
