use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn terms() -> Terms {
    Terms::new(15 * SECOND, 10 * SECOND, 2 * SECOND).unwrap()
}

fn at(seconds: u32) -> Moment {
    Moment {
        steady: seconds * SECOND,
        wall: Timestamp::UNIX_EPOCH + seconds * SECOND,
    }
}

fn held_by(identity: &str, renewed: u32) -> LeaseSpec {
    LeaseSpec {
        holder_identity: Some(identity.into()),
        lease_duration_seconds: Some(15),
        acquire_time: Some(MicroTime(at(0).wall)),
        renew_time: Some(MicroTime(at(renewed).wall)),
        lease_transitions: Some(3),
        ..LeaseSpec::default()
    }
}

fn written(step: Move) -> LeaseSpec {
    match step {
        Move::Write(spec) => spec,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_lease_that_can_be_found_has_one_answer() {
    let free = LeaseSpec {
        holder_identity: None,
        ..held_by("", 0)
    };
    for (leads, found, expected, why) in [
        (false, None, "write", "there is none yet"),
        (false, Some(LeaseSpec::default()), "write", "nobody ever held it"),
        (
            false,
            Some(held_by("", 0)),
            "write",
            "set free with an empty name",
        ),
        (false, Some(free.clone()), "write", "set free"),
        (false, Some(held_by("other", 0)), "follow", "another works"),
        (
            false,
            Some(held_by("me", 0)),
            "write",
            "the answer to its own write was lost",
        ),
        (true, Some(held_by("me", 0)), "write", "it renews"),
        (true, Some(held_by("other", 0)), "lost", "another took it"),
        (true, Some(free), "lost", "another took it, and set it free"),
        (
            true,
            None,
            "lost",
            "somebody deleted it; another may have had it since",
        ),
    ] {
        let mut candidate = Candidate::new("me".into(), terms());
        if leads {
            candidate.wrote();
        }
        let step = match candidate.look(found.as_ref(), at(100)) {
            Move::Write(spec) => {
                assert_eq!(spec.holder_identity.as_deref(), Some("me"), "{why}");
                assert_eq!(spec.renew_time, Some(MicroTime(at(100).wall)), "{why}");
                "write"
            }
            Move::Follow => "follow",
            Move::Lost => "lost",
        };
        assert_eq!(step, expected, "{why}");
    }
}

#[test]
fn taking_counts_a_transition_and_renewing_keeps_what_is_there() {
    let mut candidate = Candidate::new("me".into(), terms());
    let first = written(candidate.look(None, at(1)));
    assert_eq!(first.lease_transitions, Some(0));
    assert_eq!(first.lease_duration_seconds, Some(15));
    candidate.wrote();
    let renewed = written(candidate.look(Some(&first), at(3)));
    let only_later = LeaseSpec {
        renew_time: Some(MicroTime(at(3).wall)),
        ..first
    };
    assert_eq!(renewed, only_later);
    let free = candidate.released(Some(&renewed), at(4)).unwrap();
    assert_eq!(free.holder_identity, None);
    let taken = written(Candidate::new("other".into(), terms()).look(Some(&free), at(5)));
    assert_eq!(taken.lease_transitions, Some(1));
    assert_eq!(taken.acquire_time, Some(MicroTime(at(5).wall)));
    assert_eq!(
        candidate.released(Some(&taken), at(6)),
        None,
        "it is another's now"
    );
}

#[test]
fn a_follower_takes_over_when_it_saw_no_renewal_for_the_whole_lease_by_its_own_clock() {
    let mut candidate = Candidate::new("me".into(), terms());
    // Renewed at second 0 of a clock that is far behind: only that it changes counts.
    for (now, renewed, takes) in [
        (1000, 0, false),
        (1014, 0, false),
        (1014, 2, false),
        (1015, 2, false),
        (1028, 2, false),
        (1029, 2, true),
    ] {
        let step = candidate.look(Some(&held_by("other", renewed)), at(now));
        assert_eq!(matches!(step, Move::Write(_)), takes, "at {now}: {step:?}");
    }
}

#[test]
fn a_follower_waits_as_long_as_the_holder_was_promised() {
    let long = LeaseSpec {
        lease_duration_seconds: Some(60),
        ..held_by("other", 0)
    };
    let mut candidate = Candidate::new("me".into(), terms());
    for (now, takes) in [(0, false), (59, false), (60, true)] {
        let step = candidate.look(Some(&long), at(now));
        assert_eq!(matches!(step, Move::Write(_)), takes, "at {now}: {step:?}");
    }
}

#[test]
fn a_lease_that_somebody_deleted_is_not_taken_while_its_holder_may_not_know() {
    let mut candidate = Candidate::new("me".into(), terms());
    assert_eq!(candidate.look(Some(&held_by("other", 0)), at(100)), Move::Follow);
    assert_eq!(candidate.look(None, at(114)), Move::Follow);
    assert!(matches!(candidate.look(None, at(115)), Move::Write(_)));
}

#[test]
fn there_is_doubt_once_either_clock_says_so() {
    let moment = |steady: u32, wall: i64| Moment {
        steady: steady * SECOND,
        wall: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(wall),
    };
    for (now, certain, why) in [
        (moment(109, 1009), true, "in time"),
        (moment(110, 1010), false, "the process stood still"),
        (
            moment(101, 1010),
            false,
            "the machine slept, and with it the steady clock",
        ),
        (moment(110, 500), false, "the wall clock was set back"),
        (
            moment(109, 500),
            true,
            "the wall clock was set back, and the steady one knows better",
        ),
    ] {
        assert_eq!(terms().certain(moment(100, 1000), now), certain, "{why}");
    }
}

/// The API server: writes go by the version that was read.
#[derive(Default)]
struct Server {
    version: u32,
    spec: Option<LeaseSpec>,
}

impl Server {
    fn write(&mut self, read: u32, spec: LeaseSpec) -> bool {
        let accepted = read == self.version;
        if accepted {
            self.version += 1;
            self.spec = Some(spec);
        }
        accepted
    }
}

/// A process on a machine of its own, with its clocks.
struct Process {
    candidate: Candidate,
    steady: Duration,
    wall: Timestamp,
    /// What it is about to write, with the version it read and when.
    pending: Option<(u32, LeaseSpec, Moment)>,
    renewed: Option<Moment>,
    ended: bool,
}

impl Process {
    fn new(number: usize, terms: Terms) -> Self {
        let offset = u32::try_from(number).unwrap() * 1000;
        Self {
            candidate: Candidate::new(format!("process {number}"), terms),
            steady: offset * SECOND,
            wall: Timestamp::UNIX_EPOCH + 7 * offset * SECOND,
            pending: None,
            renewed: None,
            ended: false,
        }
    }

    fn now(&self) -> Moment {
        Moment {
            steady: self.steady,
            wall: self.wall,
        }
    }

    fn certain(&self) -> bool {
        let renewed = self.renewed.filter(|_| !self.ended);
        renewed.is_some_and(|renewed| terms().certain(renewed, self.now()))
    }

    fn look(&mut self, server: &Server) {
        match self.candidate.look(server.spec.as_ref(), self.now()) {
            Move::Write(spec) => self.pending = Some((server.version, spec, self.now())),
            Move::Follow => {}
            Move::Lost => self.ended = true,
        }
    }

    fn write(&mut self, server: &mut Server, answered: bool) {
        if let Some((version, spec, sent)) = self.pending.take()
            && server.write(version, spec)
            && answered
        {
            self.candidate.wrote();
            self.renewed = Some(sent);
        }
    }
}

#[derive(Clone, Debug)]
enum Event {
    /// Time goes on for all.
    Tick(u32),
    Look(usize),
    /// What was decided at the last look reaches the server, however late.
    Write(usize, bool),
    /// A machine slept: the others saw time go by, and it, only by its wall clock.
    Sleep(usize, u32),
    /// A wall clock is set forward.
    Forward(usize, u32),
    /// The process ends, and another starts in its place.
    Restart(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let who = 0..3_usize;
    prop_oneof![
        6 => (1..6_u32).prop_map(Event::Tick),
        6 => who.clone().prop_map(Event::Look),
        6 => (who.clone(), prop::bool::weighted(0.9)).prop_map(|(who, answered)| Event::Write(who, answered)),
        1 => (who.clone(), 1..40_u32).prop_map(|(who, seconds)| Event::Sleep(who, seconds)),
        1 => (who.clone(), 1..40_u32).prop_map(|(who, seconds)| Event::Forward(who, seconds)),
        1 => who.prop_map(Event::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn never_are_two_processes_certain_at_once(events in prop::collection::vec(event(), 1..120)) {
        let mut server = Server::default();
        let mut processes: Vec<_> = (0..3).map(|number| Process::new(number, terms())).collect();
        for (number, event) in events.into_iter().enumerate() {
            match event {
                Event::Tick(seconds) => {
                    for process in &mut processes {
                        process.steady += seconds * SECOND;
                        process.wall += seconds * SECOND;
                    }
                }
                Event::Look(who) if !processes[who].ended => processes[who].look(&server),
                Event::Look(_) => {}
                Event::Write(who, answered) => processes[who].write(&mut server, answered),
                Event::Sleep(who, seconds) => {
                    for (other, process) in processes.iter_mut().enumerate() {
                        process.wall += seconds * SECOND;
                        if other != who {
                            process.steady += seconds * SECOND;
                        }
                    }
                }
                Event::Forward(who, seconds) => processes[who].wall += seconds * SECOND,
                Event::Restart(who) => {
                    let (steady, wall) = (processes[who].steady, processes[who].wall);
                    let fresh = Process::new(100 + number, terms());
                    processes[who] = Process { steady, wall, ..fresh };
                }
            }
            let certain = processes.iter().filter(|process| process.certain()).count();
            prop_assert!(certain <= 1, "{certain} processes at once");
        }
    }
}

#[test]
fn once_the_leader_is_gone_a_follower_leads_within_the_lease_and_a_look() {
    let mut server = Server::default();
    let mut leader = Process::new(0, terms());
    let mut follower = Process::new(1, terms());
    for _ in 0..10 {
        leader.look(&server);
        leader.write(&mut server, true);
        follower.look(&server);
        assert!(leader.certain() && !follower.certain());
        leader.steady += 2 * SECOND;
        follower.steady += 2 * SECOND;
    }
    let died = follower.steady;
    while !follower.certain() {
        follower.look(&server);
        follower.write(&mut server, true);
        follower.steady += 2 * SECOND;
    }
    let took = follower.steady.saturating_sub(died);
    assert!(took <= 19 * SECOND, "{took:?}");
}
