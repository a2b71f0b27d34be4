use std::sync::atomic::{AtomicU64, Ordering};

use futures::executor::block_on;
use futures::future::join_all;

use super::*;
use crate::cloud::World;
use crate::cloud::aws::testing::{place, replay, sent};
use crate::model::kinds::{Change, Target, workgroup};

/// Time that passes by sleeping, and at once.
#[derive(Debug, Default)]
pub struct Dream(AtomicU64);

impl Time for Dream {
    fn now(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let micros = u64::try_from(duration.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
        Box::pin(std::future::ready(()))
    }
}

fn region(name: &str) -> Region {
    Region::parse(name).unwrap()
}

#[test]
fn a_service_waits_for_its_own_calls_in_its_own_region_alone() {
    let time = Arc::new(Dream::default());
    let gate = Gate::new(Arc::clone(&time) as Arc<dyn Time>);
    let (here, there) = (region("eu-west-1"), region("us-east-1"));
    let turn = |region, service, operation| block_on(gate.turn(Some(region), service, operation)).unwrap();
    for _ in 0..2 {
        assert_eq!(turn(&here, "firehose", "DescribeDeliveryStream"), Duration::ZERO);
    }
    for (region, service, operation) in [
        (&there, "firehose", "DescribeDeliveryStream"),
        (&here, "firehose", "ListTagsForDeliveryStream"),
        (&here, "kinesis", "DescribeStreamSummary"),
    ] {
        assert_eq!(
            turn(region, service, operation),
            Duration::ZERO,
            "{service} {operation}"
        );
    }
    let waited = turn(&here, "firehose", "DescribeDeliveryStream");
    assert_eq!(waited.as_millis(), 250);
}

#[test]
fn iam_is_one_for_all_regions() {
    let gate = Gate::new(Arc::new(Dream::default()));
    for _ in 0..3 {
        block_on(gate.turn(Some(&region("eu-west-1")), "iam", "CreateRole")).unwrap();
    }
    let waited = block_on(gate.turn(Some(&region("us-east-1")), "iam", "CreateRole")).unwrap();
    assert!(!waited.is_zero());
}

#[test]
fn what_would_wait_too_long_is_an_error_that_mends_itself() {
    let gate = Gate::new(Arc::new(Frozen));
    let here = region("eu-west-1");
    let turns = (0..60).map(|_| gate.turn(Some(&here), "firehose", "CreateDeliveryStream"));
    let results = block_on(join_all(turns));
    let error = results
        .into_iter()
        .find_map(Result::err)
        .expect("42 find a turn in 10 s");
    let fault = crate::model::fault::classify(&error, None, 1);
    assert_eq!(fault.class, crate::model::fault::Class::Soon);
    assert_eq!(fault.reason, crate::api::vocabulary::reasons::THROTTLED);
    assert!(error.is_refusal(), "it had no effect");
    assert!(
        error.message.starts_with("its turn would come in 10 s"),
        "{}",
        error.message
    );
}

/// Time that stands still.
struct Frozen;

impl Time for Frozen {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

#[test]
fn who_waited_while_the_service_asked_to_slow_down_waits_again() {
    let time = Arc::new(Interrupted::default());
    let gate = Arc::new(Gate::new(Arc::clone(&time) as Arc<dyn Time>));
    let here = region("eu-west-1");
    *time.gate.lock().unwrap() = Some((Arc::clone(&gate), here.clone()));
    for _ in 0..2 {
        block_on(gate.turn(Some(&here), "kms", "CreateKey")).unwrap();
    }
    let waited = block_on(gate.turn(Some(&here), "kms", "CreateKey")).unwrap();
    assert_eq!(waited.as_millis(), 1250, "its turn, then the pause");
    assert!(gate.pace(&here, "kms") < 0.52);
    assert_eq!(
        gate.pace(&here, "glue").to_bits(),
        1.0f64.to_bits(),
        "other services go on"
    );
}

#[tokio::test]
async fn an_answer_that_asks_to_slow_down_slows_that_service_of_that_region_and_no_other_answer_does() {
    for (code, pace) in [("ThrottlingException", 0.5f64), ("AccessDeniedException", 1.0)] {
        let answer = format!(r#"{{"__type": "{code}", "message": "Rate exceeded"}}"#);
        let (aws, _) = replay(vec![(400, &answer)]);
        let name = "w".to_owned();
        let change = Change::Workgroup(workgroup::Change::DeleteWorkGroup { name });
        let refused = aws.apply(&place(), &change).await;
        assert_eq!(refused.unwrap_err().code, code);
        let bits = |region: &Region, service| aws.pace(region, service).to_bits();
        assert_eq!(bits(&place().region, "athena"), pace.to_bits(), "{code}");
        assert_eq!(bits(&place().region, "glue"), 1.0f64.to_bits());
        assert_eq!(bits(&region("us-east-1"), "athena"), 1.0f64.to_bits());
    }
}

#[tokio::test]
async fn a_look_in_which_a_service_asks_to_slow_down_is_made_again_a_few_times_each_after_the_pause() {
    let slow = (
        400,
        r#"{"__type": "ThrottlingException", "message": "Rate exceeded"}"#,
    );
    let none = (
        400,
        r#"{"__type": "InvalidRequestException", "message": "WorkGroup w is not found."}"#,
    );
    let look = Target::Workgroup { name: "w".to_owned() };
    for (slowed, code, looks) in [(2, "", 3), (3, "ThrottlingException", 3)] {
        let (aws, http) = replay([vec![slow; slowed], vec![none]].concat());
        let seen = aws.observe(&place(), &look).await;
        assert_eq!(seen.err().map_or(String::new(), |error| error.code), code);
        assert_eq!(sent(&http).len(), looks);
        let pace = aws.pace(&place().region, "athena");
        assert!(pace < 0.3, "a refusal within the pause does not count: {pace}");
    }
}

/// The first sleep is one in which KMS asks to slow down.
#[derive(Default)]
struct Interrupted {
    time: Dream,
    gate: Mutex<Option<(Arc<Gate>, Region)>>,
}

impl Time for Interrupted {
    fn now(&self) -> Duration {
        self.time.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let sleep = self.time.sleep(duration);
        if let Some((gate, region)) = self.gate.lock().unwrap().take() {
            gate.slow_down(Some(&region), "kms");
        }
        sleep
    }
}
