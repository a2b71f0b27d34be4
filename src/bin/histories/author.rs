//! Writes a history by chance: the same one for the same seed.

use datalake_operator::cloud::sim::HANDS;
use datalake_operator::model::topology::Id;

use crate::dice::Dice;
use crate::edits::{BASES, EDITS};
use crate::home::USERS_KEY;
use crate::script::{Arrival, Consent, Crash, Pace, Script, Step, WHOSE, Whose};
use crate::trouble::{CALLS, HOW, QUOTAS, Trouble};

/// The history of a seed.
pub fn write(seed: u64) -> Script {
    let mut dice = Dice::new(seed);
    let pace = match dice.below(10) {
        0..2 => Pace::AtOnce,
        2..6 => Pace::Steady,
        _ => Pace::Lagging,
    };
    let (base, ready) = (dice.below(BASES.len()), dice.percent(65));
    let (_, spec) = BASES.get(base).copied().unwrap_or_default();
    let mut author = Author {
        dice,
        adopts: spec.contains("adoption"),
        steps: Vec::new(),
    };
    if !ready && author.dice.percent(20) {
        author.plant();
    }
    if !ready && author.dice.percent(10) {
        author.failing();
    }
    for _ in 0..=author.dice.below(6) {
        author.scene();
    }
    Script {
        name: seed.to_string(),
        seed,
        base,
        pace,
        ready,
        side_by_side: author.dice.percent(50),
        steps: author.steps,
    }
}

struct Author {
    dice: Dice,
    /// Whether the lake may take over what is nobody's.
    adopts: bool,
    steps: Vec<Step>,
}

impl Author {
    /// Something happens, and time goes by.
    fn scene(&mut self) {
        if self.adopts && self.dice.percent(35) {
            return self.adoption();
        }
        match self.dice.below(100) {
            0..25 => self.edit(),
            25..45 => self.change(),
            45..52 => {
                let id = self.resource();
                self.steps.push(Step::Remove(id));
            }
            52..55 => self.plant(),
            55..57 => {
                let id = self.resource();
                self.steps.push(Step::Disown(id));
            }
            57..61 => {
                let count = 1 + self.dice.below(3);
                self.steps.push(Step::Store(count));
            }
            61..64 => self.steps.push(Step::Crawl),
            64..73 => self.trouble(),
            73..76 => self.failing(),
            76..80 => self.death(),
            80..83 => self.steps.push(Step::Restart),
            83..86 => self.steps.push(Step::WipeStatus),
            86..91 => {
                let (passes, late) = (1 + self.dice.below(3), self.dice.percent(50));
                self.steps.push(Step::Lead { passes, late });
            }
            91..93 => {
                let what = if self.dice.percent(70) {
                    Consent::EmptyBuckets
                } else {
                    Consent::ShortenRetention
                };
                let on = self.dice.percent(80);
                self.steps.push(Step::Consent(what, on));
            }
            _ => self.deletion(),
        }
        self.time();
    }

    fn time(&mut self) {
        match self.dice.below(10) {
            0..2 => {}
            2..7 => {
                let passes = 1 + self.dice.below(6);
                self.steps.push(Step::Pass(passes));
            }
            _ => {
                let minutes = [1, 1, 2, 5, 11].get(self.dice.below(5)).copied().unwrap_or(1);
                self.steps.push(Step::Wait(minutes));
            }
        }
    }

    /// Often with something that goes wrong in the middle of it.
    fn edit(&mut self) {
        let index = self.dice.below(EDITS.len());
        if self.dice.percent(20) {
            self.death();
        }
        self.steps.push(Step::Edit(index));
        if EDITS
            .get(index)
            .is_some_and(|edit| edit.patch.contains(USERS_KEY))
        {
            self.own_key();
        }
        if EDITS.get(index).is_some_and(|edit| edit.refused) && self.dice.percent(70) || self.dice.percent(10)
        {
            self.time();
            self.steps.push(Step::Revert(index));
        }
    }

    /// The user's own key, which the lake is to use, is disabled, and often enabled again.
    fn own_key(&mut self) {
        if self.dice.percent(50) {
            return;
        }
        if self.dice.percent(70) {
            self.time();
        }
        self.steps.push(Step::OwnKey(false));
        if self.dice.percent(60) {
            self.time();
            self.steps.push(Step::OwnKey(true));
        }
    }

    fn change(&mut self) {
        if self.dice.percent(4) {
            return self.steps.push(Step::Prolong);
        }
        let index = self.dice.below(HANDS.len());
        self.steps.push(Step::Change(index));
    }

    fn plant(&mut self) {
        let id = self.resource();
        let whose = self.dice.pick(&WHOSE).copied().unwrap_or(Whose::Nobodys);
        if self.dice.percent(60) {
            self.steps.push(Step::Remove(id));
        }
        self.steps.push(Step::Plant(id, whose));
        if self.dice.percent(30) {
            self.time();
            self.steps.push(Step::Remove(id));
        }
    }

    /// Something is nobody's, somebody may change it, and the user agrees to what the status tells, at once or later.
    fn adoption(&mut self) {
        for _ in 0..=self.dice.below(3) {
            let id = self.resource();
            if self.dice.percent(60) {
                self.steps.push(Step::Disown(id));
            } else {
                if self.dice.percent(60) {
                    self.steps.push(Step::Remove(id));
                }
                self.steps.push(Step::Plant(id, Whose::Nobodys));
            }
        }
        if self.dice.percent(40) {
            self.change();
        }
        if self.dice.percent(15) {
            self.steps.push(Step::WipeStatus);
        }
        self.time();
        if self.dice.percent(20) {
            self.trouble();
        }
        if self.dice.percent(20) {
            self.death();
        }
        if self.dice.percent(80) {
            self.steps.push(Step::Agree);
            self.time();
        }
    }

    fn trouble(&mut self) {
        let call = self.dice.pick(CALLS).copied().unwrap_or_default();
        let how = self.dice.pick(&HOW).copied().unwrap_or(HOW[0]);
        let trouble = match self.dice.below(100) {
            0..35 => Trouble::Chance {
                refused: [20, 100, 300].get(self.dice.below(3)).copied().unwrap_or(20),
                lost: [0, 50, 200].get(self.dice.below(3)).copied().unwrap_or(0),
            },
            35..65 => Trouble::Some {
                call,
                how,
                times: 1 + self.dice.below(4),
            },
            65..80 => Trouble::Every { call, how },
            80..86 => Trouble::All(how),
            86..97 => Trouble::Lost {
                write: 1 + self.dice.below(12),
                retried: self.dice.percent(50),
            },
            _ => {
                let (service, operation, _) = self.dice.pick(QUOTAS).copied().unwrap_or_default();
                Trouble::Quota(service, operation)
            }
        };
        self.steps.push(Step::Trouble(trouble));
        if self.dice.percent(40) {
            // Something to go wrong with.
            self.edit();
        }
        if self.dice.percent(50) {
            self.time();
            self.steps.push(Step::Calm);
        }
    }

    /// The delivery stream or the publisher comes out failed when it is made, which it is soon.
    fn failing(&mut self) {
        let id = if self.dice.percent(65) {
            Id::Delivery
        } else {
            Id::Publisher
        };
        let times = 1 + self.dice.below(3);
        self.steps.push(Step::Trouble(Trouble::Failing(id, times)));
        if id == Id::Publisher {
            let on = EDITS.iter().position(|edit| edit.what == "the publisher on");
            self.steps.extend(on.map(Step::Edit));
        }
        if self.dice.percent(25) {
            self.death();
        }
        match self.dice.below(4) {
            0..2 => self.steps.push(Step::Remove(id)),
            2 => self.edit(),
            _ => {}
        }
    }

    /// The operator dies in the middle of what it does, or stands still until the other leads.
    fn death(&mut self) {
        // A whole lake takes some forty.
        let most = if self.dice.percent(25) { 40 } else { 8 };
        let write = 1 + self.dice.below(most);
        self.steps.push(match self.dice.below(8) {
            0..2 => Step::Crash(Crash::Before(write)),
            2..4 => Step::Crash(Crash::After(write)),
            4 => Step::Crash(Crash::Wiped(write)),
            5 => Step::Crash(Crash::Status),
            _ => Step::Stall {
                write,
                arrives: if self.dice.percent(50) {
                    Arrival::Call(1 + self.dice.below(120))
                } else {
                    Arrival::Write(1 + self.dice.below(6))
                },
            },
        });
    }

    fn deletion(&mut self) {
        if self.dice.percent(30) {
            self.steps.push(Step::Store(1));
            if self.dice.percent(70) {
                self.steps.push(Step::Consent(Consent::EmptyBuckets, true));
            }
        }
        if self.dice.percent(30) {
            self.death();
        }
        self.steps.push(Step::Delete);
        if self.dice.percent(50) {
            self.time();
            self.steps.push(Step::Apply);
        }
    }

    fn resource(&mut self) -> Id {
        self.dice.pick(&Id::ALL).copied().unwrap_or(Id::LakeBucket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trouble::How;

    #[test]
    fn chance_draws_what_is_seldom() {
        let drawn: Vec<_> = (1..=2000).flat_map(|seed| write(seed).steps).collect();
        let some = |of: &dyn Fn(&Step) -> bool| drawn.iter().any(of);
        let lost = |retried| {
            some(&|step| matches!(step, Step::Trouble(Trouble::Lost { retried: r, .. }) if *r == retried))
        };
        assert!(lost(false) && lost(true));
        assert!(some(&|step| matches!(
            step,
            Step::Trouble(Trouble::Some {
                how: How::AnswerLostAndRetried,
                ..
            })
        )));
        // Early and late in what a whole lake takes.
        for range in [1..=8, 30..=40] {
            assert!(some(
                &|step| matches!(step, Step::Crash(Crash::Before(k)) if range.contains(k))
            ));
            assert!(some(
                &|step| matches!(step, Step::Crash(Crash::After(k)) if range.contains(k))
            ));
            assert!(some(
                &|step| matches!(step, Step::Crash(Crash::Wiped(k)) if range.contains(k))
            ));
        }
        for whose in WHOSE {
            assert!(
                some(&|step| matches!(step, Step::Plant(_, w) if *w == whose)),
                "{whose:?}"
            );
        }
    }
}
