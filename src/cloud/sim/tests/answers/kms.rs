//! KMS.

use super::*;

fn key_state(cloud: &mut Cloud, stage: &Stage, to: &str) {
    cloud.keys.get_mut(&stage.key().to_string()).unwrap().seen.state = to.into();
}

fn create_key_with(policy: &str, tags: Tags) -> Change {
    Change::Key(key::Change::CreateKey {
        description: String::new(),
        policy: policy.to_owned(),
        tags,
    })
}

fn rotate(stage: &Stage) -> Change {
    Change::Key(key::Change::EnableKeyRotation {
        key_id: stage.key_id(),
    })
}

const KMS: &[Row] = &[
    Row {
        situation: "the alias exists",
        outside: nothing,
        call: |stage| {
            Change::Key(key::Change::CreateAlias {
                alias: stage.lake.names.bucket_key_alias.clone(),
                key_id: stage.key_id(),
            })
        },
        code: "AlreadyExistsException",
        says: "already exists",
        source: "KMS API reference, CreateAlias",
    },
    Row {
        situation: "there is no such key",
        outside: nothing,
        call: |_| {
            Change::Key(key::Change::EnableKey {
                key_id: "none".into(),
            })
        },
        code: "NotFoundException",
        says: "does not exist",
        source: "KMS API reference, EnableKey",
    },
    Row {
        situation: "the key is new and not known everywhere",
        outside: |cloud, stage| {
            cloud.timing.kms_lag = seconds(10);
            cloud.keys.edit(cloud.now, &stage.key().to_string(), |_| ());
            let key = cloud.keys.remove(&stage.key().to_string()).unwrap();
            cloud.keys.write(cloud.now, &stage.key().to_string(), key);
        },
        call: rotate,
        code: "NotFoundException",
        says: "does not exist",
        source: "KMS developer guide, \"Eventual consistency\"",
    },
    Row {
        situation: "the key is pending deletion",
        outside: |cloud, stage| key_state(cloud, stage, "PendingDeletion"),
        call: rotate,
        code: "KMSInvalidStateException",
        says: "is pending deletion",
        source: "KMS developer guide, \"Key states\"",
    },
    Row {
        situation: "the key is not pending deletion",
        outside: nothing,
        call: |stage| {
            Change::Key(key::Change::CancelKeyDeletion {
                key_id: stage.key_id(),
            })
        },
        code: "KMSInvalidStateException",
        says: "is not pending deletion",
        source: "KMS developer guide, \"Key states\"",
    },
    Row {
        situation: "the key is disabled",
        outside: |cloud, stage| key_state(cloud, stage, "Disabled"),
        call: rotate,
        code: "DisabledException",
        says: "is disabled",
        source: "KMS developer guide, \"Key states\"",
    },
    Row {
        situation: "the window is too short",
        outside: nothing,
        call: |stage| {
            let (key_id, days) = (stage.key_id(), 6);
            Change::Key(key::Change::ScheduleKeyDeletion { key_id, days })
        },
        code: "ValidationException",
        says: "between 7 and 30",
        source: "KMS API reference, ScheduleKeyDeletion",
    },
    Row {
        situation: "the policy names a role that does not exist",
        outside: nothing,
        call: |_| {
            create_key_with(
                &KEY_POLICY.replace("123456789012", "arn:aws:iam::123456789012:role/none"),
                Tags::new(),
            )
        },
        code: "MalformedPolicyDocumentException",
        says: "invalid principals",
        source: "KMS API reference, CreateKey, Policy",
    },
    Row {
        situation: "the policy locks everybody out",
        outside: nothing,
        call: |_| create_key_with(&KEY_POLICY.replace("kms:*", "kms:Encrypt"), Tags::new()),
        code: "MalformedPolicyDocumentException",
        says: "will not allow you to update",
        source: "KMS API reference, CreateKey, Policy",
    },
    Row {
        situation: "a tag of AWS's own",
        outside: nothing,
        call: |_| create_key_with(KEY_POLICY, aws_tags()),
        code: "TagException",
        says: "aws: are reserved",
        source: "KMS API reference, CreateKey, Tags",
    },
];

#[test]
fn kms_answers_as_its_reference_says() {
    check(KMS);
}

fn create_alias(stage: &Stage, alias: &str) -> Change {
    let (alias, key_id) = (alias.to_owned(), stage.key_id());
    Change::Key(key::Change::CreateAlias { alias, key_id })
}

fn describe_as(stage: &Stage, description: String) -> Change {
    let key_id = stage.key_id();
    Change::Key(key::Change::UpdateKeyDescription { key_id, description })
}

#[rustfmt::skip]
const BOUNDS: &[Row] = &[
    row("a character that no policy may have", nothing, |_| create_key_with(&KEY_POLICY.replace("2012-10-17", "2012-10-17\u{2026}"), Tags::new()),
        "ValidationException", "'policy'", "KMS API reference, CreateKey, Policy"),
    row("a policy that is too long", nothing, |_| create_key_with(&KEY_POLICY.replace(':', &format!(":{}", " ".repeat(8192))), Tags::new()),
        "LimitExceededException", "32768", "KMS developer guide, \"Resource quotas\""),
    row("a description that is too long", nothing, |stage| describe_as(stage, "x".repeat(8193)),
        "ValidationException", "8192", "KMS API reference, UpdateKeyDescription"),
    row("an alias without its prefix", nothing, |stage| create_alias(stage, "dl-one"),
        "ValidationException", "must start with the prefix", "KMS API reference, CreateAlias, AliasName"),
    row("an alias of AWS", nothing, |stage| create_alias(stage, "alias/aws/one"),
        "NotAuthorizedException", "reserved", "KMS API reference, CreateAlias, AliasName"),
    row("an alias without a name", nothing, |stage| create_alias(stage, "alias/"),
        "InvalidAliasNameException", "not a valid alias", "KMS API reference, CreateAlias, AliasName"),
    row("an alias with a blank", nothing, |stage| create_alias(stage, "alias/a b"),
        "InvalidAliasNameException", "not a valid alias", "KMS API reference, CreateAlias, AliasName"),
    row("the alias of a key that is pending deletion", |cloud, stage| key_state(cloud, stage, "PendingDeletion"), |stage| create_alias(stage, "alias/more"),
        "KMSInvalidStateException", "is pending deletion", "KMS developer guide, \"Key states\""),
    row("the fifty-first alias", |cloud, stage| (0..50).for_each(|n| cloud.aliases.put(&place().key_alias(&format!("alias/n{n}")).to_string(), stage.key_id())),
        |stage| create_alias(stage, "alias/more"),
        "LimitExceededException", "50 aliases", "KMS developer guide, \"Resource quotas\""),
    row("there is no such alias", nothing, |_| Change::Key(key::Change::DeleteAlias { alias: "alias/none".into() }),
        "NotFoundException", "is not found", "KMS API reference, DeleteAlias"),
    row("51 tags", nothing, |_| create_key_with(KEY_POLICY, many_tags(51)),
        "TagException", "Too many tags", "KMS API reference, CreateKey, Tags"),
    row("a tag's key that is too long", nothing, |_| create_key_with(KEY_POLICY, Tags::from([("k".repeat(129), String::new())])),
        "TagException", "not valid", "KMS API reference, Tag"),
    row("a tag's value that is too long", nothing, |_| create_key_with(KEY_POLICY, Tags::from([("k".to_owned(), "v".repeat(257))])),
        "TagException", "not valid", "KMS API reference, Tag"),
    row("the window is too long, though the model takes it", nothing, |stage| Change::Key(key::Change::ScheduleKeyDeletion { key_id: stage.key_id(), days: 31 }),
        "ValidationException", "between 7 and 30", "KMS API reference, ScheduleKeyDeletion"),
    row("that the key was enabled is not known everywhere", |cloud, stage| {
            key_state(cloud, stage, "Disabled");
            cloud.timing.kms_lag = seconds(10);
            cloud.keys.edit(cloud.now, &stage.key().to_string(), |key| key.seen.state = "Enabled".into());
        }, rotate,
        "DisabledException", "is disabled", "KMS developer guide, \"Eventual consistency\""),
    row("the account's keys are used up", |cloud, _| cloud.quotas.keys = cloud.keys.len(), |_| create_key_with(KEY_POLICY, Tags::new()),
        "LimitExceededException", "as many KMS keys", "KMS developer guide, \"Resource quotas\""),
];

#[test]
fn kms_keeps_its_bounds() {
    check(BOUNDS);
}
