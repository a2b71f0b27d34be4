use super::*;
use crate::model::kinds;
use crate::model::testing::{edit, lake};

/// A change of what is there, from outside.
type Drift = fn(&mut Observed);

/// What is there once everything was applied.
fn applied(desired: &Desired) -> Observed {
    Observed {
        name: desired.name.clone(),
        arn: "arn:aws:logs:eu-west-1:123456789012:log-group:g".to_owned(),
        retention_days: Some(desired.retention_days),
        overridden_by: None,
        streams: desired.streams.clone(),
        tags: desired.tags.clone(),
    }
}

fn operations(assessment: &Assessment) -> Vec<&'static str> {
    match assessment {
        Assessment::Apply { changes, .. } => changes.iter().map(|c| c.operation().1).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_missing_group_is_created_with_its_tags_then_retention_then_streams() {
    let lake = lake();
    let desired = desired(&lake, Id::LogGroup);
    let assessment = assess(&desired, None, &edit(&lake));
    assert_eq!(
        operations(&assessment),
        [
            "CreateLogGroup",
            "PutRetentionPolicy",
            "CreateLogStream",
            "CreateLogStream"
        ]
    );
    let Assessment::Apply { changes, differences } = assessment else {
        unreachable!("its operations were just seen")
    };
    assert!(differences.is_empty(), "a creation names no differences");
    let create = Change::CreateLogGroup {
        name: "/aws/kinesisfirehose/".to_owned() + &lake.names.delivery,
        tags: lake.tags.clone(),
    };
    assert_eq!(changes[0], kinds::Change::LogGroup(create));
}

#[test]
fn the_publishers_group_has_no_streams_of_ours() {
    let lake = lake();
    let desired = desired(&lake, Id::PublisherLogGroup);
    assert_eq!(desired.name, lake.names.publisher_log_group);
    assert_eq!(
        operations(&assess(&desired, None, &edit(&lake))),
        ["CreateLogGroup", "PutRetentionPolicy"]
    );
}

#[test]
fn what_was_applied_is_in_sync() {
    let lake = lake();
    for id in [Id::LogGroup, Id::PublisherLogGroup] {
        let desired = desired(&lake, id);
        assert_eq!(
            assess(&desired, Some(&applied(&desired)), &edit(&lake)),
            Assessment::InSync
        );
    }
}

#[test]
fn each_property_that_differs_is_named_and_mended() {
    let lake = lake();
    let desired = desired(&lake, Id::LogGroup);
    let table: [(Drift, &[&str], &str); 5] = [
        (
            |live| live.retention_days = None,
            &["PutRetentionPolicy"],
            "retentionInDays: for ever instead of 30",
        ),
        (
            |live| live.retention_days = Some(7),
            &["PutRetentionPolicy"],
            "retentionInDays: 7 instead of 30",
        ),
        (
            |live| live.streams = vec![DELIVERY_LOG_STREAM.to_owned()],
            &["CreateLogStream"],
            "log stream: none instead of BackupDelivery",
        ),
        (
            |live| drop(live.tags.insert("team".to_owned(), "x".to_owned())),
            &["TagResource"],
            "Tags: team=x instead of team=data",
        ),
        (
            |live| {
                let user = [("team", "data"), ("old", "1")].map(|(k, v)| (k.to_owned(), v.to_owned()));
                live.tags = lake_owner_tags(&user.into());
            },
            &["UntagResource", "TagResource"],
            "Tags: ",
        ),
    ];
    for (drift, calls, says) in table {
        let mut live = applied(&desired);
        drift(&mut live);
        let assessment = assess(&desired, Some(&live), &edit(&lake));
        assert_eq!(operations(&assessment), calls, "{says}");
        let Assessment::Apply { differences, .. } = assessment else {
            unreachable!("its operations were just seen")
        };
        assert_eq!(differences.len(), 1, "{says}");
        assert!(differences[0].to_string().starts_with(says), "{}", differences[0]);
    }
}

fn lake_owner_tags(user: &Tags) -> Tags {
    lake().owner.tags(user)
}

#[test]
fn what_others_decide_is_no_difference() {
    let lake = lake();
    let desired = desired(&lake, Id::LogGroup);
    let mut live = applied(&desired);
    live.retention_days = Some(365);
    live.overridden_by = Some("account-policy".to_owned());
    assert_eq!(
        assess(&desired, Some(&live), &edit(&lake)),
        Assessment::InSync,
        "a policy of the account overrides the group's retention, whatever is written"
    );
}

#[test]
fn removal_is_one_call() {
    let lake = lake();
    let live = applied(&desired(&lake, Id::LogGroup));
    assert_eq!(operations(&removal(&live, &edit(&lake))), ["DeleteLogGroup"]);
}

#[test]
fn the_retention_is_one_that_cloudwatch_logs_takes() {
    // CloudWatch Logs API reference, PutRetentionPolicy.
    let possible = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
        3653,
    ];
    assert!(possible.contains(&RETENTION_DAYS));
}
