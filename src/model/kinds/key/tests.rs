use super::*;
use crate::model::kinds::{Assessment, Depth};
use crate::model::testing::{edit, key, lake};

/// A change of what is there, from outside.
type Drift = fn(&mut Observed);

/// What is there once everything was applied, after AWS picked the id `k1`.
fn applied(lake: &Lake, id: Id) -> Observed {
    let desired = desired(lake, id);
    Observed {
        arn: key("k1"),
        spec: SPEC.to_owned(),
        state: "Enabled".to_owned(),
        description: desired.description,
        rotation: Some(desired.rotation),
        policy: desired.policy,
        tags: desired.tags,
        alias: desired.alias,
        alias_target: Some("k1".to_owned()),
        aliases: Vec::new(),
        alias_taken: false,
        others: Vec::new(),
    }
}

fn changes(assessment: Assessment) -> Vec<Change> {
    let Assessment::Apply { changes, .. } = assessment else {
        return Vec::new();
    };
    let ours = changes.into_iter().map(|change| match change {
        super::super::Change::Key(change) => change,
        other => panic!("a change of another kind: {other:?}"),
    });
    ours.collect()
}

fn operations(assessment: Assessment) -> Vec<&'static str> {
    changes(assessment).iter().map(Change::operation).collect()
}

#[test]
fn a_missing_key_is_created_with_its_tags_and_nothing_follows_in_that_pass() {
    let lake = lake();
    let desired = desired(&lake, Id::BucketKey);
    let mut tags = lake.tags.clone();
    tags.insert("datalake-operator.io/resource".into(), "bucket-key".into());
    tags.insert("datalake-operator.io/intent".into(), "n1".into());
    let create = Change::CreateKey {
        description: desired.description.clone(),
        policy: desired.policy.clone(),
        tags: tags.clone(),
    };
    assert_eq!(create.nonce(), Some("n1"));
    assert_eq!(changes(assess(&desired, None, &edit(&lake))), [create]);
    let made = Observed {
        tags,
        ..applied(&lake, Id::BucketKey)
    };
    assert_eq!(made.nonce(), Some("n1"));
    assert_eq!(
        assess(&desired, Some(&made), &edit(&lake)),
        Assessment::InSync,
        "these tags are no difference afterwards"
    );
}

#[test]
fn a_new_key_gets_its_alias_and_rotation_at_the_next_look() {
    let lake = lake();
    let desired = desired(&lake, Id::StreamKey);
    let live = Observed {
        rotation: Some(false),
        alias_target: None,
        ..applied(&lake, Id::StreamKey)
    };
    assert_eq!(
        operations(assess(&desired, Some(&live), &edit(&lake))),
        ["CreateAlias", "EnableKeyRotation"]
    );
}

#[test]
fn what_was_applied_is_in_sync() {
    let lake = lake();
    for id in [Id::BucketKey, Id::StreamKey] {
        let assessment = assess(&desired(&lake, id), Some(&applied(&lake, id)), &edit(&lake));
        assert_eq!(assessment, Assessment::InSync);
    }
}

#[test]
fn the_two_keys_are_told_apart_by_alias_and_description() {
    let lake = lake();
    let (bucket, stream) = (
        target(&lake, Id::BucketKey, Depth::Properties),
        target(&lake, Id::StreamKey, Depth::Properties),
    );
    assert_ne!(bucket.alias, stream.alias);
    assert_eq!(bucket.description, "Bucket key of data lake analytics/events");
    assert_eq!(stream.description, "Stream key of data lake analytics/events");
}

#[test]
fn each_property_that_differs_is_named_and_mended() {
    let lake = lake();
    let desired = desired(&lake, Id::BucketKey);
    let table: [(&str, Drift, &[&str], &str); 9] = [
        (
            "alias missing",
            |live| live.alias_target = None,
            &["CreateAlias"],
            "alias/dl-",
        ),
        (
            "alias elsewhere",
            |live| live.alias_target = Some("k2".to_owned()),
            &["UpdateAlias"],
            "alias/dl-",
        ),
        (
            "rotation",
            |live| live.rotation = Some(false),
            &["EnableKeyRotation"],
            "KeyRotationEnabled: false instead of true",
        ),
        (
            "policy",
            |live| live.policy = live.policy.replace("kms:*", "kms:Decrypt"),
            &["PutKeyPolicy"],
            "Policy: ",
        ),
        (
            "description",
            |live| live.description.clear(),
            &["UpdateKeyDescription"],
            "Description: ",
        ),
        (
            "tag changed",
            |live| drop(live.tags.insert("team".to_owned(), "x".to_owned())),
            &["TagResource"],
            "Tags: team=x instead of team=data",
        ),
        (
            "tag taken out of the spec",
            |live| {
                let user = [("team", "data"), ("old", "1")].map(|(k, v)| (k.to_owned(), v.to_owned()));
                live.tags = crate::model::testing::lake().owner.tags(&user.into());
            },
            &["UntagResource", "TagResource"],
            "Tags: ",
        ),
        (
            "disabled",
            |live| (live.state, live.rotation) = ("Disabled".to_owned(), None),
            &["EnableKey"],
            "KeyState: Disabled instead of Enabled",
        ),
        (
            "pending deletion",
            |live| (live.state, live.rotation) = ("PendingDeletion".to_owned(), None),
            &["CancelKeyDeletion", "EnableKey"],
            "KeyState: PendingDeletion instead of Enabled",
        ),
    ];
    for (what, drift, calls, says) in table {
        let mut live = applied(&lake, Id::BucketKey);
        drift(&mut live);
        let assessment = assess(&desired, Some(&live), &edit(&lake));
        let Assessment::Apply { differences, .. } = &assessment else {
            panic!("{what}: {assessment:?}")
        };
        assert_eq!(differences.len(), 1, "{what}");
        assert!(
            differences[0].to_string().starts_with(says),
            "{what}: {}",
            differences[0]
        );
        assert_eq!(operations(assessment), calls, "{what}");
    }
}

#[test]
fn a_key_is_enabled_before_anything_else_is_changed() {
    let lake = lake();
    let live = Observed {
        state: "PendingDeletion".to_owned(),
        rotation: None,
        description: String::new(),
        alias_target: None,
        ..applied(&lake, Id::BucketKey)
    };
    assert_eq!(
        operations(assess(&desired(&lake, Id::BucketKey), Some(&live), &edit(&lake))),
        [
            "CancelKeyDeletion",
            "EnableKey",
            "CreateAlias",
            "UpdateKeyDescription"
        ]
    );
}

#[test]
fn rotation_can_be_switched_off() {
    let mut lake = lake();
    let live = applied(&lake, Id::BucketKey);
    lake.rotation = false;
    assert_eq!(
        operations(assess(&desired(&lake, Id::BucketKey), Some(&live), &edit(&lake))),
        ["DisableKeyRotation"]
    );
}

#[test]
fn a_policy_written_another_way_is_no_difference() {
    let lake = lake();
    let mut live = applied(&lake, Id::BucketKey);
    live.policy = r#"{
      "Version" : "2012-10-17",
      "Statement" : [ { "Action" : [ "kms:*" ], "Effect" : "Allow", "Resource" : "*", "Sid" : "Account",
                        "Principal" : { "AWS" : "123456789012" } } ]
    }"#
    .to_owned();
    let assessment = assess(&desired(&lake, Id::BucketKey), Some(&live), &edit(&lake));
    assert_eq!(assessment, Assessment::InSync);
}

#[test]
fn a_state_that_passes_is_waited_for() {
    let lake = lake();
    for state in ["Creating", "Updating", "Unavailable"] {
        let mut live = applied(&lake, Id::BucketKey);
        live.state = state.to_owned();
        let wanted = assess(&desired(&lake, Id::BucketKey), Some(&live), &edit(&lake));
        for assessment in [wanted, removal(&lake, &live, &edit(&lake))] {
            let Assessment::Settling(wait) = assessment else {
                panic!("{state}: {assessment:?}")
            };
            assert!(wait.what.contains(state), "{}", wait.what);
        }
    }
}

#[test]
fn a_key_goes_by_schedule_and_its_alias_last() {
    let mut lake = lake();
    lake.deletion_window_days = 7;
    let alias = lake.names.bucket_key_alias.clone();
    let schedule = Change::ScheduleKeyDeletion {
        key_id: "k1".to_owned(),
        days: 7,
    };
    let unname = Change::DeleteAlias { alias };
    let (ours, other) = (Some("k1"), Some("k2"));
    for (state, target, expected, why) in [
        (
            "Enabled",
            ours,
            vec![schedule.clone(), unname.clone()],
            "schedule first",
        ),
        (
            "Disabled",
            ours,
            vec![schedule.clone(), unname.clone()],
            "the same",
        ),
        (
            "Enabled",
            other,
            vec![schedule.clone()],
            "the alias is another key's now",
        ),
        ("Enabled", None, vec![schedule], "there is no alias"),
        ("PendingDeletion", ours, vec![unname], "a crash left the alias"),
        ("PendingDeletion", None, vec![], "counts as gone"),
        ("PendingDeletion", other, vec![], "counts as gone"),
    ] {
        let mut live = applied(&lake, Id::BucketKey);
        live.state = state.to_owned();
        live.alias_target = target.map(str::to_owned);
        live.alias_taken = target == other;
        let assessment = removal(&lake, &live, &edit(&lake));
        assert_eq!(
            assessment == Assessment::InSync,
            expected.is_empty(),
            "{state}: {why}"
        );
        assert_eq!(changes(assessment), expected, "{state}: {why}");
    }
}

#[test]
fn others_of_the_lake_go_with_it() {
    let lake = lake();
    let mut live = applied(&lake, Id::BucketKey);
    live.state = "PendingDeletion".to_owned();
    live.alias_target = None;
    live.others = vec![Observed {
        arn: key("k2"),
        ..applied(&lake, Id::BucketKey)
    }];
    let schedule = Change::ScheduleKeyDeletion {
        key_id: "k2".to_owned(),
        days: 30,
    };
    assert_eq!(changes(removal(&lake, &live, &edit(&lake))), [schedule]);
}

#[test]
fn a_key_is_told_by_its_tag_and_an_older_one_by_its_description() {
    let lake = lake();
    let (bucket, stream) = (
        target(&lake, Id::BucketKey, Depth::Properties),
        target(&lake, Id::StreamKey, Depth::Properties),
    );
    let older = &lake.tags;
    assert!(bucket.fits(older, &bucket.description) && !bucket.fits(older, &stream.description));
    let mut tagged = lake.tags.clone();
    tagged.insert("datalake-operator.io/resource".into(), "bucket-key".into());
    assert!(bucket.fits(&tagged, &stream.description) && !stream.fits(&tagged, &stream.description));
    tagged.insert("datalake-operator.io/name".into(), "another".into());
    assert!(!bucket.fits(&tagged, &bucket.description), "another lake's");
}

#[test]
fn a_named_key_whose_description_was_edited_is_still_it_but_not_one_that_is_the_other_key() {
    let lake = lake();
    let bucket = target(&lake, Id::BucketKey, Depth::Properties);
    let with = |description: &str| Observed {
        description: description.to_owned(),
        ..applied(&lake, Id::BucketKey)
    };
    let edited = with("edited");
    assert!(!bucket.searches(std::slice::from_ref(&edited)));
    assert_eq!(bucket.pick(vec![edited.clone()], Vec::new()), Some(edited));
    let others = with(&target(&lake, Id::StreamKey, Depth::Properties).description);
    assert!(bucket.searches(std::slice::from_ref(&others)));
    assert_eq!(bucket.pick(vec![others], Vec::new()), None);
}

#[test]
fn a_key_that_is_not_ours_is_in_the_way_only_where_none_is() {
    let lake = lake();
    let bucket = Target {
        known: Some("k1".to_owned()),
        ..target(&lake, Id::BucketKey, Depth::Properties)
    };
    let mut foreign = applied(&lake, Id::BucketKey);
    foreign.arn = key("k2");
    foreign.alias_target = Some("k2".to_owned());
    foreign.tags.clear();
    let mut ours = applied(&lake, Id::BucketKey);
    ours.alias_target = Some("k2".to_owned());
    assert!(
        bucket.searches(std::slice::from_ref(&foreign)),
        "the lake's own may be there all the same"
    );
    let recorded = Target {
        known: Some("k2".to_owned()),
        ..bucket.clone()
    };
    assert!(
        !recorded.searches(std::slice::from_ref(&foreign)),
        "it has lost its tags"
    );
    assert_eq!(
        bucket.pick(vec![foreign.clone()], Vec::new()),
        Some(foreign.clone())
    );
    let beside = Observed {
        alias_taken: true,
        ..ours.clone()
    };
    assert_eq!(bucket.pick(vec![foreign, ours], Vec::new()), Some(beside));
}

#[test]
fn the_key_of_a_call_that_was_given_up_does_not_take_the_place_of_the_known_one() {
    let lake = lake();
    let bucket = Target {
        known: Some("k1".to_owned()),
        given_up: vec!["first".to_owned()],
        ..target(&lake, Id::BucketKey, Depth::Properties)
    };
    let made_by = |id: &str, nonce: &str| {
        let mut made = applied(&lake, Id::BucketKey);
        (made.arn, made.alias_target) = (key(id), None);
        made.tags.insert(words::TAG_INTENT.into(), nonce.into());
        made
    };
    let (known, given_up) = (made_by("k1", "second"), made_by("k2", "first"));
    let picked = |found: &[&Observed]| bucket.pick(Vec::new(), found.iter().copied().cloned().collect());
    let id = |picked: Option<Observed>| picked.map(|picked| picked.arn.key_id().to_owned());
    assert_eq!(
        id(picked(&[&given_up])),
        None,
        "KMS does not show the known one yet"
    );
    let both = picked(&[&given_up, &known]).unwrap();
    assert_eq!((both.arn.key_id(), both.others), ("k1", vec![given_up.clone()]));
    let other = made_by("k2", "third");
    assert_eq!(
        id(picked(&[&other])),
        Some("k2".to_owned()),
        "of no call that was given up"
    );
    let doomed = Observed {
        state: "PendingDeletion".to_owned(),
        ..other
    };
    assert_eq!(id(picked(&[&doomed])), None, "another was made in its place");
    let named = Observed {
        alias_target: Some("k2".to_owned()),
        ..given_up
    };
    assert_eq!(id(picked(&[&named])), Some("k2".to_owned()), "the alias names it");
}
