//! (see `model::kinds::stream`)

use aws_sdk_kinesis::types::{EncryptionType, ScalingType, StreamMode, StreamModeDetails};

use super::clients::built;
use super::{Aws, key};
use crate::cloud::absent;
use crate::model::arn::{KeyArn, Scope};
use crate::model::fault::CallError;
use crate::model::kinds::stream::{Change, Observed};
use crate::model::owner::Tags;

pub(super) async fn observe(
    aws: &Aws,
    place: &Scope,
    name: &str,
    own_key: Option<&KeyArn>,
) -> Result<Option<Observed>, CallError> {
    let kinesis = &aws.region(&place.region).kinesis;
    let call = kinesis.describe_stream_summary().stream_name(name).send();
    let answer = aws.call("kinesis", "DescribeStreamSummary", call).await;
    let Some(answer) = absent(answer, &["ResourceNotFoundException"])? else {
        return Ok(None);
    };
    let Some(stream) = answer.stream_description_summary else {
        return Ok(None);
    };
    let mode = stream.stream_mode_details.map(|details| details.stream_mode);
    let encrypted = stream.encryption_type == Some(EncryptionType::Kms);
    Ok(Some(Observed {
        name: stream.stream_name,
        arn: stream.stream_arn,
        status: stream.stream_status.as_str().to_owned(),
        // Left out, it is provisioned.
        on_demand: mode == Some(StreamMode::OnDemand),
        open_shards: stream.open_shard_count,
        retention_hours: stream.retention_period_hours,
        key: stream.key_id.filter(|_| encrypted),
        tags: tags(aws, place, name).await?,
        own_key: key::own(aws, place, own_key).await?,
    }))
}

async fn tags(aws: &Aws, place: &Scope, name: &str) -> Result<Tags, CallError> {
    let kinesis = &aws.region(&place.region).kinesis;
    let mut tags = Tags::new();
    let mut last = None;
    loop {
        let call = kinesis.list_tags_for_stream().stream_name(name).limit(50);
        let call = call.set_exclusive_start_tag_key(last).send();
        let page = aws.call("kinesis", "ListTagsForStream", call).await?;
        last = page.tags.last().map(|tag| tag.key.clone());
        tags.extend(
            page.tags
                .into_iter()
                .map(|tag| (tag.key, tag.value.unwrap_or_default())),
        );
        if !page.has_more_tags || last.is_none() {
            return Ok(tags);
        }
    }
}

pub(super) async fn apply(aws: &Aws, place: &Scope, change: &Change) -> Result<(), CallError> {
    let kinesis = &aws.region(&place.region).kinesis;
    let operation = change.operation();
    let mode = |on_demand| {
        let mode = if on_demand {
            StreamMode::OnDemand
        } else {
            StreamMode::Provisioned
        };
        built(
            "kinesis",
            operation,
            StreamModeDetails::builder().stream_mode(mode).build(),
        )
    };
    match change {
        Change::CreateStream { name, shards, tags } => {
            let call = kinesis.create_stream().stream_name(name).set_shard_count(*shards);
            let call = call.stream_mode_details(mode(shards.is_none())?);
            let call = call.set_tags(Some(tags.clone().into_iter().collect())).send();
            aws.call("kinesis", operation, call).await.map(drop)
        }
        Change::UpdateShardCount { name, target } => {
            let call = kinesis.update_shard_count().stream_name(name);
            let call = call
                .target_shard_count(*target)
                .scaling_type(ScalingType::UniformScaling);
            aws.call("kinesis", operation, call.send()).await.map(drop)
        }
        Change::UpdateStreamMode { arn, on_demand } => {
            let call = kinesis.update_stream_mode().stream_arn(arn);
            let call = call.stream_mode_details(mode(*on_demand)?).send();
            aws.call("kinesis", operation, call).await.map(drop)
        }
        Change::IncreaseStreamRetentionPeriod { name, hours } => {
            let call = kinesis.increase_stream_retention_period().stream_name(name);
            let call = call.retention_period_hours(*hours).send();
            aws.call("kinesis", operation, call).await.map(drop)
        }
        Change::DecreaseStreamRetentionPeriod { name, hours } => {
            let call = kinesis.decrease_stream_retention_period().stream_name(name);
            let call = call.retention_period_hours(*hours).send();
            aws.call("kinesis", operation, call).await.map(drop)
        }
        Change::StartStreamEncryption { name, key } => {
            let call = kinesis.start_stream_encryption().stream_name(name);
            let call = call
                .encryption_type(EncryptionType::Kms)
                .key_id(key.to_string())
                .send();
            aws.call("kinesis", operation, call).await.map(drop)
        }
        Change::AddTagsToStream { name, tags } => {
            let call = kinesis.add_tags_to_stream().stream_name(name);
            let call = call.set_tags(Some(tags.clone().into_iter().collect())).send();
            aws.call("kinesis", operation, call).await.map(drop)
        }
        Change::RemoveTagsFromStream { name, keys } => {
            let call = kinesis.remove_tags_from_stream().stream_name(name);
            let call = call.set_tag_keys(Some(keys.clone())).send();
            aws.call("kinesis", operation, call).await.map(drop)
        }
        Change::DeleteStream {
            name,
            enforce_consumer_deletion,
        } => {
            let call = kinesis
                .delete_stream()
                .stream_name(name)
                .enforce_consumer_deletion(*enforce_consumer_deletion)
                .send();
            aws.call("kinesis", operation, call).await.map(drop)
        }
    }
}

#[cfg(test)]
mod tests;
