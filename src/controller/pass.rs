//! One pass over one lake: observe → plan → apply every step that can run → report. Generic over the world, and
//! without Kubernetes: the object comes in, the verdict goes out.

mod carried;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use self::carried::Carried;
use crate::api::{Datalake, DeletionPolicy, KeyIntent};
use crate::cloud::World;
use crate::model::arn::{AccountId, Region, Scope};
use crate::model::fault::{CallError, Class, classify};
use crate::model::intent;
use crate::model::kinds::{Change, Observed, target};
use crate::model::lake::{self, Lake, Origin};
use crate::model::memory::{Attempt, Memory, NewKey, Sight, Tempo};
use crate::model::plan::{Declared, Look, Plan, Step, Verb, Work, looks, plan};
use crate::model::quota::{Load, drift_period};
use crate::model::report::{self, Obstacle, Outcome, Outcomes, Verdict};
use crate::model::topology::Id;

/// Where the one call that can't be repeated is written down, before it is made and after: `CreateKey`, whose key has
/// no name and an id that AWS picks.
pub trait Ledger: Sync {
    /// What time it is: a pass may have stood still since it began.
    fn now(&self) -> Timestamp;

    /// A key is about to be created for `id`; where the record says so already, nothing is written. Refused when the
    /// object was written to since it was read.
    fn intend(
        &self,
        place: &Scope,
        id: Id,
        intent: &KeyIntent,
    ) -> impl Future<Output = Result<(), Overtaken>> + Send;

    /// The call of this nonce made a key. Refused when another process has given the call up.
    fn key_created(
        &self,
        id: Id,
        nonce: &str,
        key_id: &str,
    ) -> impl Future<Output = Result<(), Overtaken>> + Send;
}

/// The record is another one than this process has read: it may not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overtaken;

/// What every pass of one operator shares.
pub struct Operator<W> {
    /// AWS.
    pub world: W,
    /// What is the same for every lake.
    pub origin: Origin,
    /// How long things take, as long as the quotas of AWS allow it.
    pub tempo: Tempo,
    places: Mutex<BTreeMap<Region, (Scope, Timestamp)>>,
    /// Where each lake is, by namespace and name: lakes of one region share its quotas.
    fleet: Mutex<BTreeMap<(String, String), Region>>,
    /// What the lake of the last pass declares: while it is the only one, and is not edited, that is made once.
    declared: Mutex<Declared>,
}

/// A call of `CreateKey` goes out so soon after it was begun to be written down, or is written down anew.
const PROMPT: SignedDuration = SignedDuration::from_secs(30);
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
            fleet: Mutex::default(),
            declared: Mutex::default(),
        }
    }

    /// How often a lake in sync is looked at now: more lakes than the quotas allow are looked at less often.
    pub fn drift_period(&self, region: &Region) -> SignedDuration {
        let load = {
            let fleet = self.fleet.lock().unwrap_or_else(PoisonError::into_inner);
            Load {
                region: fleet.values().filter(|of| *of == region).count(),
                account: fleet.len(),
            }
        };
        drift_period(self.tempo.drift_period, load, |service| {
            self.world.pace(region, service)
        })
    }

    fn tempo(&self, lake: &Lake) -> Tempo {
        Tempo {
            drift_period: self.drift_period(&lake.place.region),
            ..self.tempo
        }
    }

    /// A lake takes part in the quotas of its region, or does so no more.
    pub fn count(&self, namespace: &str, name: &str, region: Option<Region>) {
        let key = (namespace.to_owned(), name.to_owned());
        let mut fleet = self.fleet.lock().unwrap_or_else(PoisonError::into_inner);
        match region {
            Some(region) => fleet.insert(key, region),
            None => fleet.remove(&key),
        };
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
        let resolved = self.resolve(object, now).await;
        let region = resolved.as_ref().ok().map(|lake| lake.place.region.clone());
        let of = |part: &Option<String>| part.clone().unwrap_or_default();
        self.count(
            &of(&object.metadata.namespace),
            &of(&object.metadata.name),
            region,
        );
        let lake = match resolved {
            Ok(lake) => lake,
            Err(obstacle) => {
                let generation = object.metadata.generation.unwrap_or_default();
                let lost = lake::status_is_lost(object);
                return report::obstacle(&obstacle, generation, previous, lost, now);
            }
        };
        memory.begin(now);
        memory.forget_before(self.tempo.consistency_window, now);
        memory.forget_others(&lake);
        memory.forget_keys(&lake);
        memory.contests.begin(lake.generation);
        memory.repeats.begin(lake.generation);
        let was_ready = report::is_ready(previous, lake.generation);
        let plan = self.observe(&lake, memory, was_ready, now).await;
        memory.contests.see(&plan, now);
        memory.repeats.see(&plan);
        // The user sees what will be made, and a record of what was begun is there, before the first write.
        let outcomes = if lake.record.seen || lake.leaving.is_some() {
            self.apply(&lake, &plan, memory, ledger, now).await
        } else {
            Outcomes::new()
        };
        let tempo = self.tempo(&lake);
        report::report(&lake, &plan, &outcomes, memory, previous, &tempo, now)
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
        let invalid = |faults: Vec<lake::SpecFault>| {
            Obstacle::InvalidSpec(faults.iter().map(ToString::to_string).collect())
        };
        let pinned = pinned_place(object).filter(|_| leaving == Some(DeletionPolicy::Retain));
        let known = pinned.or_else(|| self.known_place(object, now));
        if known.is_none() && leaving.is_none() {
            let faults = lake::faults(object, self.origin.region.as_ref());
            if !faults.is_empty() {
                return Err(invalid(faults));
            }
        }
        let place = match known {
            Some(place) => place,
            None => self.place(object, now).await?,
        };
        let lake = lake::resolve(object, &place, &self.origin).map_err(invalid)?;
        match lake::contradictions(&lake, object.status.as_ref()) {
            found if found.is_empty() => Ok(lake),
            found => Err(Obstacle::Changed(found)),
        }
    }

    fn known_place(&self, object: &Datalake, now: Timestamp) -> Option<Scope> {
        let region = lake::region(object, &self.origin)?;
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let (place, at) = places.get(&region)?;
        (now.duration_since(*at) < IDENTITY_LASTS).then(|| place.clone())
    }

    /// Asks AWS whose the credentials are.
    async fn place(&self, object: &Datalake, now: Timestamp) -> Result<Scope, Obstacle> {
        let Some(region) = lake::region(object, &self.origin) else {
            return Err(Obstacle::InvalidSpec(vec![
                "spec.region: write a region, for example eu-west-1".into(),
            ]));
        };
        let place = self
            .world
            .identify(&region)
            .await
            .map_err(|error| Obstacle::Unidentified(Box::new(classify(&error, None, 1))))?;
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.insert(region, (place.clone(), now));
        Ok(place)
    }

    /// Looks until nothing that the plan would write, or call Ready, rests on an old sight.
    pub async fn observe(&self, lake: &Lake, memory: &mut Memory, was_ready: bool, now: Timestamp) -> Plan {
        let mut fresh = BTreeSet::new();
        let tempo = self.tempo(lake);
        let mut declared = std::mem::take(&mut *self.declared()).of_lake(lake);
        loop {
            let plan = plan(lake, &mut declared, &memory.snapshot(), memory, now);
            let looks = looks(lake, &plan, memory, &tempo, &fresh, was_ready, now);
            if looks.is_empty() {
                *self.declared() = declared;
                return plan;
            }
            let declared = declared.of(lake, &plan.facts);
            let answers = join_all(looks.iter().map(|look| self.look(lake, *look))).await;
            for (look, answer) in looks.iter().zip(answers) {
                let sight = match answer {
                    Ok(None) => Sight::Absent,
                    Ok(Some(live)) => Sight::Present(match declared.get_mut(&look.id) {
                        Some(declaration) => declaration.recognize(live),
                        None => Arc::new(live),
                    }),
                    Err(error) => Sight::Unreadable(error),
                };
                memory.saw(lake, look.id, look.depth, sight, now);
                fresh.insert(look.id);
            }
        }
    }

    fn declared(&self) -> MutexGuard<'_, Declared> {
        self.declared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn look(&self, lake: &Lake, look: Look) -> Result<Option<Observed>, CallError> {
        let target = target(lake, look.id, look.depth);
        self.world.observe(&lake.place, &target).await
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
            intent,
            unused,
            made,
            was_gone,
            error,
        } in join_all(works).await
        {
            if let Some(nonce) = unused {
                memory.unused.insert(id, nonce);
            } else if intent.is_some() {
                // The same nonce may have served before, in vain.
                memory.unused.remove(&id);
            }
            if let Some(made) = made {
                memory.keys.insert(id, made);
            }
            if let Some(Step::Apply(work)) = plan.step(id).filter(|_| !done.is_empty()) {
                memory.contests.mended(id, work, now);
            }
            let aim = plan.aim(lake, memory, id);
            for change in &done {
                memory.wrote(id, change.clone(), now);
            }
            if !done.is_empty() || error.as_ref().is_some_and(CallError::may_have_worked) {
                memory.aims.insert(id, aim);
            }
            let removes = matches!(plan.step(id), Some(Step::Apply(work)) if work.removes());
            if removes && error.is_none() && !was_gone {
                memory.removed.insert(id, lake.generation);
            } else {
                memory.removed.remove(&id);
            }
            let fault = error.map(|error| {
                memory.failed(id, Attempt::Write, error.clone(), lake.generation, now);
                memory.judge(id, Attempt::Write, &error, now)
            });
            outcomes.insert(id, Outcome { done, fault, intent });
        }
        outcomes
    }

    async fn carry_out(&self, lake: &Lake, id: Id, work: &Work, ledger: &impl Ledger) -> Carried {
        let mut carried = Carried::of(id);
        for change in &work.changes {
            let result = match change.nonce() {
                Some(nonce) => self.create_key(lake, change, nonce, ledger, &mut carried).await,
                None => self.world.apply(&lake.place, change).await.map(drop),
            };
            match result {
                Ok(()) if carried.unused.is_some() => break,
                Ok(()) => {}
                // What was to go is gone, or was just made and is not shown yet.
                Err(error) if work.verb == Verb::Delete && classify(&error, None, 1).class == Class::Gone => {
                    carried.was_gone = true;
                }
                Err(error) => {
                    carried.error = Some(error);
                    break;
                }
            }
            carried.done.push(change.clone());
        }
        carried
    }

    /// Written down, made, and its id written down. Without the first, no call is made; nor where that took so long that
    /// whoever finds the record would look for the key too short a time.
    async fn create_key(
        &self,
        lake: &Lake,
        change: &Change,
        nonce: &str,
        ledger: &impl Ledger,
        carried: &mut Carried,
    ) -> Result<(), CallError> {
        let begun = ledger.now();
        let intent = intent::resume(lake.record.intents.get(&carried.id), nonce, begun);
        if ledger.intend(&lake.place, carried.id, &intent).await == Err(Overtaken) {
            carried.unused = Some(intent.nonce);
            return Ok(());
        }
        if ledger.now().duration_since(begun) > PROMPT {
            carried.unused = Some(nonce.to_owned());
            carried.intent = Some(intent);
            return Ok(());
        }
        let answer = self.world.apply(&lake.place, change).await;
        let refusal = answer.as_ref().err().filter(|error| error.is_refusal());
        carried.unused = refusal.map(|_| nonce.to_owned());
        let for_good = refusal.is_some_and(|error| classify(error, None, 1).class == Class::User);
        carried.intent = Some(KeyIntent {
            refused: intent.refused || for_good,
            ..intent
        });
        if let Some(key_id) = answer?.key_id
            && ledger.key_created(carried.id, nonce, &key_id).await == Ok(())
        {
            carried.made = Some(NewKey {
                nonce: nonce.to_owned(),
                key_id,
            });
        }
        Ok(())
    }
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
