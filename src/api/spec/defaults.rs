//! What is taken where the user says nothing of a part of the lake.

use super::{
    Buffering, Compression, Crawler, Discovery, Encryption, Format, FormatType, Granularity, Partitioning,
    Query, Retention,
};

impl Default for Buffering {
    fn default() -> Self {
        Self {
            interval_seconds: 60,
            size_mib: 64,
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            stream_hours: 24,
            raw_days: 30,
            error_days: 30,
            lake_days: None,
        }
    }
}

impl Default for Partitioning {
    fn default() -> Self {
        Self {
            granularity: Granularity::Hour,
            time_zone: "UTC".into(),
            discovery: Discovery::Crawler,
        }
    }
}

impl Default for Format {
    fn default() -> Self {
        Self {
            r#type: FormatType::Parquet,
            compression: Compression::Snappy,
        }
    }
}

impl Default for Crawler {
    fn default() -> Self {
        Self {
            schedule: "cron(15,45 * * * ? *)".into(),
        }
    }
}

impl Default for Encryption {
    fn default() -> Self {
        Self {
            rotation: true,
            deletion_window_days: 30,
            bucket_key_arn: None,
            stream_key_arn: None,
        }
    }
}

impl Default for Query {
    fn default() -> Self {
        Self {
            workgroup: true,
            result_days: 7,
            bytes_scanned_limit_mib: None,
        }
    }
}
