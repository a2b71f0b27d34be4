//! Rules on the smaller parts of the spec, and between them.

use super::Rule;

pub(super) fn rules() -> Vec<Rule> {
    let mut rules = vec![
        Rule::new(
            "spec",
            "!has(self.region) || self.region.matches('^[a-z]{2,}(-[a-z]{2,})+-[0-9]+$')",
            "not an AWS region: write its code, for example eu-west-1",
        )
        .field(".region"),
        Rule::new(
            "spec",
            "self.partitioning.discovery == 'Crawler' || !has(self.crawler)",
            "with partition projection there is no crawler: remove crawler, or write discovery: Crawler under partitioning",
        )
        .field(".crawler")
        .forbidden(),
        Rule::new(
            "spec.stream",
            "self.mode != 'OnDemand' || !has(self.shards)",
            "an OnDemand stream has no shards: remove shards, or write mode: Provisioned",
        )
        .field(".shards")
        .forbidden(),
        Rule::new(
            "spec.format",
            "self.compression in (self.type == 'Parquet' ? ['Snappy','Gzip','Uncompressed'] : ['Snappy','Zlib','Uncompressed'])",
            "the format lacks this compression: Parquet takes Snappy, Gzip or Uncompressed, Orc takes Snappy, Zlib or Uncompressed",
        )
        .field(".compression"),
        // Firehose API reference, ExtendedS3DestinationConfiguration.CustomTimeZone.
        Rule::new(
            "spec.partitioning",
            "self.timeZone.matches('^[a-zA-Z/_]+$')",
            "Firehose takes IANA time zones of letters, _ and / only: write for example UTC or Europe/Berlin, not an offset such as Etc/GMT+1",
        )
        .field(".timeZone"),
    ];
    rules.extend(storage());
    rules.extend(key_arn("bucketKeyArn"));
    rules.extend(key_arn("streamKeyArn"));
    rules
}

/// S3 User Guide, "Transitioning objects using Amazon S3 Lifecycle": the waterfall of storage classes.
fn storage() -> [Rule; 6] {
    const RANK: &str = "{'StandardIA':1,'IntelligentTiering':2,'OneZoneIA':3,'GlacierIR':4}";
    let ascending = |key: &str| {
        format!(
            "self.transitions.map(t, {key}).isSorted() && self.transitions.all(t, self.transitions.exists_one(u, {} == {key}))",
            key.replace("t.", "u.")
        )
    };
    [
        Rule::new(
            "spec.storage",
            ascending("t.afterDays"),
            "write the transitions in order of age, each with a higher afterDays than the one before",
        )
        .field(".transitions"),
        Rule::new(
            "spec.storage",
            ascending(&format!("{RANK}[t.storageClass]")),
            "objects only move down, each class once: StandardIA, then IntelligentTiering, then OneZoneIA or GlacierIR",
        )
        .field(".transitions"),
        Rule::new(
            "spec.storage",
            "!self.transitions.exists(t, t.storageClass == 'OneZoneIA') || !self.transitions.exists(t, t.storageClass == 'GlacierIR')",
            "S3 does not move objects from OneZoneIA to GlacierIR: write one of the two",
        )
        .field(".transitions"),
        Rule::new(
            "spec.storage.transitions[]",
            "!(self.storageClass in ['StandardIA','OneZoneIA']) || self.afterDays >= 30",
            "S3 moves objects to StandardIA and OneZoneIA after 30 days at the earliest: write afterDays: 30 or more",
        )
        .field(".afterDays"),
        Rule::new(
            "spec.storage",
            "self.transitions.all(t, !(t.storageClass in ['StandardIA','OneZoneIA']) || self.transitions.all(u, u.afterDays <= t.afterDays || u.afterDays >= t.afterDays + 30))",
            "S3 keeps objects in StandardIA and OneZoneIA for 30 days: move them on 30 days later or more",
        )
        .field(".transitions"),
        Rule::new(
            "spec",
            "!has(self.retention.lakeDays) || self.storage.transitions.all(t, t.afterDays < self.retention.lakeDays)",
            "a transition after the objects' end: write afterDays below retention.lakeDays, or raise lakeDays",
        )
        .field(".storage.transitions"),
    ]
}

/// A key of the user's own: its ARN, and its region where the lake's is written.
fn key_arn(field: &str) -> [Rule; 2] {
    const ARN: &str = "'^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$'";
    let key = format!("self.encryption.{field}");
    [
        Rule::new(
            "spec.encryption",
            format!("!has(self.{field}) || self.{field}.matches({ARN})"),
            "not the ARN of a KMS key: write arn:aws:kms:REGION:ACCOUNT:key/ID (an alias will not do)",
        )
        .field(format!(".{field}")),
        Rule::new(
            "spec",
            format!(
                "!has(self.region) || !has({key}) || {key}.split(':').size() < 6 || {key}.split(':')[3] == self.region"
            ),
            "the key is in another region than the lake: write the ARN of a key in spec.region",
        )
        .explain(format!(
            "'the key is in ' + {key}.split(':')[3] + ', the lake in ' + self.region + ': write the ARN of a key in ' + self.region"
        ))
        .field(format!(".encryption.{field}")),
    ]
}
