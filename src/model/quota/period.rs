//! How often lakes in sync can be looked at, so that looking leaves room for everything else.

use jiff::SignedDuration;

use super::quota;

/// What looking for drift may take of the rate of a quota; the other half is for bringing up, editing and removing.
const SHARE: f64 = 0.5;

/// Calls that a lake in sync costs in two drift periods, by operation, with every part of a lake switched on. Keys, buckets
/// and roles are looked at every other period. (A key of the user's own is described with each bucket or stream that it is
/// for, of a quota that nothing comes near.)
pub const IDLE: &[(&str, &str, u32)] = &[
    ("kms", "DescribeKey", 2),
    ("kms", "GetKeyPolicy", 2),
    ("kms", "GetKeyRotationStatus", 2),
    ("kms", "ListResourceTags", 2),
    ("s3", "GetBucketTagging", 2),
    ("s3", "GetBucketEncryption", 2),
    ("s3", "GetPublicAccessBlock", 2),
    ("s3", "GetBucketOwnershipControls", 2),
    ("s3", "GetBucketLifecycleConfiguration", 2),
    ("s3", "GetBucketPolicy", 2),
    ("iam", "GetRole", 3),
    ("iam", "GetRolePolicy", 3),
    ("iam", "ListRolePolicies", 3),
    ("iam", "ListAttachedRolePolicies", 3),
    ("logs", "DescribeLogGroups", 4),
    ("logs", "ListTagsForResource", 4),
    ("logs", "DescribeLogStreams", 2),
    ("kinesis", "DescribeStreamSummary", 2),
    ("kinesis", "ListTagsForStream", 2),
    ("firehose", "DescribeDeliveryStream", 2),
    ("firehose", "ListTagsForDeliveryStream", 2),
    ("glue", "GetDatabase", 2),
    ("glue", "GetTable", 2),
    ("glue", "GetCrawler", 2),
    ("glue", "GetTags", 4),
    ("athena", "GetWorkGroup", 2),
    ("athena", "ListTagsForResource", 2),
    ("lambda", "GetFunction", 2),
];

/// How many lakes share the quotas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Load {
    /// Lakes in the region.
    pub region: usize,
    /// Lakes in all regions: IAM counts them together.
    pub account: usize,
}

/// How often each lake is looked at: as declared, or as seldom as it takes that half of every rate is enough for all of
/// them. `pace` is the share of its rates that a service takes now, 0 to 1.
pub fn drift_period(
    declared: SignedDuration,
    load: Load,
    pace: impl Fn(&'static str) -> f64,
) -> SignedDuration {
    let needed = IDLE.iter().map(|(service, operation, calls)| {
        let lakes = if *service == "iam" {
            load.account
        } else {
            load.region
        };
        let lakes = f64::from(u32::try_from(lakes).unwrap_or(u32::MAX));
        let rate = quota(service, operation).rate() * pace(service) * SHARE;
        lakes * f64::from(*calls) / 2.0 / rate
    });
    let seconds = needed.fold(0.0, f64::max);
    SignedDuration::try_from_secs_f64(seconds.ceil())
        .unwrap_or(SignedDuration::MAX)
        .max(declared)
}
