//! What there is on AWS, read by the SDK alone, each resource as a JSON object of its managed properties.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::sync::Arc;

use aws_sdk_glue::types::ScheduleState;
use aws_sdk_s3::types::TransitionStorageClass;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use datalake_operator::cloud::aws::clients::Clients;
use serde_json::{Value, json};

/// Looks at the resources of one lake; ids, names and ARNs are those of its status.
pub struct Eyes {
    pub aws: Arc<Clients>,
    pub names: BTreeMap<String, String>,
    pub arns: BTreeMap<String, String>,
}

/// Error codes that say that there is nothing (of that name, or set).
const NOTHING: [&str; 13] = [
    "EntityNotFoundException",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchEntity",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "NotFound",
    "NotFoundException",
    "OwnershipControlsNotFoundError",
    "ResourceNotFoundException",
    "ServerSideEncryptionConfigurationNotFoundError",
    "KMSInvalidStateException",
];

fn found<T, E: ProvideErrorMetadata + Debug>(answer: Result<T, SdkError<E, HttpResponse>>) -> Option<T> {
    match answer {
        Ok(answer) => Some(answer),
        Err(error) if error.code().is_some_and(|code| NOTHING.contains(&code)) => None,
        // Athena has one code for all.
        Err(error) if error.message().is_some_and(|m| m.contains("is not found")) => None,
        Err(error) => panic!("{error:?}"),
    }
}

impl Eyes {
    pub fn name(&self, id: &str) -> &str {
        self.names
            .get(id)
            .unwrap_or_else(|| panic!("no {id} in {:?}", self.names))
    }

    pub fn arn(&self, id: &str) -> &str {
        self.arns
            .get(id)
            .unwrap_or_else(|| panic!("no {id} in {:?}", self.arns))
    }

    /// The resource; `null` where there is none.
    pub async fn look(&self, id: &str) -> Value {
        let name = self.name(id);
        let seen = match id {
            "bucket-key" | "stream-key" => self.key(name).await,
            "lake-bucket" | "raw-bucket" => self.bucket(name).await,
            "log-group" | "publisher-log-group" => self.log_group(name).await,
            "stream" => self.stream(name).await,
            "database" => self.database(id, name).await,
            "table" => self.table(name).await,
            "delivery-role" | "crawler-role" | "publisher-role" => self.role(name).await,
            "delivery-stream" => self.delivery(name).await,
            "crawler" => self.crawler(id, name).await,
            "workgroup" => self.workgroup(id, name).await,
            "publisher" => self.function(name).await,
            other => panic!("{other} is no part of a lake"),
        };
        seen.unwrap_or(Value::Null)
    }

    async fn key(&self, alias: &str) -> Option<Value> {
        let kms = &self.aws.kms;
        let key = found(kms.describe_key().key_id(alias).send().await)?.key_metadata?;
        let id = key.key_id();
        let rotation = found(kms.get_key_rotation_status().key_id(id).send().await);
        let policy = found(kms.get_key_policy().key_id(id).send().await);
        let tags = kms.list_resource_tags().key_id(id).send().await.unwrap();
        Some(json!({
            "id": id,
            "state": key.key_state.map(|state| state.as_str().to_owned()),
            "description": key.description,
            "rotation": rotation.map(|found| found.key_rotation_enabled),
            "policy": parsed(policy.and_then(|found| found.policy)),
            "tags": tags.tags().iter().map(|tag| (tag.tag_key(), tag.tag_value())).collect::<BTreeMap<_, _>>(),
        }))
    }

    async fn bucket(&self, name: &str) -> Option<Value> {
        let s3 = &self.aws.s3;
        found(s3.head_bucket().bucket(name).send().await)?;
        let encryption = found(s3.get_bucket_encryption().bucket(name).send().await);
        let block = found(s3.get_public_access_block().bucket(name).send().await);
        let ownership = found(s3.get_bucket_ownership_controls().bucket(name).send().await);
        let lifecycle = found(s3.get_bucket_lifecycle_configuration().bucket(name).send().await);
        let policy = found(s3.get_bucket_policy().bucket(name).send().await);
        let tags = found(s3.get_bucket_tagging().bucket(name).send().await);
        let tags = tags.map(|found| found.tag_set).unwrap_or_default();
        let rules = lifecycle.and_then(|found| found.rules).unwrap_or_default();
        let rule = |rule: &aws_sdk_s3::types::LifecycleRule| {
            let transitions = rule.transitions().iter();
            let transitions =
                transitions.map(|t| json!([t.days, t.storage_class().map(TransitionStorageClass::as_str)]));
            let days = rule.expiration.as_ref().and_then(|expiration| expiration.days);
            let value = json!({
                "days": days, "transitions": transitions.collect::<Vec<_>>(),
                "prefix": format!("{:?}", rule.filter), "status": rule.status.as_str(),
            });
            (rule.id.clone().unwrap_or_default(), value)
        };
        Some(json!({
            "encryption": encryption.and_then(|f| f.server_side_encryption_configuration).map(|found| {
                found.rules().iter().map(encrypted).collect::<Vec<_>>()
            }),
            "publicAccessBlock": format!("{:?}", block.and_then(|f| f.public_access_block_configuration)),
            "ownership": format!("{:?}", ownership.and_then(|f| f.ownership_controls)),
            "lifecycle": rules.iter().map(rule).collect::<BTreeMap<_, _>>(),
            "policy": parsed(policy.and_then(|found| found.policy)),
            "tags": tags.into_iter().map(|tag| (tag.key, tag.value)).collect::<BTreeMap<_, _>>(),
        }))
    }

    async fn log_group(&self, name: &str) -> Option<Value> {
        let logs = &self.aws.logs;
        let groups = logs
            .describe_log_groups()
            .log_group_name_prefix(name)
            .send()
            .await
            .unwrap();
        let group = groups
            .log_groups()
            .iter()
            .find(|group| group.log_group_name() == Some(name))?;
        let streams = found(logs.describe_log_streams().log_group_name(name).send().await)?;
        let arn = group.arn().unwrap().trim_end_matches(":*");
        let tags = found(logs.list_tags_for_resource().resource_arn(arn).send().await)?;
        Some(json!({
            "retentionDays": group.retention_in_days,
            "streams": streams.log_streams().iter().map(|stream| stream.log_stream_name()).collect::<Vec<_>>(),
            "tags": sorted(tags.tags),
        }))
    }

    async fn stream(&self, name: &str) -> Option<Value> {
        let kinesis = &self.aws.kinesis;
        let stream = found(kinesis.describe_stream_summary().stream_name(name).send().await)?
            .stream_description_summary?;
        let tags = found(kinesis.list_tags_for_stream().stream_name(name).send().await)?.tags;
        let mode = stream
            .stream_mode_details
            .map(|mode| mode.stream_mode.as_str().to_owned());
        Some(json!({
            "status": stream.stream_status.as_str(),
            "mode": mode,
            "shards": stream.open_shard_count,
            "retentionHours": stream.retention_period_hours,
            "key": stream.key_id,
            "tags": tags.into_iter().map(|tag| (tag.key, tag.value)).collect::<BTreeMap<_, _>>(),
        }))
    }

    async fn database(&self, id: &str, name: &str) -> Option<Value> {
        let database = found(self.aws.glue.get_database().name(name).send().await)?.database?;
        Some(json!({"description": database.description, "tags": self.glue_tags(id).await}))
    }

    async fn table(&self, name: &str) -> Option<Value> {
        let call = self
            .aws
            .glue
            .get_table()
            .database_name(self.name("database"))
            .name(name);
        let table = found(call.send().await)?.table?;
        let storage = table.storage_descriptor.unwrap();
        let column = |column: &aws_sdk_glue::types::Column| {
            json!([
                column.name,
                column.r#type.clone().unwrap_or_default(),
                column.comment
            ])
        };
        Some(json!({
            "description": table.description,
            "columns": storage.columns().iter().map(column).collect::<Vec<_>>(),
            "partitionKeys": table.partition_keys.unwrap_or_default().iter().map(column).collect::<Vec<_>>(),
            "location": storage.location,
            "input": storage.input_format,
            "output": storage.output_format,
            "serde": storage.serde_info.map(|serde| json!([serde.serialization_library, sorted(serde.parameters)])),
            "parameters": sorted(table.parameters),
        }))
    }

    async fn role(&self, name: &str) -> Option<Value> {
        let iam = &self.aws.iam;
        let role = found(iam.get_role().role_name(name).send().await)?.role?;
        let policy = iam
            .get_role_policy()
            .role_name(name)
            .policy_name("datalake-operator");
        let policy = found(policy.send().await).map(|found| found.policy_document);
        let tags = role.tags().iter().map(|tag| (tag.key(), tag.value()));
        Some(json!({
            "description": role.description,
            "trust": decoded(role.assume_role_policy_document()),
            "policy": decoded(policy.as_deref()),
            "boundary": role.permissions_boundary().and_then(|b| b.permissions_boundary_arn()),
            "tags": tags.collect::<BTreeMap<_, _>>(),
        }))
    }

    async fn delivery(&self, name: &str) -> Option<Value> {
        let firehose = &self.aws.firehose;
        let answer = found(
            firehose
                .describe_delivery_stream()
                .delivery_stream_name(name)
                .send()
                .await,
        )?;
        let stream = answer.delivery_stream_description?;
        let destination = stream
            .destinations()
            .first()?
            .extended_s3_destination_description()?;
        let tags = found(
            firehose
                .list_tags_for_delivery_stream()
                .delivery_stream_name(name)
                .send()
                .await,
        )?
        .tags;
        let hints = destination.buffering_hints();
        Some(json!({
            "status": stream.delivery_stream_status.as_str(),
            "prefix": destination.prefix,
            "errorPrefix": destination.error_output_prefix,
            "bucket": destination.bucket_arn,
            "interval": hints.and_then(|hints| hints.interval_in_seconds),
            "size": hints.and_then(|hints| hints.size_in_mbs),
            "key": format!("{:?}", destination.encryption_configuration),
            "logging": format!("{:?}", destination.cloud_watch_logging_options),
            "conversion": format!("{:?}", destination.data_format_conversion_configuration),
            "backup": format!("{:?}", destination.s3_backup_description),
            "tags": tags.into_iter().map(|tag| (tag.key, tag.value)).collect::<BTreeMap<_, _>>(),
        }))
    }

    async fn crawler(&self, id: &str, name: &str) -> Option<Value> {
        let crawler = found(self.aws.glue.get_crawler().name(name).send().await)?.crawler?;
        let schedule = crawler.schedule;
        let state = schedule.as_ref().and_then(|s| s.state.as_ref());
        Some(json!({
            "role": crawler.role,
            "description": crawler.description,
            "targets": format!("{:?}", crawler.targets),
            "schedule": schedule.as_ref().and_then(|s| s.schedule_expression.clone()),
            "scheduleState": state.map(ScheduleState::as_str),
            "schemaChange": format!("{:?}", crawler.schema_change_policy),
            "recrawl": format!("{:?}", crawler.recrawl_policy),
            "configuration": parsed(crawler.configuration),
            "tags": self.glue_tags(id).await,
        }))
    }

    async fn glue_tags(&self, id: &str) -> Value {
        let answer = found(self.aws.glue.get_tags().resource_arn(self.arn(id)).send().await);
        sorted(answer.and_then(|found| found.tags))
    }

    async fn workgroup(&self, id: &str, name: &str) -> Option<Value> {
        let athena = &self.aws.athena;
        let group = found(athena.get_work_group().work_group(name).send().await)?.work_group?;
        let tags = found(
            athena
                .list_tags_for_resource()
                .resource_arn(self.arn(id))
                .send()
                .await,
        )?
        .tags;
        let configuration = group.configuration?;
        let tags = tags.unwrap_or_default().into_iter();
        Some(json!({
            "state": group.state.map(|state| state.as_str().to_owned()),
            "description": group.description,
            "results": format!("{:?}", configuration.result_configuration),
            "enforced": configuration.enforce_work_group_configuration,
            "metrics": configuration.publish_cloud_watch_metrics_enabled,
            "cutoffBytes": configuration.bytes_scanned_cutoff_per_query,
            "tags": tags.map(|tag| (tag.key.unwrap_or_default(), tag.value)).collect::<BTreeMap<_, _>>(),
        }))
    }

    async fn function(&self, name: &str) -> Option<Value> {
        let lambda = &self.aws.lambda;
        let function = found(lambda.get_function().function_name(name).send().await)?;
        let configuration = function.configuration?;
        let variables = configuration
            .environment
            .and_then(|environment| environment.variables);
        Some(json!({
            "role": configuration.role,
            "runtime": configuration.runtime.map(|runtime| runtime.as_str().to_owned()),
            "handler": configuration.handler,
            "code": configuration.code_sha256,
            "timeout": configuration.timeout,
            "memory": configuration.memory_size,
            "description": configuration.description,
            "variables": sorted(variables),
            "tags": sorted(function.tags),
        }))
    }
}

/// The SDK's own text leaves the key out.
fn encrypted(rule: &aws_sdk_s3::types::ServerSideEncryptionRule) -> String {
    let default = rule.apply_server_side_encryption_by_default();
    let key = default.and_then(|default| default.kms_master_key_id());
    format!("{rule:?} {key:?}")
}

fn sorted(map: Option<HashMap<String, String>>) -> Value {
    json!(map.unwrap_or_default().into_iter().collect::<BTreeMap<_, _>>())
}

fn parsed(text: Option<String>) -> Value {
    text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
}

/// IAM percent-encodes policy documents.
fn decoded(text: Option<&str>) -> Value {
    parsed(text.map(|text| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8()
            .unwrap()
            .into_owned()
    }))
}
