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
    use std::collections::BTreeMap;
    use std::convert::Infallible;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use futures::{StreamExt, stream};
    use k8s_openapi::api::core::v1::ConfigMap;
    use kube::ResourceExt;
    use kube::runtime::controller::{Action, Config};
    use kube::runtime::{Controller, reflector, watcher};

    use super::*;

    const LAKES: usize = 20;

    #[derive(Default)]
    struct Count(Mutex<BTreeMap<String, u32>>);

    /// Each lake wants to be looked at again at once; looks go on until one had fifty. Gives the fewest.
    async fn fewest_passes(config: Config, turns: Turns) -> u32 {
        let object = |n: usize| {
            let mut object = ConfigMap::default();
            object.metadata.name = Some(format!("lake-{n}"));
            object
        };
        let (reader, mut writer) = reflector::store();
        writer.apply_watcher_event(&watcher::Event::Init);
        for n in 0..LAKES {
            writer.apply_watcher_event(&watcher::Event::InitApply(object(n)));
        }
        writer.apply_watcher_event(&watcher::Event::InitDone);
        let trigger = stream::iter((0..LAKES).map(move |n| Ok(object(n)))).chain(stream::pending());
        let context = Arc::new((turns, Count::default()));
        let reconcile = async |object: Arc<ConfigMap>, context: Arc<(Turns, Count)>| {
            let work = async || {
                *context.1.0.lock().unwrap().entry(object.name_any()).or_default() += 1;
                for _ in 0..20 {
                    tokio::task::yield_now().await;
                }
            };
            context.0.take(work).await;
            Ok::<_, Infallible>(Action::requeue(Duration::ZERO))
        };
        Controller::for_stream(trigger, reader)
            .with_config(config)
            .run(reconcile, |_, _, _| Action::await_change(), Arc::clone(&context))
            .take_while(|_| {
                let most = context.1.0.lock().unwrap().values().max().copied();
                async move { most < Some(50) }
            })
            .for_each(async |_| ())
            .await;
        let counts = context.1.0.lock().unwrap();
        if counts.len() < LAKES {
            0
        } else {
            counts.values().min().copied().unwrap_or_default()
        }
    }

    #[tokio::test]
    async fn where_more_lakes_are_due_than_may_be_worked_on_each_has_its_turn() {
        let fewest = fewest_passes(Config::default(), Turns::new(4)).await;
        assert!(fewest >= 40, "one had {fewest} passes, another 50");
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
