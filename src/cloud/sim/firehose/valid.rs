//! What Firehose takes for a destination, before it looks at anything else.

use super::super::{Answer, check, refuse};
use super::invalid;
use crate::model::kinds::delivery::{Deserializer, Destination, Serializer};

/// The bounds of the API's model.
pub fn in_bounds(to: &Destination) -> Answer<()> {
    let refused = |what: &str| {
        let message = format!("1 validation error detected: Value at '{what}' failed to satisfy constraint");
        refuse(400, "ValidationException", message)
    };
    let schema = to.conversion.as_ref().map(|c| c.schema.role_arn.as_str());
    if !role(&to.role_arn) || schema.is_some_and(|arn| !arn.is_empty() && !role(arn)) {
        return refused("roleARN");
    }
    if !bucket(&to.bucket_arn) {
        return refused("bucketARN");
    }
    if to.prefix.chars().count() > 1024 || to.error_prefix.chars().count() > 1024 {
        return refused("prefix");
    }
    let sizes = |(seconds, mib)| (0..=900).contains(&seconds) && (1..=128).contains(&mib);
    if to.buffering.is_some_and(|hints| !sizes(hints)) {
        return refused("bufferingHints");
    }
    let formats = ["UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY"];
    if to
        .compression
        .as_deref()
        .is_some_and(|format| !formats.contains(&format))
    {
        return refused("compressionFormat");
    }
    let zone =
        |zone: &str| zone.len() <= 50 && zone.chars().all(|c| c.is_ascii_alphabetic() || "/_".contains(c));
    if to.time_zone.as_deref().is_some_and(|name| !zone(name)) {
        return refused("customTimeZone");
    }
    let extension = |text: &str| {
        let chars = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "!-_.*'()".contains(c);
        text.is_empty()
            || text.len() <= 128 && text.starts_with('.') && text.len() > 1 && text.chars().all(chars)
    };
    if to.file_extension.as_deref().is_some_and(|text| !extension(text)) {
        return refused("fileExtension");
    }
    let codecs = |codec: &Option<String>, known: &[&str]| codec.as_deref().is_none_or(|c| known.contains(&c));
    match to.conversion.as_ref().map(|c| &c.serializer) {
        Some(Serializer::Parquet { compression })
            if !codecs(compression, &["SNAPPY", "GZIP", "UNCOMPRESSED"]) =>
        {
            return refused("parquetSerDe.compression");
        }
        Some(Serializer::Orc { compression }) if !codecs(compression, &["SNAPPY", "ZLIB", "NONE"]) => {
            return refused("orcSerDe.compression");
        }
        _ => {}
    }
    to.backup.as_deref().map_or(Ok(()), in_bounds)
}

/// `arn:.*:iam::\d{12}:role/[a-zA-Z_0-9+=,.@\-_/]+`
fn role(arn: &str) -> bool {
    let Some((account, path)) = arn
        .split_once(":iam::")
        .and_then(|(_, rest)| rest.split_once(":role/"))
    else {
        return false;
    };
    let digits = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    digits && arn.len() <= 512 && check::name(path, 512, "_+=,.@-/")
}

/// `arn:.*:s3:::[\w\.\-]{1,255}`
fn bucket(arn: &str) -> bool {
    arn.split_once(":s3:::")
        .is_some_and(|(_, name)| check::name(name, 255, "_.-"))
}

/// What is checked by meaning, one after another.
pub fn meaningful(to: &Destination, creating: bool) -> Answer<()> {
    if let Some(conversion) = &to.conversion {
        if to
            .compression
            .as_deref()
            .is_some_and(|format| format != "UNCOMPRESSED")
        {
            let message = "CompressionFormat must be UNCOMPRESSED when data format conversion is enabled";
            return invalid(message.to_owned());
        }
        if to.buffering.is_some_and(|(_, mib)| mib < 64) {
            let message =
                "BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled";
            return invalid(message.to_owned());
        }
        if conversion.deserializer == Deserializer::Unknown || conversion.serializer == Serializer::Unknown {
            return invalid("Exactly one deserializer and one serializer must be specified".to_owned());
        }
        let schema = &conversion.schema;
        let named = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
        if !named(&schema.database) || !named(&schema.table) || creating && schema.role_arn.is_empty() {
            return invalid("SchemaConfiguration needs RoleARN, DatabaseName and TableName".to_owned());
        }
    }
    if let Some(fault) = prefix_fault(&to.prefix, &to.error_prefix) {
        return invalid(fault);
    }
    to.backup
        .as_deref()
        .map_or(Ok(()), |backup| meaningful(backup, creating))
}

/// The values of `!{namespace:value}`; `None` where one is not closed.
fn expressions(prefix: &str) -> Option<Vec<&str>> {
    let mut parts = prefix.split("!{");
    parts.next()?;
    parts
        .map(|part| part.split_once('}').map(|(inside, _)| inside))
        .collect()
}

/// Developer guide, "Custom prefixes for Amazon S3 objects".
fn prefix_fault(prefix: &str, errors: &str) -> Option<String> {
    let (Some(data), Some(error)) = (expressions(prefix), expressions(errors)) else {
        return Some("Prefix has an expression that is not closed".to_owned());
    };
    let all = || data.iter().chain(&error);
    // Dynamic partitioning can be turned on at creation only, which nothing of ours does.
    if all().any(|e| e.starts_with("partitionKey")) {
        return Some("Dynamic Partitioning must be enabled for partitionKey namespaces".to_owned());
    }
    if let Some(unknown) = all().find(|e| !known(e)) {
        return Some(format!("Expression {unknown} is not supported"));
    }
    let error_type = "firehose:error-output-type";
    if data.contains(&error_type) {
        return Some("Prefix must not contain !{firehose:error-output-type}".to_owned());
    }
    if !data.is_empty() && errors.is_empty() {
        return Some("ErrorOutputPrefix can't be null when Prefix contains expressions".to_owned());
    }
    if !error.is_empty() && !error.contains(&error_type) {
        return Some("ErrorOutputPrefix must contain !{firehose:error-output-type}".to_owned());
    }
    [prefix, errors]
        .into_iter()
        .any(|text| evaluated(text) > 512)
        .then(|| "Evaluated prefix is longer than 512 characters".to_owned())
}

/// Namespaces and what stands in them.
fn known(expression: &str) -> bool {
    match expression.split_once(':') {
        Some(("timestamp", pattern)) => !pattern.is_empty() && pattern.matches('\'').count() % 2 == 0,
        Some(("firehose", value)) => ["error-output-type", "random-string"].contains(&value),
        _ => false,
    }
}

/// How long a prefix is with its expressions filled in, at the most.
fn evaluated(prefix: &str) -> usize {
    let mut parts = prefix.split("!{");
    let literal = parts.next().map_or(0, |text| text.chars().count());
    let filled = |part: &str| {
        let (expression, rest) = part.split_once('}').unwrap_or((part, ""));
        let value = match expression.split_once(':') {
            Some(("timestamp", pattern)) => pattern.chars().count(),
            Some((_, "random-string")) => 11,
            _ => "AmazonOpenSearchService-failed".len(),
        };
        value + rest.chars().count()
    };
    literal + parts.map(filled).sum::<usize>()
}
