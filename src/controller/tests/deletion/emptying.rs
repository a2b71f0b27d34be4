//! Buckets that hold very much.

use super::*;

/// Of both buckets together: versions, and delete markers that hide some of them.
const OBJECTS: usize = 50_000;
/// Multipart uploads in progress.
const UPLOADS: usize = 120;
/// Keys of one `DeleteObjects`, and entries of one list (S3 API reference).
const PAGE: usize = 1000;

/// A lake that may be emptied, with three fifths of it all in the lake bucket. It is as far as its first page.
fn full() -> Stage {
    let mut stage = leaving("Delete");
    stage.annotate("datalake-operator.io/empty-buckets");
    for (id, share) in [(Id::LakeBucket, 3), (Id::RawBucket, 2)] {
        let arn = stage.arn(id);
        stage.sim.alter(|cloud| {
            let bucket = cloud.buckets.get_mut(&arn).unwrap();
            bucket.versioned = true;
            let objects = OBJECTS * share / 5;
            (0..objects / 5 * 4)
                .for_each(|n| bucket.put_object(&format!("data/year=2026/{:05}.parquet", n / 2)));
            let markers =
                (0..objects / 5).map(|n| (format!("data/year=2026/{n:05}.parquet"), Some(format!("m{n}"))));
            bucket.objects.extend(markers);
            assert_eq!(bucket.objects.len(), objects);
            let uploads =
                (0..UPLOADS * share / 5).map(|n| (format!("data/{n}.parquet"), format!("upload-{n}")));
            bucket.uploads.extend(uploads);
        });
    }
    while !stage.operations().contains(&"DeleteObjects") {
        let next = stage.pass().next.unwrap_or_default();
        stage.sim.advance(next.max(SignedDuration::from_millis(10)));
    }
    stage
}

/// Objects, and uploads, that are left in both buckets.
fn left(stage: &Stage) -> (usize, usize) {
    stage.sim.alter(|cloud| {
        let buckets = || cloud.buckets.iter().map(|(_, bucket)| bucket);
        let objects = buckets().map(|bucket| bucket.objects.len()).sum();
        (objects, buckets().map(|bucket| bucket.uploads.len()).sum())
    })
}

/// How often a call of this operation was carried out.
fn done(stage: &Stage, operation: &str) -> usize {
    let calls = stage.sim.calls();
    let of = |call: &&crate::cloud::sim::Call| call.operation == operation && call.result.is_ok();
    calls.iter().filter(of).count()
}

/// All that the operator holds of the lake from one pass to the next, in characters: its memory and the object.
fn held(stage: &Stage) -> usize {
    let status = serde_json::to_string(&stage.object.status).unwrap();
    format!("{:?}", stage.memory).len() + status.len()
}

#[test]
fn each_pass_takes_one_page_of_a_bucket_and_keeps_nothing_of_those_before() {
    let mut stage = full();
    let first = held(&stage);
    let (mut before, start) = (left(&stage), stage.sim.now());
    let pages = before.0 / PAGE;
    stage.sim.forget_calls();
    let mut passes = 0;
    while before != (0, 0) {
        stage.pass();
        passes += 1;
        let after = left(&stage);
        assert!(
            before.0 - after.0 <= 2 * PAGE,
            "more than a page of a bucket: {before:?}, {after:?}"
        );
        assert!(
            before.1 - after.1 <= 2 * 50,
            "more than 50 uploads of a bucket: {before:?}, {after:?}"
        );
        assert!(after < before, "a pass in vain: {}", stage.story());
        assert!(
            held(&stage) <= first + 1000,
            "after {passes} passes: {} instead of {first}",
            held(&stage)
        );
        before = after;
        stage.sim.advance(SignedDuration::from_millis(10));
    }
    assert_eq!(done(&stage, "DeleteObjects"), pages, "whole pages only");
    let lists = done(&stage, "ListObjectVersions");
    assert!(
        lists <= pages + 2,
        "{lists} lists: one a page, and one that shows each bucket empty"
    );
    let calls = stage.sim.calls();
    let others = calls
        .iter()
        .filter(|call| call.service == "s3" && call.operation != "AbortMultipartUpload");
    let others = others.count();
    assert!(
        others <= 9 * (pages + 3),
        "{others} calls to S3 for {pages} pages: nine a page"
    );
    assert!(
        stage.sim.now().duration_since(start) < SignedDuration::from_secs(1),
        "a page does not wait for the next"
    );
    stage.settle();
    assert!(stage.released, "{}", stage.story());
}

#[test]
fn a_process_that_takes_over_in_the_middle_goes_on_with_what_is_left() {
    for fault in [Fault::CrashBefore, Fault::CrashAfter, Fault::LoseAnswer] {
        let mut stage = full();
        let middle = Rule {
            skip: 20,
            ..Rule::next("s3", "DeleteObjects", fault.clone())
        };
        stage.sim.fault(middle);
        let crashes = fault != Fault::LoseAnswer;
        assert_eq!(stage.dies(), crashes, "{fault:?}: {}", stage.story());
        let (objects, _) = left(&stage);
        assert!(
            !crashes || (OBJECTS / 2..OBJECTS).contains(&objects),
            "{fault:?}: {objects} are left"
        );
        stage.settle();
        assert!(stage.released, "{fault:?}: {}", stage.story());
        // Each page went once: nothing that is gone was asked to go again.
        let effects = stage.sim.writes().into_iter().filter(|call| call.effect);
        let pages = effects.filter(|call| call.operation == "DeleteObjects").count();
        assert_eq!(pages, OBJECTS / PAGE, "{fault:?}");
    }
}
