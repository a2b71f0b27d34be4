//! What came of the calls for one resource, before memory and status have it.

use crate::api::KeyIntent;
use crate::model::fault::CallError;
use crate::model::kinds::Change;
use crate::model::memory::NewKey;
use crate::model::topology::Id;

/// What came of the work on one resource.
pub(super) struct Carried {
    pub id: Id,
    pub done: Vec<Change>,
    pub intent: Option<KeyIntent>,
    /// Nonce of a call that was not made, or refused.
    pub unused: Option<String>,
    pub made: Option<NewKey>,
    /// Whether what was to be removed was not there.
    pub was_gone: bool,
    pub error: Option<CallError>,
}

impl Carried {
    pub fn of(id: Id) -> Self {
        Self {
            id,
            done: Vec::new(),
            intent: None,
            unused: None,
            made: None,
            was_gone: false,
            error: None,
        }
    }
}
