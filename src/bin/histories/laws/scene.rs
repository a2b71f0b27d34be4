//! Lakes for the tests of the laws, to be altered.

use std::sync::Arc;

use datalake_operator::api::{Datalake, DatalakeStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use super::{Broken, Law};
use crate::diary::Diary;
use crate::life::Life;
use crate::script::{Pace, Script};

/// The index of the base that has every resource.
pub const EVERYTHING: usize = 1;

/// A lake that is Ready, of that base.
pub fn ready(base: usize) -> Life {
    at(base, Pace::AtOnce)
}

/// A lake that is Ready, in an AWS of that pace.
pub fn at(base: usize, pace: Pace) -> Life {
    let script = Script {
        name: "scene".into(),
        seed: 1,
        base,
        pace,
        ready: true,
        side_by_side: false,
        steps: Vec::new(),
    };
    Life::new(&script, Diary::closed())
}

/// Alters the object as it is stored.
pub fn edit(life: &Life, edit: impl FnOnce(&mut Datalake)) {
    edit(Arc::make_mut(life.kubernetes.lock().object.as_mut().unwrap()));
}

pub fn condition<'a>(status: &'a mut DatalakeStatus, r#type: &str) -> &'a mut Condition {
    let mut all = status.conditions.iter_mut();
    all.find(|condition| condition.type_ == r#type).unwrap()
}

/// The law that is broken.
pub fn law<T>(result: Result<T, Broken>) -> Option<Law> {
    result.err().map(|broken| broken.law)
}
