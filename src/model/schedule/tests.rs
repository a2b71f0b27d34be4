use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Schedule, why.
#[rustfmt::skip]
const ACCEPTED: &[(&str, &str)] = &[
    ("cron(15,45 * * * ? *)", "the default"),
    ("cron(0/5 * * * ? *)", "as often as allowed"),
    ("cron(*/5 * * * ? *)", "the same, with a star"),
    ("cron(0,5,10,55 * * * ? *)", "five minutes over the full hour"),
    ("cron(59 * * * ? *)", "a single minute"),
    ("cron(0 8-18/2 * * ? *)", "a step in a range"),
    ("cron(0 6 ? * MON-FRI *)", "names of days"),
    ("cron(0 6 ? JAN-MAR,DEC SUN *)", "names of months"),
    ("cron(0 6 L * ? *)", "the last day of the month"),
    ("cron(0 6 LW * ? *)", "the last weekday of the month"),
    ("cron(0 6 15W * ? *)", "the nearest weekday"),
    ("cron(0 6 ? * 5L *)", "the last Thursday"),
    ("cron(0 6 ? * L *)", "the last day of the week"),
    ("cron(0 6 1/5 * ? *)", "a step from a day on"),
    ("cron(0 6 ? * * *)", "every day, said in the other field"),
    ("cron(0 6 1 1 ? 2026-2030)", "some years"),
    ("cron(0 6 29 2 ? *)", "a day of leap years"),
];

#[test]
fn schedules_that_glue_takes_are_accepted_as_they_are_written() {
    for (text, why) in ACCEPTED {
        let schedule = Schedule::parse(text).expect(why);
        assert_eq!(schedule.as_str(), *text);
    }
}

/// Schedule, what the message says, why.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, &str)] = &[
    ("", "is not a schedule: write cron(", "empty"),
    ("15,45 * * * ? *", "is not a schedule: write cron(", "bare"),
    ("cron(15,45 * * * ? *", "is not a schedule", "not closed"),
    ("CRON(15,45 * * * ? *)", "is not a schedule", "upper case"),
    ("rate(30 minutes)", "Glue crawlers take cron(...), not rate(...)", "rates are EventBridge's"),
    ("cron(15,45 * * * ?)", "has 5 fields, AWS wants six", "no year"),
    ("cron(0 15 10 * * ? *)", "has 7 fields, AWS wants six", "seconds"),
    ("cron(15,45  * * * ? *)", "divided by single blanks", "two blanks"),
    ("cron( 15 * * * ? *)", "divided by single blanks", "a blank in front"),
    ("cron()", "has 0 fields", "nothing"),
    ("cron(0 6 1 * MON *)", "only one of day of month and day of week", "both set"),
    ("cron(0 6 * * * *)", "only one of day of month and day of week", "both stars"),
    ("cron(0 6 ? * ? *)", "must be set: write * for one", "both open"),
    ("cron(* * * * ? *)", "more often than Glue allows", "every minute"),
    ("cron(0/4 * * * ? *)", "more often than Glue allows", "every four minutes"),
    ("cron(0,3 * * * ? *)", "more often than Glue allows", "three minutes apart"),
    ("cron(0-10 * * * ? *)", "more often than Glue allows", "a range"),
    ("cron(0/7 * * * ? *)", "more often than Glue allows", "56 and 0 over the full hour"),
    ("cron(2,58 * * * ? *)", "more often than Glue allows", "58 and 2 over the full hour"),
    ("cron(60 * * * ? *)", "\"60\" can't be the minutes: write 0 to 59", "bound"),
    ("cron(0/0 * * * ? *)", "\"0/0\" can't be the minutes", "a step of nothing"),
    ("cron(50-10 * * * ? *)", "\"50-10\" can't be the minutes", "a range backwards"),
    ("cron(0, * * * ? *)", "\"0,\" can't be the minutes", "a list with a gap"),
    ("cron(-5 * * * ? *)", "\"-5\" can't be the minutes", "a sign"),
    ("cron(+5 * * * ? *)", "\"+5\" can't be the minutes", "a sign"),
    ("cron(0/5/5 * * * ? *)", "\"0/5/5\" can't be the minutes", "two steps"),
    ("cron(0 24 * * ? *)", "\"24\" can't be the hours: write 0 to 23", "bound"),
    ("cron(0 6 32 * ? *)", "\"32\" can't be the day of month", "bound"),
    ("cron(0 6 0 * ? *)", "\"0\" can't be the day of month", "bound"),
    ("cron(0 6 32W * ? *)", "\"32W\" can't be the day of month", "bound"),
    ("cron(0 6 L,15 * ? *)", "\"L,15\" can't be the day of month", "L stands alone"),
    ("cron(0 6 1 13 ? *)", "\"13\" can't be the month", "bound"),
    ("cron(0 6 1 FOO ? *)", "\"FOO\" can't be the month", "no month"),
    ("cron(0 6 1 jan ? *)", "\"jan\" can't be the month", "lower case"),
    ("cron(0 6 ? * 8 *)", "\"8\" can't be the day of week", "bound"),
    ("cron(0 6 ? * 0 *)", "\"0\" can't be the day of week", "1 is Sunday"),
    ("cron(0 6 ? * MON#2 *)", "Glue has no #", "EventBridge only"),
    ("cron(0 6 ? * FRI-MON *)", "\"FRI-MON\" can't be the day of week", "a range backwards"),
    ("cron(0 6 1 * ? 1969)", "\"1969\" can't be the year: write 1970 to 2199", "bound"),
    ("cron(0 6 1 * ? 2200)", "\"2200\" can't be the year", "bound"),
    ("cron(0 6 1 * ? ?)", "\"?\" can't be the year", "only days may be open"),
    ("cron(0 6 30 2 ? *)", "never fires", "no 30 February"),
    ("cron(0 6 29 2 ? 2027)", "never fires", "no leap year"),
];

#[test]
fn what_glue_refuses_is_refused_with_what_to_write() {
    for (text, says, why) in REFUSED {
        let error = Schedule::parse(text).expect_err(why).to_string();
        assert!(error.contains(says), "{why}: {error}");
    }
}

/// Schedule, now, the next start, why.
#[rustfmt::skip]
const NEXT: &[(&str, &str, &str, &str)] = &[
    ("cron(15,45 * * * ? *)", "2026-05-04T10:15:00Z", "2026-05-04T10:45:00Z", "strictly after"),
    ("cron(15,45 * * * ? *)", "2026-05-04T10:14:59.999Z", "2026-05-04T10:15:00Z", "fractions of a second"),
    ("cron(15,45 * * * ? *)", "2026-12-31T23:50:00Z", "2027-01-01T00:15:00Z", "over the year's end"),
    ("cron(0 6 ? * MON *)", "2026-05-03T00:00:00Z", "2026-05-04T06:00:00Z", "by name"),
    ("cron(0 6 ? * 2 *)", "2026-05-03T00:00:00Z", "2026-05-04T06:00:00Z", "2 is Monday"),
    ("cron(0 6 ? * 1 *)", "2026-05-04T00:00:00Z", "2026-05-10T06:00:00Z", "1 is Sunday"),
    ("cron(0 6 ? * L *)", "2026-05-04T00:00:00Z", "2026-05-09T06:00:00Z", "the week ends on Saturday"),
    ("cron(0 6 ? * 5L *)", "2026-05-04T00:00:00Z", "2026-05-28T06:00:00Z", "the last Thursday"),
    ("cron(0 6 ? * 1L *)", "2026-05-04T00:00:00Z", "2026-05-31T06:00:00Z", "the last Sunday"),
    ("cron(0 6 ? * MON-FRI *)", "2026-05-08T06:00:00Z", "2026-05-11T06:00:00Z", "over the weekend"),
    ("cron(0 6 L * ? *)", "2028-02-01T00:00:00Z", "2028-02-29T06:00:00Z", "a leap year's last day"),
    ("cron(0 6 LW * ? *)", "2026-05-04T00:00:00Z", "2026-05-29T06:00:00Z", "the 31st is a Sunday"),
    ("cron(0 6 16W * ? *)", "2026-05-04T00:00:00Z", "2026-05-15T06:00:00Z", "the 16th is a Saturday"),
    ("cron(0 6 1W * ? *)", "2026-07-31T06:00:00Z", "2026-08-03T06:00:00Z", "W stays in its month"),
    ("cron(0 6 1/10 * ? *)", "2026-05-12T00:00:00Z", "2026-05-21T06:00:00Z", "1, 11, 21, 31"),
    ("cron(0 6 1 JAN ? 2030)", "2026-05-12T00:00:00Z", "2030-01-01T06:00:00Z", "a given year"),
    ("cron(0 6 ? * * *)", "2026-05-04T07:00:00Z", "2026-05-05T06:00:00Z", "every day by the week"),
    ("cron(0 6 ? JUL 1-7 *)", "2026-05-04T07:00:00Z", "2026-07-01T06:00:00Z", "every day, written out"),
];

#[test]
fn the_next_start_is_the_first_one_after_now_in_utc() {
    for (text, now, next, why) in NEXT {
        assert_eq!(
            Schedule::parse(text).unwrap().next_after(at(now)),
            Some(at(next)),
            "{text}: {why}"
        );
    }
}

#[test]
fn a_schedule_whose_years_are_over_has_no_next_start() {
    let over = Schedule::parse("cron(0 6 1 1 ? 2020-2021)").unwrap();
    assert_eq!(over.next_after(at("2026-05-04T00:00:00Z")), None);
    assert_eq!(
        over.next_after(at("2020-06-01T00:00:00Z")),
        Some(at("2021-01-01T06:00:00Z"))
    );
}

proptest! {
    #[test]
    fn an_accepted_schedule_keeps_the_gap_at_every_hour(
        minutes in "([0-5]?[0-9]|\\*)(-[0-5][0-9])?(/[1-9][0-9]?)?(,[0-5]?[0-9]){0,3}",
        start in 0i64..4_000_000_000,
    ) {
        if let Ok(schedule) = Schedule::parse(&format!("cron({minutes} * * * ? *)")) {
            let mut last = schedule.next_after(Timestamp::from_second(start).unwrap()).unwrap();
            for _ in 0..6 {
                let next = schedule.next_after(last).unwrap();
                prop_assert!(next.as_second() - last.as_second() >= 300, "{minutes}: {last} then {next}");
                last = next;
            }
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(fields in "cron\\([0-9*/?,LW# A-Z-]{0,30}\\)|[ -~é]{0,20}") {
        if let Ok(schedule) = Schedule::parse(&fields) {
            prop_assert_eq!(schedule.as_str(), fields);
        }
    }
}
