use super::super::testing::{place, replay, sent};
use super::*;

fn target() -> Target {
    Target {
        name: "dl-role".into(),
        policy_name: "ours".into(),
    }
}

const ROLE: &str = r"<GetRoleResponse><GetRoleResult><Role>
    <Path>/</Path><RoleName>dl-role</RoleName><RoleId>AROAEXAMPLE</RoleId>
    <Arn>arn:aws:iam::123456789012:role/dl-role</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>
    <AssumeRolePolicyDocument>%7B%22a%22%3A%22x%2By%22%7D</AssumeRolePolicyDocument>
    <Description>A role</Description><MaxSessionDuration>43200</MaxSessionDuration>
    <PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>
      <PermissionsBoundaryArn>arn:aws:iam::123456789012:policy/limit</PermissionsBoundaryArn></PermissionsBoundary>
    <Tags><member><Key>team</Key><Value>data</Value></member></Tags>
  </Role></GetRoleResult></GetRoleResponse>";
const POLICY: &str = r"<GetRolePolicyResponse><GetRolePolicyResult><RoleName>dl-role</RoleName>
    <PolicyName>ours</PolicyName><PolicyDocument>%7B%22b%22%3A1%7D</PolicyDocument>
  </GetRolePolicyResult></GetRolePolicyResponse>";
const INLINE: &str = r"<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames><member>ours</member>
    <member>theirs</member></PolicyNames></ListRolePoliciesResult></ListRolePoliciesResponse>";
const ATTACHED: &str = r"<ListAttachedRolePoliciesResponse><ListAttachedRolePoliciesResult><AttachedPolicies>
    <member><PolicyName>p</PolicyName><PolicyArn>arn:aws:iam::aws:policy/p</PolicyArn></member>
  </AttachedPolicies></ListAttachedRolePoliciesResult></ListAttachedRolePoliciesResponse>";
const MISSING: &str = r"<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code>
    <Message>not found</Message></Error></ErrorResponse>";

#[tokio::test]
async fn a_role_is_read_with_its_documents_decoded_once() {
    let (aws, client) = replay(vec![(200, ROLE), (200, POLICY), (200, INLINE), (200, ATTACHED)]);
    let seen = observe(&aws, &place(), &target()).await.unwrap().unwrap();
    let expected = Observed {
        name: "dl-role".into(),
        arn: "arn:aws:iam::123456789012:role/dl-role".into(),
        description: "A role".into(),
        trust: r#"{"a":"x+y"}"#.into(),
        policy: Some(r#"{"b":1}"#.into()),
        other_policies: vec!["theirs".into()],
        attached: vec!["arn:aws:iam::aws:policy/p".into()],
        boundary: Some("arn:aws:iam::123456789012:policy/limit".into()),
        max_session: Some(43_200),
        tags: Tags::from([("team".into(), "data".into())]),
    };
    assert_eq!(seen, expected);
    assert_eq!(sent(&client).len(), 4);
}

#[tokio::test]
async fn a_role_that_is_missing_costs_one_call_and_a_policy_that_is_missing_is_none() {
    let (aws, client) = replay(vec![(404, MISSING)]);
    assert_eq!(observe(&aws, &place(), &target()).await, Ok(None));
    assert_eq!(sent(&client).len(), 1);
    let (aws, _) = replay(vec![(200, ROLE), (404, MISSING), (200, INLINE), (200, ATTACHED)]);
    assert_eq!(
        observe(&aws, &place(), &target()).await.unwrap().unwrap().policy,
        None
    );
}

#[tokio::test]
async fn a_refusal_is_told_by_its_wire_code() {
    let denied = MISSING.replace("NoSuchEntity", "AccessDenied");
    let (aws, _) = replay(vec![(403, &denied)]);
    let error = observe(&aws, &place(), &target()).await.unwrap_err();
    assert_eq!(
        (error.service, error.operation, error.code.as_str()),
        ("iam", "GetRole", "AccessDenied")
    );
}

/// The form that one change sends.
async fn form(change: Change) -> String {
    let answer = format!(
        "<{0}Response><{0}Result></{0}Result></{0}Response>",
        change.operation()
    );
    let created = "<CreateRoleResponse><CreateRoleResult><Role><Path>/</Path><RoleName>r</RoleName><RoleId>i</RoleId>\
        <Arn>a</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role></CreateRoleResult></CreateRoleResponse>";
    let create = matches!(change, Change::CreateRole { .. });
    let (aws, client) = replay(vec![(200, if create { created } else { &answer })]);
    apply(&aws, &place(), &change).await.unwrap();
    let body = sent(&client).remove(0).body;
    assert!(
        body.starts_with(&format!("Action={}&", change.operation())),
        "{body}"
    );
    body
}

#[tokio::test]
async fn a_role_is_created_with_tags_and_boundary_in_one_call() {
    let change = |boundary: Option<&str>| Change::CreateRole {
        name: "r".into(),
        description: "A role".into(),
        trust: "{}".into(),
        boundary: boundary.map(str::to_owned),
        tags: Tags::from([("a".into(), "1".into())]),
    };
    let body = form(change(Some("arn:b"))).await;
    for part in [
        "RoleName=r",
        "Description=A%20role",
        "AssumeRolePolicyDocument=%7B%7D",
        "PermissionsBoundary=arn%3Ab",
        "Tags.member.1.Key=a",
        "Tags.member.1.Value=1",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    assert!(
        !form(change(None)).await.contains("PermissionsBoundary"),
        "none declared, none sent"
    );
}

#[tokio::test]
async fn each_change_is_one_call() {
    let name = || "r".to_owned();
    let policy_name = || "ours".to_owned();
    for (change, part) in [
        (
            Change::UpdateAssumeRolePolicy {
                name: name(),
                trust: "{}".into(),
            },
            "PolicyDocument=%7B%7D",
        ),
        (
            Change::UpdateRole {
                name: name(),
                description: "d".into(),
                max_session: Some(43_200),
            },
            "Description=d&MaxSessionDuration=43200",
        ),
        (
            Change::PutRolePolicy {
                name: name(),
                policy_name: policy_name(),
                policy: "{}".into(),
            },
            "PolicyName=ours&PolicyDocument=%7B%7D",
        ),
        (
            Change::PutRolePermissionsBoundary {
                name: name(),
                boundary: "arn:b".into(),
            },
            "PermissionsBoundary=arn%3Ab",
        ),
        (
            Change::TagRole {
                name: name(),
                tags: Tags::from([("a".into(), "1".into())]),
            },
            "Tags.member.1.Key=a",
        ),
        (
            Change::UntagRole {
                name: name(),
                keys: vec!["a".into()],
            },
            "TagKeys.member.1=a",
        ),
        (
            Change::DeleteRolePolicy {
                name: name(),
                policy_name: policy_name(),
            },
            "PolicyName=ours",
        ),
        (Change::DeleteRole { name: name() }, "RoleName=r"),
    ] {
        let body = form(change).await;
        assert!(body.contains(part), "{part} in {body}");
    }
}
