//! What is too often and too soon is seen, whatever goes well between.

use super::*;
use crate::home;

/// A call so many milliseconds after the start: `-` before the operation of one that fails, `>` before one that writes,
/// `!` before one that is carried out although it fails.
fn call(milliseconds: i64, what: &str, subject: &str) -> Call {
    let (lost, what) = (what.starts_with('!'), what.trim_start_matches('!'));
    let (fails, what) = (what.starts_with('-'), what.trim_start_matches('-'));
    let (write, what) = (what.starts_with('>'), what.trim_start_matches('>'));
    let operations = ["DescribeKey", "GetRolePolicy", "PutRolePolicy", "TagRole"];
    let operation = operations
        .into_iter()
        .find(|operation| *operation == what)
        .unwrap();
    Call {
        at: home::start() + SignedDuration::from_millis(milliseconds),
        service: if what == "DescribeKey" { "kms" } else { "iam" },
        operation,
        subject: subject.into(),
        write,
        effect: lost || (write && !fails),
        result: if fails { Err("Timeout".into()) } else { Ok(()) },
    }
}

/// The same calls again and again, each series so many seconds after the one before.
fn again(seconds: i64, series: &[(&str, &str)]) -> Vec<Call> {
    let series = |round: i64| {
        let calls = series.iter().zip(0..);
        calls.map(move |((what, subject), at)| call(round * seconds * 1000 + at, what, subject))
    };
    (0..12).flat_map(series).collect()
}

#[test]
fn a_call_that_fails_again_and_again_keeps_its_distance() {
    for (seconds, series, is, why) in [
        (8, &[("-GetRolePolicy", "a")][..], true, "a look"),
        (8, &[("->PutRolePolicy", "a")], true, "a write"),
        (
            8,
            &[("!->PutRolePolicy", "a")],
            true,
            "a write whose answer is lost",
        ),
        (
            8,
            &[("-GetRolePolicy", "a"), ("->PutRolePolicy", "a")],
            true,
            "a write after looks that failed",
        ),
        (
            8,
            &[("->PutRolePolicy", "a"), ("GetRolePolicy", "a")],
            true,
            "a look between went through",
        ),
        (
            8,
            &[("-GetRolePolicy", "a"), (">TagRole", "b")],
            true,
            "another resource is written to",
        ),
        (
            8,
            &[("-GetRolePolicy", "a"), (">TagRole", "a")],
            false,
            "it is looked at after a write",
        ),
        (
            8,
            &[("-GetRolePolicy", "a"), ("GetRolePolicy", "a")],
            false,
            "it goes through between",
        ),
        (25, &[("-GetRolePolicy", "a")], false, "it keeps its distance"),
    ] {
        let calls = again(seconds, series);
        assert_eq!(hasty(&calls).is_some(), is, "{why}: {:?}", hasty(&calls));
    }
}

#[test]
fn what_athena_refuses_to_do_is_a_failure_and_a_workgroup_that_is_not_there_is_none() {
    for (what, code, is) in [
        (">TagRole", "InvalidRequestException", true),
        ("GetRolePolicy", "InvalidRequestException", false),
        ("GetRolePolicy", "NoSuchEntity", false),
        ("GetRolePolicy", "AccessDenied", true),
    ] {
        let mut calls = again(8, &[(what, "a")]);
        for call in &mut calls {
            (call.result, call.effect) = (Err(code.to_owned()), false);
        }
        assert_eq!(hasty(&calls).is_some(), is, "{what} {code}: {:?}", hasty(&calls));
    }
}

#[test]
fn two_may_look_at_one_key_each_at_its_own_distance() {
    let twice = |seconds| {
        let first = again(seconds, &[("-DescribeKey", "a")]);
        let second = first.iter().map(|call| Call {
            at: call.at + SignedDuration::from_secs(1),
            ..call.clone()
        });
        let mut calls: Vec<_> = first.iter().cloned().chain(second).collect();
        calls.sort_by_key(|call| call.at);
        hasty(&calls)
    };
    assert_eq!(twice(25), None);
    assert!(twice(15).is_some());
}

#[test]
fn what_failed_long_before_is_another_row() {
    let mut calls = again(8, &[("-GetRolePolicy", "a")]);
    calls.truncate(8);
    assert!(hasty(&calls).is_some());
    for (minutes, is) in [(14, true), (15, false)] {
        let mut calls = calls.clone();
        calls.truncate(7);
        calls[0].at = calls[1].at - SignedDuration::from_mins(minutes);
        assert_eq!(hasty(&calls).is_some(), is, "{minutes}: {:?}", hasty(&calls));
    }
}

#[test]
fn failures_count_within_one_process_and_one_generation() {
    let calls = again(8, &[("-GetRolePolicy", "a")]);
    assert!(too_soon(&calls, &[], &[]).is_some());
    assert!(too_soon(&calls, &[3], &[]).is_some());
    assert_eq!(too_soon(&calls, &[4, 9], &[]), None);
}

#[test]
fn a_failure_of_a_former_leaders_call_is_none_of_the_leaders() {
    let mut calls = again(8, &[("->PutRolePolicy", "a")]);
    calls.truncate(7);
    assert!(too_soon(&calls, &[], &[]).is_some());
    assert_eq!(too_soon(&calls, &[], &[3]), None);
}

#[test]
fn what_is_made_too_often_in_a_window_is_seen() {
    let calls = again(8, &[(">TagRole", "a"), ("GetRolePolicy", "a")]);
    let often = |most, seconds| too_often(calls.iter(), most, SignedDuration::from_secs(seconds));
    assert!(often(10, 90).is_some());
    assert_eq!(often(10, 60), None);
    assert_eq!(often(13, 90), None);
}
