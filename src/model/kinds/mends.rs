//! What is left to others: which properties a call puts right, so that a contested one can be left and the others mended;
//! and what nothing is done about.

use super::{
    Change, Desired, Difference, Observed, bucket, crawler, database, delivery, function, key, log_group,
    role, stream, table, workgroup,
};

impl Change {
    /// Whether the call writes `property`, a name that the differences of its kind use. A call that makes or removes
    /// the resource writes all of them.
    pub fn writes(&self, property: &str) -> bool {
        match self {
            Change::Key(change) => of_key(change, property),
            Change::Bucket(change) => of_bucket(change, property),
            Change::LogGroup(change) => of_log_group(change, property),
            Change::Stream(change) => of_stream(change, property),
            Change::Database(change) => match change {
                database::Change::TagResource { .. } | database::Change::UntagResource { .. } => {
                    property == TAGS
                }
                database::Change::UpdateDatabase { .. } => property != TAGS,
                database::Change::CreateDatabase { .. } | database::Change::DeleteDatabase { .. } => true,
            },
            Change::Table(
                table::Change::CreateTable { .. }
                | table::Change::UpdateTable { .. }
                | table::Change::DeleteTable { .. },
            ) => true,
            Change::Role(change) => of_role(change, property),
            Change::Delivery(change) => match change {
                delivery::Change::TagDeliveryStream { .. } | delivery::Change::UntagDeliveryStream { .. } => {
                    property == TAGS
                }
                delivery::Change::UpdateDestination { .. } => property != TAGS,
                delivery::Change::CreateDeliveryStream { .. }
                | delivery::Change::DeleteDeliveryStream { .. } => true,
            },
            Change::Crawler(change) => of_crawler(change, property),
            Change::Workgroup(change) => match change {
                workgroup::Change::TagResource { .. } | workgroup::Change::UntagResource { .. } => {
                    property == TAGS
                }
                workgroup::Change::UpdateWorkGroup { .. } => property != TAGS,
                workgroup::Change::CreateWorkGroup { .. } | workgroup::Change::DeleteWorkGroup { .. } => true,
            },
            Change::Function(change) => of_function(change, property),
        }
    }
}

const TAGS: &str = "Tags";
const CODE: &str = "CodeSha256";

fn of_key(change: &key::Change, property: &str) -> bool {
    use key::Change as C;
    match change {
        C::CreateAlias { alias, .. } | C::UpdateAlias { alias, .. } | C::DeleteAlias { alias } => {
            property == alias
        }
        C::EnableKey { .. } | C::CancelKeyDeletion { .. } => property == "KeyState",
        C::EnableKeyRotation { .. } | C::DisableKeyRotation { .. } => property == "KeyRotationEnabled",
        C::PutKeyPolicy { .. } => property == "Policy",
        C::UpdateKeyDescription { .. } => property == "Description",
        C::TagResource { .. } | C::UntagResource { .. } => property == TAGS,
        C::CreateKey { .. } | C::ScheduleKeyDeletion { .. } => true,
    }
}

fn of_bucket(change: &bucket::Change, property: &str) -> bool {
    use bucket::Change as C;
    match change {
        C::PutPublicAccessBlock { .. } => property == "PublicAccessBlock",
        C::PutBucketOwnershipControls { .. } => property == "ObjectOwnership",
        C::PutBucketEncryption { .. } => property == "ServerSideEncryption",
        C::PutBucketLifecycleConfiguration { .. } => property == "Lifecycle",
        C::PutBucketPolicy { .. } => property == "BucketPolicy",
        C::PutBucketTagging { .. } => property == TAGS,
        C::CreateBucket { .. }
        | C::DeleteObjects { .. }
        | C::AbortMultipartUpload { .. }
        | C::DeleteBucket { .. } => true,
    }
}

fn of_log_group(change: &log_group::Change, property: &str) -> bool {
    use log_group::Change as C;
    match change {
        C::PutRetentionPolicy { .. } => property == "retentionInDays",
        C::CreateLogStream { .. } => property == "log stream",
        C::TagResource { .. } | C::UntagResource { .. } => property == TAGS,
        C::CreateLogGroup { .. } | C::DeleteLogGroup { .. } => true,
    }
}

fn of_stream(change: &stream::Change, property: &str) -> bool {
    use stream::Change as C;
    match change {
        C::StartStreamEncryption { .. } => property == "KeyId",
        C::UpdateStreamMode { .. } => property == "StreamMode",
        C::UpdateShardCount { .. } => property == "ShardCount",
        C::IncreaseStreamRetentionPeriod { .. } | C::DecreaseStreamRetentionPeriod { .. } => {
            property == "RetentionPeriodHours"
        }
        C::AddTagsToStream { .. } | C::RemoveTagsFromStream { .. } => property == TAGS,
        C::CreateStream { .. } | C::DeleteStream { .. } => true,
    }
}

fn of_role(change: &role::Change, property: &str) -> bool {
    use role::Change as C;
    match change {
        C::UpdateAssumeRolePolicy { .. } => property == "AssumeRolePolicyDocument",
        C::UpdateRole { .. } => property == "Description",
        C::PutRolePolicy { .. } => property == "PolicyDocument",
        C::PutRolePermissionsBoundary { .. } => property == "PermissionsBoundary",
        C::TagRole { .. } | C::UntagRole { .. } => property == TAGS,
        C::CreateRole { .. } | C::DeleteRolePolicy { .. } | C::DeleteRole { .. } => true,
    }
}

fn of_crawler(change: &crawler::Change, property: &str) -> bool {
    use crawler::Change as C;
    match change {
        C::StartCrawlerSchedule { .. } => property == "Schedule.State",
        C::TagResource { .. } | C::UntagResource { .. } => property == TAGS,
        C::UpdateCrawler { .. } => property != TAGS,
        C::CreateCrawler { .. } | C::StopCrawler { .. } | C::DeleteCrawler { .. } => true,
    }
}

fn of_function(change: &function::Change, property: &str) -> bool {
    use function::Change as C;
    match change {
        C::UpdateFunctionCode { .. } => property == CODE,
        C::UpdateFunctionConfiguration { .. } => property != CODE && property != TAGS,
        C::TagResource { .. } | C::UntagResource { .. } => property == TAGS,
        C::CreateFunction { .. } | C::DeleteFunction { .. } => true,
    }
}

/// The resource as if these properties were as declared, of the kinds that change one property a time: then the next
/// one's turn comes. `None`: of another kind, whose calls all go out together.
pub fn pretend(desired: &Desired, live: &Observed, properties: &[Difference]) -> Option<Observed> {
    let named = |property: &str| properties.iter().any(|d| d.property == property);
    match (desired, live) {
        (Desired::Stream(want), Observed::Stream(live)) => {
            let mut live = live.clone();
            if named("KeyId") {
                live.key = Some(want.key.to_string());
            }
            if named("StreamMode") {
                live.on_demand = want.shards.is_none();
            }
            if named("StreamMode") || named("ShardCount") {
                live.open_shards = want.shards.unwrap_or(live.open_shards);
            }
            if named("RetentionPeriodHours") {
                live.retention_hours = want.retention_hours;
            }
            Some(Observed::Stream(live))
        }
        (Desired::Function(want), Observed::Function(live)) if named(CODE) => {
            let mut live = live.clone();
            live.code_sha256.clone_from(&want.code.sha256);
            Some(Observed::Function(live))
        }
        _ => None,
    }
}

/// What others put on the resource and nothing is done about, for people; `None`: nothing.
pub fn remark(desired: &Desired, live: &Observed) -> Option<String> {
    match (desired, live) {
        (Desired::Role(desired), Observed::Role(live)) => role::remark(desired, live),
        (Desired::Table(desired), Observed::Table(live)) => table::remark(desired, live),
        _ => None,
    }
}
