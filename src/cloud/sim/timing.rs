//! How long things take.

use jiff::SignedDuration;

/// How long things take. All zero but the states' durations, unless a test says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Stream CREATING.
    pub stream_creating: SignedDuration,
    /// Stream UPDATING.
    pub stream_updating: SignedDuration,
    /// Stream DELETING.
    pub stream_deleting: SignedDuration,
    /// Delivery stream CREATING.
    pub delivery_creating: SignedDuration,
    /// Delivery stream DELETING.
    pub delivery_deleting: SignedDuration,
    /// Crawler RUNNING.
    pub crawl: SignedDuration,
    /// Crawler STOPPING.
    pub crawl_stopping: SignedDuration,
    /// Function Pending.
    pub function_pending: SignedDuration,
    /// Function's `LastUpdateStatus` `InProgress`.
    pub function_updating: SignedDuration,
    /// How far reads of IAM lag behind.
    pub iam_lag: SignedDuration,
    /// How late Firehose, Glue and Lambda learn of roles and policies, KMS and S3 of principals.
    pub iam_propagation: SignedDuration,
    /// How far KMS lags behind, in reads and in whether a key exists.
    pub kms_lag: SignedDuration,
    /// How far lists of keys and aliases lag behind.
    pub kms_list_lag: SignedDuration,
    /// How far reads of a bucket's sub-resources lag behind.
    pub s3_lag: SignedDuration,
    /// How long after its deletion a bucket's name is not available.
    pub bucket_name_held: SignedDuration,
    /// Reads that lag see the new and the old by turns, at random.
    pub flapping: bool,
    /// Whether Firehose's five calls a second for each operation are kept.
    pub rates: bool,
}

impl Default for Timing {
    fn default() -> Self {
        let seconds = SignedDuration::from_secs;
        Self {
            stream_creating: seconds(30),
            stream_updating: seconds(20),
            stream_deleting: seconds(30),
            delivery_creating: seconds(60),
            delivery_deleting: seconds(120),
            crawl: seconds(120),
            crawl_stopping: seconds(10),
            function_pending: seconds(5),
            function_updating: seconds(3),
            ..Self::none()
        }
    }
}

impl Timing {
    /// Everything at once.
    pub fn none() -> Self {
        let zero = SignedDuration::ZERO;
        Self {
            stream_creating: zero,
            stream_updating: zero,
            stream_deleting: zero,
            delivery_creating: zero,
            delivery_deleting: zero,
            crawl: zero,
            crawl_stopping: zero,
            function_pending: zero,
            function_updating: zero,
            iam_lag: zero,
            iam_propagation: zero,
            kms_lag: zero,
            kms_list_lag: zero,
            s3_lag: zero,
            bucket_name_held: zero,
            flapping: false,
            rates: false,
        }
    }

    /// States take their time, reads lag and flap, IAM propagates late, Firehose counts calls.
    pub fn real() -> Self {
        let seconds = SignedDuration::from_secs;
        Self {
            iam_lag: seconds(5),
            iam_propagation: seconds(15),
            kms_lag: seconds(10),
            kms_list_lag: seconds(120),
            s3_lag: seconds(60),
            bucket_name_held: seconds(90),
            flapping: true,
            rates: true,
            ..Self::default()
        }
    }
}
