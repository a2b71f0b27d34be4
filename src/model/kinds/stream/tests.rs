use super::*;
use crate::api::vocabulary::{SHORTEN_RETENTION, reasons};
use crate::model::kinds::{self, Cause, Refusal, Said};
use crate::model::testing::{edit, facts, key, lake};

fn declared() -> Desired {
    desired(&lake(), &facts()).unwrap()
}

/// What AWS says of a stream that is as `desired`.
fn as_declared(desired: &Desired) -> Observed {
    Observed {
        name: desired.name.clone(),
        arn: desired.arn.clone(),
        status: "ACTIVE".into(),
        on_demand: desired.shards.is_none(),
        open_shards: desired.shards.unwrap_or(4),
        retention_hours: desired.retention_hours,
        key: Some(desired.key.to_string()),
        own_key: None,
        tags: desired.tags.clone(),
    }
}

fn calls(assessment: &Assessment) -> Vec<&Change> {
    let Assessment::Apply { changes, .. } = assessment else {
        return Vec::new();
    };
    let each = changes.iter().map(|change| match change {
        kinds::Change::Stream(change) => change,
        other => panic!("not a stream's: {other:?}"),
    });
    each.collect()
}

fn properties(assessment: &Assessment) -> Vec<&str> {
    let Assessment::Apply { differences, .. } = assessment else {
        return Vec::new();
    };
    differences.iter().map(|d| d.property.as_str()).collect()
}

#[test]
fn it_waits_for_its_key_and_prefers_the_users_own() {
    let mut lake = lake();
    assert_eq!(desired(&lake, &Facts::default()), None);
    lake.own_stream_key = Some(key("own"));
    assert_eq!(desired(&lake, &facts()).unwrap().key, key("own"));
}

#[test]
fn a_missing_stream_is_created_with_its_tags_and_nothing_else_yet() {
    let (lake, desired) = (lake(), declared());
    let create = Change::CreateStream {
        name: desired.name.clone(),
        shards: Some(1),
        tags: desired.tags.clone(),
    };
    assert_eq!(calls(&assess(&desired, None, &edit(&lake))), [&create]);
}

#[test]
fn what_is_as_declared_is_in_sync_however_the_key_is_written() {
    let lake = lake();
    for shards in [Some(3), None] {
        let desired = Desired { shards, ..declared() };
        let mut live = as_declared(&desired);
        assert_eq!(assess(&desired, Some(&live), &edit(&lake)), Assessment::InSync);
        live.key = Some(desired.key.key_id().to_owned());
        assert_eq!(assess(&desired, Some(&live), &edit(&lake)), Assessment::InSync);
    }
}

#[test]
fn while_the_users_own_key_can_not_be_used_nothing_is_written() {
    let mut lake = lake();
    lake.own_stream_key = Some(key("own"));
    let desired = desired(&lake, &facts()).unwrap();
    let with = |state: &str| OwnKey {
        arn: key("own"),
        said: Said::There {
            state: state.into(),
            spec: "SYMMETRIC_DEFAULT".into(),
        },
    };
    let drifts: [fn(&mut Observed); 3] = [|_| (), |live| live.key = None, |live| live.open_shards = 2];
    for drift in drifts {
        let mut live = as_declared(&desired);
        drift(&mut live);
        let as_ever = assess(&desired, Some(&live), &edit(&lake));
        live.own_key = Some(with("PendingDeletion"));
        let Assessment::Refused(Refusal { message, .. }) = assess(&desired, Some(&live), &edit(&lake)) else {
            panic!("not refused");
        };
        assert!(message.contains("spec.encryption.streamKeyArn"), "{message}");
        live.own_key = Some(with("Enabled"));
        assert_eq!(assess(&desired, Some(&live), &edit(&lake)), as_ever);
    }
}

/// One property that is not as declared: why, what was done to the stream, its name, the call.
type Drift = (&'static str, fn(&mut Observed), &'static str, fn(&Change) -> bool);

#[test]
fn each_property_that_differs_is_named_and_mended() {
    let drifts: [Drift; 8] = [
        (
            "encryption follows creation",
            |s| s.key = None,
            "KeyId",
            |c| matches!(c, Change::StartStreamEncryption { key, .. } if *key == declared().key),
        ),
        (
            "another key",
            |s| s.key = Some(key("other").to_string()),
            "KeyId",
            |c| matches!(c, Change::StartStreamEncryption { .. }),
        ),
        (
            "an alias may point anywhere",
            |s| s.key = Some("alias/aws/kinesis".into()),
            "KeyId",
            |c| matches!(c, Change::StartStreamEncryption { .. }),
        ),
        (
            "made on demand",
            |s| s.on_demand = true,
            "StreamMode",
            |c| matches!(c, Change::UpdateStreamMode { on_demand: false, .. }),
        ),
        (
            "split",
            |s| s.open_shards = 2,
            "ShardCount",
            |c| matches!(c, Change::UpdateShardCount { target: 1, .. }),
        ),
        (
            "shorter retention loses nothing when it grows",
            |s| s.retention_hours = 12,
            "RetentionPeriodHours",
            |c| matches!(c, Change::IncreaseStreamRetentionPeriod { hours: 24, .. }),
        ),
        (
            "a tag of ours is missing",
            |s| {
                s.tags.remove("team");
            },
            "Tags",
            |c| matches!(c, Change::AddTagsToStream { tags, .. } if tags.len() == 1 && tags["team"] == "data"),
        ),
        (
            "a tag that is no longer the user's",
            |s| {
                s.tags = lake().owner.tags(&Tags::from([
                    ("team".into(), "data".into()),
                    ("old".into(), "1".into()),
                ]));
            },
            "Tags",
            |c| matches!(c, Change::RemoveTagsFromStream { keys, .. } if keys == &["old"]),
        ),
    ];
    let lake = lake();
    for (why, drift, property, mends) in drifts {
        let desired = declared();
        let mut live = as_declared(&desired);
        drift(&mut live);
        let assessment = assess(&desired, Some(&live), &edit(&lake));
        assert_eq!(properties(&assessment), [property], "{why}");
        assert!(mends(calls(&assessment)[0]), "{why}: {assessment:?}");
    }
}

#[test]
fn tags_go_along_with_one_call_that_sets_it_to_updating() {
    let (lake, desired) = (lake(), declared());
    let live = Observed {
        key: None,
        open_shards: 2,
        retention_hours: 12,
        tags: Tags::new(),
        ..as_declared(&desired)
    };
    let assessment = assess(&desired, Some(&live), &edit(&lake));
    assert_eq!(
        properties(&assessment),
        ["Tags", "KeyId", "ShardCount", "RetentionPeriodHours"]
    );
    let operations: Vec<_> = calls(&assessment).iter().map(|c| c.operation()).collect();
    assert_eq!(operations, ["AddTagsToStream", "StartStreamEncryption"]);
}

#[test]
fn any_number_of_shards_is_reached_by_at_most_doubling_or_halving() {
    for (from, to, steps) in [
        (1, 8, vec![2, 4, 8]),
        (3, 7, vec![6, 7]),
        (7, 1, vec![4, 2, 1]),
        (8, 3, vec![4, 3]),
        (10_000, 10_000, vec![]),
    ] {
        let lake = lake();
        let desired = Desired {
            shards: Some(to),
            ..declared()
        };
        let mut live = Observed {
            open_shards: from,
            ..as_declared(&desired)
        };
        let mut taken = Vec::new();
        while let [Change::UpdateShardCount { target, .. }] =
            calls(&assess(&desired, Some(&live), &edit(&lake)))[..]
        {
            let (now, next) = (live.open_shards, *target);
            assert!(
                next <= now * 2 && next * 2 >= now && next != now,
                "{now} to {next}"
            );
            live.open_shards = next;
            taken.push(next);
        }
        assert_eq!(taken, steps, "{from} to {to}");
    }
}

#[test]
fn records_are_destroyed_only_with_the_users_consent() {
    let (lake, desired) = (lake(), declared());
    let mut live = Observed {
        retention_hours: 168,
        ..as_declared(&desired)
    };
    let Assessment::Refused(Refusal { reason, message }) = assess(&desired, Some(&live), &edit(&lake)) else {
        panic!("not refused");
    };
    assert_eq!(reason, reasons::CHANGE_REFUSED);
    assert!(
        message.contains(&format!("{SHORTEN_RETENTION}: \"true\"")),
        "{message}"
    );

    let mut agreed = edit(&lake);
    agreed.consent.shorten_retention = true;
    let lower = Change::DecreaseStreamRetentionPeriod {
        name: desired.name.clone(),
        hours: 24,
    };
    assert_eq!(calls(&assess(&desired, Some(&live), &agreed)), [&lower]);

    // What else an edit wants is not done either; what else was changed outside is mended all the same.
    live.open_shards = 2;
    let assessment = assess(&desired, Some(&live), &edit(&lake));
    assert!(matches!(assessment, Assessment::Refused(_)), "{assessment:?}");
    let drift = Circumstances {
        cause: Cause::Drift,
        ..edit(&lake)
    };
    let assessment = assess(&desired, Some(&live), &drift);
    assert!(
        matches!(calls(&assessment)[..], [Change::UpdateShardCount { .. }]),
        "{assessment:?}"
    );
}

#[test]
fn nothing_is_called_while_aws_is_at_work() {
    let (lake, desired) = (lake(), declared());
    for status in ["CREATING", "UPDATING", "DELETING"] {
        let live = Observed {
            status: status.into(),
            key: None,
            tags: Tags::new(),
            ..as_declared(&desired)
        };
        for assessment in [
            assess(&desired, Some(&live), &edit(&lake)),
            removal(&live, &edit(&lake)),
        ] {
            let Assessment::Settling(wait) = assessment else {
                panic!("{status}: {assessment:?}");
            };
            assert!(wait.what.contains(status), "{}", wait.what);
        }
    }
}

#[test]
fn an_active_stream_is_removed_by_one_call() {
    let lake = lake();
    let live = as_declared(&declared());
    let delete = Change::DeleteStream {
        name: live.name.clone(),
        enforce_consumer_deletion: true,
    };
    assert_eq!(calls(&removal(&live, &edit(&lake))), [&delete]);
}
