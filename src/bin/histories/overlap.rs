//! Calls that are on their way at once: each takes as long as the dice say, so that those of different resources
//! interleave, and a process that dies or stands still leaves several half done.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use crate::dice::Dice;
use crate::script::Script;

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
    }

    /// How often others may go on while something is on its way; `None`: it is there at once.
    pub fn way(&mut self) -> Option<usize> {
        let turns = self.dice.as_mut()?.pick(&TURNS).copied()?;
        (turns > 0).then_some(turns)
    }

    /// Lets others go on, until it is there: never, if the process ends before.
    pub fn poll(&self, turns: &mut usize, context: &Context) -> Poll<()> {
        if self.over {
            return Poll::Pending;
        }
        let Some(left) = turns.checked_sub(1) else {
            return Poll::Ready(());
        };
        *turns = left;
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// The process ends here.
    pub fn end(&mut self) {
        self.over = true;
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
