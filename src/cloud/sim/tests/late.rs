//! What takes its time, and who learns of it late.

use super::timing::View;
use super::*;

#[test]
fn each_duration_is_drawn_from_its_span() {
    let sim = sim(Timing {
        rates: false,
        ..Timing::real()
    });
    let mut taken = std::collections::BTreeSet::new();
    for n in 0..20 {
        let name = format!("s{n}");
        apply(&sim, &create_stream(&name)).unwrap();
        let began = sim.now();
        let arn = place().stream(&name).to_string();
        while sim.alter(|cloud| cloud.streams.get(&arn).unwrap().seen.status == "CREATING") {
            sim.advance(seconds(1));
        }
        taken.insert(sim.now().duration_since(began).as_secs());
    }
    assert!(
        taken.iter().all(|seconds| (10..=61).contains(seconds)),
        "{taken:?}"
    );
    assert!(taken.len() > 5, "{taken:?}");
}

#[test]
fn most_news_come_soon_some_late_and_none_is_forgotten() {
    let start = sim(Timing::none()).now();
    let lag = seconds(120);
    let known_after = |what: &str| {
        let knows = |n: i64| View::drawn(start + seconds(n), lag, 7).knows(what, start);
        let first = (0..=120).find(|n| knows(*n)).expect("all is known after the lag");
        assert!((first..=120).all(knows), "{what}");
        first
    };
    let mut delays: Vec<i64> = (0..200).map(|n| known_after(&format!("r{n}"))).collect();
    delays.sort_unstable();
    assert!((5..=25).contains(&delays[100]), "half of them: {}", delays[100]);
    assert!(delays[199] > 90, "the last one: {}", delays[199]);
}

#[test]
fn a_service_that_has_learned_of_a_role_does_not_forget_it_for_a_later_change() {
    let sim = sim(Timing {
        iam_propagation: seconds(100),
        flapping: true,
        ..Timing::none()
    });
    apply(&sim, &create_role("r")).unwrap();
    let arn = place().role("r").to_string();
    let usable = |sim: &Sim| sim.alter(|cloud| iam::usable(cloud, &arn, firehose::SERVICE, &[]).is_ok());
    while !usable(&sim) {
        sim.advance(seconds(1));
    }
    for n in 0..20 {
        let description = n.to_string();
        let name = "r".into();
        apply(
            &sim,
            &Change::Role(role::Change::UpdateRole {
                name,
                description,
                max_session: None,
            }),
        )
        .unwrap();
        assert!(usable(&sim), "{n}");
    }
}

#[test]
fn a_key_may_outlive_its_date_by_a_day() {
    let sim = sim(Timing {
        key_deletion_late: Span::seconds(3600, 3600),
        ..Timing::none()
    });
    let key_id = apply(&sim, &create_key()).unwrap().key_id.unwrap();
    let days = 7;
    apply(
        &sim,
        &Change::Key(key::Change::ScheduleKeyDeletion { key_id, days }),
    )
    .unwrap();
    sim.advance(SignedDuration::from_hours(7 * 24));
    assert_eq!(sim.alter(|cloud| cloud.keys.len()), 1);
    sim.advance(seconds(3600));
    assert_eq!(sim.alter(|cloud| cloud.keys.len()), 0);
}

#[test]
fn a_role_that_trusted_a_deleted_one_shows_its_id() {
    let sim = sim(Timing::none());
    apply(&sim, &create_role("gone")).unwrap();
    let trust = TRUST_FIREHOSE.replace("Service", "AWS");
    let trust = trust.replace("firehose.amazonaws.com", &place().role("gone").to_string());
    apply(
        &sim,
        &Change::Role(role::Change::CreateRole {
            name: "stays".into(),
            description: String::new(),
            trust,
            boundary: None,
            tags: Tags::new(),
        }),
    )
    .unwrap();
    let name = "gone".into();
    apply(&sim, &Change::Role(role::Change::DeleteRole { name })).unwrap();
    let arn = place().role("stays").to_string();
    let trust = sim.alter(|cloud| cloud.roles.get(&arn).unwrap().seen.trust.clone());
    assert!(trust.contains("AROA") && !trust.contains("role/gone"), "{trust}");
}
