//! Hands that change what the operator keeps, behind its back.

use std::io::{Cursor, Write};

use aws_sdk_athena::types::{WorkGroupConfigurationUpdates, WorkGroupState};
use aws_sdk_firehose::types::{
    BufferingHints, CloudWatchLoggingOptions, EncryptionConfiguration, ExtendedS3DestinationUpdate,
    NoEncryptionConfig, S3DestinationUpdate,
};
use aws_sdk_glue::types::builders::TableInputBuilder;
use aws_sdk_glue::types::{
    DatabaseInput, SchemaChangePolicy, SerDeInfo, StorageDescriptor, TableInput, UpdateBehavior,
};
use aws_sdk_kinesis::types::{EncryptionType, ScalingType, StreamMode, StreamModeDetails};
use aws_sdk_s3::types::{
    ObjectOwnership, OwnershipControls, OwnershipControlsRule, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging,
};
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::look::Eyes;

/// One change from outside.
pub struct Hand {
    /// Of which resource.
    pub id: &'static str,
    /// Of which property.
    pub what: &'static str,
    pub act: for<'a> fn(&'a Eyes) -> BoxFuture<'a, ()>,
}

/// A row: resource, property, and the call that changes it.
macro_rules! hand {
    ($id:literal, $what:literal, |$eyes:ident| $call:expr) => {
        Hand {
            id: $id,
            what: $what,
            act: |$eyes| {
                async move {
                    let _answer = $call.await.unwrap();
                }
                .boxed()
            },
        }
    };
}

/// A role's policy that lets nobody do anything.
const DENY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
/// A trust policy that lets another service in.
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
/// A key policy that lets everybody in.
const OPEN: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"mine","Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*"}]}"#;

/// Each managed property of each kind.
pub fn hands() -> Vec<Hand> {
    [of_keys(), of_buckets(), of_ingestion(), of_catalog(), of_access()]
        .into_iter()
        .flatten()
        .collect()
}

#[rustfmt::skip]
fn of_keys() -> Vec<Hand> {
    vec![
        hand!("bucket-key", "rotation", |e| e.aws.kms.disable_key_rotation().key_id(key(e, "bucket-key").await).send()),
        hand!("bucket-key", "disabled", |e| e.aws.kms.disable_key().key_id(key(e, "bucket-key").await).send()),
        hand!("bucket-key", "pending deletion", |e| e.aws.kms.schedule_key_deletion().key_id(key(e, "bucket-key").await).pending_window_in_days(7).send()),
        hand!("stream-key", "policy", |e| e.aws.kms.put_key_policy().key_id(key(e, "stream-key").await).policy(OPEN).send()),
        hand!("stream-key", "tags", |e| e.aws.kms.untag_resource().key_id(key(e, "stream-key").await).tag_keys("managed-by").send()),
        hand!("stream-key", "description", |e| e.aws.kms.update_key_description().key_id(key(e, "stream-key").await).description("mine").send()),
        hand!("stream-key", "alias", |e| e.aws.kms.delete_alias().alias_name(e.name("stream-key")).send()),
    ]
}

async fn key(eyes: &Eyes, id: &str) -> String {
    eyes.look(id).await["id"].as_str().unwrap().to_owned()
}

#[rustfmt::skip]
fn of_buckets() -> Vec<Hand> {
    vec![
        hand!("lake-bucket", "public access block", |e| e.aws.s3.delete_public_access_block().bucket(e.name("lake-bucket")).send()),
        hand!("lake-bucket", "ownership", |e| e.aws.s3.put_bucket_ownership_controls().bucket(e.name("lake-bucket")).ownership_controls(acls()).send()),
        hand!("lake-bucket", "encryption", |e| e.aws.s3.put_bucket_encryption().bucket(e.name("lake-bucket")).server_side_encryption_configuration(aes()).send()),
        hand!("raw-bucket", "lifecycle", |e| e.aws.s3.delete_bucket_lifecycle().bucket(e.name("raw-bucket")).send()),
        hand!("raw-bucket", "policy", |e| e.aws.s3.delete_bucket_policy().bucket(e.name("raw-bucket")).send()),
        hand!("raw-bucket", "tags", |e| e.aws.s3.put_bucket_tagging().bucket(e.name("raw-bucket")).tagging(without_manager(e).await).send()),
    ]
}

fn acls() -> OwnershipControls {
    let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::ObjectWriter);
    OwnershipControls::builder()
        .rules(rule.build().unwrap())
        .build()
        .unwrap()
}

fn aes() -> ServerSideEncryptionConfiguration {
    let default = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256);
    let rule =
        ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(default.build().unwrap());
    ServerSideEncryptionConfiguration::builder()
        .rules(rule.build())
        .build()
        .unwrap()
}

async fn without_manager(eyes: &Eyes) -> Tagging {
    let tags = eyes.look("raw-bucket").await["tags"].clone();
    let tags = tags
        .as_object()
        .unwrap()
        .iter()
        .filter(|(key, _)| *key != "managed-by");
    let tags = tags.map(|(key, value)| {
        Tag::builder()
            .key(key)
            .value(value.as_str().unwrap())
            .build()
            .unwrap()
    });
    Tagging::builder()
        .set_tag_set(Some(tags.collect()))
        .build()
        .unwrap()
}

#[rustfmt::skip]
fn of_ingestion() -> Vec<Hand> {
    vec![
        hand!("log-group", "retention", |e| e.aws.logs.delete_retention_policy().log_group_name(e.name("log-group")).send()),
        hand!("log-group", "a log stream", |e| e.aws.logs.delete_log_stream().log_group_name(e.name("log-group")).log_stream_name("BackupDelivery").send()),
        hand!("stream", "shards", |e| e.aws.kinesis.update_shard_count().stream_name(e.name("stream")).target_shard_count(2).scaling_type(ScalingType::UniformScaling).send()),
        hand!("stream", "encryption", |e| e.aws.kinesis.stop_stream_encryption().stream_name(e.name("stream")).encryption_type(EncryptionType::Kms).key_id(e.arn("stream-key")).send()),
        hand!("stream", "mode", |e| e.aws.kinesis.update_stream_mode().stream_arn(e.arn("stream")).stream_mode_details(on_demand()).send()),
        hand!("stream", "tags", |e| e.aws.kinesis.remove_tags_from_stream().stream_name(e.name("stream")).tag_keys("managed-by").send()),
        hand!("delivery-stream", "prefix", |e| destination(e, ExtendedS3DestinationUpdate::builder().prefix("data/!{timestamp:yyyy}/").build())),
        hand!("delivery-stream", "buffering", |e| destination(e, ExtendedS3DestinationUpdate::builder().buffering_hints(BufferingHints::builder().interval_in_seconds(900).size_in_mbs(128).build()).build())),
        hand!("delivery-stream", "logging", |e| destination(e, ExtendedS3DestinationUpdate::builder().cloud_watch_logging_options(CloudWatchLoggingOptions::builder().enabled(false).build()).build())),
        hand!("delivery-stream", "the backup's key", |e| destination(e, ExtendedS3DestinationUpdate::builder().s3_backup_update(S3DestinationUpdate::builder().encryption_configuration(unencrypted()).build()).build())),
        hand!("publisher", "timeout", |e| e.aws.lambda.update_function_configuration().function_name(e.name("publisher")).timeout(3).send()),
        hand!("publisher", "code", |e| e.aws.lambda.update_function_code().function_name(e.name("publisher")).zip_file(code()).send()),
        hand!("publisher-log-group", "retention", |e| e.aws.logs.put_retention_policy().log_group_name(e.name("publisher-log-group")).retention_in_days(1).send()),
    ]
}

fn on_demand() -> StreamModeDetails {
    StreamModeDetails::builder()
        .stream_mode(StreamMode::OnDemand)
        .build()
        .unwrap()
}

fn unencrypted() -> EncryptionConfiguration {
    EncryptionConfiguration::builder()
        .no_encryption_config(NoEncryptionConfig::NoEncryption)
        .build()
}

async fn destination(
    eyes: &Eyes,
    update: ExtendedS3DestinationUpdate,
) -> Result<(), aws_sdk_firehose::Error> {
    let (firehose, name) = (&eyes.aws.firehose, eyes.name("delivery-stream"));
    let seen = firehose
        .describe_delivery_stream()
        .delivery_stream_name(name)
        .send()
        .await?;
    let stream = seen.delivery_stream_description.unwrap();
    let call = firehose.update_destination().delivery_stream_name(name);
    let call = call.current_delivery_stream_version_id(&stream.version_id);
    let call = call.destination_id(stream.destinations()[0].destination_id());
    Box::pin(call.extended_s3_destination_update(update).send()).await?;
    Ok(())
}

fn code() -> aws_sdk_lambda::primitives::Blob {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("index.js", zip::write::SimpleFileOptions::default())
        .unwrap();
    zip.write_all(b"exports.handler = async () => 'mine'").unwrap();
    aws_sdk_lambda::primitives::Blob::new(zip.finish().unwrap().into_inner())
}

#[rustfmt::skip]
fn of_catalog() -> Vec<Hand> {
    vec![
        hand!("database", "description", |e| e.aws.glue.update_database().name(e.name("database")).database_input(DatabaseInput::builder().name(e.name("database")).description("mine").build().unwrap()).send()),
        hand!("table", "a type", |e| table(e, |mut s| { s.columns.as_mut().unwrap()[0].r#type = Some("string".into()); s })),
        hand!("table", "the SerDe", |e| table(e, |mut s| { s.serde_info = Some(SerDeInfo::builder().serialization_library("org.example.Other").build()); s })),
        hand!("table", "location", |e| table(e, |mut s| { s.location = Some("s3://elsewhere/".into()); s })),
        hand!("crawler", "schedule", |e| e.aws.glue.update_crawler_schedule().crawler_name(e.name("crawler")).schedule("cron(0 0 * * ? *)").send()),
        hand!("crawler", "schedule stopped", |e| e.aws.glue.stop_crawler_schedule().crawler_name(e.name("crawler")).send()),
        hand!("crawler", "schema change policy", |e| e.aws.glue.update_crawler().name(e.name("crawler")).schema_change_policy(SchemaChangePolicy::builder().update_behavior(UpdateBehavior::UpdateInDatabase).build()).send()),
        hand!("crawler", "configuration", |e| e.aws.glue.update_crawler().name(e.name("crawler")).configuration(r#"{"Version":1.0}"#).send()),
        hand!("crawler", "tags", |e| e.aws.glue.untag_resource().resource_arn(e.arn("crawler")).tags_to_remove("managed-by").send()),
        hand!("workgroup", "enforcement", |e| e.aws.athena.update_work_group().work_group(e.name("workgroup")).configuration_updates(WorkGroupConfigurationUpdates::builder().enforce_work_group_configuration(false).build()).send()),
        hand!("workgroup", "cut-off", |e| e.aws.athena.update_work_group().work_group(e.name("workgroup")).configuration_updates(WorkGroupConfigurationUpdates::builder().bytes_scanned_cutoff_per_query(10_000_000).build()).send()),
        hand!("workgroup", "disabled", |e| e.aws.athena.update_work_group().work_group(e.name("workgroup")).state(WorkGroupState::Disabled).send()),
    ]
}

async fn table(
    eyes: &Eyes,
    change: fn(StorageDescriptor) -> StorageDescriptor,
) -> Result<(), aws_sdk_glue::Error> {
    table_with(eyes, |input| {
        let storage = input.get_storage_descriptor().clone().unwrap();
        input.storage_descriptor(change(storage))
    })
    .await
}

/// Writes the table as it is but for the change.
pub async fn table_with(
    eyes: &Eyes,
    change: impl FnOnce(TableInputBuilder) -> TableInputBuilder,
) -> Result<(), aws_sdk_glue::Error> {
    let (glue, database) = (&eyes.aws.glue, eyes.name("database"));
    let found = glue
        .get_table()
        .database_name(database)
        .name(eyes.name("table"))
        .send()
        .await?
        .table
        .unwrap();
    let input = TableInput::builder()
        .name(found.name)
        .set_description(found.description)
        .set_table_type(found.table_type)
        .set_parameters(found.parameters)
        .set_partition_keys(found.partition_keys)
        .storage_descriptor(found.storage_descriptor.unwrap());
    glue.update_table()
        .database_name(database)
        .table_input(change(input).build().unwrap())
        .send()
        .await?;
    Ok(())
}

#[rustfmt::skip]
fn of_access() -> Vec<Hand> {
    vec![
        hand!("delivery-role", "trust", |e| e.aws.iam.update_assume_role_policy().role_name(e.name("delivery-role")).policy_document(TRUST).send()),
        hand!("delivery-role", "inline policy", |e| e.aws.iam.put_role_policy().role_name(e.name("delivery-role")).policy_name("datalake-operator").policy_document(DENY).send()),
        hand!("crawler-role", "inline policy gone", |e| e.aws.iam.delete_role_policy().role_name(e.name("crawler-role")).policy_name("datalake-operator").send()),
        hand!("publisher-role", "description", |e| e.aws.iam.update_role().role_name(e.name("publisher-role")).description("mine").send()),
        hand!("publisher-role", "tags", |e| e.aws.iam.untag_role().role_name(e.name("publisher-role")).tag_keys("managed-by").send()),
    ]
}

/// Every resource but the keys, which AWS lets nobody remove at once, in rounds of those that do not need one another.
#[rustfmt::skip]
pub fn removals() -> Vec<Vec<Hand>> {
    vec![
        vec![
            hand!("log-group", "removed", |e| e.aws.logs.delete_log_group().log_group_name(e.name("log-group")).send()),
            hand!("workgroup", "removed", |e| e.aws.athena.delete_work_group().work_group(e.name("workgroup")).send()),
            hand!("crawler", "removed", |e| e.aws.glue.delete_crawler().name(e.name("crawler")).send()),
            hand!("publisher", "removed", |e| e.aws.lambda.delete_function().function_name(e.name("publisher")).send()),
            hand!("delivery-stream", "removed", |e| e.aws.firehose.delete_delivery_stream().delivery_stream_name(e.name("delivery-stream")).send()),
        ],
        vec![
            hand!("publisher-log-group", "removed", |e| e.aws.logs.delete_log_group().log_group_name(e.name("publisher-log-group")).send()),
            hand!("table", "removed", |e| e.aws.glue.delete_table().database_name(e.name("database")).name(e.name("table")).send()),
            hand!("raw-bucket", "removed", |e| e.aws.s3.delete_bucket().bucket(e.name("raw-bucket")).send()),
            hand!("stream", "removed", |e| e.aws.kinesis.delete_stream().stream_name(e.name("stream")).send()),
            hand!("delivery-role", "removed", |e| role(e, "delivery-role")),
            hand!("crawler-role", "removed", |e| role(e, "crawler-role")),
            hand!("publisher-role", "removed", |e| role(e, "publisher-role")),
        ],
        vec![
            hand!("database", "removed", |e| e.aws.glue.delete_database().name(e.name("database")).send()),
            hand!("lake-bucket", "removed", |e| e.aws.s3.delete_bucket().bucket(e.name("lake-bucket")).send()),
        ],
    ]
}

async fn role(eyes: &Eyes, id: &str) -> Result<(), aws_sdk_iam::Error> {
    let (iam, name) = (&eyes.aws.iam, eyes.name(id));
    iam.delete_role_policy()
        .role_name(name)
        .policy_name("datalake-operator")
        .send()
        .await?;
    iam.delete_role().role_name(name).send().await?;
    Ok(())
}
