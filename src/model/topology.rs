//! The resources of a lake, what each needs, and in which order they go.

/// One AWS resource of a lake. The order is that of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Id {
    BucketKey,
    StreamKey,
    LakeBucket,
    RawBucket,
    LogGroup,
    Stream,
    Database,
    Table,
    DeliveryRole,
    CrawlerRole,
    PublisherRole,
    Delivery,
    Crawler,
    Workgroup,
    PublisherLogGroup,
    Publisher,
}

impl Id {
    /// Every resource, in order of creation.
    pub const ALL: [Id; 16] = [
        Id::BucketKey,
        Id::StreamKey,
        Id::LakeBucket,
        Id::RawBucket,
        Id::LogGroup,
        Id::Stream,
        Id::Database,
        Id::Table,
        Id::DeliveryRole,
        Id::CrawlerRole,
        Id::PublisherRole,
        Id::Delivery,
        Id::Crawler,
        Id::Workgroup,
        Id::PublisherLogGroup,
        Id::Publisher,
    ];

    /// The id in status, Events and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Id::BucketKey => "bucket-key",
            Id::StreamKey => "stream-key",
            Id::LakeBucket => "lake-bucket",
            Id::RawBucket => "raw-bucket",
            Id::LogGroup => "log-group",
            Id::Stream => "stream",
            Id::Database => "database",
            Id::Table => "table",
            Id::DeliveryRole => "delivery-role",
            Id::CrawlerRole => "crawler-role",
            Id::PublisherRole => "publisher-role",
            Id::Delivery => "delivery-stream",
            Id::Crawler => "crawler",
            Id::Workgroup => "workgroup",
            Id::PublisherLogGroup => "publisher-log-group",
            Id::Publisher => "publisher",
        }
    }

    /// The kind in AWS's words.
    pub const fn kind(self) -> &'static str {
        match self {
            Id::BucketKey | Id::StreamKey => "KMS key",
            Id::LakeBucket | Id::RawBucket => "S3 bucket",
            Id::LogGroup | Id::PublisherLogGroup => "CloudWatch log group",
            Id::Stream => "Kinesis data stream",
            Id::Database => "Glue database",
            Id::Table => "Glue table",
            Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole => "IAM role",
            Id::Delivery => "Firehose delivery stream",
            Id::Crawler => "Glue crawler",
            Id::Workgroup => "Athena workgroup",
            Id::Publisher => "Lambda function",
        }
    }

    /// What must be as declared before this is created or changed.
    pub const fn needs(self) -> &'static [Id] {
        match self {
            Id::BucketKey | Id::StreamKey | Id::LogGroup | Id::PublisherLogGroup | Id::Database => &[],
            Id::LakeBucket | Id::RawBucket | Id::CrawlerRole => &[Id::BucketKey],
            Id::Stream | Id::PublisherRole => &[Id::StreamKey],
            Id::Table => &[Id::LakeBucket, Id::Database],
            Id::DeliveryRole => &[Id::BucketKey, Id::StreamKey],
            Id::Delivery => &[
                Id::LakeBucket,
                Id::RawBucket,
                Id::LogGroup,
                Id::Stream,
                Id::Table,
                Id::DeliveryRole,
            ],
            Id::Crawler => &[Id::LakeBucket, Id::Table, Id::CrawlerRole],
            Id::Workgroup => &[Id::LakeBucket],
            Id::Publisher => &[Id::Stream, Id::PublisherRole, Id::PublisherLogGroup],
        }
    }

    /// What must be gone before this is removed: whatever needs it, directly or not.
    pub fn needed_by(self) -> impl Iterator<Item = Id> {
        Id::ALL.into_iter().filter(move |id| id.needs().contains(&self))
    }

    /// Whether this names a KMS key that encrypts what is written to it, or by it.
    pub const fn is_encrypted(self) -> bool {
        matches!(
            self,
            Id::LakeBucket | Id::RawBucket | Id::Stream | Id::Delivery | Id::Workgroup
        )
    }

    /// Whether this holds data, or is needed to read it: what `RetainData` keeps.
    pub const fn holds_data(self) -> bool {
        matches!(
            self,
            Id::BucketKey
                | Id::StreamKey
                | Id::LakeBucket
                | Id::RawBucket
                | Id::Stream
                | Id::Database
                | Id::Table
        )
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Id {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Id::ALL.into_iter().find(|id| id.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_resource_needs_comes_before_it() {
        for id in Id::ALL {
            for need in id.needs() {
                assert!(need < &id, "{id} needs {need}, which comes later");
            }
        }
    }

    #[test]
    fn ids_are_told_apart_by_their_text() {
        for id in Id::ALL {
            assert_eq!(id.as_str().parse(), Ok(id));
        }
    }
}
