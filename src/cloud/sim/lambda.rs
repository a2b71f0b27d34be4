//! Lambda functions (API reference; developer guide, "Lambda quotas" and "Function states").

use std::sync::Arc;

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use super::shelf::Then;
use super::{Answer, Cloud, Refused, Sim, Span, check, iam, refuse};
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::function::{Change, Code, Configuration, Observed};

/// A function.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Function {
    /// What reads say of it.
    pub seen: Observed,
    /// The creation or the update that is under way comes out Failed, for this reason.
    pub fails: Option<String>,
}

/// Runtimes that are taken for new functions (recorded in November 2025), of those that can run the test publisher.
const RUNTIMES: [&str; 9] = [
    "nodejs20.x",
    "nodejs22.x",
    "nodejs24.x",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
    "provided.al2023",
    "java21",
];

/// Environment variables that Lambda sets itself (developer guide, "Defined runtime environment variables").
const RESERVED: [&str; 10] = [
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_TASK_ROOT",
];

pub(super) async fn observe(sim: &Sim, place: &Scope, name: &str) -> Result<Option<Observed>, CallError> {
    let function = sim.read("lambda", "GetFunction", name, |cloud| {
        let arn = cloud.here(place).function(name).to_string();
        found(cloud, &arn).map(|function| function.seen.clone())
    });
    absent(function.await, &["ResourceNotFoundException"])
}

pub(super) fn subject(change: &Change) -> &str {
    match change {
        Change::CreateFunction { name, .. }
        | Change::UpdateFunctionCode { name, .. }
        | Change::UpdateFunctionConfiguration { name, .. }
        | Change::DeleteFunction { name } => name,
        Change::TagResource { arn, .. } | Change::UntagResource { arn, .. } => arn,
    }
}

pub(super) fn apply(cloud: &mut Cloud, here: &Scope, change: &Change) -> Answer<()> {
    let arn = match change {
        Change::TagResource { arn, .. } | Change::UntagResource { arn, .. } => arn.clone(),
        other => here.function(subject(other)).to_string(),
    };
    match change {
        Change::CreateFunction {
            name,
            configuration,
            code,
            tags,
        } => {
            if !check::name(name, 64, "-_") {
                return refuse(
                    400,
                    "ValidationException",
                    "Value at 'functionName' failed to satisfy constraint",
                );
            }
            check::tags(tags, "InvalidParameterValueException")?;
            if cloud.functions.get(&arn).is_some() {
                return refuse(
                    409,
                    "ResourceConflictException",
                    format!("Function already exist: {name}"),
                );
            }
            valid_configuration(cloud, configuration)?;
            valid_code(code)?;
            let seen = Observed {
                name: name.clone(),
                arn: arn.clone(),
                state: "Pending".into(),
                last_update: "InProgress".into(),
                reason: Some("The function is being created.".into()),
                code_sha256: digest(code),
                configuration: configuration.clone(),
                tags: tags.clone(),
            };
            let fails = cloud.faults.function();
            let function = Function { seen, fails };
            cloud.functions.write(cloud.now, &arn, function);
            settle_in(cloud, &arn, cloud.timing.function_pending);
            Ok(())
        }
        Change::UpdateFunctionCode { code, .. } => {
            idle(found(cloud, &arn)?)?;
            valid_code(code)?;
            updating(cloud, &arn, |seen| seen.code_sha256 = digest(code));
            Ok(())
        }
        Change::UpdateFunctionConfiguration { configuration, .. } => {
            idle(found(cloud, &arn)?)?;
            valid_configuration(cloud, configuration)?;
            updating(cloud, &arn, |seen| seen.configuration.clone_from(configuration));
            Ok(())
        }
        Change::TagResource { tags, .. } => {
            let mut sum = found(cloud, &arn)?.seen.tags.clone();
            check::add_tags(&mut sum, tags, "InvalidParameterValueException")?;
            cloud.functions.edit(cloud.now, &arn, |live| live.seen.tags = sum);
            Ok(())
        }
        Change::UntagResource { keys, .. } => {
            found(cloud, &arn)?;
            cloud
                .functions
                .edit(cloud.now, &arn, |live| super::untag(&mut live.seen.tags, keys));
            Ok(())
        }
        Change::DeleteFunction { .. } => {
            found(cloud, &arn)?;
            cloud.functions.erase(cloud.now, &arn);
            Ok(())
        }
    }
}

fn updating(cloud: &mut Cloud, arn: &str, change: impl FnOnce(&mut Observed)) {
    let fails = cloud.faults.function();
    cloud.functions.edit(cloud.now, arn, |live| {
        live.fails = fails;
        live.seen.last_update = "InProgress".into();
        change(&mut live.seen);
    });
    settle_in(cloud, arn, cloud.timing.function_updating);
}

fn settle_in(cloud: &mut Cloud, arn: &str, after: Span) {
    let turn = |live: &mut Function| {
        let failed = live.fails.is_some();
        live.seen.reason.clone_from(&live.fails);
        live.seen.last_update = if failed { "Failed" } else { "Successful" }.into();
        if live.seen.state == "Pending" {
            live.seen.state = if failed { "Failed" } else { "Active" }.into();
        }
    };
    let due = cloud.after(after);
    cloud.functions.later(due, arn, Then::Turn(Arc::new(turn)));
}

fn idle(live: &Function) -> Answer<()> {
    let seen = &live.seen;
    if seen.state == "Pending" {
        let message = format!(
            "The operation cannot be performed at this time. The function is currently in the following state: Pending ({})",
            seen.arn
        );
        return refuse(409, "ResourceConflictException", message);
    }
    if seen.last_update == "InProgress" {
        let message = format!(
            "The operation cannot be performed at this time. An update is in progress for resource: {}",
            seen.arn
        );
        return refuse(409, "ResourceConflictException", message);
    }
    Ok(())
}

fn valid_configuration(cloud: &Cloud, configuration: &Configuration) -> Answer<()> {
    let invalid = |message: String| refuse(400, "InvalidParameterValueException", message);
    let Configuration {
        description,
        runtime,
        handler,
        role_arn,
        timeout_seconds,
        memory_mib,
        environment,
    } = configuration;
    if !RUNTIMES.contains(&runtime.as_str()) {
        return invalid(format!(
            "The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions."
        ));
    }
    let bounds = (1..=900).contains(timeout_seconds) && (128..=10_240).contains(memory_mib);
    if !bounds
        || description.chars().count() > 256
        || !(1..=128).contains(&handler.len())
        || handler.contains(char::is_whitespace)
    {
        let message = "1 validation error detected: a value failed to satisfy constraint";
        return refuse(400, "ValidationException", message);
    }
    if environment
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum::<usize>()
        > 4096
    {
        let message = "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.";
        return invalid(message.to_owned());
    }
    let valid_key = |key: &str| {
        key.len() > 1 && key.starts_with(|c: char| c.is_ascii_alphabetic()) && check::name(key, 4096, "_")
    };
    if !environment.keys().all(|key| valid_key(key)) {
        let message =
            "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint";
        return refuse(400, "ValidationException", message);
    }
    if let Some(key) = environment.keys().find(|key| RESERVED.contains(&key.as_str())) {
        return invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {key}"
        ));
    }
    let usable = iam::usable(cloud, role_arn, "lambda.amazonaws.com", &[]);
    if usable.is_err() {
        return invalid("The role defined for the function cannot be assumed by Lambda.".to_owned());
    }
    Ok(())
}

fn valid_code(code: &Code) -> Answer<()> {
    if code.zip.len() >= 52_428_800 {
        return refuse(
            413,
            "RequestEntityTooLargeException",
            "Zipped size must be smaller than 52428800 bytes",
        );
    }
    if !code.zip.starts_with(b"PK") {
        let message = "Could not unzip uploaded file. Please check your file, then try to upload again.";
        return refuse(400, "InvalidParameterValueException", message);
    }
    Ok(())
}

fn digest(code: &Code) -> String {
    BASE64.encode(&Sha256::digest(&code.zip))
}

fn found<'a>(cloud: &'a Cloud, arn: &str) -> Answer<&'a Function> {
    let none = || {
        Refused::new(
            404,
            "ResourceNotFoundException",
            format!("Function not found: {arn}"),
        )
    };
    cloud.functions.get(arn).ok_or_else(none)
}
