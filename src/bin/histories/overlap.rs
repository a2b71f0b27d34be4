//! Calls that are on their way at once: each takes as long as the dice say, so that those of different resources
//! interleave, and a process that dies or stands still leaves several half done.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use datalake_operator::model::arn::Scope;
use datalake_operator::model::kinds::Change;

use crate::dice::Dice;
use crate::script::{Arrival, Script};

/// How often others may go on while a call, or its answer, is on its way: most are fast, and a few very slow.
const TURNS: [usize; 8] = [0, 0, 1, 1, 2, 3, 5, 9];
/// Sets these dice apart from those that wrote the script, and from AWS's.
const SALT: u64 = 0x6f76_6572_6c61_7073;

/// What of a pass is on its way.
#[derive(Default)]
pub struct Overlap {
    /// `None`: nothing takes any time, so that a resource's calls are over before the next one's begin.
    dice: Option<Dice>,
    /// Whether the process is dead or stands still: none of its calls goes on.
    over: bool,
    /// Writes that are on their way, by ticket.
    writes: Vec<(u64, Sent)>,
    tickets: u64,
}

/// A write that is on its way.
pub struct Sent {
    pub place: Scope,
    pub change: Change,
}

/// A call's way there, or its answer's way back.
pub struct Way {
    ticket: u64,
    turns: usize,
}

impl Overlap {
    pub fn of(script: &Script) -> Self {
        Self {
            dice: script.side_by_side.then(|| Dice::new(script.seed ^ SALT)),
            ..Self::default()
        }
    }

    /// A pass begins.
    pub fn begin(&mut self) {
        self.over = false;
        self.writes.clear();
    }

    /// Something is on its way from now on; `None`: it is there at once.
    pub fn way(&mut self, write: Option<(&Scope, &Change)>) -> Option<Way> {
        let turns = self.dice.as_mut()?.pick(&TURNS).copied()?;
        if turns == 0 || self.over {
            return None;
        }
        self.tickets += 1;
        let ticket = self.tickets;
        self.writes.extend(write.map(|(place, change)| {
            let (place, change) = (place.clone(), change.clone());
            (ticket, Sent { place, change })
        }));
        Some(Way { ticket, turns })
    }

    /// Lets others go on, until it is there: never, if the process ends before.
    pub fn poll(&mut self, way: &mut Way, context: &Context) -> Poll<()> {
        if self.over {
            return Poll::Pending;
        }
        let Some(left) = way.turns.checked_sub(1) else {
            self.writes.retain(|(ticket, _)| *ticket != way.ticket);
            return Poll::Ready(());
        };
        way.turns = left;
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// The process ends here. Of what was on its way, some by chance is lost: what is not, in the order in which it
    /// arrives.
    pub fn end(&mut self) -> Vec<Sent> {
        self.over = true;
        let mut left = std::mem::take(&mut self.writes);
        let mut arrive = Vec::new();
        while let Some(dice) = self.dice.as_mut().filter(|_| !left.is_empty()) {
            let (_, sent) = left.swap_remove(dice.below(left.len()));
            if dice.percent(60) {
                arrive.push(sent);
            }
        }
        arrive
    }

    /// When something arrives that was on its way while its process stood still.
    pub fn arrival(&mut self) -> Arrival {
        let Some(dice) = &mut self.dice else {
            return Arrival::Write(1);
        };
        if dice.percent(50) {
            Arrival::Call(1 + dice.below(120))
        } else {
            Arrival::Write(1 + dice.below(6))
        }
    }
}

/// Runs a pass to its end; `None`: nothing of it goes on any more, since its process is dead or stands still.
pub fn run<T>(pass: impl Future<Output = T>) -> Option<T> {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    let (mut pass, mut context) = (pin!(pass), Context::from_waker(&waker));
    loop {
        if let Poll::Ready(done) = pass.as_mut().poll(&mut context) {
            return Some(done);
        }
        if !woken.0.swap(false, Ordering::Relaxed) {
            return None;
        }
    }
}

/// Whether something asked to be polled again.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
