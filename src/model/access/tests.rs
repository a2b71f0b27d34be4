use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::*;
use crate::generated::up_to_date;
use crate::model::testing::lake;

mod sources;

fn names(calls: &BTreeSet<String>) -> BTreeSet<&str> {
    calls.iter().map(String::as_str).collect()
}

#[test]
fn what_is_granted_is_what_the_calls_in_the_sources_need() {
    let (reads, writes) = (sources::reads(), sources::writes());
    assert!(reads.len() > 25 && writes.len() > 60, "{reads:?} {writes:?}");
    let made: BTreeSet<&str> = names(&reads).union(&names(&writes)).copied().collect();
    let granted: BTreeSet<&str> = calls().into_keys().collect();
    let missing: Vec<_> = made.difference(&granted).collect();
    let spare: Vec<_> = granted.difference(&made).collect();
    assert!(missing.is_empty(), "no grant for {missing:?}");
    assert!(spare.is_empty(), "granted, and never called: {spare:?}");
}

/// Of each call that needs more than the action of its own name, what it needs besides: Service Authorization Reference,
/// "Dependent actions", and the API reference of the call where it takes tags.
const BESIDES: [(&str, &[&str]); 13] = [
    ("athena:CreateWorkGroup", &["athena:TagResource"]),
    (
        "firehose:CreateDeliveryStream",
        &["firehose:TagDeliveryStream", "iam:PassRole"],
    ),
    ("firehose:UpdateDestination", &["iam:PassRole"]),
    ("glue:CreateCrawler", &["glue:TagResource", "iam:PassRole"]),
    ("glue:CreateDatabase", &["glue:TagResource"]),
    ("glue:UpdateCrawler", &["iam:PassRole"]),
    ("iam:CreateRole", &["iam:TagRole"]),
    ("kinesis:CreateStream", &["kinesis:AddTagsToStream"]),
    ("kms:CreateKey", &["kms:PutKeyPolicy", "kms:TagResource"]),
    ("lambda:CreateFunction", &["iam:PassRole", "lambda:TagResource"]),
    ("lambda:GetFunction", &["lambda:ListTags"]),
    ("lambda:UpdateFunctionConfiguration", &["iam:PassRole"]),
    ("logs:CreateLogGroup", &["logs:TagResource"]),
];

#[test]
fn a_call_that_needs_more_than_its_own_action_is_granted_that_too() {
    let mut besides = BTreeMap::new();
    for (call, actions) in calls() {
        // S3 names some actions otherwise than their calls, and a call on what is in a bucket has an action of its own.
        if !call.starts_with("s3:") && actions.iter().any(|action| *action != call) {
            let others: Vec<_> = actions.into_iter().filter(|action| *action != call).collect();
            besides.insert(call, others);
        }
    }
    let expected = BESIDES.map(|(call, actions)| (call, actions.to_vec()));
    assert_eq!(besides, BTreeMap::from(expected));
}

#[test]
fn each_action_is_granted_once_for_a_call_and_belongs_to_the_service_of_a_resource() {
    let mut sids = BTreeSet::new();
    for grant in GRANTS {
        assert!(sids.insert(grant.sid), "two statements {}", grant.sid);
        for action in grant.actions() {
            let (service, name) = action.split_once(':').unwrap();
            assert!(!name.contains('*'), "{action} is no one action");
            let of_service =
                |pattern: &&str| *pattern == "*" || pattern.starts_with(&format!("arn:PARTITION:{service}:"));
            assert!(grant.on.iter().any(of_service), "{}: {action}", grant.sid);
        }
    }
}

#[test]
fn only_what_iam_cannot_limit_to_a_resource_is_granted_on_all() {
    let on_all = GRANTS.iter().filter(|grant| grant.on.contains(&"*"));
    let actions = on_all.flat_map(Grant::actions);
    let writes: Vec<_> = actions
        .filter(|action| {
            !action.contains(":List") && !action.contains(":Describe") && !action.contains(":Get")
        })
        .collect();
    let expected = [
        "glue:StartCrawlerSchedule",
        "kinesis:UpdateShardCount",
        "kinesis:UpdateStreamMode",
        "kms:CreateKey",
        "glue:CreateCrawler",
    ];
    assert_eq!(writes, expected);
}

/// Service Authorization Reference, Amazon Kinesis Data Streams: the call is checked on the stream and on the key.
#[test]
fn a_stream_is_encrypted_with_a_right_on_the_stream_and_on_the_key() {
    let of = GRANTS
        .iter()
        .filter(|grant| grant.actions().contains("kinesis:StartStreamEncryption"));
    let on: Vec<_> = of.flat_map(|grant| grant.on).collect();
    let is_of = |service: &str| on.iter().filter(|pattern| pattern.contains(service)).count();
    assert_eq!(
        (is_of(":kinesis:"), is_of(":kms:"), on.len()),
        (1, 1, 2),
        "{on:?}"
    );
}

#[test]
fn no_data_can_be_read_and_nothing_decrypted() {
    let granted: BTreeSet<&str> = GRANTS.iter().flat_map(Grant::actions).collect();
    for action in [
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "s3:GetObject",
        "s3:PutObject",
        "kinesis:GetRecords",
        "lambda:InvokeFunction",
        "athena:StartQueryExecution",
        "iam:AttachRolePolicy",
    ] {
        assert!(!granted.contains(action), "{action}");
    }
}

/// As IAM compares a resource with a pattern: `*` is any text, slashes and colons included.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            rest.is_empty() || text.char_indices().any(|(at, _)| matches(rest, &text[at..]))
        }),
    }
}

#[test]
fn the_patterns_take_in_every_resource_of_a_lake_and_none_of_another_prefix() {
    let lake = lake();
    let (at, names) = (&lake.place, &lake.names);
    let arns = [
        ("Alias", at.key_alias(&names.bucket_key_alias)),
        ("KeyWrite", at.key("1111aaaa-11aa-11aa-11aa-111111111111")),
        ("Role", at.role(&names.delivery_role)),
        ("RoleGrant", at.role(&names.crawler_role)),
        ("RolePass", at.role(&names.publisher_role)),
        ("Bucket", at.bucket(&names.lake_bucket)),
        ("BucketDelete", at.bucket(&names.raw_bucket)),
        ("BucketDelete", at.objects(&names.raw_bucket, "raw/2026/one.gz")),
        ("Stream", at.stream(&names.stream)),
        ("StreamKey", at.stream(&names.stream)),
        ("Delivery", at.delivery_stream(&names.delivery)),
        ("DeliveryCreate", at.delivery_stream(&names.delivery)),
        ("Catalog", at.catalog()),
        ("Catalog", at.database(&names.database)),
        ("Catalog", at.table(&names.database, &names.table)),
        ("GlueTags", at.database(&names.database)),
        ("GlueTags", at.crawler(&names.crawler)),
        ("Crawler", at.crawler(&names.crawler)),
        ("Logs", at.log_group(&names.log_group)),
        (
            "Logs",
            at.log_stream(&names.publisher_log_group, "BackupDelivery"),
        ),
        ("Workgroup", at.workgroup(&names.workgroup)),
        ("Function", at.function(&names.publisher)),
    ];
    for (sid, arn) in arns {
        let allows = |prefix: &str| {
            let place = Place {
                account: at.account.to_string(),
                prefix: prefix.to_owned(),
                ..Place::default()
            };
            let grant = GRANTS.iter().find(|grant| grant.sid == sid).unwrap();
            let patterns: Vec<String> = grant.on.iter().map(|pattern| place.fill(pattern)).collect();
            patterns.iter().any(|pattern| matches(pattern, &arn.to_string()))
        };
        assert!(allows("dl"), "{sid}: {arn}");
        let without_name = ["KeyWrite", "Catalog"].contains(&sid) && !arn.resource.contains("events");
        assert_eq!(allows("other"), without_name, "{sid}: {arn}");
    }
}

#[test]
fn the_boundary_stands_where_one_is_set_and_nothing_is_left_to_fill_in() {
    let bounded = Place {
        partition: Partition::AwsUsGov,
        region: "us-gov-west-1".to_owned(),
        account: "123456789012".to_owned(),
        cluster: "a".repeat(36),
        boundary: Some("arn:aws-us-gov:iam::123456789012:policy/boundary".to_owned()),
        ..Place::default()
    };
    let text = policy(&bounded).to_string();
    for word in ["PARTITION", "REGION", "ACCOUNT", "PFX", "CLUSTER", "BOUNDARY"] {
        assert!(!text.contains(word), "{word}");
    }
    let statement = |place: &Place| -> Value {
        let json: Value = serde_json::from_str(&policy(place).to_string()).unwrap();
        let all = json["Statement"].as_array().unwrap().clone();
        all.into_iter().find(|s| s["Sid"] == "RoleGrant").unwrap()
    };
    assert_eq!(
        statement(&bounded)["Condition"]["StringEquals"]["iam:PermissionsBoundary"],
        "arn:aws-us-gov:iam::123456789012:policy/boundary"
    );
    assert_eq!(statement(&Place::default())["Condition"], Value::Null);
    // IAM user guide, "IAM and AWS STS quotas": an inline policy of a role, blanks not counted.
    assert!(text.len() < 10_240, "{} characters", text.len());
}

#[test]
fn the_policy_in_the_chart_is_up_to_date() {
    let json = policy(&Place::default()).pretty() + "\n";
    up_to_date("charts/datalake-operator/files/iam-policy.json", &json);
}

#[test]
fn the_tables_in_the_documentation_are_up_to_date() {
    let path = "docs/iam.md";
    let text = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let (start, end) = (
        "<!-- Generated from src/model/access; do not edit. -->\n\n",
        "\n<!-- End of what is generated. -->",
    );
    let (before, rest) = text.split_once(start).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    up_to_date(path, &format!("{before}{start}{}{end}{after}", page()));
}
