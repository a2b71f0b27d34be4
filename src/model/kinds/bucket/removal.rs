//! What is to be done about a bucket that is to go.

use super::{Change, Contents, Observed};
use crate::api::vocabulary::{self, reasons};
use crate::model::kinds::{self, Assessment, Circumstances, Refusal, WaitFor};

/// Uploads that one pass aborts: each is a call of its own, and a pass is to end soon.
pub(super) const ABORTS: usize = 50;

/// What is to be done so that it is gone. Objects go only when the user said so.
pub fn removal(live: &Observed, cx: &Circumstances) -> Assessment {
    let Some(contents) = &live.contents else {
        let what = format!("a listing of what bucket {} holds", live.name);
        return Assessment::Settling(WaitFor::new(what, 1));
    };
    let bucket = || live.name.clone();
    if contents.objects.is_empty() && contents.uploads.is_empty() {
        let delete = Change::DeleteBucket { bucket: bucket() };
        return Assessment::of(vec![kinds::Change::Bucket(delete)], Vec::new());
    }
    if !cx.consent.empty_buckets {
        return Assessment::Refused(Refusal {
            reason: reasons::BUCKET_NOT_EMPTY,
            message: not_empty(&live.name, contents),
        });
    }
    let objects = (!contents.objects.is_empty()).then(|| Change::DeleteObjects {
        bucket: bucket(),
        objects: contents.objects.clone(),
    });
    let uploads = contents.uploads.iter().take(ABORTS);
    let aborts = uploads.map(|(key, upload_id)| Change::AbortMultipartUpload {
        bucket: bucket(),
        key: key.clone(),
        upload_id: upload_id.clone(),
    });
    let changes = objects.into_iter().chain(aborts);
    Assessment::of(changes.map(kinds::Change::Bucket).collect(), Vec::new())
}

fn not_empty(bucket: &str, contents: &Contents) -> String {
    let at_least = if contents.more { "at least " } else { "" };
    let (objects, uploads) = (contents.objects.len(), contents.uploads.len());
    let keys = contents.objects.iter().map(|(key, _)| key);
    let keys = keys.chain(contents.uploads.iter().map(|(key, _)| key));
    let examples: Vec<&str> = keys.take(2).map(String::as_str).collect();
    format!(
        "bucket {bucket} is not empty ({at_least}{objects} object version(s), {uploads} unfinished upload(s), such as {}) \
         and is not deleted: to delete all of it for ever, annotate the Datalake with {}: \"true\"; to keep the bucket, \
         change spec.deletionPolicy to RetainData or Retain",
        examples.join(", "),
        vocabulary::EMPTY_BUCKETS,
    )
}
