//! Which call a request is, by what each protocol says of it.

use std::fmt;

use super::header;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// As requests are signed for it, such as `kms`.
    pub service: String,
    /// Its name in the API reference, such as `CreateKey`.
    pub operation: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.operation)
    }
}

impl Call {
    pub fn named(head: &str, body: &[u8]) -> Self {
        // AWS4-HMAC-SHA256 Credential=<key>/<day>/<region>/<service>/aws4_request, …
        let signed = header(head, "authorization").and_then(|value| value.split('/').nth(3));
        let service = signed.unwrap_or("unsigned").to_owned();
        let mut words = head.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let operation = if let Some(target) = header(head, "x-amz-target") {
            target.rsplit('.').next().unwrap_or_default().to_owned()
        } else {
            match service.as_str() {
                "s3" => of_s3(method, query),
                "lambda" => of_lambda(method, path),
                _ => action(body),
            }
        };
        Self { service, operation }
    }
}

/// Of the query protocol: `Action=GetRole&Version=…`.
fn action(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let action = text.split('&').find_map(|pair| pair.strip_prefix("Action="));
    action.unwrap_or("unknown").to_owned()
}

fn of_s3(method: &str, query: &str) -> String {
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    for (method_of, parameter, operation) in [
        ("GET", "list-type", "ListObjectsV2"),
        ("GET", "versions", "ListObjectVersions"),
        ("GET", "uploads", "ListMultipartUploads"),
        ("POST", "delete", "DeleteObjects"),
        ("DELETE", "uploadId", "AbortMultipartUpload"),
        ("PUT", "lifecycle", "PutBucketLifecycleConfiguration"),
        ("GET", "lifecycle", "GetBucketLifecycleConfiguration"),
        ("DELETE", "lifecycle", "DeleteBucketLifecycle"),
    ] {
        if method == method_of && has(parameter) {
            return operation.to_owned();
        }
    }
    let verb = match method {
        "GET" => "Get",
        "PUT" => "Put",
        "DELETE" => "Delete",
        "HEAD" => return "HeadBucket".to_owned(),
        _ => return "unknown".to_owned(),
    };
    for (parameter, noun) in [
        ("encryption", "BucketEncryption"),
        ("location", "BucketLocation"),
        ("ownershipControls", "BucketOwnershipControls"),
        ("policy", "BucketPolicy"),
        ("publicAccessBlock", "PublicAccessBlock"),
        ("tagging", "BucketTagging"),
        ("versioning", "BucketVersioning"),
    ] {
        if has(parameter) {
            return format!("{verb}{noun}");
        }
    }
    match verb {
        "Put" => "CreateBucket",
        "Delete" => "DeleteBucket",
        _ => "GetObject",
    }
    .to_owned()
}

fn of_lambda(method: &str, path: &str) -> String {
    // /2015-03-31/functions/<name>/<part>, /2017-03-31/tags/<arn>
    let parts: Vec<&str> = path.trim_matches('/').split('/').skip(1).collect();
    match (method, parts.as_slice()) {
        ("POST", ["functions"]) => "CreateFunction",
        ("GET", ["functions", _]) => "GetFunction",
        ("DELETE", ["functions", _]) => "DeleteFunction",
        ("PUT", ["functions", _, "code"]) => "UpdateFunctionCode",
        ("PUT", ["functions", _, "configuration"]) => "UpdateFunctionConfiguration",
        ("GET", ["tags", ..]) => "ListTags",
        ("POST", ["tags", ..]) => "TagResource",
        ("DELETE", ["tags", ..]) => "UntagResource",
        _ => "unknown",
    }
    .to_owned()
}

#[test]
fn a_request_of_each_protocol_is_named_as_in_the_api_reference() {
    let signed = |service: &str| {
        format!(
            "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/{service}/aws4_request, Signature=0"
        )
    };
    for (line, service, more, body, expected) in [
        (
            "POST / HTTP/1.1",
            "kms",
            "X-Amz-Target: TrentService.CreateKey",
            "",
            "kms:CreateKey",
        ),
        (
            "POST / HTTP/1.1",
            "iam",
            "Host: x",
            "Action=GetRole&Version=2010-05-08",
            "iam:GetRole",
        ),
        ("PUT /b HTTP/1.1", "s3", "Host: x", "", "s3:CreateBucket"),
        (
            "PUT /b?policy HTTP/1.1",
            "s3",
            "Host: x",
            "",
            "s3:PutBucketPolicy",
        ),
        (
            "GET /b?lifecycle= HTTP/1.1",
            "s3",
            "Host: x",
            "",
            "s3:GetBucketLifecycleConfiguration",
        ),
        ("HEAD /b HTTP/1.1", "s3", "Host: x", "", "s3:HeadBucket"),
        (
            "PUT /2015-03-31/functions/f/code HTTP/1.1",
            "lambda",
            "Host: x",
            "",
            "lambda:UpdateFunctionCode",
        ),
        ("PATCH / HTTP/1.1", "lambda", "Host: x", "", "lambda:unknown"),
    ] {
        let head = format!("{line}\r\n{}\r\n{more}\r\n\r\n", signed(service));
        assert_eq!(Call::named(&head, body.as_bytes()).to_string(), expected);
    }
}
