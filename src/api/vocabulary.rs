//! The public words: finalizer, annotations, tag keys, conditions and reasons, each in one place.

/// Keeps the object until its deletion policy is carried out.
pub const FINALIZER: &str = "datalake-operator.io/lake";
/// Set to `"true"`: under `deletionPolicy: Delete`, objects in the buckets are deleted.
pub const EMPTY_BUCKETS: &str = "datalake-operator.io/empty-buckets";
/// Set to `"true"`: `retention.streamHours` may be lowered, which destroys the older records at once.
pub const SHORTEN_RETENTION: &str = "datalake-operator.io/shorten-retention";
/// Hashes of differences, separated by commas or spaces: under `adoption: Unowned`, the resource of each is taken over.
pub const ADOPT: &str = "datalake-operator.io/adopt";

/// Tag `managed-by`, on every resource; the operator's IAM policy is written on it.
pub const TAG_MANAGED_BY: &str = "managed-by";
/// Value of [`TAG_MANAGED_BY`].
pub const MANAGED_BY: &str = "datalake-operator";
/// Tag: the cluster id of the owner.
pub const TAG_CLUSTER: &str = "datalake-operator.io/cluster";
/// Tag: the namespace of the owner.
pub const TAG_NAMESPACE: &str = "datalake-operator.io/namespace";
/// Tag: the name of the owner.
pub const TAG_NAME: &str = "datalake-operator.io/name";
/// Tag: short hashes of the user's tag keys that were set, so that a key taken out of `tags` leaves the resource.
pub const TAG_KEYS: &str = "datalake-operator.io/tag-keys";
/// Tag of a key: which of the lake's resources it is, as in status.
pub const TAG_RESOURCE: &str = "datalake-operator.io/resource";
/// Tag of a key: which call of `CreateKey` made it.
pub const TAG_INTENT: &str = "datalake-operator.io/intent";

/// Condition types.
pub mod conditions {
    /// Every resource is as declared and delivery is active.
    pub const READY: &str = "Ready";
    /// Work is under way; present only while true.
    pub const RECONCILING: &str = "Reconciling";
    /// Nothing goes on without the user; present only while true.
    pub const STALLED: &str = "Stalled";
    /// Keys.
    pub const ENCRYPTION: &str = "EncryptionReady";
    /// Buckets.
    pub const STORAGE: &str = "StorageReady";
    /// Stream, delivery and its log group, test publisher.
    pub const INGESTION: &str = "IngestionReady";
    /// Database, table, crawler, workgroup.
    pub const CATALOG: &str = "CatalogReady";
    /// Roles.
    pub const ACCESS: &str = "AccessReady";
    /// Something differs from what is declared, changed outside.
    pub const DRIFT: &str = "DriftDetected";
}

/// Reasons of conditions, resources and Events.
pub mod reasons {
    /// As declared.
    pub const READY: &str = "Ready";
    /// Resources are being made.
    pub const CREATING: &str = "Creating";
    /// Resources are being changed.
    pub const UPDATING: &str = "Updating";
    /// Resources are being removed.
    pub const DELETING: &str = "Deleting";
    /// AWS is at work, or an answer of AWS may still be old.
    pub const WAITING: &str = "Waiting";
    /// Held back by another resource.
    pub const BLOCKED: &str = "Blocked";
    /// `spec.suspend` is true.
    pub const SUSPENDED: &str = "Suspended";
    /// The spec has faults, each named in the message.
    pub const INVALID_SPEC: &str = "InvalidSpec";
    /// A change of something that cannot change, or that would lose data.
    pub const CHANGE_REFUSED: &str = "ChangeRefused";
    /// Account, region or a name resolves differently from when the lake was made.
    pub const IDENTITY_CHANGED: &str = "IdentityChanged";
    /// Something of that name is not this lake's.
    pub const NOT_OWNED: &str = "NotOwned";
    /// Something of that name is nobody's; it is taken over once the user agrees to the difference.
    pub const ADOPTION_PENDING: &str = "AdoptionPending";
    /// Something of that name is nobody's, and taking it over would lose data, or is not possible.
    pub const ADOPTION_REFUSED: &str = "AdoptionRefused";
    /// Was taken over.
    pub const ADOPTED: &str = "Adopted";
    /// An existing resource of the user's own, used as it is.
    pub const EXISTING: &str = "Existing";
    /// An existing resource of the user's own, or their own key, can't be used; the message says what to change.
    pub const EXISTING_NOT_USABLE: &str = "ExistingNotUsable";
    /// AWS refused a call; the message says which, why, and what to do.
    pub const AWS_ERROR: &str = "AWSError";
    /// AWS refused for lack of permission.
    pub const ACCESS_DENIED: &str = "AccessDenied";
    /// AWS asked to slow down.
    pub const THROTTLED: &str = "Throttled";
    /// A quota of the account is reached.
    pub const LIMIT_EXCEEDED: &str = "LimitExceeded";
    /// Differences from outside were found.
    pub const DRIFT_DETECTED: &str = "DriftDetected";
    /// Differences from outside were put right.
    pub const DRIFT_CORRECTED: &str = "DriftCorrected";
    /// Somebody changes something back again and again; it is left as it is.
    pub const CONTESTED: &str = "Contested";
    /// No differences.
    pub const IN_SYNC: &str = "InSync";
    /// A bucket that is to be deleted holds objects.
    pub const BUCKET_NOT_EMPTY: &str = "BucketNotEmpty";
    /// A key that is to be deleted is used by others.
    pub const KEY_IN_USE: &str = "KeyInUse";
    /// A database that is to be deleted holds tables of others.
    pub const DATABASE_NOT_EMPTY: &str = "DatabaseNotEmpty";
    /// A role that is to be deleted carries policies of others.
    pub const FOREIGN_POLICIES: &str = "ForeignPolicies";
    /// Stays on AWS.
    pub const KEPT: &str = "Kept";
    /// Another key of this lake exists that it does not use.
    pub const SPARE_KEY: &str = "SpareKey";
    /// A key that was to be deleted was restored.
    pub const RESTORED: &str = "Restored";
    /// Was created.
    pub const CREATED: &str = "Created";
    /// Was changed.
    pub const UPDATED: &str = "Updated";
    /// Was removed.
    pub const DELETED: &str = "Deleted";
    /// The delivery stream, function or other resource came out failed.
    pub const RESOURCE_FAILED: &str = "ResourceFailed";
}
