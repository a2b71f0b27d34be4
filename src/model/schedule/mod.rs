//! Glue's schedules: `cron(Minutes Hours Day-of-month Month Day-of-week Year)`, in UTC.
//!
//! Glue developer guide, "Time-based schedules for jobs and crawlers". The dialect is checked here, since
//! AWS's own messages don't say what to write; when a schedule fires next is `croner`'s to compute.

mod field;

use std::fmt;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use field::{Days, HOURS, MINUTES, MONTHS, YEARS};

/// Minutes that Glue wants between two starts, at the least.
pub const MIN_GAP_MINUTES: u16 = 5;

/// A schedule that Glue accepts, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    text: String,
    cron: Cron,
}

/// Why Glue would refuse a schedule, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// `rate(…)`, which only `EventBridge` takes.
    #[error("Glue crawlers take cron(...), not rate(...): write cron(0/30 * * * ? *) for every 30 minutes")]
    Rate,
    /// Not `cron(…)` at all.
    #[error(
        "\"{0}\" is not a schedule: write cron(Minutes Hours Day-of-month Month Day-of-week Year), for example \
         cron(15,45 * * * ? *)"
    )]
    Shape(String),
    /// Another number of fields than six, or other blanks between them than one each.
    #[error(
        "the schedule has {0} fields, AWS wants six, divided by single blanks: \
         cron(Minutes Hours Day-of-month Month Day-of-week Year)"
    )]
    Fields(usize),
    /// A field that is not in its grammar or out of its bounds.
    #[error("\"{value}\" can't be the {field}: write {rule}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What stands there.
        value: String,
        /// What may stand there.
        rule: &'static str,
    },
    /// Both day fields say something.
    #[error(
        "only one of day of month and day of week may be set: write ? for the other, for example \
         cron(0 6 ? * MON-FRI *)"
    )]
    BothDays,
    /// Both day fields are `?`.
    #[error(
        "one of day of month and day of week must be set: write * for one, for example cron(0 6 * * ? *)"
    )]
    NoDay,
    /// Minutes that are too near to each other, counted over the full hour too.
    #[error(
        "the schedule fires more often than Glue allows (every {MIN_GAP_MINUTES} minutes): write for example \
         0/5, 0/15 or 15,45 as minutes"
    )]
    TooOften,
    /// A date that no calendar has, such as 30 February.
    #[error("the schedule never fires: no year has that day")]
    Never,
}

impl Schedule {
    /// Reads a schedule.
    ///
    /// # Errors
    /// [`ScheduleError`] names the first field that is wrong and what to write.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        if text.starts_with("rate(") {
            return Err(ScheduleError::Rate);
        }
        let inner = text.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')'));
        let inner = inner.ok_or_else(|| ScheduleError::Shape(text.chars().take(64).collect()))?;
        let fields: Vec<&str> = inner.split(' ').collect();
        let &[minutes, hours, day_of_month, month, day_of_week, year] = fields.as_slice() else {
            return Err(ScheduleError::Fields(inner.split_whitespace().count()));
        };
        if fields.iter().any(|field| field.is_empty()) {
            return Err(ScheduleError::Fields(inner.split_whitespace().count()));
        }
        let minutes = MINUTES.values(minutes)?;
        let hours = HOURS.values(hours)?;
        let day_of_month = Days::of_month(day_of_month)?;
        let months = MONTHS.values(month)?;
        let day_of_week = Days::of_week(day_of_week)?;
        let years = YEARS.values(year)?;
        match (&day_of_month, &day_of_week) {
            (Days::Unset, Days::Unset) => return Err(ScheduleError::NoDay),
            (Days::Unset, _) | (_, Days::Unset) => {}
            _ => return Err(ScheduleError::BothDays),
        }
        if smallest_gap(&minutes) < MIN_GAP_MINUTES {
            return Err(ScheduleError::TooOften);
        }
        let pattern = [
            "0".to_owned(),
            MINUTES.pattern(&minutes),
            HOURS.pattern(&hours),
            day_of_month.pattern(0),
            MONTHS.pattern(&months),
            // Glue's Sunday is 1, croner's is 0.
            day_of_week.pattern(1),
            YEARS.pattern(&years),
        ];
        let parser = CronParser::builder()
            .seconds(Seconds::Required)
            .year(Year::Required)
            .build();
        let cron = parser
            .parse(&pattern.join(" "))
            .map_err(|_| ScheduleError::Shape(text.to_owned()))?;
        let schedule = Self {
            text: text.to_owned(),
            cron,
        };
        // Glue's years begin with 1970, as timestamps do.
        if schedule.next_after(Timestamp::UNIX_EPOCH).is_none() {
            return Err(ScheduleError::Never);
        }
        Ok(schedule)
    }

    /// The first time strictly after `now` at which the schedule fires; `None` when its years are over.
    pub fn next_after(&self, now: Timestamp) -> Option<Timestamp> {
        let now = now.to_zoned(TimeZone::UTC);
        self.cron
            .find_next_occurrence(&now, false)
            .ok()
            .map(|next| next.timestamp())
    }

    /// The schedule as it was written, which is also how Glue returns it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Minutes between two starts at the least, over the full hour too; 60 for a single minute.
fn smallest_gap(minutes: &[u16]) -> u16 {
    let next = minutes
        .iter()
        .skip(1)
        .copied()
        .chain(minutes.first().map(|first| first + 60));
    minutes
        .iter()
        .zip(next)
        .map(|(minute, next)| next - minute)
        .min()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
