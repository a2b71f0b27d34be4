//! The steps of a script, as they happen.

use std::collections::BTreeSet;

use datalake_operator::api::vocabulary::{ADOPT, EMPTY_BUCKETS, SHORTEN_RETENTION};
use datalake_operator::cloud::sim::{Fault, HANDS, Rule};
use datalake_operator::model::topology::Id;
use jiff::Timestamp;
use serde_json::json;

use super::Life;
use crate::cluster::Cluster;
use crate::edits::{self, EDITS, REFUSED};
use crate::home::{self, is_ours};
use crate::laws::{Broken, vital};
use crate::outside;
use crate::script::{Consent, Crash, Step};
use crate::stall::Stall;
use crate::trouble::Trouble;

impl Life {
    /// One step of the script.
    pub fn step(&mut self, step: &Step) -> Result<(), Broken> {
        self.idle = 0;
        self.diary.step(self.sim.now(), step);
        let kinds = [
            "outside change",
            "outside deletion",
            "foreign resource",
            "change of leader",
        ];
        if kinds.contains(&step.kind()) {
            self.others_alter();
        }
        match step {
            Step::Edit(index) => self.edit(*index, false),
            Step::Revert(index) => self.edit(*index, true),
            Step::Consent(what, on) => {
                let key = match what {
                    Consent::EmptyBuckets => EMPTY_BUCKETS,
                    Consent::ShortenRetention => SHORTEN_RETENTION,
                };
                self.user(|cluster, _| cluster.annotate(key, on.then_some("true")));
            }
            Step::Agree => self.agree(),
            Step::Delete => self.user(Cluster::delete),
            Step::Apply => self.user(|cluster, _| match cluster.object {
                Some(_) => cluster.again = true,
                None => cluster.create(),
            }),
            Step::WipeStatus if self.is_refused() => {}
            Step::WipeStatus => self.user(|cluster, _| cluster.wipe_status()),
            Step::Change(index) => {
                if let Some(hand) = HANDS.get(*index)
                    && let Some(arn) = self.sim.alter(|cloud| home::arn(&self.home, cloud, hand.id))
                {
                    self.sim.alter(|cloud| (hand.act)(cloud, &arn));
                }
            }
            Step::Prolong => self.sim.alter(|cloud| outside::prolong(cloud, &self.home)),
            Step::OwnKey(on) => self
                .sim
                .alter(|cloud| outside::turn_users_key(cloud, &self.home.place, *on)),
            Step::Remove(id) => {
                let gone = self.sim.alter(|cloud| {
                    let arn = home::arn(&self.home, cloud, *id);
                    outside::remove(cloud, &self.home, *id);
                    arn
                });
                // What is of that name from now on is something else. (A key stays the one that it was.)
                if let Some(arn) = gone.filter(|arn| !arn.contains(":key/")) {
                    self.strangers.remove(&arn);
                }
            }
            Step::Plant(id, whose) => {
                self.sim
                    .alter(|cloud| outside::plant(cloud, &self.home, *id, *whose));
                self.estrange(*id);
            }
            Step::Disown(id) => {
                self.sim.alter(|cloud| outside::disown(cloud, &self.home, *id));
                self.estrange(*id);
            }
            Step::Store(count) => self.sim.alter(|cloud| outside::store(cloud, &self.home, *count)),
            Step::Crawl => self.sim.alter(|cloud| {
                let arn = self.home.place.crawler(&self.home.names.crawler).to_string();
                cloud.start_crawl(&arn);
            }),
            Step::Trouble(trouble) => self.trouble(trouble),
            Step::Calm => self.calm(),
            Step::Pass(count) => return self.some_passes(*count),
            Step::Wait(minutes) => return self.wait(*minutes),
            Step::Crash(Crash::Before(k)) => self.sim.fault(Rule::write(*k, Fault::CrashBefore)),
            Step::Crash(Crash::After(k)) => self.sim.fault(Rule::write(*k, Fault::CrashAfter)),
            Step::Crash(Crash::Wiped(k)) => {
                self.sim.fault(Rule::write(*k, Fault::CrashAfter));
                self.loses_status = true;
            }
            Step::Crash(Crash::Status) => self.dies_before_status = true,
            Step::Stall { write, arrives } => self.watched.stall(|stall| stall.will(*write, *arrives)),
            Step::Restart => self.restart(),
            Step::Lead { passes, late } => {
                self.leader = 1 - self.leader;
                self.begin_anew();
                self.due = Some(self.sim.now());
                self.pass(*late)?;
                return self.some_passes(passes.saturating_sub(1));
            }
        }
        Ok(())
    }

    /// The ARNs of the buckets that were made since that place of the journal; `unanswered`: by calls without an answer.
    pub(super) fn buckets_made(&self, since: usize, unanswered: bool) -> BTreeSet<String> {
        let place = &self.home.place;
        self.sim.alter(|cloud| {
            let calls = cloud.journal.get(since..).unwrap_or_default().iter();
            let made = calls.filter(|call| call.operation == "CreateBucket" && call.effect);
            let made = made.filter(|call| !unanswered || call.result.is_err());
            made.map(|call| place.bucket(&call.subject).to_string()).collect()
        })
    }

    /// Something has one of the lake's names now that may not be the lake's.
    fn estrange(&mut self, id: Id) {
        self.foreign.insert(id);
        let stranger = self.sim.alter(|cloud| {
            let arn = home::arn(&self.home, cloud, id)?;
            let tags = vital::tags(cloud, id, &arn)?;
            (!is_ours(&tags)).then_some(arn)
        });
        self.strangers.extend(stranger);
    }

    /// The user lets a suspended lake go on; whether it was one.
    pub fn resume(&mut self) -> bool {
        let suspended = self.object().is_some_and(|object| object.spec.suspend);
        if suspended {
            self.diary.line(self.sim.now(), "* the user lets it go on");
            self.user(|cluster, _| {
                let mut spec = cluster.spec.clone();
                edits::merge(&mut spec, &json!({"suspend": null}));
                cluster.write_spec(spec);
            });
        }
        suspended
    }

    /// The user writes the object, and the operator is told.
    fn user(&mut self, act: impl FnOnce(&mut Cluster, Timestamp)) {
        let now = self.sim.now();
        self.begin_anew();
        act(&mut self.kubernetes.lock(), now);
        self.due = Some(now);
    }

    fn agree(&mut self) {
        let object = self.object();
        let status = object.as_ref().and_then(|object| object.status.as_ref());
        let told = status.into_iter().flat_map(|status| &status.resources);
        let hashes: Vec<_> = told.filter_map(|resource| resource.adopt.as_deref()).collect();
        if !hashes.is_empty() {
            self.user(|cluster, _| cluster.annotate(ADOPT, Some(&hashes.join(","))));
        }
    }

    fn edit(&mut self, index: usize, back: bool) {
        let Some(edit) = EDITS.get(index) else { return };
        let patch = edits::patch(edit, self.home.place.region.as_str(), home::ACCOUNT);
        let no_edit = edit.refused && {
            let cluster = self.kubernetes.lock();
            // What is not pinned yet may change, and the lake is made so: that is no refused edit.
            if back {
                !edits::in_effect(&cluster.spec, &patch)
            } else {
                !cluster.is_pinned()
            }
        };
        if no_edit {
            return;
        }
        self.user(|cluster, _| {
            let mut spec = cluster.spec.clone();
            if back {
                edits::revert(&mut spec, &patch, &cluster.first);
            } else {
                edits::merge(&mut spec, &patch);
            }
            cluster.write_spec(spec);
        });
    }

    /// Whether the spec holds an edit that is refused. (The API server lets none through once the lake exists; it would,
    /// without a status.)
    pub fn is_refused(&self) -> bool {
        let spec = &self.kubernetes.lock().spec;
        REFUSED.iter().any(|patch| edits::in_effect(spec, patch))
    }

    fn trouble(&mut self, trouble: &Trouble) {
        if let Some(chaos) = trouble.chaos() {
            self.sim.alter(|cloud| cloud.faults.chaos = chaos);
        }
        if let Trouble::Failing(id, times) = *trouble {
            self.sim.alter(|cloud| match id {
                Id::Delivery => cloud.faults.failing_deliveries = times,
                _ => cloud.faults.failing_functions = times,
            });
        }
        for rule in trouble.rules() {
            if trouble.stays() {
                self.quotas.push(rule.clone());
            }
            self.sim.fault(rule);
        }
    }

    /// Nothing goes wrong any more but the quotas that stay.
    pub fn calm(&mut self) {
        self.sim.calm();
        self.watched.stall(Stall::calm);
        self.dies_before_status = false;
        self.loses_status = false;
        for rule in &self.quotas {
            self.sim.fault(rule.clone());
        }
    }
}
