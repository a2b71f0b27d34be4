//! What happened, for people to read: what the user did, what AWS answered, what each pass decided.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use datalake_operator::api::{Datalake, DatalakeStatus};
use datalake_operator::cloud::sim::{Call, Sim};
use datalake_operator::controller::pass::Operator;
use datalake_operator::model::lake;
use datalake_operator::model::memory::Memory;
use datalake_operator::model::plan::Plan;
use datalake_operator::model::render::render;
use datalake_operator::model::report::{condition, is_ready};
use futures::FutureExt;
use jiff::Timestamp;

use crate::home;
use crate::script::Step;

/// What happened; a closed one notes nothing, at no cost.
#[derive(Clone, Default)]
pub struct Diary(Option<Arc<Mutex<String>>>);

impl Diary {
    pub fn closed() -> Self {
        Self(None)
    }

    pub fn open() -> Self {
        Self(Some(Arc::default()))
    }

    /// All of it.
    pub fn text(&self) -> String {
        let Some(text) = &self.0 else { return String::new() };
        text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn line(&self, now: Timestamp, line: &str) {
        let Some(text) = &self.0 else { return };
        let since = now.duration_since(home::start()).as_millis();
        let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
        // Writing to a String can't fail.
        let _ = writeln!(text, "{:>9}.{:02} s  {line}", since / 1000, since % 1000 / 10);
    }

    pub fn step(&self, now: Timestamp, step: &Step) {
        if self.0.is_some() {
            self.line(now, &format!("* {step}"));
        }
    }

    /// What a pass is going to decide, found out in a copy of the world.
    pub fn plan(&self, sim: &Sim, object: &Datalake, memory: &Memory) {
        if self.0.is_none() {
            return;
        }
        let now = sim.now();
        let world = Sim::of(sim.alter(|cloud| cloud.clone()));
        let generation = object.metadata.generation.unwrap_or_default();
        let version = object.metadata.resource_version.as_deref().unwrap_or_default();
        self.line(
            now,
            &format!("a pass on generation {generation} (resourceVersion {version})"),
        );
        let Some(plan) = plan(&world, object, memory) else {
            return;
        };
        let lines = render(&plan);
        for line in lines.lines().filter(|line| !line.ends_with(" in sync")) {
            self.line(now, &format!("    {line}"));
        }
    }

    /// Writes, and reads that failed.
    pub fn calls(&self, calls: &[Call]) {
        if self.0.is_none() {
            return;
        }
        for call in calls.iter().filter(|call| call.write || is_trouble(call)) {
            let Call {
                service,
                operation,
                subject,
                result,
                effect,
                ..
            } = call;
            let result = match (result, effect) {
                (Ok(()), _) => "done".to_owned(),
                (Err(code), true) if code == "Timeout" => "no answer, but carried out".to_owned(),
                (Err(code), true) => format!("carried out; no answer, and to the second try {code}"),
                (Err(code), false) => code.clone(),
            };
            self.line(call.at, &format!("  > {service}:{operation} {subject}: {result}"));
        }
    }

    /// What the status says of Ready, where it says something else than before.
    pub fn status(&self, now: Timestamp, before: Option<&DatalakeStatus>, after: &DatalakeStatus) {
        if self.0.is_none() {
            return;
        }
        let ready = |status: &DatalakeStatus| {
            let ready = condition(&status.conditions, "Ready")?;
            Some(format!("{} {}: {}", ready.status, ready.reason, ready.message))
        };
        let (before, after) = (before.and_then(ready), ready(after));
        if let (true, Some(after)) = (before != after, after) {
            self.line(now, &format!("  = Ready {after}"));
        }
    }
}

/// Whether it failed otherwise than by saying that there is nothing. Athena has one code for that and for every refusal
/// (`InvalidRequestException`); a look is refused for nothing else.
pub fn is_trouble(call: &Call) -> bool {
    let Err(code) = &call.result else { return false };
    let nothing = ["NoSuch", "NotFound"].iter().any(|word| code.contains(word));
    !nothing && (call.write || code != "InvalidRequestException")
}

/// What the operator would decide in that world.
pub fn plan(world: &Sim, object: &Datalake, memory: &Memory) -> Option<Plan> {
    let place = home::resolve_place(object);
    let origin = home::origin(&place.region);
    let lake = lake::resolve(object, &place, &origin).ok()?;
    let generation = object.metadata.generation.unwrap_or_default();
    let ready = is_ready(object.status.as_ref(), generation);
    let operator = Operator::new(world.clone(), origin, home::tempo());
    let now = world.now();
    operator
        .observe(&lake, &mut memory.clone(), ready, now)
        .now_or_never()
}
