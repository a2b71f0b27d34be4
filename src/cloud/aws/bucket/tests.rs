mod write;

use super::*;
use crate::cloud::aws::testing::{Sent, place, replay, sent};
use crate::model::arn::{KeyArn, Region};
use crate::model::kinds::bucket::{Change, Contents, Encryption, Rule};
use crate::model::kinds::{OwnKey, Said};
use crate::model::owner::Tags;

const TAGS: (u16, &str) = (
    200,
    "<Tagging><TagSet><Tag><Key>team</Key><Value>data</Value></Tag></TagSet></Tagging>",
);
const ENCRYPTION: (u16, &str) = (
    200,
    "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>\
     <KMSMasterKeyID>arn:aws:kms:eu-west-1:123456789012:key/b</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>\
     <BucketKeyEnabled>true</BucketKeyEnabled><BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType>\
     </BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>",
);
const BLOCKED: (u16, &str) = (
    200,
    "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls>\
     <BlockPublicPolicy>true</BlockPublicPolicy></PublicAccessBlockConfiguration>",
);
const OWNERSHIP: (u16, &str) = (
    200,
    "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>",
);
const LIFECYCLE: (u16, &str) = (
    200,
    "<LifecycleConfiguration>\
     <Rule><ID>data</ID><Status>Enabled</Status><Filter><Prefix>data/</Prefix></Filter>\
     <Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>\
     <Expiration><Days>400</Days></Expiration>\
     <NoncurrentVersionExpiration><NoncurrentDays>400</NoncurrentDays></NoncurrentVersionExpiration></Rule>\
     <Rule><ID>old</ID><Status>Disabled</Status><Prefix>tmp/</Prefix>\
     <AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>\
     <Rule><ID>odd</ID><Status>Enabled</Status><Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>\
     <Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule>\
     </LifecycleConfiguration>",
);
const POLICY: (u16, &str) = (200, r#"{"Statement":[]}"#);

fn refusal(code: &str) -> String {
    format!("<Error><Code>{code}</Code><Message>says {code}</Message></Error>")
}

fn target(depth: Depth) -> Target {
    Target {
        name: "lake".to_owned(),
        depth,
        own_key: None,
    }
}

/// Every call but the creation says whose the bucket must be.
fn assert_owner_expected(request: &Sent) {
    assert_eq!(
        request.header("x-amz-expected-bucket-owner"),
        "123456789012",
        "{}",
        request.line
    );
}

#[tokio::test]
async fn a_bucket_is_six_reads_and_comes_back_as_s3_says_it() {
    let (aws, http) = replay(vec![TAGS, ENCRYPTION, BLOCKED, OWNERSHIP, LIFECYCLE, POLICY]);
    let seen = observe(&aws, &place(), &target(Depth::Properties))
        .await
        .unwrap()
        .unwrap();
    let rule = |id: &str, prefix: Option<&str>| Rule {
        id: id.to_owned(),
        enabled: true,
        prefix: prefix.map(str::to_owned),
        ..Rule::default()
    };
    let expected = Observed {
        name: "lake".to_owned(),
        tags: Tags::from([("team".to_owned(), "data".to_owned())]),
        encryption: Some(Encryption {
            algorithm: "aws:kms".to_owned(),
            key: Some("arn:aws:kms:eu-west-1:123456789012:key/b".to_owned()),
            bucket_key: true,
            blocked: Some(vec!["SSE-C".to_owned()]),
        }),
        public_access_block: Some([true, false, true, false]),
        ownership: Some("BucketOwnerEnforced".to_owned()),
        lifecycle: vec![
            Rule {
                transitions: vec![(30, "STANDARD_IA".to_owned())],
                expire_days: Some(400),
                noncurrent_days: Some(400),
                ..rule("data", Some("data/"))
            },
            Rule {
                enabled: false,
                abort_days: Some(7),
                ..rule("old", Some("tmp/"))
            },
            Rule {
                others: "Filter by more than a prefix, ExpiredObjectDeleteMarker".to_owned(),
                ..rule("odd", None)
            },
        ],
        policy: Some(r#"{"Statement":[]}"#.to_owned()),
        own_key: None,
        occupied: None,
        contents: None,
    };
    assert_eq!(seen, expected);
    let requests = sent(&http);
    assert_eq!(requests.len(), 6);
    requests.iter().for_each(assert_owner_expected);
}

#[tokio::test]
async fn the_users_own_key_is_looked_at_together_with_its_bucket() {
    let disabled =
        r#"{"KeyMetadata": {"KeyId": "b", "KeyState": "Disabled", "KeySpec": "SYMMETRIC_DEFAULT"}}"#;
    let (aws, http) = replay(vec![
        TAGS,
        ENCRYPTION,
        BLOCKED,
        OWNERSHIP,
        LIFECYCLE,
        POLICY,
        (200, disabled),
    ]);
    let arn = KeyArn::parse("arn:aws:kms:eu-west-1:123456789012:key/b").unwrap();
    let with_key = Target {
        own_key: Some(arn.clone()),
        ..target(Depth::Properties)
    };
    let seen = observe(&aws, &place(), &with_key).await.unwrap().unwrap();
    let said = Said::There {
        state: "Disabled".to_owned(),
        spec: "SYMMETRIC_DEFAULT".to_owned(),
    };
    assert_eq!(seen.own_key, Some(OwnKey { arn, said }));
    let requests = sent(&http);
    assert_eq!((requests.len(), &*requests[6].operation), (7, "DescribeKey"));
}

#[tokio::test]
async fn the_size_that_s3_sets_for_all_lifecycles_is_no_part_of_the_rules() {
    let answers = || vec![TAGS, ENCRYPTION, BLOCKED, OWNERSHIP, LIFECYCLE, POLICY];
    let mut seen = Vec::new();
    for said in [None, Some("all_storage_classes_128K")] {
        let (aws, http) = replay(answers());
        if let Some(size) = said {
            http.head(4, "x-amz-transition-default-minimum-object-size", size);
        }
        seen.push(observe(&aws, &place(), &target(Depth::Properties)).await.unwrap());
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn what_was_never_set_is_no_error() {
    let codes = [
        "NoSuchTagSet",
        "ServerSideEncryptionConfigurationNotFoundError",
        "NoSuchPublicAccessBlockConfiguration",
        "OwnershipControlsNotFoundError",
        "NoSuchLifecycleConfiguration",
        "NoSuchBucketPolicy",
    ];
    let answers = codes.map(refusal);
    let (aws, _) = replay(answers.iter().map(|body| (404, body.as_str())).collect());
    let seen = observe(&aws, &place(), &target(Depth::Properties)).await;
    let bare = Observed {
        name: "lake".to_owned(),
        ..Observed::default()
    };
    assert_eq!(seen, Ok(Some(bare)));
}

#[tokio::test]
async fn no_bucket_is_an_answer_and_another_accounts_is_an_error() {
    let (aws, http) = replay(vec![(404, &refusal("NoSuchBucket"))]);
    assert_eq!(
        observe(&aws, &place(), &target(Depth::Properties)).await,
        Ok(None)
    );
    assert_eq!(sent(&http).len(), 1);
    let (aws, _) = replay(vec![(403, &refusal("AccessDenied"))]);
    let error = observe(&aws, &place(), &target(Depth::Properties))
        .await
        .unwrap_err();
    assert_eq!(
        (
            error.operation,
            error.code.as_str(),
            error.message.as_str(),
            error.status
        ),
        ("GetBucketTagging", "AccessDenied", "says AccessDenied", Some(403))
    );
}

#[tokio::test]
async fn contents_are_versions_markers_and_uploads() {
    let versions = "<ListVersionsResult><IsTruncated>true</IsTruncated>\
        <Version><Key>data/1</Key><VersionId>null</VersionId></Version>\
        <DeleteMarker><Key>data/2</Key><VersionId>v2</VersionId></DeleteMarker></ListVersionsResult>";
    let uploads = "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>\
        <Upload><Key>raw/1</Key><UploadId>u1</UploadId></Upload></ListMultipartUploadsResult>";
    let (aws, http) = replay(vec![
        TAGS,
        ENCRYPTION,
        BLOCKED,
        OWNERSHIP,
        LIFECYCLE,
        POLICY,
        (200, versions),
        (200, uploads),
    ]);
    let seen = observe(&aws, &place(), &target(Depth::Contents))
        .await
        .unwrap()
        .unwrap();
    let version = |key: &str, id: &str| (key.to_owned(), Some(id.to_owned()));
    let expected = Contents {
        objects: vec![version("data/1", "null"), version("data/2", "v2")],
        uploads: vec![("raw/1".to_owned(), "u1".to_owned())],
        more: true,
    };
    assert_eq!(seen.contents, Some(expected));
    let requests = sent(&http);
    requests.iter().for_each(assert_owner_expected);
    // One page of each, however much there is: the rest is for the passes that follow.
    let lists = requests.iter().filter(|request| request.line.contains("=1000"));
    assert_eq!((lists.count(), requests.len()), (2, 8));
}

#[tokio::test]
async fn a_bucket_that_may_be_taken_over_is_asked_which_prefixes_hold_anything() {
    let nothing = "<ListVersionsResult></ListVersionsResult>";
    let marker = "<ListVersionsResult><DeleteMarker><Key>raw/1</Key><VersionId>v1</VersionId></DeleteMarker></ListVersionsResult>";
    let version = "<ListVersionsResult><Version><Key>data/1</Key><VersionId>null</VersionId></Version></ListVersionsResult>";
    let (aws, http) = replay(vec![
        TAGS,
        ENCRYPTION,
        BLOCKED,
        OWNERSHIP,
        LIFECYCLE,
        POLICY,
        (200, version),
        (200, nothing),
        (200, marker),
        (200, nothing),
    ]);
    let seen = observe(&aws, &place(), &target(Depth::Prefixes))
        .await
        .unwrap()
        .unwrap();
    let held: Vec<_> = seen.occupied.unwrap().into_iter().collect();
    assert_eq!(held, ["data/", "raw/"]);
    let requests = sent(&http);
    requests.iter().for_each(assert_owner_expected);
    let one = |request: &&Sent| request.line.split(['?', '&']).any(|part| part == "max-keys=1");
    assert_eq!(requests.iter().filter(one).count(), 4, "one object of each tells");
}
