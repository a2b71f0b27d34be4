//! Asking for a key of the user's own.

use super::super::{Answer, Cloud, Sim, refuse};
use super::key_seen;
use crate::cloud::absent;
use crate::model::arn::KeyArn;
use crate::model::fault::CallError;
use crate::model::kinds::key::Observed;
use crate::model::kinds::{OwnKey, Said};

/// What KMS says of the key, if one is asked for.
pub async fn own(sim: &Sim, key: Option<&KeyArn>) -> Result<Option<OwnKey>, CallError> {
    let Some(arn) = key else { return Ok(None) };
    let text = arn.to_string();
    let answer = sim.read("kms", "DescribeKey", &text, |cloud| describe(cloud, arn));
    let key = absent(answer.await, &["NotFoundException"]);
    let there = |key: Observed| Said::There {
        state: key.state,
        spec: key.spec,
    };
    OwnKey::told(arn, key.map(|key| key.map(there))).map(Some)
}

/// The operator's policy names the keys of its own account (docs/iam.md).
fn describe(cloud: &mut Cloud, arn: &KeyArn) -> Answer<Observed> {
    if arn.account() != cloud.account.as_str() {
        let message = format!("not authorized to perform: kms:DescribeKey on resource: {arn}");
        return refuse(400, "AccessDeniedException", message);
    }
    let view = cloud.view(cloud.timing.kms_lag);
    key_seen(cloud, &arn.to_string(), view).map(|key| key.seen.clone())
}
