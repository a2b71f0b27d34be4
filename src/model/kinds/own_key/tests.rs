use super::*;
use crate::model::kinds::testing::refusal as refused;
use crate::model::testing::key;

const FIELD: &str = "spec.encryption.bucketKeyArn";

fn there(state: &str, spec: &str) -> Said {
    Said::There {
        state: state.into(),
        spec: spec.into(),
    }
}

fn judged(said: Said) -> Option<Assessment> {
    let seen = OwnKey {
        arn: key("own"),
        said,
    };
    refusal(FIELD, &key("own"), Some(&seen))
}

#[test]
fn a_key_that_can_not_be_used_is_named_with_what_to_do() {
    for (said, parts) in [
        (Said::Absent, ["does not exist", "correct the ARN"]),
        (there("Disabled", SPEC), ["is Disabled", "enable it"]),
        (
            there("PendingDeletion", SPEC),
            ["is PendingDeletion", "cancel its deletion and enable it"],
        ),
        (
            there("PendingReplicaDeletion", SPEC),
            ["is PendingReplicaDeletion", "cancel its deletion"],
        ),
        (
            there("PendingImport", SPEC),
            ["is PendingImport", "import its key material"],
        ),
        (
            there("Unavailable", SPEC),
            ["is Unavailable", "connect its key store"],
        ),
        (there("Creating", SPEC), ["is Creating", "becomes Enabled"]),
        (
            there("Enabled", "RSA_2048"),
            ["is of spec RSA_2048", "symmetric encryption keys alone"],
        ),
        (
            there("Enabled", "HMAC_256"),
            ["is of spec HMAC_256", "write the ARN of such a key"],
        ),
    ] {
        let assessment = judged(said.clone()).unwrap_or_else(|| panic!("{said:?} is not refused"));
        let Refusal { reason, message } = refused(&assessment);
        assert_eq!(*reason, reasons::EXISTING_NOT_USABLE, "{said:?}");
        let named = [FIELD.to_owned(), key("own").to_string()];
        for part in parts.map(str::to_owned).iter().chain(&named) {
            assert!(message.contains(part), "{part}: {message}");
        }
    }
}

#[test]
fn a_key_that_encrypts_and_one_that_tells_nothing_stand_in_nobodys_way() {
    for said in [
        Said::Nothing,
        there("Enabled", SPEC),
        there("Updating", SPEC),
        there("", SPEC),
    ] {
        assert_eq!(judged(said.clone()), None, "{said:?}");
    }
}

#[test]
fn what_was_seen_of_another_key_tells_nothing() {
    let seen = OwnKey {
        arn: key("before"),
        said: Said::Absent,
    };
    assert_eq!(refusal(FIELD, &key("own"), Some(&seen)), None);
    assert_eq!(refusal(FIELD, &key("own"), None), None);
}
