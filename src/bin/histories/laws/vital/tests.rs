//! A lake that works, and the same one where one thing is not as it is to be.

use super::*;
use crate::laws::scene::{EVERYTHING, law, ready};

fn judged(act: impl FnOnce(&mut Cloud, &Lake)) -> Option<Law> {
    let life = ready(EVERYTHING);
    life.sim.alter(|cloud| act(cloud, &life.home));
    let object = life.object().unwrap();
    law(on_ready(&life, &object))
}

/// The delivery role's policy grants nothing under the prefix any more.
fn forbid(cloud: &mut Cloud, home: &Lake, prefix: &str) {
    let arn = home.place.role(&home.names.delivery_role).to_string();
    let policies = &mut cloud.roles.get_mut(&arn).unwrap().policies;
    let policy = policies.values_mut().next().unwrap();
    let other = policy.replace(prefix, "elsewhere/");
    assert_ne!(*policy, other);
    *policy = other;
}

#[test]
fn a_lake_that_says_that_it_is_ready_delivers() {
    const BREAKS: Option<Law> = Some(Law::ReadyWorks);
    assert_eq!(judged(|_, _| ()), None);
    for prefix in ["data/", "errors/", "raw/"] {
        let is = judged(|cloud, home| forbid(cloud, home, prefix));
        assert_eq!(is, BREAKS, "the role may not write {prefix}");
    }
    let is = judged(|cloud, home| {
        let arn = home::arn(home, cloud, Id::StreamKey).unwrap();
        cloud.keys.get_mut(&arn).unwrap().seen.state = "Disabled".into();
    });
    assert_eq!(is, BREAKS, "the stream can't be decrypted");
    for id in [
        Id::Stream,
        Id::Table,
        Id::RawBucket,
        Id::DeliveryRole,
        Id::Delivery,
    ] {
        let is = judged(|cloud, home| {
            let arn = home::arn(home, cloud, id).unwrap();
            cloud.take_away(id, &arn);
        });
        assert_eq!(is, BREAKS, "without the {id}");
    }
}

#[test]
fn a_lake_that_says_that_it_is_ready_has_every_resource() {
    for id in Id::ALL {
        let is = judged(|cloud, home| {
            let arn = home::arn(home, cloud, id).unwrap();
            cloud.take_away(id, &arn);
        });
        assert!(
            matches!(is, Some(Law::ReadyWorks | Law::Honest)),
            "without the {id}: {is:?}"
        );
    }
}
