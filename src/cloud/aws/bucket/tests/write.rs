//! The requests of each change.

use super::*;

async fn request_of(change: &Change) -> Sent {
    let answer = match change {
        Change::DeleteObjects { .. } => "<DeleteResult/>",
        _ => "",
    };
    let (aws, http) = replay(vec![(200, answer)]);
    assert_eq!(
        apply(&aws, &place(), change).await,
        Ok(()),
        "{}",
        change.operation()
    );
    sent(&http).remove(0)
}

/// The body without its name space.
fn xml(request: &Sent) -> String {
    request
        .body
        .replace(r#" xmlns="http://s3.amazonaws.com/doc/2006-03-01/""#, "")
}

#[tokio::test]
async fn a_bucket_is_created_with_its_tags_in_its_region() {
    let tags = "<Tags><Tag><Key>team</Key><Value>data</Value></Tag></Tags>";
    for (region, location) in [
        ("eu-west-1", "<LocationConstraint>eu-west-1</LocationConstraint>"),
        ("us-east-1", ""),
    ] {
        let change = Change::CreateBucket {
            bucket: "lake".to_owned(),
            region: Region::parse(region).unwrap(),
            tags: Tags::from([("team".to_owned(), "data".to_owned())]),
        };
        let request = request_of(&change).await;
        assert!(request.line.starts_with("PUT "), "{}", request.line);
        assert_eq!(
            xml(&request),
            format!("<CreateBucketConfiguration>{location}{tags}</CreateBucketConfiguration>")
        );
    }
}

#[tokio::test]
async fn each_sub_resource_is_written_whole() {
    let bucket = || "lake".to_owned();
    let key = "arn:aws:kms:eu-west-1:123456789012:key/b";
    let encryption = format!(
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
         <SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{key}</KMSMasterKeyID>\
         </ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled>\
         <BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule>\
         </ServerSideEncryptionConfiguration>"
    );
    let rule = Rule {
        id: "data".to_owned(),
        enabled: true,
        prefix: Some("data/".to_owned()),
        expire_days: Some(400),
        abort_days: Some(7),
        noncurrent_days: Some(400),
        transitions: vec![(30, "STANDARD_IA".to_owned())],
        others: String::new(),
    };
    for (change, query, body) in [
        (
            Change::PutPublicAccessBlock { bucket: bucket() },
            "publicAccessBlock",
            "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
             <IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>\
             <RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>",
        ),
        (
            Change::PutBucketOwnershipControls { bucket: bucket() },
            "ownershipControls",
            "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>",
        ),
        (
            Change::PutBucketEncryption {
                bucket: bucket(),
                key: KeyArn::parse(key).unwrap(),
            },
            "encryption",
            &encryption,
        ),
        (
            Change::PutBucketLifecycleConfiguration {
                bucket: bucket(),
                rules: vec![rule],
            },
            "lifecycle",
            "<LifecycleConfiguration><Rule><Expiration><Days>400</Days></Expiration><ID>data</ID>\
             <Filter><Prefix>data/</Prefix></Filter><Status>Enabled</Status>\
             <Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>\
             <NoncurrentVersionExpiration><NoncurrentDays>400</NoncurrentDays></NoncurrentVersionExpiration>\
             <AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>\
             </AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>",
        ),
        (
            Change::PutBucketPolicy {
                bucket: bucket(),
                policy: "{}".to_owned(),
            },
            "policy",
            "{}",
        ),
        (
            Change::PutBucketTagging {
                bucket: bucket(),
                tags: Tags::from([("a".to_owned(), "b".to_owned())]),
            },
            "tagging",
            "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
        ),
    ] {
        let request = request_of(&change).await;
        assert!(request.line.starts_with("PUT "), "{}", request.line);
        assert!(request.line.contains(&format!("?{query}")), "{}", request.line);
        assert_eq!(xml(&request), body, "{query}");
        assert_owner_expected(&request);
    }
}

#[tokio::test]
async fn what_the_bucket_holds_and_the_bucket_itself_are_deleted_by_one_call_each() {
    let objects = vec![
        ("data/1".to_owned(), Some("null".to_owned())),
        ("data/2".to_owned(), None),
    ];
    let delete = Change::DeleteObjects {
        bucket: "lake".to_owned(),
        objects,
    };
    let request = request_of(&delete).await;
    assert!(
        request.line.starts_with("POST ") && request.line.contains("?delete"),
        "{}",
        request.line
    );
    assert_eq!(
        xml(&request),
        "<Delete><Object><Key>data/1</Key><VersionId>null</VersionId></Object>\
         <Object><Key>data/2</Key></Object><Quiet>true</Quiet></Delete>"
    );
    assert_owner_expected(&request);

    let abort = Change::AbortMultipartUpload {
        bucket: "lake".to_owned(),
        key: "raw/1".to_owned(),
        upload_id: "u1".to_owned(),
    };
    let request = request_of(&abort).await;
    assert!(request.line.starts_with("DELETE /raw/1?"), "{}", request.line);
    assert!(request.line.contains("uploadId=u1"), "{}", request.line);
    assert_owner_expected(&request);

    let request = request_of(&Change::DeleteBucket {
        bucket: "lake".to_owned(),
    })
    .await;
    assert!(request.line.starts_with("DELETE /"), "{}", request.line);
    assert_owner_expected(&request);
}

#[tokio::test]
async fn an_object_that_stayed_is_an_error_although_the_call_succeeded() {
    let answer = "<DeleteResult><Error><Key>data/1</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>";
    let (aws, _) = replay(vec![(200, answer)]);
    let delete = Change::DeleteObjects {
        bucket: "lake".to_owned(),
        objects: vec![("data/1".to_owned(), None)],
    };
    let error = apply(&aws, &place(), &delete).await.unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        ("AccessDenied", "data/1: no")
    );
}

#[tokio::test]
async fn a_refused_write_is_told_by_its_wire_code() {
    let (aws, _) = replay(vec![(409, &refusal("OperationAborted"))]);
    let change = Change::PutPublicAccessBlock {
        bucket: "lake".to_owned(),
    };
    let error = apply(&aws, &place(), &change).await.unwrap_err();
    assert_eq!(
        (error.service, error.operation, error.code.as_str(), error.status),
        ("s3", "PutPublicAccessBlock", "OperationAborted", Some(409))
    );
}
