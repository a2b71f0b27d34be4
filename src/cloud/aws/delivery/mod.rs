//! (see `model::kinds::delivery`)

mod read;
mod write;

use aws_sdk_firehose::types::{
    DeliveryStreamDescription, DeliveryStreamType, DestinationDescription, KinesisStreamSourceConfiguration,
    Tag,
};

use super::Aws;
use super::clients::built;
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::delivery::{Change, Observed};
use crate::model::owner::Tags;

pub(super) async fn observe(aws: &Aws, place: &Scope, name: &str) -> Result<Option<Observed>, CallError> {
    let firehose = &aws.region(&place.region).firehose;
    let call = firehose
        .describe_delivery_stream()
        .delivery_stream_name(name)
        .send();
    let answer = aws.call("firehose", "DescribeDeliveryStream", call).await;
    let Some(answer) = absent(answer, &["ResourceNotFoundException"])? else {
        return Ok(None);
    };
    let Some(stream) = answer.delivery_stream_description else {
        return Ok(None);
    };
    let tags = tags(aws, place, name).await?;
    Ok(Some(observed(&stream, tags)))
}

fn observed(stream: &DeliveryStreamDescription, tags: Tags) -> Observed {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let source = stream
        .source()
        .and_then(|source| source.kinesis_stream_source_description());
    let failure = stream.failure_description();
    // Firehose API reference, DeliveryStreamDescription: there is one.
    let destination = stream.destinations().first();
    let extended = destination.and_then(|destination| destination.extended_s3_destination_description());
    Observed {
        name: stream.delivery_stream_name().to_owned(),
        arn: stream.delivery_stream_arn().to_owned(),
        status: stream.delivery_stream_status().as_str().to_owned(),
        failure: failure.map(|failure| format!("{}: {}", failure.r#type().as_str(), failure.details())),
        version: stream.version_id().to_owned(),
        destination_id: text(destination.map(DestinationDescription::destination_id)),
        stream_arn: text(source.and_then(|source| source.kinesis_stream_arn())),
        source_role_arn: text(source.and_then(|source| source.role_arn())),
        dynamic_partitioning: extended.is_some_and(read::dynamic_partitioning),
        destination: extended.map(read::destination),
        tags,
    }
}

async fn tags(aws: &Aws, place: &Scope, name: &str) -> Result<Tags, CallError> {
    let firehose = &aws.region(&place.region).firehose;
    let mut tags = Tags::new();
    let mut last = None;
    loop {
        let call = firehose
            .list_tags_for_delivery_stream()
            .delivery_stream_name(name)
            .limit(50);
        let call = call.set_exclusive_start_tag_key(last).send();
        let page = aws.call("firehose", "ListTagsForDeliveryStream", call).await?;
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
    let firehose = &aws.region(&place.region).firehose;
    let operation = change.operation();
    match change {
        Change::CreateDeliveryStream {
            name,
            stream_arn,
            role_arn,
            destination,
            tags,
        } => {
            let source = KinesisStreamSourceConfiguration::builder()
                .kinesis_stream_arn(stream_arn)
                .role_arn(role_arn);
            let call = firehose
                .create_delivery_stream()
                .delivery_stream_name(name)
                .delivery_stream_type(DeliveryStreamType::KinesisStreamAsSource)
                .kinesis_stream_source_configuration(built("firehose", operation, source.build())?)
                .extended_s3_destination_configuration(built(
                    "firehose",
                    operation,
                    write::create(destination),
                )?)
                .set_tags(Some(pairs(operation, tags)?))
                .send();
            aws.call("firehose", operation, Box::pin(call)).await.map(drop)
        }
        Change::UpdateDestination {
            name,
            version,
            destination_id,
            destination,
        } => {
            let call = firehose
                .update_destination()
                .delivery_stream_name(name)
                .current_delivery_stream_version_id(version)
                .destination_id(destination_id)
                .extended_s3_destination_update(built("firehose", operation, write::update(destination))?)
                .send();
            aws.call("firehose", operation, Box::pin(call)).await.map(drop)
        }
        Change::TagDeliveryStream { name, tags } => {
            let call = firehose.tag_delivery_stream().delivery_stream_name(name);
            let call = call.set_tags(Some(pairs(operation, tags)?)).send();
            aws.call("firehose", operation, call).await.map(drop)
        }
        Change::UntagDeliveryStream { name, keys } => {
            let call = firehose.untag_delivery_stream().delivery_stream_name(name);
            let call = call.set_tag_keys(Some(keys.clone())).send();
            aws.call("firehose", operation, call).await.map(drop)
        }
        Change::DeleteDeliveryStream { name, force } => {
            let call = firehose.delete_delivery_stream().delivery_stream_name(name);
            let call = call.allow_force_delete(*force).send();
            aws.call("firehose", operation, call).await.map(drop)
        }
    }
}

fn pairs(operation: &'static str, tags: &Tags) -> Result<Vec<Tag>, CallError> {
    let each = tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build());
    each.map(|tag| built("firehose", operation, tag)).collect()
}

#[cfg(test)]
mod tests;
