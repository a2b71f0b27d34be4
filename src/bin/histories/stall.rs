//! A leader that stands still in the middle of a pass, and its last calls that arrive in the reign of the next.
//!
//! Before each call the process looks whether it is certain to lead, so that one that stood still makes no call once it
//! wakes. The calls that it was making, after that look, arrive all the same: AWS knows nothing of the lease.

use std::mem;

use datalake_operator::cloud::World;
use datalake_operator::cloud::sim::{Sim, subject};
use datalake_operator::model::arn::Scope;
use datalake_operator::model::kinds::Change;
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};

use crate::laws::Broken;
use crate::script::Arrival;

/// AWS takes no request that was signed longer ago (IAM user guide, "Signature Version 4": five minutes).
const SIGNED_FOR: SignedDuration = SignedDuration::from_mins(5);

/// Who stands still, and what is on its way.
#[derive(Default)]
pub struct Stall {
    /// So many writes from now the leader stands still, and when that write arrives.
    coming: Option<(usize, Arrival)>,
    /// Whether the leader stands still. None of its calls goes out, and none comes back.
    still: bool,
    late: Vec<(Late, Arrival)>,
}

/// A call that is on its way, whose process makes no other.
pub struct Late {
    pub signed: Timestamp,
    pub place: Scope,
    pub change: Change,
    /// What it breaks if it is carried out, as the world was when it was made.
    pub charge: Option<Broken>,
}

/// What came of a late call.
pub struct Arrived {
    pub told: String,
    /// Its place in the journal, if it was not refused for its age.
    pub index: Option<usize>,
    /// What it broke.
    pub charge: Option<Broken>,
}

impl Stall {
    /// The leader will stand still before the so-manieth write from now (counted from 1).
    pub fn will(&mut self, write: usize, arrives: Arrival) {
        self.coming = Some((write, arrives));
    }

    /// Whether the leader stands still; then another takes its place.
    pub fn handed_over(&mut self) -> bool {
        mem::take(&mut self.still)
    }

    pub fn stands_still(&self) -> bool {
        self.still
    }

    /// The leader makes a write: whether it stands still from here on, so that it arrives later.
    pub fn holds(
        &mut self,
        signed: Timestamp,
        place: &Scope,
        change: &Change,
        breaks: Option<&Broken>,
    ) -> bool {
        let Some((write, arrives)) = self.coming.take() else {
            return false;
        };
        if let 2.. = write {
            self.coming = Some((write - 1, arrives));
            return false;
        }
        self.still = true;
        let late = Late {
            signed,
            place: place.clone(),
            change: change.clone(),
            charge: breaks.cloned(),
        };
        self.comes_late(late, arrives);
        true
    }

    /// The leader that stands still made this call too, and got no answer.
    pub fn comes_late(&mut self, late: Late, arrives: Arrival) {
        self.late.push((late, arrives));
    }

    /// The next leader is about to make a call.
    pub fn counts(&mut self, write: bool) {
        for (_, arrives) in &mut self.late {
            match arrives {
                Arrival::Call(left) => *left = left.saturating_sub(1),
                Arrival::Write(left) if write => *left = left.saturating_sub(1),
                Arrival::Write(_) => {}
            }
        }
    }

    /// Takes what arrives now.
    pub fn due(&mut self) -> Vec<Late> {
        if self.still {
            return Vec::new();
        }
        let now =
            |(_, arrives): &mut (Late, Arrival)| matches!(arrives, Arrival::Call(0) | Arrival::Write(0));
        self.late.extract_if(.., now).map(|(late, _)| late).collect()
    }

    /// Takes all that is on its way.
    pub fn all(&mut self) -> Vec<Late> {
        self.late.drain(..).map(|(late, _)| late).collect()
    }

    /// What is on its way never arrives.
    pub fn lose(&mut self) {
        self.late.clear();
    }

    /// Nobody will stand still.
    pub fn calm(&mut self) {
        self.coming = None;
    }
}

impl Late {
    /// It arrives, whatever befalls other calls.
    pub fn arrive(self, sim: &Sim) -> Arrived {
        let what = format!("{} {}", self.change.operation().1, subject(&self.change));
        let age = sim.now().duration_since(self.signed);
        if age > SIGNED_FOR {
            let told = format!("a call of the process before, {what}, is refused: it was signed {age:#} ago");
            return Arrived {
                told,
                index: None,
                charge: None,
            };
        }
        let (faults, index) = sim.alter(|cloud| (mem::take(&mut cloud.faults), cloud.journal.len()));
        // The simulator answers at once.
        let _ = sim.apply(&self.place, &self.change).now_or_never();
        sim.alter(|cloud| cloud.faults = faults);
        Arrived {
            told: format!("a call of the process before arrives: {what}"),
            index: Some(index),
            charge: self.charge,
        }
    }
}

#[cfg(test)]
mod tests {
    use datalake_operator::cloud::sim::Call;
    use datalake_operator::model::kinds::{Target, delivery};

    use super::*;
    use crate::diary::Diary;
    use crate::laws::{Law, scene};
    use crate::life::Life;
    use crate::overlap::Overlap;
    use crate::script::{Pace, Script, Step};
    use crate::watch::Watched;

    const SECOND: SignedDuration = SignedDuration::from_secs(1);

    /// A lake that is made while that happens.
    fn life(steps: &[Step]) -> Life {
        let script = Script {
            name: "stall".into(),
            seed: 1,
            base: 1,
            pace: Pace::Steady,
            ready: false,
            side_by_side: false,
            steps: Vec::new(),
        };
        let mut life = Life::new(&script, Diary::closed());
        for step in steps {
            assert!(life.step(step).is_ok());
        }
        life
    }

    fn writes(life: &Life) -> Vec<Call> {
        life.sim.writes()
    }

    #[test]
    fn the_write_of_a_leader_that_stands_still_is_its_last_and_comes_before_that_of_the_next() {
        let of = |call: &Call| (call.operation, call.subject.clone());
        let calm: Vec<_> = writes(&life(&[Step::Wait(1)])).iter().map(of).collect();
        assert!(calm.len() > 30, "{calm:?}");
        for write in [2, 9, 20, 30] {
            let arrives = Arrival::Write(1);
            let calls = writes(&life(&[Step::Stall { write, arrives }, Step::Wait(1)]));
            let told: Vec<_> = calls.iter().map(of).collect();
            assert_eq!(told[..write], calm[..write]);
            let [before, late, next] = [write - 2, write - 1, write].map(|index| calls[index].at);
            assert!(
                late.duration_since(before) > SECOND,
                "{write}: the other leads by then"
            );
            assert_eq!(late, next, "{write}: just before the other's own");
        }
    }

    #[test]
    fn what_was_signed_too_long_ago_is_refused() {
        for (minutes, arrived) in [(4, true), (6, false)] {
            let arrives = Arrival::Call(1_000_000);
            let mut life = life(&[Step::Stall { write: 9, arrives }]);
            for _ in 0..3 {
                assert!(life.pass(false).is_ok());
            }
            let before = writes(&life).len();
            life.sim.advance(SignedDuration::from_mins(minutes));
            life.arrive();
            assert_eq!(writes(&life).len() > before, arrived, "{minutes} minutes");
        }
    }

    #[test]
    fn what_a_late_call_breaks_is_told_once_it_arrives() {
        let life = scene::ready(0);
        let (place, names) = (&life.home.place, &life.home.names);
        let watched = Watched::new(life.sim.clone(), &crate::nursery::unborn(0).1, Overlap::default());
        watched.stall(|stall| stall.will(1, Arrival::Call(1)));
        let name = names.delivery.clone();
        let change = Change::Delivery(delivery::Change::DeleteDeliveryStream { name, force: false });
        assert!(watched.apply(place, &change).now_or_never().is_none());
        let look = Target::Delivery {
            name: names.delivery.clone(),
        };
        assert!(
            watched.observe(place, &look).now_or_never().is_none(),
            "it stands still"
        );
        assert!(watched.verdict().is_none(), "it has not arrived");
        assert!(watched.stall(Stall::handed_over));
        assert!(
            watched.observe(place, &look).now_or_never().is_some(),
            "the next leader"
        );
        assert_eq!(watched.verdict().map(|broken| broken.law), Some(Law::Data));
        let arn = place.delivery_stream(&names.delivery).to_string();
        assert!(life.sim.alter(|cloud| cloud.deliveries.get(&arn).is_none()));
    }
}
