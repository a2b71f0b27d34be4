//! Athena workgroups (API reference).

use super::{Answer, Cloud, Refused, Sim, check, refuse};
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::workgroup::{Change, Configuration, Observed};

pub(super) async fn observe(sim: &Sim, place: &Scope, name: &str) -> Result<Option<Observed>, CallError> {
    let live = sim.read("athena", "GetWorkGroup", name, |cloud| {
        let arn = cloud.here(place).workgroup(name).to_string();
        cloud.workgroups.get(&arn).cloned().ok_or_else(|| missing(name))
    });
    let mut seen = match live.await {
        // One code for nearly everything: only the message tells.
        Err(error) if error.message.ends_with("is not found.") => return Ok(None),
        other => other?,
    };
    let tags = sim.read("athena", "ListTagsForResource", name, |cloud| {
        let arn = cloud.here(place).workgroup(name).to_string();
        let live = cloud.workgroups.get(&arn).ok_or_else(|| untaggable(&arn))?;
        Ok(live.tags.clone())
    });
    seen.tags = tags.await?;
    Ok(Some(seen))
}

pub(super) fn subject(change: &Change) -> &str {
    match change {
        Change::CreateWorkGroup { name, .. }
        | Change::UpdateWorkGroup { name, .. }
        | Change::DeleteWorkGroup { name } => name,
        Change::TagResource { arn, .. } | Change::UntagResource { arn, .. } => arn,
    }
}

pub(super) fn apply(cloud: &mut Cloud, here: &Scope, change: &Change) -> Answer<()> {
    let arn = match change {
        Change::TagResource { arn, .. } | Change::UntagResource { arn, .. } => arn.clone(),
        other => here.workgroup(subject(other)).to_string(),
    };
    match change {
        Change::CreateWorkGroup {
            name,
            description,
            configuration,
            tags,
        } => {
            if !check::name(name, 128, "._-") {
                return invalid("Invalid WorkGroup name");
            }
            valid(description, configuration)?;
            check::tags(tags, "InvalidRequestException")?;
            if cloud.workgroups.get(&arn).is_some() {
                return invalid("WorkGroup is already created");
            }
            let mut live = Observed {
                name: name.clone(),
                tags: tags.clone(),
                ..Observed::default()
            };
            configure(&mut live, description, configuration);
            cloud.workgroups.write(cloud.now, &arn, live);
            Ok(())
        }
        Change::UpdateWorkGroup {
            description,
            configuration,
            ..
        } => {
            valid(description, configuration)?;
            on(cloud, &arn, |live| {
                configure(live, description, configuration);
                Ok(())
            })
        }
        Change::TagResource { tags, .. } => retag(cloud, &arn, |live| {
            check::add_tags(&mut live.tags, tags, "InvalidRequestException")
        }),
        Change::UntagResource { keys, .. } => retag(cloud, &arn, |live| {
            super::untag(&mut live.tags, keys);
            Ok(())
        }),
        Change::DeleteWorkGroup { name } if name == "primary" => {
            invalid("The primary workgroup cannot be deleted")
        }
        Change::DeleteWorkGroup { .. } => {
            on(cloud, &arn, |_| Ok(()))?;
            cloud.workgroups.erase(cloud.now, &arn);
            Ok(())
        }
    }
}

fn configure(live: &mut Observed, description: &str, configuration: &Configuration) {
    live.state = "ENABLED".into();
    description.clone_into(&mut live.description);
    live.output_location = Some(configuration.output_location.clone());
    live.encryption = Some(match &configuration.key {
        Some(key) => ("SSE_KMS".into(), Some(key.to_string())),
        None => ("SSE_S3".into(), None),
    });
    live.bucket_owner = Some(configuration.bucket_owner.to_string());
    live.enforced = Some(true);
    live.metrics = Some(true);
    live.cutoff_bytes = configuration.cutoff_bytes;
}

fn valid(description: &str, configuration: &Configuration) -> Answer<()> {
    if description.chars().count() > 1024 {
        return invalid("Description has more than 1024 characters");
    }
    let bucket = configuration.output_location.strip_prefix("s3://");
    if bucket.is_none_or(|path| path.is_empty() || path.starts_with('/')) {
        return invalid("outputLocation is not a valid S3 path.");
    }
    if configuration.cutoff_bytes.is_some_and(|bytes| bytes < 10_000_000) {
        return invalid("BytesScannedCutoffPerQuery must be at least 10000000");
    }
    Ok(())
}

fn on(cloud: &mut Cloud, arn: &str, edit: impl FnOnce(&mut Observed) -> Answer<()>) -> Answer<()> {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let edited = cloud.workgroups.edit(cloud.now, arn, edit);
    edited.unwrap_or_else(|| Err(missing(name)))
}

fn retag(cloud: &mut Cloud, arn: &str, edit: impl FnOnce(&mut Observed) -> Answer<()>) -> Answer<()> {
    let edited = cloud.workgroups.edit(cloud.now, arn, edit);
    edited.unwrap_or_else(|| Err(untaggable(arn)))
}

/// The tag calls have a code of their own for what is not there (API reference, `TagResource`).
fn untaggable(arn: &str) -> Refused {
    Refused::new(
        400,
        "ResourceNotFoundException",
        format!("Resource {arn} is not found."),
    )
}

fn missing(name: &str) -> Refused {
    Refused::new(
        400,
        "InvalidRequestException",
        format!("WorkGroup {name} is not found."),
    )
}

fn invalid(message: &str) -> Answer<()> {
    refuse(400, "InvalidRequestException", message)
}
