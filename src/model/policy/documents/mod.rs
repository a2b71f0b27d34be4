//! The policy documents of a lake: for each role what it needs and no more, and for buckets and keys the
//! part that roles can't say.
//!
//! Key and bucket policies name no role: AWS checks that a principal exists when the policy is written.
//! Rights come from the roles' own policies, bound to one service each by conditions.

mod roles;

use super::{Document, Principal, Statement};
use crate::model::arn::Scope;

pub use roles::{Crawler, Delivery, Publisher, crawler, delivery, publisher};

/// Firehose's principal.
pub const FIREHOSE: &str = "firehose.amazonaws.com";
/// Glue's principal.
pub const GLUE: &str = "glue.amazonaws.com";
/// Lambda's principal.
pub const LAMBDA: &str = "lambda.amazonaws.com";

/// Trust policy of the delivery role: Firehose on behalf of this account only (Firehose developer guide,
/// "Allow Amazon Data Firehose to assume an IAM role").
pub fn delivery_trust(scope: &Scope) -> Document {
    Document::new([trust(FIREHOSE).when("StringEquals", "sts:ExternalId", [&scope.account])])
}

/// Trust policy of the crawler role.
pub fn crawler_trust() -> Document {
    Document::new([trust(GLUE)])
}

/// Trust policy of the test publisher role.
pub fn publisher_trust() -> Document {
    Document::new([trust(LAMBDA)])
}

fn trust(service: &'static str) -> Statement {
    Statement::allow("Assume", ["sts:AssumeRole"]).principal(Principal::Service(service))
}

/// Bucket policy: nothing without TLS.
pub fn bucket(scope: &Scope, bucket: &str) -> Document {
    Document::new([Statement::deny("TlsOnly", ["s3:*"])
        .principal(Principal::Anyone)
        .on([scope.bucket(bucket), scope.objects(bucket, "*")])
        .when("Bool", "aws:SecureTransport", [false])])
}

/// Key policy: the account's own IAM decides (KMS developer guide, "Default key policy").
pub fn key(scope: &Scope) -> Document {
    Document::new([Statement::allow("Account", ["kms:*"])
        .principal(Principal::Account(scope.root().to_string()))
        .on(["*"])])
}

#[cfg(test)]
mod tests;
