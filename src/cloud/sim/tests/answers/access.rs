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

#[test]
fn iam_answers_as_its_reference_says() {
    check(&[
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
                let resource = "x".repeat(10_240);
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
    ]);
}
