//! IAM.

use super::*;

fn name(stage: &Stage) -> String {
    stage.lake.names.delivery_role.clone()
}

fn put(stage: &Stage, policy: String) -> Change {
    Change::Role(role::Change::PutRolePolicy {
        name: name(stage),
        policy_name: "more".into(),
        policy,
    })
}

const IAM: &[Row] = &[
    Row {
        situation: "a role exists whose name differs by case only",
        outside: nothing,
        call: |stage| create_role(&name(stage).to_ascii_uppercase()),
        code: "EntityAlreadyExists",
        says: "already exists",
        source: "IAM user guide, \"IAM name requirements\"",
    },
    Row {
        situation: "there is no such role",
        outside: nothing,
        call: |_| Change::Role(role::Change::DeleteRole { name: "none".into() }),
        code: "NoSuchEntity",
        says: "cannot be found",
        source: "IAM API reference, DeleteRole",
    },
    Row {
        situation: "the role has a policy",
        outside: nothing,
        call: |stage| Change::Role(role::Change::DeleteRole { name: name(stage) }),
        code: "DeleteConflict",
        says: "must delete policies first",
        source: "IAM API reference, DeleteRole",
    },
    Row {
        situation: "somebody attached a policy",
        outside: |cloud, _| {
            for (_, role) in cloud.roles.iter_mut() {
                role.policies.clear();
                role.seen.attached = vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".into()];
            }
        },
        call: |stage| Change::Role(role::Change::DeleteRole { name: name(stage) }),
        code: "DeleteConflict",
        says: "must detach all policies first",
        source: "IAM API reference, DeleteRole",
    },
    Row {
        situation: "not JSON",
        outside: nothing,
        call: |stage| put(stage, "{".into()),
        code: "MalformedPolicyDocument",
        says: "JSON",
        source: "IAM API reference, PutRolePolicy",
    },
    Row {
        situation: "more than 10240 characters of inline policies",
        outside: nothing,
        call: |stage| {
            let resource = format!("arn:aws:s3:::{}", "x".repeat(10_240));
            put(
                stage,
                format!(r#"{{"Statement":{{"Effect":"Allow","Action":"s3:*","Resource":"{resource}"}}}}"#),
            )
        },
        code: "LimitExceeded",
        says: "10240",
        source: "IAM user guide, \"IAM and AWS STS quotas\"",
    },
    Row {
        situation: "the trust policy names a role that does not exist",
        outside: nothing,
        call: |stage| {
            let trust = TRUST_FIREHOSE.replace("Service", "AWS");
            let trust = trust.replace("firehose.amazonaws.com", "arn:aws:iam::123456789012:role/none");
            let name = name(stage);
            Change::Role(role::Change::UpdateAssumeRolePolicy { name, trust })
        },
        code: "MalformedPolicyDocument",
        says: "Invalid principal in policy",
        source: "IAM user guide, \"AWS JSON policy elements: Principal\"",
    },
];

#[test]
fn iam_answers_as_its_reference_says() {
    check(IAM);
}

fn arn(stage: &Stage) -> String {
    place().role(&name(stage)).to_string()
}

fn create_with(edit: fn(&mut role::Change)) -> Change {
    let mut change = role::Change::CreateRole {
        name: "another".into(),
        description: String::new(),
        trust: TRUST_FIREHOSE.into(),
        boundary: None,
        tags: Tags::new(),
    };
    edit(&mut change);
    Change::Role(change)
}

fn described(text: &str) -> Change {
    let (name, description) = ("another".into(), text.to_owned());
    let (trust, tags) = (TRUST_FIREHOSE.into(), Tags::new());
    Change::Role(role::Change::CreateRole {
        name,
        description,
        trust,
        boundary: None,
        tags,
    })
}

fn trusting(stage: &Stage, from: &str, to: &str) -> Change {
    let (name, trust) = (name(stage), TRUST_FIREHOSE.replace(from, to));
    Change::Role(role::Change::UpdateAssumeRolePolicy { name, trust })
}

fn statement(stage: &Stage, statements: &str) -> Change {
    put(
        stage,
        format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#),
    )
}

fn tagged(stage: &Stage, tags: Tags) -> Change {
    let name = name(stage);
    Change::Role(role::Change::TagRole { name, tags })
}

const ELEMENTS: &str = "IAM user guide, \"IAM JSON policy elements reference\"";

#[rustfmt::skip]
const BOUNDS: &[Row] = &[
    row("a name with a blank", nothing, |_| create_role("a b"),
        "ValidationError", "roleName", "IAM API reference, CreateRole"),
    row("a name that is too long", nothing, |_| create_role(&"x".repeat(65)),
        "ValidationError", "roleName", "IAM API reference, CreateRole"),
    row("a description that is too long", nothing, |_| described(&"x".repeat(1001)),
        "ValidationError", "description", "IAM API reference, CreateRole"),
    row("a character that no description may have", nothing, |_| described("\u{2026}"),
        "ValidationError", "description", "IAM API reference, CreateRole"),
    row("a boundary that is no policy", nothing, |_| create_with(|change| {
            if let role::Change::CreateRole { boundary, .. } = change { *boundary = Some("arn:aws:iam::123456789012:role/a".into()); }
        }),
        "InvalidInput", "not valid", "IAM API reference, CreateRole, PermissionsBoundary"),
    row("a trust policy that is too long", nothing, |stage| trusting(stage, "2012-10-17", &"x".repeat(2048)),
        "LimitExceeded", "ACLSizePerRole", "IAM user guide, \"IAM and AWS STS quotas\""),
    row("a trust policy for a resource", nothing, |stage| trusting(stage, "\"Action\"", "\"Resource\":\"*\",\"Action\""),
        "MalformedPolicyDocument", "prohibited field Resource", ELEMENTS),
    row("a trust policy of nobody", nothing, |stage| trusting(stage, "\"Principal\"", "\"Nobody\""),
        "MalformedPolicyDocument", "Missing required field Principal", ELEMENTS),
    row("a trust policy for another action", nothing, |stage| trusting(stage, "sts:AssumeRole", "s3:GetObject"),
        "MalformedPolicyDocument", "STS AssumeRole actions", ELEMENTS),
    row("a trust policy of a service that there is not", nothing, |stage| trusting(stage, "firehose.amazonaws.com", "firehose"),
        "MalformedPolicyDocument", "Invalid principal in policy: \"SERVICE\"", ELEMENTS),
    row("a trust policy of a role that is gone, by its id", nothing, |stage| {
            let trust = TRUST_FIREHOSE.replace("Service", "AWS").replace("firehose.amazonaws.com", "AROA00000000000000000");
            Change::Role(role::Change::UpdateAssumeRolePolicy { name: name(stage), trust })
        },
        "MalformedPolicyDocument", "Invalid principal in policy: \"AWS\"", "IAM user guide, \"AWS JSON policy elements: Principal\""),
    row("an inline policy of somebody", nothing, |stage| statement(stage, r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}"#),
        "MalformedPolicyDocument", "should not specify a principal", ELEMENTS),
    row("an inline policy for nothing", nothing, |stage| statement(stage, r#"{"Effect":"Allow","Action":"s3:*"}"#),
        "MalformedPolicyDocument", "must contain resources", ELEMENTS),
    row("an action without its service", nothing, |stage| statement(stage, r#"{"Effect":"Allow","Action":"GetObject","Resource":"*"}"#),
        "MalformedPolicyDocument", "prefaced by a vendor", ELEMENTS),
    row("a resource that is no ARN", nothing, |stage| statement(stage, r#"{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}"#),
        "MalformedPolicyDocument", "must be in ARN format", ELEMENTS),
    row("a statement's id with a blank", nothing, |stage| statement(stage, r#"{"Sid":"a b","Effect":"Allow","Action":"s3:*","Resource":"*"}"#),
        "MalformedPolicyDocument", "alpha-numeric", ELEMENTS),
    row("two statements of one id", nothing, |stage| {
            let one = r#"{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
            statement(stage, &format!("{one},{one}"))
        },
        "MalformedPolicyDocument", "must be unique", ELEMENTS),
    row("a policy's name with a blank", nothing, |stage| {
            let (name, policy_name, policy) = (name(stage), "a b".into(), "{}".into());
            Change::Role(role::Change::PutRolePolicy { name, policy_name, policy })
        },
        "ValidationError", "policyName", "IAM API reference, PutRolePolicy"),
    row("two tags that differ by case only", nothing, |stage| tagged(stage, Tags::from(["Team", "team"].map(|key| (key.to_owned(), String::new())))),
        "InvalidInput", "case insensitive", "IAM user guide, \"Rules for tagging in IAM and AWS STS\""),
    row("a tag of AWS's own", nothing, |stage| tagged(stage, aws_tags()),
        "InvalidInput", "aws: are reserved", "IAM API reference, TagRole"),
    row("somebody put the role into an instance profile", |cloud, stage| {
            let role = cloud.roles.get_mut(&arn(stage)).unwrap();
            role.policies.clear();
            role.in_instance_profile = true;
        }, |stage| Change::Role(role::Change::DeleteRole { name: name(stage) }),
        "DeleteConflict", "instance profile", "IAM API reference, DeleteRole"),
    row("the role's policies went a moment ago", |cloud, stage| {
            cloud.timing.iam_lag = seconds(10);
            cloud.roles.edit(cloud.now, &arn(stage), |role| role.policies.clear());
        }, |stage| Change::Role(role::Change::DeleteRole { name: name(stage) }),
        "DeleteConflict", "must delete policies first", "IAM user guide, \"Changes that I make are not always immediately visible\""),
    row("the role is new and not known everywhere", |cloud, stage| {
            cloud.timing.iam_lag = seconds(10);
            let role = cloud.roles.remove(&arn(stage)).unwrap();
            cloud.roles.write(cloud.now, &arn(stage), role);
        }, |stage| tagged(stage, many_tags(1)),
        "NoSuchEntity", "cannot be found", "IAM user guide, \"Changes that I make are not always immediately visible\""),
    row("there is no such policy", nothing, |stage| Change::Role(role::Change::DeleteRolePolicy { name: name(stage), policy_name: "none".into() }),
        "NoSuchEntity", "cannot be found", "IAM API reference, DeleteRolePolicy"),
    row("the account's roles are used up", |cloud, _| cloud.quotas.roles = cloud.roles.len(), |_| create_role("another"),
        "LimitExceeded", "RolesPerAccount", "IAM user guide, \"IAM and AWS STS quotas\""),
];

#[test]
fn iam_keeps_its_bounds() {
    check(BOUNDS);
}
