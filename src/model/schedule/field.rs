//! The fields of a schedule: their grammar, bounds and meaning.

use super::ScheduleError;

/// A field that is a list of values, ranges and steps.
pub(super) struct Field {
    name: &'static str,
    rule: &'static str,
    min: u16,
    max: u16,
    /// Names of the values from `min` on; upper case only, as Glue writes them.
    names: &'static [&'static str],
}

pub(super) const MINUTES: Field = Field {
    name: "minutes",
    rule: "0 to 59, with , - * and /, for example 15,45 or 0/30",
    min: 0,
    max: 59,
    names: &[],
};

pub(super) const HOURS: Field = Field {
    name: "hours",
    rule: "0 to 23, with , - * and /, for example * or 8-18/2",
    min: 0,
    max: 23,
    names: &[],
};

const DAY_OF_MONTH: Field = Field {
    name: "day of month",
    rule: "1 to 31, with , - * and /, or one of ? L LW 15W",
    min: 1,
    max: 31,
    names: &[],
};

pub(super) const MONTHS: Field = Field {
    name: "month",
    rule: "1 to 12 or JAN to DEC, with , - * and /",
    min: 1,
    max: 12,
    names: &[
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ],
};

const DAY_OF_WEEK: Field = Field {
    name: "day of week",
    rule: "1 to 7 (1 is Sunday) or SUN to SAT, with , - * and /, or one of ? L 5L; Glue has no #",
    min: 1,
    max: 7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};

pub(super) const YEARS: Field = Field {
    name: "year",
    rule: "1970 to 2199, with , - * and /",
    min: 1970,
    max: 2199,
    names: &[],
};

impl Field {
    fn error(&self, value: &str) -> ScheduleError {
        ScheduleError::Field {
            field: self.name,
            value: value.chars().take(64).collect(),
            rule: self.rule,
        }
    }

    /// All values of the field, ascending, each once.
    pub(super) fn values(&self, text: &str) -> Result<Vec<u16>, ScheduleError> {
        let parts: Option<Vec<Vec<u16>>> = text.split(',').map(|part| self.part(part)).collect();
        let mut values = parts.ok_or_else(|| self.error(text))?.concat();
        values.sort_unstable();
        values.dedup();
        Ok(values)
    }

    /// Values in a form that every dialect of cron reads the same.
    pub(super) fn pattern(&self, values: &[u16]) -> String {
        // A year alone has 230 values.
        let all = values.len() > usize::from(self.max - self.min);
        if all { "*".to_owned() } else { list(values) }
    }

    /// `*`, `a` or `a-b`, each with or without `/step`; a step after a single value runs to the maximum.
    fn part(&self, text: &str) -> Option<Vec<u16>> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(number(step).filter(|step| (1..=99).contains(step))?)),
            None => (text, None),
        };
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (self.value(first)?, self.value(last)?),
            None if range == "*" => (self.min, self.max),
            None if step.is_some() => (self.value(range)?, self.max),
            None => (self.value(range)?, self.value(range)?),
        };
        (first <= last).then(|| (first..=last).step_by(usize::from(step.unwrap_or(1))).collect())
    }

    /// One value, by number or name.
    fn value(&self, text: &str) -> Option<u16> {
        let named = (self.min..).zip(self.names).find(|(_, name)| **name == text);
        let value = named.map(|(value, _)| value).or_else(|| number(text))?;
        (self.min..=self.max).contains(&value).then_some(value)
    }
}

/// Digits only: no sign, at most four of them.
fn number(text: &str) -> Option<u16> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn list(values: &[u16]) -> String {
    values
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

/// What one of the two day fields says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Days {
    /// `?`: the other field says it.
    Unset,
    /// `*`, values, ranges and steps.
    List(Vec<u16>),
    /// `L` in the day of month: its last day.
    LastDay,
    /// `LW`: the last day from Monday to Friday.
    LastWeekday,
    /// `15W`: the day from Monday to Friday that is nearest.
    NearestWeekday(u16),
    /// `5L` in the day of week: the last such day of the month.
    LastOfMonth(u16),
}

impl Days {
    pub(super) fn of_month(text: &str) -> Result<Self, ScheduleError> {
        Ok(match text {
            "?" => Self::Unset,
            "L" => Self::LastDay,
            "LW" => Self::LastWeekday,
            _ => match text.strip_suffix('W') {
                Some(day) => {
                    Self::NearestWeekday(DAY_OF_MONTH.value(day).ok_or_else(|| DAY_OF_MONTH.error(text))?)
                }
                None => Self::List(DAY_OF_MONTH.values(text)?),
            },
        })
    }

    pub(super) fn of_week(text: &str) -> Result<Self, ScheduleError> {
        Ok(match text {
            "?" => Self::Unset,
            // The last day of the week is Saturday.
            "L" => Self::List(vec![DAY_OF_WEEK.max]),
            _ => match text.strip_suffix('L') {
                Some(day) => {
                    Self::LastOfMonth(DAY_OF_WEEK.value(day).ok_or_else(|| DAY_OF_WEEK.error(text))?)
                }
                None => Self::List(DAY_OF_WEEK.values(text)?),
            },
        })
    }

    /// The field in `croner`'s dialect, with `shift` taken from each value; the last Friday is `5#L` there.
    pub(super) fn pattern(&self, shift: u16) -> String {
        match self {
            Self::Unset => "*".to_owned(),
            Self::List(values) => list(&values.iter().map(|value| value - shift).collect::<Vec<_>>()),
            Self::LastDay => "L".to_owned(),
            Self::LastWeekday => "LW".to_owned(),
            Self::NearestWeekday(day) => format!("{day}W"),
            Self::LastOfMonth(day) => format!("{}#L", day - shift),
        }
    }
}
