//! One life of one lake: what the script says happens, and the operator does its passes.

mod happen;
mod object;

use std::collections::BTreeSet;
use std::sync::Arc;

use datalake_operator::api::Datalake;
use datalake_operator::api::vocabulary::FINALIZER;
use datalake_operator::cloud::sim::{Call, Cloud, Rule, Sim, Timing};
use datalake_operator::controller::pass::Operator;
use datalake_operator::model::lake::Lake;
use datalake_operator::model::memory::Memory;
use datalake_operator::model::report::is_ready;
use datalake_operator::model::topology::Id;
use jiff::{SignedDuration, Timestamp};

use crate::cluster::{Cluster, Kubernetes, Notes, version_of};
use crate::diary::Diary;
use crate::home;
use crate::laws::calls::Reading;
use crate::laws::{Broken, Law, broken, vital};
use crate::nursery;
use crate::outside;
use crate::overlap::{self, Overlap};
use crate::script::{Pace, Script};
use crate::stall::Stall;
use crate::watch::Watched;

/// A pass asks for the next one no sooner.
const SOONEST: SignedDuration = SignedDuration::from_millis(10);
/// Between the last call of a leader and the first pass of the next (the renew deadline and the end of the lease).
const HANDED_OVER: SignedDuration = SignedDuration::from_secs(5);
/// Passes that do nothing, one right after another, before it is a busy loop.
const IDLE: u32 = 30;
/// Passes of a lake that is being made or changed, however little time that takes.
const RUSH: u64 = 100;
/// Passes a minute of a lake that waits.
const RATE: u64 = 40;
/// Calls of one pass.
const CALLS: usize = 600;

/// One life of one lake.
pub struct Life {
    pub sim: Sim,
    pub kubernetes: Kubernetes,
    /// The lake as it was first written.
    pub home: Lake,
    pub pace: Pace,
    pub diary: Diary,
    /// How many passes there were.
    pub passes: u64,
    /// Quotas that stay.
    pub quotas: Vec<Rule>,
    /// What was made another's, or nobody's.
    pub foreign: BTreeSet<Id>,
    /// The ARNs of what was made so.
    pub strangers: BTreeSet<String>,
    /// The ARNs of buckets that were made by calls without an answer, or by a process that no longer wrote its status.
    pub unsaid: BTreeSet<String>,
    /// Places in the journal from which on no failure counts that came before: another generation of the spec was read,
    /// the user wrote the object, or another process began.
    pub anew: Vec<usize>,
    /// How the object stood when its deletion was carried out.
    pub last_words: Option<Arc<Datalake>>,
    /// When somebody else last altered AWS, or a process began that remembers no write.
    pub unknown: Option<Timestamp>,
    /// When a call of the leader before last arrived in the middle of a pass.
    pub crossed: Option<Timestamp>,
    /// What the leader looked at, and could see as it is, since `unknown`.
    pub looked: BTreeSet<Id>,
    watched: Watched,
    processes: [Process; 2],
    leader: usize,
    /// Of the object as the last pass read it.
    generation: Option<i64>,
    due: Option<Timestamp>,
    dies_before_status: bool,
    loses_status: bool,
    idle: u32,
}

/// One process of the operator.
struct Process {
    operator: Operator<Watched>,
    memory: Memory,
    /// The object as it last read it.
    seen: Option<Arc<Datalake>>,
}

/// What came of a pass.
pub struct Passed {
    /// When the next one is due.
    pub next: Option<SignedDuration>,
    /// How many writes it tried, but for those that a quota refused.
    pub writes: usize,
    /// How many of them were carried out.
    pub effects: usize,
    /// How many writes a quota refused.
    pub over_quota: usize,
}

impl Passed {
    fn idle(next: Option<SignedDuration>) -> Self {
        Self {
            next,
            writes: 0,
            effects: 0,
            over_quota: 0,
        }
    }
}

impl Life {
    /// The life begins as the script says.
    pub fn new(script: &Script, diary: Diary) -> Self {
        if script.ready {
            let (cloud, cluster, memory) = nursery::ready(script.base, script.pace);
            let mut life = Self::of(Sim::of(cloud.clone()), cluster.clone(), script, diary);
            life.sim.reseed(script.seed);
            life.processes[0].memory.clone_from(memory);
            life.processes[0].seen = life.object();
            return life;
        }
        let sim = Sim::new(home::account(), home::start(), script.seed);
        let (cluster, _) = nursery::unborn(script.base);
        let life = Self::of(sim, cluster.clone(), script, diary);
        life.sim.alter(|cloud| {
            cloud.timing = timing(script.pace);
            outside::users_key(cloud, &life.home.place);
        });
        life
    }

    fn of(sim: Sim, cluster: Cluster, script: &Script, diary: Diary) -> Self {
        let (_, home) = nursery::unborn(script.base);
        let watched = Watched::new(sim.clone(), home, Overlap::of(script));
        let process = || Process {
            operator: Operator::new(watched.clone(), home::origin(&home.place.region), home::tempo()),
            memory: Memory::default(),
            seen: None,
        };
        Self {
            processes: [process(), process()],
            due: Some(sim.now()),
            sim,
            kubernetes: Kubernetes::new(cluster),
            home: home.clone(),
            pace: script.pace,
            diary,
            passes: 0,
            quotas: Vec::new(),
            foreign: BTreeSet::new(),
            strangers: BTreeSet::new(),
            unsaid: BTreeSet::new(),
            anew: Vec::new(),
            last_words: None,
            unknown: None,
            crossed: None,
            looked: BTreeSet::new(),
            watched,
            leader: 0,
            generation: None,
            dies_before_status: false,
            loses_status: false,
            idle: 0,
        }
    }

    /// The object as it is stored.
    pub fn object(&self) -> Option<Arc<Datalake>> {
        self.kubernetes.lock().object.clone()
    }

    /// The world, the API server and the leader's memory, for others to go on from.
    pub fn into_parts(self) -> (Cloud, Cluster, Memory) {
        let [first, second] = self.processes;
        let memory = if self.leader == 0 {
            first.memory
        } else {
            second.memory
        };
        let cluster = self.kubernetes.lock().clone();
        (self.sim.alter(|cloud| cloud.clone()), cluster, memory)
    }

    /// Another process takes the leader's place.
    fn restart(&mut self) {
        let process = &mut self.processes[self.leader];
        let origin = home::origin(&self.home.place.region);
        process.operator = Operator::new(self.watched.clone(), origin, home::tempo());
        process.memory = Memory::default();
        process.seen = None;
        let crashed = self.sim.alter(|cloud| cloud.faults.crashed);
        self.sim.restart();
        self.others_alter();
        self.begin_anew();
        if crashed && std::mem::take(&mut self.loses_status) && !self.is_refused() {
            self.kubernetes.lock().wipe_status();
        }
        self.due = Some(self.sim.now() + SignedDuration::from_secs(1));
    }

    /// The leader stands still; its process ends once it wakes. The other leads as soon as the lease is over.
    fn hand_over(&mut self) {
        let now = self.sim.now();
        self.diary
            .line(now, "the operator stands still, and the other takes its place");
        self.restart();
        self.leader = 1 - self.leader;
        self.due = Some(now + HANDED_OVER);
    }

    /// What is on its way arrives.
    pub fn arrive(&mut self) {
        self.watched.arrive();
        for told in self.watched.arrivals() {
            self.diary.line(self.sim.now(), &told);
            self.others_alter();
        }
    }

    /// The places in the journal of calls that a former leader had made.
    pub fn late(&self) -> Vec<usize> {
        self.watched.late()
    }

    /// Somebody else alters AWS, or a process begins that remembers no write.
    fn others_alter(&mut self) {
        self.unknown = Some(self.sim.now());
        self.looked.clear();
    }

    /// The operator tries everything again at once, whatever failed before.
    fn begin_anew(&mut self) {
        self.anew.push(self.sim.alter(|cloud| cloud.journal.len()));
    }

    /// Whether a quota that stays refused the call.
    pub fn is_over_quota(&self, call: &Call) -> bool {
        let same = |rule: &Rule| (rule.service, rule.operation) == (call.service, call.operation);
        call.result.is_err() && self.quotas.iter().any(same)
    }

    fn some_passes(&mut self, count: usize) -> Result<(), Broken> {
        for _ in 0..count {
            let Some(due) = self.due else { return Ok(()) };
            self.until(due);
            self.pass(false)?;
        }
        Ok(())
    }

    /// Time goes by, with the passes that are due in it.
    pub fn wait(&mut self, minutes: i64) -> Result<(), Broken> {
        let end = self.sim.now() + SignedDuration::from_mins(minutes);
        let most = self.passes + RUSH + RATE * minutes.unsigned_abs();
        while let Some(due) = self.due.filter(|due| *due <= end) {
            self.until(due);
            self.pass(false)?;
            if self.passes > most {
                return broken(
                    Law::Calm,
                    format!(
                        "more than {} passes in {minutes} minutes",
                        RUSH + RATE * minutes.unsigned_abs()
                    ),
                );
            }
        }
        self.until(end);
        Ok(())
    }

    fn until(&self, time: Timestamp) {
        let by = time.duration_since(self.sim.now());
        if by.is_positive() {
            self.sim.advance(by);
        }
    }

    /// One pass of the leader, with what Kubernetes does of its verdict.
    pub fn pass(&mut self, late: bool) -> Result<Passed, Broken> {
        self.passes += 1;
        let now = self.sim.now();
        let Some(object) = self.read(late) else {
            self.processes[self.leader].memory = Memory::default();
            self.due = None;
            return Ok(Passed::idle(None));
        };
        let read = version_of(&object);
        let guarded = object
            .metadata
            .finalizers
            .iter()
            .flatten()
            .any(|held| held == FINALIZER);
        if !guarded {
            // Refused: somebody else wrote first; then the next pass sees it.
            let _ = self.kubernetes.lock().add_finalizer(read, now);
            self.due = Some(now + SOONEST);
            return Ok(Passed::idle(Some(SOONEST)));
        }
        if std::mem::replace(&mut self.generation, object.metadata.generation) != object.metadata.generation {
            self.begin_anew();
        }
        self.watched.begin(Reading::of(&object));
        // Of an object that was edited since, nobody says that it is Ready.
        let current = self.object().is_some_and(|stored| version_of(&stored) == read);
        let generation = object.metadata.generation.unwrap_or_default();
        self.watched
            .begin_pass(current && is_ready(object.status.as_ref(), generation));
        self.watched.arrive_if_due();
        let process = &mut self.processes[self.leader];
        self.diary.plan(&self.sim, &object, &process.memory);
        let before = self.sim.alter(|cloud| cloud.journal.len());
        let notes = Notes::new(&self.kubernetes, &object, now);
        let pass = process.operator.pass(&object, &mut process.memory, &notes, now);
        let verdict = overlap::run(pass);
        let (calls, mut passed) = self.sim.alter(|cloud| {
            let calls = cloud.journal.get(before..).unwrap_or_default();
            self.diary.calls(calls);
            let count = |of: &dyn Fn(&Call) -> bool| calls.iter().filter(|call| of(call)).count();
            let over_quota = count(&|call| call.write && self.is_over_quota(call));
            let passed = Passed {
                next: Some(SignedDuration::from_secs(1)),
                writes: count(&|call| call.write) - over_quota,
                effects: count(&|call| call.effect),
                over_quota,
            };
            (calls.len(), passed)
        });
        if let Some(broken) = self.watched.verdict() {
            return Err(broken);
        }
        if calls > CALLS {
            return broken(Law::Calm, format!("{calls} calls in one pass"));
        }
        if vital::everybody_knows(self) {
            self.looked.extend(self.watched.looked());
        }
        let made = self.buckets_made(before, false);
        self.unsaid.extend(self.buckets_made(before, true));
        for told in self.watched.arrivals() {
            self.diary.line(now, &told);
            self.others_alter();
            self.crossed = Some(now);
            self.unsaid.extend(made.clone());
        }
        vital::on_written(self, self.watched.worked())?;
        if self.watched.stall(Stall::handed_over) {
            self.unsaid.extend(made);
            self.hand_over();
            passed.next = Some(HANDED_OVER);
            return Ok(passed);
        }
        let Some(verdict) = verdict.filter(|_| !std::mem::take(&mut self.dies_before_status)) else {
            self.diary.line(now, "the operator dies");
            self.unsaid.extend(made);
            self.restart();
            return Ok(passed);
        };
        let next = verdict.next.map(|next| next.max(SOONEST));
        self.idle = if passed.effects > 0 || next.is_none_or(|next| next >= SignedDuration::from_secs(1)) {
            0
        } else {
            self.idle + 1
        };
        if self.idle > IDLE {
            return broken(
                Law::Calm,
                format!("{IDLE} passes in a row without effect, each right after the other"),
            );
        }
        self.due = next.map(|next| now + next);
        self.write(&object, verdict, &notes)?;
        passed.next = next;
        Ok(passed)
    }

    /// A fresh look at everything by the operator, with nothing remembered; calls are not counted.
    pub fn fresh_look(&self, object: &Datalake) -> Option<datalake_operator::model::plan::Plan> {
        let world = Sim::of(self.sim.alter(|cloud| {
            let journal = std::mem::take(&mut cloud.journal);
            let copy = cloud.clone();
            cloud.journal = journal;
            copy
        }));
        world.calm();
        crate::diary::plan(&world, object, &Memory::default())
    }
}

/// How long AWS takes at a pace.
fn timing(pace: Pace) -> Timing {
    match pace {
        Pace::AtOnce => Timing::none(),
        Pace::Steady => Timing::default(),
        Pace::Lagging => Timing::real(),
    }
}
