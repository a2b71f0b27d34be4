//! Kinesis.

use super::*;

fn name(stage: &Stage) -> String {
    stage.lake.names.stream.clone()
}

fn stream<'a>(cloud: &'a mut Cloud, stage: &Stage) -> &'a mut Stream {
    cloud
        .streams
        .get_mut(&place().stream(&name(stage)).to_string())
        .unwrap()
}

const KINESIS: &[Row] = &[
    Row {
        situation: "the stream exists",
        outside: nothing,
        call: |stage| stage.creation(Id::Stream),
        code: "ResourceInUseException",
        says: "already exists",
        source: "Kinesis API reference, CreateStream",
    },
    Row {
        situation: "the stream is busy",
        outside: |cloud, stage| stream(cloud, stage).seen.status = "UPDATING".into(),
        call: |stage| {
            let (name, hours) = (name(stage), 48);
            Change::Stream(stream::Change::IncreaseStreamRetentionPeriod { name, hours })
        },
        code: "ResourceInUseException",
        says: "not ACTIVE, instead in state UPDATING",
        source: "Kinesis API reference, IncreaseStreamRetentionPeriod",
    },
    Row {
        situation: "there is no such stream",
        outside: nothing,
        call: |_| delete("none".into(), true),
        code: "ResourceNotFoundException",
        says: "not found",
        source: "Kinesis API reference, DeleteStream",
    },
    Row {
        situation: "more than double",
        outside: nothing,
        call: |stage| {
            let (name, target) = (name(stage), 3);
            Change::Stream(stream::Change::UpdateShardCount { name, target })
        },
        code: "InvalidArgumentException",
        says: "at most double",
        source: "Kinesis API reference, UpdateShardCount",
    },
    Row {
        situation: "the eleventh time within a day",
        outside: |cloud, stage| {
            let now = cloud.now;
            stream(cloud, stage).reshards = vec![now; 10];
        },
        call: |stage| {
            let (name, target) = (name(stage), 2);
            Change::Stream(stream::Change::UpdateShardCount { name, target })
        },
        code: "LimitExceededException",
        says: "10 times",
        source: "Kinesis API reference, UpdateShardCount",
    },
    Row {
        situation: "the third switch within a day",
        outside: |cloud, stage| {
            let now = cloud.now;
            stream(cloud, stage).switches = vec![now; 2];
        },
        call: |stage| {
            let (arn, on_demand) = (place().stream(&name(stage)).to_string(), true);
            Change::Stream(stream::Change::UpdateStreamMode { arn, on_demand })
        },
        code: "LimitExceededException",
        says: "2 times",
        source: "Kinesis developer guide, \"Quotas and limits\"",
    },
    Row {
        situation: "shorter by the call that lengthens",
        outside: |cloud, stage| stream(cloud, stage).seen.retention_hours = 48,
        call: |stage| {
            let (name, hours) = (name(stage), 24);
            Change::Stream(stream::Change::IncreaseStreamRetentionPeriod { name, hours })
        },
        code: "InvalidArgumentException",
        says: "must be longer",
        source: "Kinesis API reference, IncreaseStreamRetentionPeriod",
    },
    Row {
        situation: "the key is disabled",
        outside: |cloud, stage| {
            cloud.keys.get_mut(&stage.key().to_string()).unwrap().seen.state = "Disabled".into();
        },
        call: |stage| {
            let (name, key) = (name(stage), stage.key().clone());
            Change::Stream(stream::Change::StartStreamEncryption { name, key })
        },
        code: "KMSDisabledException",
        says: "is disabled",
        source: "Kinesis API reference, StartStreamEncryption",
    },
];

#[test]
fn kinesis_answers_as_its_reference_says() {
    check(KINESIS);
}

fn create(name: &str, shards: Option<i32>) -> Change {
    let (name, tags) = (name.to_owned(), Tags::new());
    Change::Stream(stream::Change::CreateStream { name, shards, tags })
}

fn reshard(stage: &Stage, target: i32) -> Change {
    let name = name(stage);
    Change::Stream(stream::Change::UpdateShardCount { name, target })
}

fn delete(name: String, enforce_consumer_deletion: bool) -> Change {
    Change::Stream(stream::Change::DeleteStream {
        name,
        enforce_consumer_deletion,
    })
}

fn encrypt(stage: &Stage) -> Change {
    let (name, key) = (name(stage), stage.key().clone());
    Change::Stream(stream::Change::StartStreamEncryption { name, key })
}

fn busy(cloud: &mut Cloud, stage: &Stage) {
    stream(cloud, stage).seen.status = "UPDATING".into();
}

#[rustfmt::skip]
const BOUNDS: &[Row] = &[
    row("a name with a blank", nothing, |_| create("a b", Some(1)),
        "ValidationException", "streamName", "Kinesis API reference, CreateStream"),
    row("no shard", nothing, |_| create("another", Some(0)),
        "ValidationException", "shardCount", "Kinesis API reference, CreateStream"),
    row("the sixth in CREATING", |cloud, _| {
            for n in 0..5 {
                let mut live = Stream::default();
                live.seen.status = "CREATING".into();
                cloud.streams.put(&format!("s{n}"), live);
            }
        }, |_| create("another", Some(1)),
        "LimitExceededException", "already being created", "Kinesis API reference, CreateStream"),
    row("more shards than the account may have", nothing, |_| create("another", Some(200)),
        "LimitExceededException", "shard limit", "Kinesis developer guide, \"Quotas and limits\""),
    row("more shards than the account may have, later", |cloud, _| cloud.quotas.shards = 1, |stage| reshard(stage, 2),
        "LimitExceededException", "shard limit", "Kinesis developer guide, \"Quotas and limits\""),
    row("more streams on demand than the account may have", |cloud, _| cloud.quotas.on_demand_streams = 0, |_| create("another", None),
        "LimitExceededException", "on-demand", "Kinesis developer guide, \"Quotas and limits\""),
    row("more than 10000 shards", |cloud, stage| { stream(cloud, stage).seen.open_shards = 6000; cloud.quotas.shards = 100_000; }, |stage| reshard(stage, 10_001),
        "InvalidArgumentException", "10000", "Kinesis API reference, UpdateShardCount"),
    row("less than half", |cloud, stage| stream(cloud, stage).seen.open_shards = 5, |stage| reshard(stage, 2),
        "InvalidArgumentException", "at least half", "Kinesis API reference, UpdateShardCount"),
    row("the shards of a stream on demand", |cloud, stage| stream(cloud, stage).seen.on_demand = true, |stage| reshard(stage, 2),
        "ValidationException", "ON_DEMAND", "Kinesis API reference, UpdateShardCount"),
    row("longer than a year", nothing, |stage| Change::Stream(stream::Change::IncreaseStreamRetentionPeriod { name: name(stage), hours: 8761 }),
        "InvalidArgumentException", "between 24 and 8760", "Kinesis API reference, IncreaseStreamRetentionPeriod"),
    row("longer by the call that shortens", nothing, |stage| Change::Stream(stream::Change::DecreaseStreamRetentionPeriod { name: name(stage), hours: 48 }),
        "InvalidArgumentException", "must be shorter", "Kinesis API reference, DecreaseStreamRetentionPeriod"),
    row("encrypted while it is busy", busy, encrypt,
        "ResourceInUseException", "not ACTIVE, instead in state UPDATING", "Kinesis API reference, StartStreamEncryption"),
    row("tagged while it is busy", busy, |stage| Change::Stream(stream::Change::AddTagsToStream { name: name(stage), tags: many_tags(1) }),
        "ResourceInUseException", "not ACTIVE", "Kinesis API reference, CreateStream"),
    row("untagged while it is busy", busy, |stage| Change::Stream(stream::Change::RemoveTagsFromStream { name: name(stage), keys: vec!["a".into()] }),
        "ResourceInUseException", "not ACTIVE", "Kinesis API reference, CreateStream"),
    row("deleted while it is busy", busy, |stage| delete(name(stage), true),
        "ResourceInUseException", "not ACTIVE", "Kinesis API reference, DeleteStream"),
    row("deleted while a consumer is registered", |cloud, stage| stream(cloud, stage).consumers.extend(["theirs".into()]), |stage| delete(name(stage), false),
        "ResourceInUseException", "consumers registered", "Kinesis API reference, DeleteStream"),
    row("the 26th key within a day", |cloud, stage| { let now = cloud.now; stream(cloud, stage).keys = vec![now; 25]; }, encrypt,
        "LimitExceededException", "25 times", "Kinesis API reference, StartStreamEncryption"),
    row("the key is gone", |cloud, stage| drop(cloud.keys.remove(&stage.key().to_string())), encrypt,
        "KMSNotFoundException", "does not exist", "Kinesis API reference, StartStreamEncryption"),
    row("the key is pending deletion", |cloud, stage| cloud.keys.get_mut(&stage.key().to_string()).unwrap().seen.state = "PendingDeletion".into(), encrypt,
        "KMSInvalidStateException", "pending deletion", "Kinesis API reference, StartStreamEncryption"),
    row("a tag of AWS's own", nothing, |stage| Change::Stream(stream::Change::AddTagsToStream { name: name(stage), tags: aws_tags() }),
        "InvalidArgumentException", "aws: are reserved", "Kinesis API reference, AddTagsToStream"),
];

#[test]
fn kinesis_keeps_its_bounds() {
    check(BOUNDS);
}
