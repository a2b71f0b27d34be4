use super::*;
use crate::model::kinds::{OwnKey, Said};

const ARN: &str = "arn:aws:kms:eu-west-1:123456789012:key/own";

fn key() -> KeyArn {
    KeyArn::parse(ARN).unwrap()
}

#[tokio::test]
async fn a_key_of_the_users_own_is_asked_for_by_its_arn_and_told_as_kms_tells_it() {
    let of_spec =
        |spec: &str| enabled("own").replace("\"Enabled\":", &format!("\"KeySpec\":\"{spec}\",\"Enabled\":"));
    let there = |state: &str, spec: &str| Said::There {
        state: state.to_owned(),
        spec: spec.to_owned(),
    };
    let rows = [
        ((200, enabled("own")), there("Enabled", SPEC)),
        ((200, metadata("own", "Disabled", "")), there("Disabled", SPEC)),
        (
            (200, metadata("own", "PendingDeletion", "")),
            there("PendingDeletion", SPEC),
        ),
        ((200, of_spec("RSA_2048")), there("Enabled", "RSA_2048")),
        ((NOT_FOUND.0, NOT_FOUND.1.to_owned()), Said::Absent),
        ((DENIED.0, DENIED.1.to_owned()), Said::Nothing),
    ];
    for ((status, body), said) in rows {
        let (aws, http) = replay(vec![(status, &body)]);
        let expected = OwnKey { arn: key(), said };
        assert_eq!(own(&aws, &place(), Some(&key())).await, Ok(Some(expected)));
        assert_eq!(operations(&http), ["DescribeKey"]);
        assert_eq!(sent(&http)[0].json()["KeyId"], ARN);
    }
}

#[tokio::test]
async fn no_key_of_the_users_own_is_no_call_and_a_look_that_fails_is_an_error() {
    let (aws, http) = replay(Vec::new());
    assert_eq!(own(&aws, &place(), None).await, Ok(None));
    assert_eq!(sent(&http), []);
    let (aws, _) = replay(vec![(400, r#"{"__type":"InvalidArnException","message":"no"}"#)]);
    let error = own(&aws, &place(), Some(&key())).await.unwrap_err();
    assert_eq!(
        (error.operation, error.code.as_str()),
        ("DescribeKey", "InvalidArnException")
    );
}
