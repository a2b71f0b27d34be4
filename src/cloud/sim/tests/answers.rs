//! What the services answer, row by row: the situation in a finished lake, the call, the answer, and where AWS says so.

mod athena;
mod crawler;
mod firehose;
mod glue;
mod iam;
mod kinesis;
mod kms;
mod lambda;
mod logs;
mod s3;

use super::lake::finished;
use super::*;
use crate::model::arn::KeyArn;
use crate::model::kinds::{self, Assessment, Cause, Circumstances};
use crate::model::lake::{Facts, Lake};

/// A finished lake, to be put into a situation.
struct Stage {
    sim: Sim,
    lake: Lake,
    facts: Facts,
}

struct Row {
    situation: &'static str,
    /// What somebody did outside.
    outside: fn(&mut Cloud, &Stage),
    call: fn(&Stage) -> Change,
    code: &'static str,
    says: &'static str,
    source: &'static str,
}

impl Stage {
    fn key(&self) -> &KeyArn {
        self.facts.bucket_key.as_ref().unwrap()
    }

    fn key_id(&self) -> String {
        self.key().key_id().to_owned()
    }

    /// The first call of the creation of a resource, as its kind decides.
    fn creation(&self, id: Id) -> Change {
        let cx = Circumstances {
            cause: Cause::Edit,
            consent: self.lake.consent,
            owner: &self.lake.owner,
            nonce: "n1",
        };
        let desired = kinds::desired(&self.lake, &self.facts, id).unwrap();
        match kinds::assess(&desired, None, &cx) {
            Assessment::Apply { changes, .. } => changes.into_iter().next().unwrap(),
            other => panic!("{id:?}: {other:?}"),
        }
    }
}

fn nothing(_: &mut Cloud, _: &Stage) {}

fn aws_tags() -> Tags {
    Tags::from([("aws:mine".to_owned(), String::new())])
}

fn check(rows: &[Row]) {
    let (base, lake) = finished();
    let arn = |id| super::lake::key(&base, &lake, id);
    let facts = Facts {
        bucket_key: arn(Id::BucketKey),
        stream_key: arn(Id::StreamKey),
        ..Facts::default()
    };
    let mut wrong = Vec::new();
    for row in rows {
        let stage = Stage {
            sim: Sim::of(base.alter(|cloud| cloud.clone())),
            lake: lake.clone(),
            facts: facts.clone(),
        };
        stage.sim.alter(|cloud| (row.outside)(cloud, &stage));
        let about = format!("{} ({})", row.situation, row.source);
        match apply(&stage.sim, &(row.call)(&stage)) {
            Ok(_) => wrong.push(format!("{about}: taken")),
            Err(error) if error.code == row.code && error.message.contains(row.says) => {}
            Err(error) => wrong.push(format!("{about}: {} {}", error.code, error.message)),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A row in one line.
const fn row(
    situation: &'static str,
    outside: fn(&mut Cloud, &Stage),
    call: fn(&Stage) -> Change,
    code: &'static str,
    says: &'static str,
    source: &'static str,
) -> Row {
    Row {
        situation,
        outside,
        call,
        code,
        says,
        source,
    }
}

fn many_tags(count: usize) -> Tags {
    (0..count).map(|n| (format!("key{n}"), String::new())).collect()
}
