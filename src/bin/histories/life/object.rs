//! What the leader reads of the object, and what it writes to it.

use std::sync::Arc;

use datalake_operator::api::Datalake;
use datalake_operator::model::memory::Memory;
use datalake_operator::model::report::{Verdict, is_ready};

use super::{Life, SOONEST};
use crate::cluster::Notes;
use crate::laws::calls::Reading;
use crate::laws::{Broken, status, vital};
use crate::stall::Stall;

impl Life {
    /// The object as the leader reads it; `late`: as it read it before.
    pub(super) fn read(&mut self, late: bool) -> Option<Arc<Datalake>> {
        let current = self.object();
        let process = &mut self.processes[self.leader];
        let same = |seen: &&Arc<Datalake>| {
            current
                .as_ref()
                .is_some_and(|object| object.metadata.uid == seen.metadata.uid)
        };
        let old = process.seen.as_ref().filter(|_| late).filter(same).cloned();
        process.seen.clone_from(&current);
        old.or(current)
    }

    /// Status and finalizer.
    pub(super) fn write(&mut self, object: &Datalake, verdict: Verdict, notes: &Notes) -> Result<(), Broken> {
        let now = self.sim.now();
        let generation = object.metadata.generation.unwrap_or_default();
        status::written(object, &verdict.status)?;
        if is_ready(Some(&verdict.status), generation) {
            if !is_ready(object.status.as_ref(), generation) {
                vital::on_ready(self, object)?;
            } else if !self.watched.looked().is_empty() {
                vital::on_kept(self, object)?;
            }
        }
        self.diary.status(now, object.status.as_ref(), &verdict.status);
        if object.status.as_ref() != Some(&verdict.status) {
            let stored = self.object();
            if notes.close(verdict.status).is_err() {
                self.diary.line(
                    now,
                    "Kubernetes refuses the status: somebody else wrote the object",
                );
                self.due = Some(now + SOONEST);
                return Ok(());
            }
            let told = self.object();
            status::overwritten(stored.as_deref(), told.as_deref(), now)?;
            // The user may agree to it although no pass ever reads it.
            if let Some(told) = told {
                self.watched.begin(Reading::of(&told));
            }
        }
        let mut cluster = self.kubernetes.lock();
        if verdict.released {
            self.diary.line(now, "the object is let go");
            self.last_words = cluster.object.clone();
            // From here on nobody looks for what a call makes that comes too late.
            self.watched.stall(Stall::lose);
            cluster.drop_finalizer();
            self.due = cluster.object.as_ref().map(|_| now);
            drop(cluster);
            self.processes[self.leader].memory = Memory::default();
            // Nobody remembers what was written right before, as if another process had.
            self.others_alter();
        }
        Ok(())
    }
}
