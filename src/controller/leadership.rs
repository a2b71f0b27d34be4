//! What the lease allows: a pass goes on only while it is certain that nobody else works.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use tokio::sync::watch;

use super::election::Terms;
use crate::shell::clock::{self, Moment};

/// Whether this process may work. What keeps the lease tells it; every pass asks it.
pub struct Leadership {
    /// `None`: there is never another process.
    terms: Option<Terms>,
    clock: fn() -> Moment,
    standing: watch::Sender<Standing>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Standing {
    /// When the last renewal that succeeded was sent.
    renewed: Option<Moment>,
    /// No pass is to begin any more.
    ending: bool,
}

impl Leadership {
    /// Work under a lease of these terms, which is not held yet. `None`: there is never another process.
    pub fn new(terms: Option<Terms>) -> Self {
        Self::with_clock(terms, clock::moment)
    }

    fn with_clock(terms: Option<Terms>, clock: fn() -> Moment) -> Self {
        Self {
            terms,
            clock,
            standing: watch::Sender::default(),
        }
    }

    /// Whether nobody else can hold the lease now.
    pub fn certain(&self) -> bool {
        let Some(terms) = &self.terms else { return true };
        let renewed = self.standing.borrow().renewed;
        renewed.is_some_and(|renewed| terms.certain(renewed, (self.clock)()))
    }

    /// The lease was renewed by a call that was sent at `sent`.
    pub fn renewed(&self, sent: Moment) {
        self.standing
            .send_modify(|standing| standing.renewed = Some(sent));
    }

    /// The lease is given back: nothing may be written from here on.
    pub fn gave_up(&self) {
        self.standing.send_modify(|standing| standing.renewed = None);
    }

    /// The process is to end: work that waits for the lease is given up.
    pub fn end(&self) {
        self.standing.send_modify(|standing| standing.ending = true);
    }

    /// Does `work` while the lease is certain. Before each step that the work makes both clocks are read; while there
    /// is doubt it stands still, so that it sends nothing, tries nothing again and writes nothing. It goes on when the
    /// lease was renewed, which proves that nobody else held it in between. `None`: the process ends first.
    ///
    /// What was sent before the doubt may still arrive: AWS knows nothing of the lease. That is what the time between
    /// the renew deadline and the end of the lease is for.
    pub async fn guard<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        let mut standing = self.standing.subscribe();
        loop {
            let step = poll_fn(|context| {
                if self.certain() {
                    work.as_mut().poll(context).map(Some)
                } else {
                    Poll::Ready(None)
                }
            });
            if let Some(done) = step.await {
                return Some(done);
            }
            if standing.borrow_and_update().ending || standing.changed().await.is_err() {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use futures::FutureExt;
    use jiff::Timestamp;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    thread_local! {
        static NOW: Cell<Moment> = const {
            Cell::new(Moment { steady: Duration::ZERO, wall: Timestamp::UNIX_EPOCH })
        };
    }

    fn simulated() -> Moment {
        NOW.get()
    }

    fn advance(steady: u32, wall: u32) {
        let now = NOW.get();
        NOW.set(Moment {
            steady: now.steady + steady * SECOND,
            wall: now.wall + wall * SECOND,
        });
    }

    fn leadership() -> Leadership {
        let terms = Terms::new(15 * SECOND, 10 * SECOND, 2 * SECOND).unwrap();
        Leadership::with_clock(Some(terms), simulated)
    }

    /// Work that writes as often as it is let: a write, then something else first.
    async fn writes(count: &Cell<u32>) {
        loop {
            count.set(count.get() + 1);
            tokio::task::yield_now().await;
        }
    }

    /// Lets the runtime do all that can be done without another event.
    async fn settle() {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn nothing_is_written_before_the_lease_is_held_nor_once_it_is_in_doubt() {
        for (steady, wall, why) in [
            (10, 10, "the process stood still"),
            (0, 10, "the machine slept, and with it the steady clock"),
            (10, 0, "the wall clock was set back"),
        ] {
            let (leadership, count) = (leadership(), Cell::new(0));
            let mut work = Box::pin(leadership.guard(writes(&count)));
            assert!(work.as_mut().now_or_never().is_none());
            assert_eq!(count.get(), 0, "not before the lease is held");

            leadership.renewed(simulated());
            assert!(work.as_mut().now_or_never().is_none());
            let before = count.get();
            assert!(before > 0, "as the leader");

            advance(steady, wall);
            for _ in 0..5 {
                assert!(work.as_mut().now_or_never().is_none());
            }
            assert_eq!(count.get(), before, "{why}");

            leadership.renewed(simulated());
            for _ in 0..2 {
                assert!(work.as_mut().now_or_never().is_none());
            }
            assert!(count.get() > before, "renewed: nobody led in between");
        }
    }

    #[tokio::test]
    async fn a_call_that_is_tried_again_is_not_tried_again_in_doubt() {
        let (leadership, tries) = (leadership(), Cell::new(0));
        let (answer, mut answers) = tokio::sync::mpsc::unbounded_channel::<&str>();
        leadership.renewed(simulated());
        let call = async {
            loop {
                tries.set(tries.get() + 1);
                if answers.recv().await == Some("done") {
                    return "done";
                }
            }
        };
        let pass = leadership.guard(call);
        let world = async {
            settle().await;
            advance(11, 11);
            answer.send("throttled").unwrap();
            settle().await;
            assert_eq!(tries.get(), 1, "the second try would be in doubt");
            leadership.renewed(simulated());
            settle().await;
            assert_eq!(tries.get(), 2);
            answer.send("done").unwrap();
        };
        let (done, ()) = futures::join!(pass, world);
        assert_eq!(done, Some("done"));
    }

    #[tokio::test]
    async fn at_the_end_a_pass_under_way_is_finished_and_one_that_waits_is_given_up() {
        let leader = leadership();
        leader.renewed(simulated());
        leader.end();
        assert_eq!(leader.guard(async { 1 }).await, Some(1));
        let follower = leadership();
        let end = async { follower.end() };
        let (waiting, ()) = futures::join!(follower.guard(async { 1 }), end);
        assert_eq!(waiting, None);
        leader.gave_up();
        assert_eq!(leader.guard(async { 1 }).await, None, "the lease is given back");
    }

    #[tokio::test]
    async fn without_a_lease_there_is_never_doubt() {
        let sole = Leadership::with_clock(None, simulated);
        advance(1000, 1000);
        assert!(sole.certain());
        sole.end();
        assert_eq!(sole.guard(async { 1 }).await, Some(1));
    }
}
