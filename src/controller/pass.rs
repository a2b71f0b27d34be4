//! One pass over one lake: observe → plan → apply every step that can run → report. Generic over the world, and
//! without Kubernetes: the object comes in, the verdict goes out.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::api::{Datalake, DeletionPolicy};
use crate::cloud::World;
use crate::model::arn::{AccountId, Region, Scope};
use crate::model::fault::{CallError, Class, classify};
use crate::model::kinds::{self, target};
use crate::model::lake::{self, Facts, Lake, Origin};
use crate::model::memory::{Memory, Sight, Tempo};
use crate::model::plan::{Look, Plan, Verb, Work, looks, plan};
use crate::model::report::{self, Obstacle, Outcome, Outcomes, Verdict};
use crate::model::topology::Id;

/// Where an identity that AWS picks is written down before anything else happens.
pub trait Ledger: Sync {
    /// A key was created for `id`.
    fn key_created(&self, id: Id, key_id: &str) -> impl Future<Output = ()> + Send;
}

/// What every pass of one operator shares.
pub struct Operator<W> {
    /// AWS.
    pub world: W,
    /// What is the same for every lake.
    pub origin: Origin,
    /// How long things take.
    pub tempo: Tempo,
    places: Mutex<BTreeMap<Region, (Scope, Timestamp)>>,
}

/// How long the account of the credentials is believed.
const IDENTITY_LASTS: SignedDuration = SignedDuration::from_mins(5);

impl<W: World> Operator<W> {
    /// An operator in a world.
    pub fn new(world: W, origin: Origin, tempo: Tempo) -> Self {
        Self {
            world,
            origin,
            tempo,
            places: Mutex::default(),
        }
    }

    /// One pass over one lake.
    pub async fn pass(
        &self,
        object: &Datalake,
        memory: &mut Memory,
        ledger: &impl Ledger,
        now: Timestamp,
    ) -> Verdict {
        let previous = object.status.as_ref();
        let leaving = object
            .metadata
            .deletion_timestamp
            .is_some()
            .then_some(object.spec.deletion_policy);
        let nowhere = lake::region(object, &self.origin).is_none();
        if leaving.is_some_and(|policy| nowhere || policy == DeletionPolicy::Retain)
            && pinned_place(object).is_none()
        {
            return report::unmade(previous);
        }
        let lake = match self.resolve(object, now).await {
            Ok(lake) => lake,
            Err(obstacle) => {
                let generation = object.metadata.generation.unwrap_or_default();
                return report::obstacle(&obstacle, generation, previous, now);
            }
        };
        memory.forget_before(self.tempo.consistency_window, now);
        memory.forget_renamed(&lake);
        let was_ready = report::is_ready(previous, lake.generation);
        let plan = self.observe(&lake, memory, was_ready, now).await;
        // The user sees what will be made, and a record of what was begun is there, before the first write.
        let outcomes = if lake.record.seen || lake.leaving.is_some() {
            self.apply(&lake, &plan, memory, ledger, now).await
        } else {
            Outcomes::new()
        };
        report::report(&lake, &plan, &outcomes, memory, previous, &self.tempo, now)
    }

    /// The lake, or why there is none to plan. Faults of the spec alone cost no call.
    async fn resolve(&self, object: &Datalake, now: Timestamp) -> Result<Lake, Obstacle> {
        let leaving = object
            .metadata
            .deletion_timestamp
            .is_some()
            .then_some(object.spec.deletion_policy);
        if object.spec.suspend && leaving != Some(DeletionPolicy::Retain) {
            return Err(Obstacle::Suspended);
        }
        let texts = |faults: Vec<lake::SpecFault>| faults.iter().map(ToString::to_string).collect();
        let faults = lake::faults(object, self.origin.region.as_ref());
        if leaving.is_none() && !faults.is_empty() {
            return Err(Obstacle::InvalidSpec(texts(faults)));
        }
        let place = match pinned_place(object).filter(|_| leaving == Some(DeletionPolicy::Retain)) {
            Some(place) => place,
            None => self.place(object, now).await?,
        };
        let lake = lake::resolve(object, &place, &self.origin)
            .map_err(|faults| Obstacle::InvalidSpec(texts(faults)))?;
        match lake::contradictions(&lake, object.status.as_ref()) {
            found if found.is_empty() => Ok(lake),
            found => Err(Obstacle::Changed(found)),
        }
    }

    async fn place(&self, object: &Datalake, now: Timestamp) -> Result<Scope, Obstacle> {
        let Some(region) = lake::region(object, &self.origin) else {
            return Err(Obstacle::InvalidSpec(vec![
                "spec.region: write a region, for example eu-west-1".into(),
            ]));
        };
        let known = self
            .places
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&region)
            .cloned();
        if let Some((place, at)) = known
            && now.duration_since(at) < IDENTITY_LASTS
        {
            return Ok(place);
        }
        let place = self
            .world
            .identify(&region)
            .await
            .map_err(|error| Obstacle::Unidentified(Box::new(classify(&error, None))))?;
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.insert(region, (place.clone(), now));
        Ok(place)
    }

    /// Looks until nothing that the plan would write, or call Ready, rests on an old sight.
    pub async fn observe(&self, lake: &Lake, memory: &mut Memory, was_ready: bool, now: Timestamp) -> Plan {
        let mut fresh = BTreeSet::new();
        loop {
            let plan = plan(lake, &memory.snapshot(), memory, now);
            let looks = looks(lake, &plan, memory, &self.tempo, &fresh, was_ready, now);
            if looks.is_empty() {
                return plan;
            }
            let sights = join_all(looks.iter().map(|look| self.look(lake, &plan.facts, *look))).await;
            for (look, sight) in looks.iter().zip(sights) {
                memory.saw(lake, look.id, look.depth, sight, now);
                fresh.insert(look.id);
            }
        }
    }

    async fn look(&self, lake: &Lake, facts: &Facts, look: Look) -> Sight {
        match self
            .world
            .observe(&lake.place, &target(lake, look.id, look.depth))
            .await
        {
            Ok(None) => Sight::Absent,
            Ok(Some(mut live)) => {
                if let Some(desired) = kinds::desired(lake, facts, look.id) {
                    kinds::recognize(&mut live, &desired);
                }
                Sight::Present(Arc::new(live))
            }
            Err(error) => Sight::Unreadable(error),
        }
    }

    /// Works on independent resources side by side; calls for one resource go one after another.
    async fn apply(
        &self,
        lake: &Lake,
        plan: &Plan,
        memory: &mut Memory,
        ledger: &impl Ledger,
        now: Timestamp,
    ) -> Outcomes {
        let works = plan
            .work()
            .map(|(id, work)| self.carry_out(lake, id, work, ledger));
        let mut outcomes = Outcomes::new();
        for Carried {
            id,
            done,
            key_id,
            error,
        } in join_all(works).await
        {
            if let Some(key_id) = key_id {
                memory.keys.insert(id, key_id);
            }
            for change in &done {
                memory.wrote(id, change.clone(), now);
            }
            let fault = error.map(|error| {
                memory.failed(id, error.clone(), false, lake.generation, now);
                memory.judge(&error, now)
            });
            if fault.is_none() {
                memory.recovered(id);
            }
            outcomes.insert(id, Outcome { done, fault });
        }
        outcomes
    }

    async fn carry_out(&self, lake: &Lake, id: Id, work: &Work, ledger: &impl Ledger) -> Carried {
        let mut carried = Carried {
            id,
            done: Vec::new(),
            key_id: None,
            error: None,
        };
        for change in &work.changes {
            match self.world.apply(&lake.place, change).await {
                Ok(made) => {
                    if let Some(key_id) = made.key_id {
                        ledger.key_created(id, &key_id).await;
                        carried.key_id = Some(key_id);
                    }
                }
                // What was to go is gone.
                Err(error) if work.verb == Verb::Delete && classify(&error, None).class == Class::Gone => {}
                Err(error) => {
                    carried.error = Some(error);
                    break;
                }
            }
            carried.done.push(change.clone());
        }
        carried
    }
}

/// What came of the work on one resource.
struct Carried {
    id: Id,
    done: Vec<crate::model::kinds::Change>,
    key_id: Option<String>,
    error: Option<CallError>,
}

/// Where an earlier pass found the lake to be.
fn pinned_place(object: &Datalake) -> Option<Scope> {
    let pinned = object.status.as_ref()?.pinned.as_ref()?;
    let region = Region::parse(&pinned.region).ok()?;
    Some(Scope {
        region,
        account: AccountId::parse(&pinned.account).ok()?,
    })
}
