use super::super::testing::{changes, differences, operations, refusal, waits_for};
use super::super::{Desired as AnyDesired, Observed as AnyObserved, recognize};
use super::*;
use crate::model::lake::Facts;
use crate::model::testing::{edit, facts, lake};
use crate::model::topology::Id;

const ROLES: [Id; 3] = [Id::DeliveryRole, Id::CrawlerRole, Id::PublisherRole];

fn of(id: Id) -> Desired {
    desired(&lake(), &facts(), id).unwrap()
}

/// The role as IAM shows it once it is as declared.
fn live(desired: &Desired) -> Observed {
    Observed {
        name: desired.name.clone(),
        arn: format!("arn:aws:iam::123456789012:role/{}", desired.name),
        description: desired.description.clone(),
        trust: desired.trust.clone(),
        policy: Some(desired.policy.clone()),
        boundary: desired.boundary.clone(),
        tags: desired.tags.clone(),
        ..Observed::default()
    }
}

fn assessed(desired: &Desired, live: Option<&Observed>) -> Assessment {
    assess(desired, live, &edit(&lake()))
}

#[test]
fn each_role_is_trusted_to_one_service_and_has_its_own_policy() {
    for (id, service, action) in [
        (Id::DeliveryRole, "firehose.amazonaws.com", "s3:PutObject"),
        (Id::CrawlerRole, "glue.amazonaws.com", "glue:BatchCreatePartition"),
        (Id::PublisherRole, "lambda.amazonaws.com", "kinesis:PutRecords"),
    ] {
        let role = of(id);
        assert!(role.trust.contains(service), "{id}: {}", role.trust);
        assert_eq!(
            role.trust.matches("amazonaws.com").count(),
            1,
            "{id}: one service"
        );
        assert!(role.policy.contains(action), "{id}: {}", role.policy);
        assert_eq!(target(&lake(), id).name, role.name);
    }
    assert!(of(Id::DeliveryRole).trust.contains("sts:ExternalId"));
}

#[test]
fn a_role_waits_for_the_keys_that_its_policy_names_and_for_no_other() {
    let no_bucket_key = Facts {
        bucket_key: None,
        ..facts()
    };
    let no_stream_key = Facts {
        stream_key: None,
        ..facts()
    };
    for (facts, id, known) in [
        (&no_bucket_key, Id::DeliveryRole, false),
        (&no_bucket_key, Id::CrawlerRole, false),
        (&no_bucket_key, Id::PublisherRole, true),
        (&no_stream_key, Id::DeliveryRole, false),
        (&no_stream_key, Id::CrawlerRole, true),
        (&no_stream_key, Id::PublisherRole, false),
    ] {
        assert_eq!(desired(&lake(), facts, id).is_some(), known, "{id}");
    }
    assert_eq!(desired(&lake(), &facts(), Id::Stream), None, "no role");
}

#[test]
fn a_missing_role_is_created_with_its_tags_and_boundary_then_given_its_policy() {
    let mut lake = lake();
    lake.boundary = Some("arn:aws:iam::123456789012:policy/limit".into());
    let desired = desired(&lake, &facts(), Id::CrawlerRole).unwrap();
    let assessment = assess(&desired, None, &edit(&lake));
    assert_eq!(operations(&assessment), ["CreateRole", "PutRolePolicy"]);
    let AnyChange::Role(Change::CreateRole { boundary, tags, .. }) = &changes(&assessment)[0] else {
        panic!("{assessment:?}");
    };
    assert_eq!((boundary, tags), (&lake.boundary, &lake.tags));
}

/// The document on many lines, members in another order, and `allow`.
fn spread(document: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(document).unwrap();
    serde_json::to_string_pretty(&value)
        .unwrap()
        .replace("\"Allow\"", "\"allow\"")
}

#[test]
fn a_role_as_declared_is_in_sync_however_iam_writes_its_documents() {
    for id in ROLES {
        let desired = of(id);
        let mut live = live(&desired);
        assert_eq!(assessed(&desired, Some(&live)), Assessment::InSync);
        live.trust = spread(&live.trust);
        live.policy = live.policy.as_deref().map(spread);
        assert_eq!(assessed(&desired, Some(&live)), Assessment::InSync, "{id}");
    }
}

#[test]
fn what_others_put_on_the_role_and_what_is_not_declared_is_no_difference() {
    let desired = of(Id::DeliveryRole);
    let mut live = live(&desired);
    live.other_policies = vec!["theirs".into()];
    live.attached = vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".into()];
    live.boundary = Some("arn:aws:iam::123456789012:policy/limit".into());
    live.tags.insert("someone".into(), "else".into());
    assert_eq!(assessed(&desired, Some(&live)), Assessment::InSync);
}

#[test]
fn a_role_gets_its_boundary_before_anything_else_that_is_allowed_for_such_roles_only() {
    let mut lake = lake();
    lake.boundary = Some("arn:aws:iam::123456789012:policy/limit".into());
    let desired = desired(&lake, &facts(), Id::DeliveryRole).unwrap();
    let mut live = live(&desired);
    (live.boundary, live.policy) = (None, None);
    live.trust = live.trust.replace("123456789012", "210987654321");
    let assessment = assessed(&desired, Some(&live));
    let operations: Vec<_> = changes(&assessment)
        .iter()
        .map(|change| change.operation().1)
        .collect();
    assert_eq!(
        operations,
        [
            "PutRolePermissionsBoundary",
            "UpdateAssumeRolePolicy",
            "PutRolePolicy"
        ]
    );
}

type Spoil = fn(&mut Observed);

#[test]
fn each_property_that_differs_is_named_and_mended_by_one_call() {
    let mut lake = lake();
    lake.boundary = Some("arn:aws:iam::123456789012:policy/limit".into());
    let desired = desired(&lake, &facts(), Id::DeliveryRole).unwrap();
    let table: [(Spoil, &str, &str); 7] = [
        (
            |live| live.trust = live.trust.replace("123456789012", "210987654321"),
            "UpdateAssumeRolePolicy",
            "AssumeRolePolicyDocument: ",
        ),
        (
            |live| live.description.clear(),
            "UpdateRole",
            "Description: none instead of",
        ),
        (
            |live| live.boundary = None,
            "PutRolePermissionsBoundary",
            "PermissionsBoundary: none instead of",
        ),
        (
            |live| live.policy = None,
            "PutRolePolicy",
            "PolicyDocument: none instead of",
        ),
        (
            |live| {
                live.policy = live
                    .policy
                    .as_ref()
                    .map(|text| text.replace("s3:PutObject", "s3:*"));
            },
            "PutRolePolicy",
            "PolicyDocument: ",
        ),
        (
            |live| {
                live.tags.insert("team".into(), "another".into());
            },
            "TagRole",
            "Tags: team=another instead of team=data",
        ),
        (|live| live.tags.clear(), "TagRole", "Tags: no "),
    ];
    for (spoil, operation, says) in table {
        let mut live = live(&desired);
        spoil(&mut live);
        let assessment = assess(&desired, Some(&live), &edit(&lake));
        assert_eq!(operations(&assessment), [operation]);
        let said = differences(&assessment);
        assert!(said.len() == 1 && said[0].starts_with(says), "{said:?}");
    }
}

#[test]
fn a_tag_that_is_declared_no_more_is_removed_before_the_record_of_it_is_written() {
    let desired = of(Id::DeliveryRole);
    let mut live = live(&desired);
    live.tags = lake().owner.tags(&Tags::from([
        ("team".into(), "data".into()),
        ("cost".into(), "1".into()),
    ]));
    assert_eq!(
        operations(&assessed(&desired, Some(&live))),
        ["UntagRole", "TagRole"]
    );
}

#[test]
fn a_role_that_iam_shows_by_its_unique_id_is_waited_for() {
    let desired = of(Id::DeliveryRole);
    let mut live = live(&desired);
    live.arn = "AROAEXAMPLEEXAMPLE123".into();
    live.policy = None;
    assert!(waits_for(&assessed(&desired, Some(&live))).contains(&desired.name));
}

#[test]
fn a_role_is_removed_with_its_own_policy_and_never_with_those_of_others() {
    let lake = lake();
    let whole = live(&of(Id::CrawlerRole));
    let bare = Observed {
        policy: None,
        ..whole.clone()
    };
    assert_eq!(
        operations(&removal(&whole, &edit(&lake))),
        ["DeleteRolePolicy", "DeleteRole"]
    );
    assert_eq!(operations(&removal(&bare, &edit(&lake))), ["DeleteRole"]);
    for live in [
        Observed {
            other_policies: vec!["theirs".into()],
            ..whole.clone()
        },
        Observed {
            attached: vec!["arn:aws:iam::123456789012:policy/theirs".into()],
            ..whole
        },
    ] {
        let assessment = removal(&live, &edit(&lake));
        let refusal = refusal(&assessment);
        assert_eq!(refusal.reason, reasons::FOREIGN_POLICIES);
        assert!(refusal.message.contains("theirs"), "{}", refusal.message);
    }
}

#[test]
fn policies_that_say_what_is_declared_are_noted_in_the_declared_words_and_others_as_they_are() {
    let desired = of(Id::DeliveryRole);
    let spread = |text: &str| text.replace("\":", "\" : ");
    let mut seen = AnyObserved::Role(Observed {
        trust: spread(&desired.trust),
        policy: Some(spread(&desired.policy).replace("s3:PutObject", "s3:GetObject")),
        ..live(&desired)
    });
    let AnyObserved::Role(before) = seen.clone() else {
        unreachable!("a role was put in")
    };
    recognize(&mut seen, &AnyDesired::Role(desired.clone()));
    let expected = Observed {
        trust: desired.trust,
        ..before
    };
    assert_eq!(seen, AnyObserved::Role(expected));
}
