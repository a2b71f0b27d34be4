//! A key of the lake's that something of the user's own is encrypted with.

use super::*;
use crate::cloud::sim::{Fault, Refused, Rule};

/// A lake with its own lake bucket, and so a bucket key, on a raw bucket and a stream of the user's own. It is deleted
/// after `act`.
fn leaving(act: fn(&mut Cloud)) -> Stage {
    let extra =
        json!({"deletionPolicy": "Delete", "existing": {"rawBucket": "their-raw", "stream": "their-stream"}});
    let mut stage = Stage::in_world(world(), datalake(extra));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    stage.sim.alter(act);
    stage.delete();
    stage
}

fn is_enabled(stage: &Stage) -> bool {
    let enabled = |cloud: &mut Cloud| cloud.keys.iter().any(|(_, key)| key.seen.state == "Enabled");
    stage.sim.alter(enabled)
}

#[test]
fn it_stays_until_the_bucket_or_stream_has_another() {
    type Give = fn(&mut Cloud, Option<&str>);
    let raw: Give = |cloud, key| {
        encrypt(cloud, "their-raw", key.unwrap_or_default());
        let bucket = cloud.buckets.get_mut(&place().bucket("their-raw").to_string());
        let encryption = &mut bucket.unwrap().seen.encryption;
        *encryption = encryption.take().filter(|_| key.is_some());
    };
    let stream: Give = |cloud, key| {
        let arn = place().stream("their-stream").to_string();
        cloud.streams.get_mut(&arn).unwrap().seen.key = key.map(str::to_owned);
    };
    // As it may be written: the ARN of the key, its id, an alias of it, or the ARN of that.
    let texts: [fn(&Stage, &str) -> String; 4] = [
        |_, arn| arn.to_owned(),
        |_, arn| arn.rsplit('/').next().unwrap().to_owned(),
        |stage, _| stage.lake().names.bucket_key_alias,
        |stage, _| {
            place()
                .key_alias(&stage.lake().names.bucket_key_alias)
                .to_string()
        },
    ];
    for (give, name) in [(raw, "their-raw"), (stream, "their-stream")] {
        for (text, restarts) in texts.iter().zip([false, true, false, true]) {
            let arn = |cloud: &Cloud| cloud.keys.iter().next().unwrap().0.to_owned();
            let mut stage = leaving(|_| ());
            let key = stage.sim.alter(|cloud| arn(cloud));
            let text = text(&stage, &key);
            // Right before the lake goes: no look for drift has seen it.
            stage.sim.alter(|cloud| give(cloud, Some(&text)));
            if restarts {
                stage.restart();
            }
            stage.settle();
            stage.next_looks();
            assert!(!stage.released && is_enabled(&stage), "{text}: {}", stage.story());
            let (_, reason, message) = stage.condition("Ready");
            assert_eq!(reason, reasons::KEY_IN_USE, "{text}: {}", stage.story());
            assert!(message.contains(name), "{message}");
            stage.sim.alter(|cloud| give(cloud, None));
            stage.next_looks();
            assert!(stage.released && !is_enabled(&stage), "{text}: {}", stage.story());
        }
    }
}

#[test]
fn it_stays_while_the_bucket_may_not_be_read_and_goes_where_there_is_none() {
    let denied = Refused::new(403, "AccessDenied", "Access Denied");
    let rule = Rule::every("s3", "GetBucketEncryption", Fault::Refuse(denied));
    let mut stage = leaving(|_| ());
    stage.restart();
    stage.sim.fault(Rule {
        subject: "their-raw".into(),
        ..rule
    });
    stage.settle();
    stage.next_looks();
    assert!(!stage.released && is_enabled(&stage), "{}", stage.story());
    let (_, reason, message) = stage.condition("Ready");
    assert_eq!(reason, reasons::KEY_IN_USE, "{}", stage.story());
    for word in ["their-raw", "AccessDenied", "RetainData", "spec.existing"] {
        assert!(message.contains(word), "{word}: {message}");
    }
    stage.sim.calm();
    let gone = |cloud: &mut Cloud| drop(cloud.buckets.remove(&place().bucket("their-raw").to_string()));
    stage.sim.alter(gone);
    stage.sim.advance(jiff::SignedDuration::from_mins(5));
    stage.next_looks();
    assert!(stage.released && !is_enabled(&stage), "{}", stage.story());
}

#[test]
fn it_goes_where_the_bucket_has_come_to_be_in_another_region() {
    let mut stage = leaving(|cloud| {
        let bucket = cloud
            .buckets
            .get_mut(&place().bucket("their-raw").to_string())
            .unwrap();
        bucket.region = Region::parse("us-east-1").unwrap();
    });
    stage.restart();
    stage.settle();
    assert!(stage.released && !is_enabled(&stage), "{}", stage.story());
}
