//! How many lakes are worked on at a time, and that each has its turn.
//!
//! Not left to kube's controller: where more lakes are due than it may work on, it picks any of them, and can pick the
//! same few for ever. Here they come in the order in which they asked.

use std::future::Future;

use tokio::sync::Semaphore;

/// Turns, so many at a time.
pub(super) struct Turns(Semaphore);

impl Turns {
    pub(super) fn new(at_a_time: u16) -> Self {
        Self(Semaphore::new(at_a_time.into()))
    }

    /// No further turns: what waits for one is given up.
    pub(super) fn close(&self) {
        self.0.close();
    }

    /// Does the work when its turn has come; `None`: there are no more turns. Until then it is not made, since what
    /// waits should be small.
    pub(super) async fn take<T, W: Future<Output = T>>(&self, work: impl FnOnce() -> W) -> Option<T> {
        let _turn = self.0.acquire().await.ok()?;
        Some(Box::pin(work()).await)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures::future::join_all;
    use tokio::task::yield_now;

    use super::*;

    const LAKES: usize = 20;
    const PASSES: usize = 50;

    #[derive(Default)]
    struct Seen {
        begun: usize,
        longest_wait: usize,
        at_work: usize,
        most_at_work: usize,
    }

    impl Seen {
        fn begins(&mut self, asked: usize) {
            self.longest_wait = self.longest_wait.max(self.begun - asked);
            self.begun += 1;
            self.at_work += 1;
            self.most_at_work = self.most_at_work.max(self.at_work);
        }
    }

    #[tokio::test]
    async fn where_more_lakes_are_due_than_may_be_worked_on_each_has_its_turn() {
        let turns = Turns::new(4);
        let seen = Mutex::new(Seen::default());
        // Each asks again as soon as it was worked on, and the work of some takes longer than that of others.
        let life = async |lake: usize| {
            for _ in 0..PASSES {
                let asked = seen.lock().unwrap().begun;
                let work = async || {
                    seen.lock().unwrap().begins(asked);
                    for _ in 0..=lake {
                        yield_now().await;
                    }
                    seen.lock().unwrap().at_work -= 1;
                };
                turns.take(work).await;
            }
        };
        join_all((0..LAKES).map(life)).await;
        let seen = seen.into_inner().unwrap();
        assert_eq!(seen.begun, LAKES * PASSES);
        assert_eq!(seen.most_at_work, 4);
        let waited = seen.longest_wait;
        assert!(
            waited < LAKES,
            "one asked, and {waited} passes of the {LAKES} lakes were begun before its own"
        );
    }

    #[tokio::test]
    async fn no_more_work_is_begun_than_there_are_turns_and_none_once_they_are_closed() {
        let turns = Turns::new(1);
        let first = turns.take(async || {
            turns.close();
            1
        });
        let second = turns.take(async || 2);
        assert_eq!(futures::join!(first, second), (Some(1), None));
        assert_eq!(turns.take(async || 3).await, None);
    }
}
