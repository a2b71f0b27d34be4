//! (see `model::kinds::function`)

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Environment, FunctionCode, FunctionConfiguration, Runtime};

use super::Aws;
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::function::{Change, Configuration, Observed};
use crate::model::owner::Tags;

pub(super) async fn observe(aws: &Aws, place: &Scope, name: &str) -> Result<Option<Observed>, CallError> {
    let lambda = &aws.region(&place.region).lambda;
    let call = lambda.get_function().function_name(name).send();
    let answer = aws.call("lambda", "GetFunction", call).await;
    let Some(answer) = absent(answer, &["ResourceNotFoundException"])? else {
        return Ok(None);
    };
    let Some(function) = answer.configuration else {
        return Ok(None);
    };
    let configuration = configuration(&function);
    let reason = function.state_reason.or(function.last_update_status_reason);
    Ok(Some(Observed {
        name: function.function_name.unwrap_or_default(),
        arn: function.function_arn.unwrap_or_default(),
        state: function
            .state
            .map_or_else(String::new, |state| state.as_str().to_owned()),
        last_update: function
            .last_update_status
            .map_or_else(String::new, |status| status.as_str().to_owned()),
        reason,
        code_sha256: function.code_sha256.unwrap_or_default(),
        configuration,
        tags: answer.tags.unwrap_or_default().into_iter().collect(),
    }))
}

fn configuration(function: &FunctionConfiguration) -> Configuration {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let variables = function
        .environment()
        .and_then(|environment| environment.variables().cloned());
    Configuration {
        description: text(function.description()),
        runtime: text(function.runtime().map(Runtime::as_str)),
        handler: text(function.handler()),
        role_arn: text(function.role()),
        timeout_seconds: function.timeout().unwrap_or_default(),
        memory_mib: function.memory_size().unwrap_or_default(),
        environment: variables.unwrap_or_default().into_iter().collect(),
    }
}

pub(super) async fn apply(aws: &Aws, place: &Scope, change: &Change) -> Result<(), CallError> {
    let lambda = &aws.region(&place.region).lambda;
    let operation = change.operation();
    match change {
        Change::CreateFunction {
            name,
            configuration,
            code,
            tags,
        } => {
            let archive = FunctionCode::builder()
                .zip_file(Blob::new(code.zip.clone()))
                .build();
            let call = lambda.create_function().function_name(name).code(archive);
            let call = call
                .description(&configuration.description)
                .runtime(Runtime::from(configuration.runtime.as_str()))
                .handler(&configuration.handler)
                .role(&configuration.role_arn)
                .timeout(configuration.timeout_seconds)
                .memory_size(configuration.memory_mib)
                .environment(environment(&configuration.environment));
            let call = call.set_tags(Some(tags.clone().into_iter().collect())).send();
            aws.call("lambda", operation, Box::pin(call)).await.map(drop)
        }
        Change::UpdateFunctionCode { name, code } => {
            let call = lambda.update_function_code().function_name(name);
            let call = call.zip_file(Blob::new(code.zip.clone())).send();
            aws.call("lambda", operation, call).await.map(drop)
        }
        Change::UpdateFunctionConfiguration { name, configuration } => {
            let call = lambda.update_function_configuration().function_name(name);
            let call = call
                .description(&configuration.description)
                .runtime(Runtime::from(configuration.runtime.as_str()))
                .handler(&configuration.handler)
                .role(&configuration.role_arn)
                .timeout(configuration.timeout_seconds)
                .memory_size(configuration.memory_mib)
                .environment(environment(&configuration.environment));
            aws.call("lambda", operation, call.send()).await.map(drop)
        }
        Change::TagResource { arn, tags } => {
            let call = lambda.tag_resource().resource(arn);
            let call = call.set_tags(Some(tags.clone().into_iter().collect())).send();
            aws.call("lambda", operation, call).await.map(drop)
        }
        Change::UntagResource { arn, keys } => {
            let call = lambda.untag_resource().resource(arn);
            let call = call.set_tag_keys(Some(keys.clone())).send();
            aws.call("lambda", operation, call).await.map(drop)
        }
        Change::DeleteFunction { name } => {
            let call = lambda.delete_function().function_name(name).send();
            aws.call("lambda", operation, call).await.map(drop)
        }
    }
}

fn environment(variables: &Tags) -> Environment {
    Environment::builder()
        .set_variables(Some(variables.clone().into_iter().collect()))
        .build()
}

#[cfg(test)]
mod tests;
