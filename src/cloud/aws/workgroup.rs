//! Athena workgroups (see `model::kinds::workgroup`).

use aws_sdk_athena::types::{
    EncryptionConfiguration, EncryptionOption, ResultConfiguration, ResultConfigurationUpdates, Tag,
    WorkGroup, WorkGroupConfiguration, WorkGroupConfigurationUpdates, WorkGroupState,
};

use super::Aws;
use super::clients::built;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::workgroup::{Change, Configuration, Observed};
use crate::model::owner::Tags;

#[cfg(test)]
mod tests;

const ATHENA: &str = "athena";

pub(super) async fn observe(aws: &Aws, place: &Scope, name: &str) -> Result<Option<Observed>, CallError> {
    let athena = &aws.region(&place.region).athena;
    let get = athena.get_work_group().work_group(name).send();
    let found = match aws.call(ATHENA, "GetWorkGroup", get).await {
        Ok(answer) => answer.work_group,
        Err(error) if is_absent(&error) => None,
        Err(error) => return Err(error),
    };
    let Some(group) = found else {
        return Ok(None);
    };
    // A page of this call holds more tags than a resource can have.
    let list = athena
        .list_tags_for_resource()
        .resource_arn(place.workgroup(name).to_string())
        .send();
    let listed = aws
        .call(ATHENA, "ListTagsForResource", list)
        .await?
        .tags
        .unwrap_or_default();
    let tags = listed
        .into_iter()
        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect();
    Ok(Some(seen(group, tags)))
}

/// Athena has one code for everything that is wrong with a request.
fn is_absent(error: &CallError) -> bool {
    error.code == "InvalidRequestException" && error.message.contains("is not found")
}

fn seen(group: WorkGroup, tags: Tags) -> Observed {
    let configuration = group.configuration;
    let result = configuration
        .as_ref()
        .and_then(|c| c.result_configuration.clone());
    let encryption = result.as_ref().and_then(|r| r.encryption_configuration.as_ref());
    Observed {
        name: group.name,
        state: group
            .state
            .map(|state| state.as_str().to_owned())
            .unwrap_or_default(),
        description: group.description.unwrap_or_default(),
        encryption: encryption.map(|e| (e.encryption_option.as_str().to_owned(), e.kms_key.clone())),
        output_location: result.as_ref().and_then(|r| r.output_location.clone()),
        bucket_owner: result.and_then(|r| r.expected_bucket_owner),
        enforced: configuration
            .as_ref()
            .and_then(|c| c.enforce_work_group_configuration),
        metrics: configuration
            .as_ref()
            .and_then(|c| c.publish_cloud_watch_metrics_enabled),
        cutoff_bytes: configuration.and_then(|c| c.bytes_scanned_cutoff_per_query),
        tags,
    }
}

pub(super) async fn apply(aws: &Aws, place: &Scope, change: &Change) -> Result<(), CallError> {
    let athena = &aws.region(&place.region).athena;
    let operation = change.operation();
    match change {
        Change::CreateWorkGroup {
            name,
            description,
            configuration,
            tags,
        } => {
            let call = athena
                .create_work_group()
                .name(name)
                .description(description)
                .configuration(created(operation, configuration)?)
                .set_tags(Some(self::tags(tags)));
            aws.call(ATHENA, operation, call.send()).await?;
        }
        Change::UpdateWorkGroup {
            name,
            description,
            configuration,
        } => {
            let call = athena
                .update_work_group()
                .work_group(name)
                .description(description)
                .state(WorkGroupState::Enabled)
                .configuration_updates(updated(operation, configuration)?);
            aws.call(ATHENA, operation, call.send()).await?;
        }
        Change::TagResource { arn, tags } => {
            let call = athena
                .tag_resource()
                .resource_arn(arn)
                .set_tags(Some(self::tags(tags)));
            aws.call(ATHENA, operation, call.send()).await?;
        }
        Change::UntagResource { arn, keys } => {
            let call = athena
                .untag_resource()
                .resource_arn(arn)
                .set_tag_keys(Some(keys.clone()));
            aws.call(ATHENA, operation, call.send()).await?;
        }
        Change::DeleteWorkGroup { name } => {
            let call = athena
                .delete_work_group()
                .work_group(name)
                .recursive_delete_option(true);
            aws.call(ATHENA, operation, call.send()).await?;
        }
    }
    Ok(())
}

fn tags(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

fn encryption(operation: &'static str, of: &Configuration) -> Result<EncryptionConfiguration, CallError> {
    let option = match of.key {
        Some(_) => EncryptionOption::SseKms,
        None => EncryptionOption::SseS3,
    };
    let encryption = EncryptionConfiguration::builder()
        .encryption_option(option)
        .set_kms_key(of.key.as_ref().map(ToString::to_string));
    built(ATHENA, operation, encryption.build())
}

fn created(operation: &'static str, of: &Configuration) -> Result<WorkGroupConfiguration, CallError> {
    let result = ResultConfiguration::builder()
        .output_location(&of.output_location)
        .encryption_configuration(encryption(operation, of)?)
        .expected_bucket_owner(of.bucket_owner.as_str())
        .build();
    Ok(WorkGroupConfiguration::builder()
        .result_configuration(result)
        .enforce_work_group_configuration(true)
        .publish_cloud_watch_metrics_enabled(true)
        .set_bytes_scanned_cutoff_per_query(of.cutoff_bytes)
        .build())
}

fn updated(operation: &'static str, of: &Configuration) -> Result<WorkGroupConfigurationUpdates, CallError> {
    let result = ResultConfigurationUpdates::builder()
        .output_location(&of.output_location)
        .encryption_configuration(encryption(operation, of)?)
        .expected_bucket_owner(of.bucket_owner.as_str())
        .build();
    Ok(WorkGroupConfigurationUpdates::builder()
        .result_configuration_updates(result)
        .enforce_work_group_configuration(true)
        .publish_cloud_watch_metrics_enabled(true)
        .set_bytes_scanned_cutoff_per_query(of.cutoff_bytes)
        .set_remove_bytes_scanned_cutoff_per_query(of.cutoff_bytes.is_none().then_some(true))
        .build())
}
