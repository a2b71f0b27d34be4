//! A key that a call may have made holds the object, and the lake where it is.

use super::*;
use crate::cloud::sim::Timing;

#[test]
fn an_object_that_goes_stays_until_kms_must_show_the_key_that_a_call_may_have_made() {
    for policy in ["Retain", "RetainData"] {
        let mut stage = Stage::new(json!({"deletionPolicy": policy}));
        dead(&mut stage, "CreateKey", Fault::CrashAfter);
        let since = open(&stage, Id::BucketKey).unwrap().time.0;
        stage.delete();
        stage.pass();
        assert!(!stage.released, "{policy}");
        let (_, reason, message) = stage.condition("Ready");
        assert_eq!(reason, "Deleting", "{policy}: {message}");
        assert!(message.contains("bucket-key"), "{policy}: {message}");
        stage.settle();
        assert!(stage.released, "{policy}: {}", stage.story());
        let waited = stage.sim.now().duration_since(since);
        assert!(waited >= KEY_LAG && waited < KEY_LAG * 2, "{policy}: {waited:#}");
        stage.apply_again();
        calm(&mut stage, policy);
    }
}

#[test]
fn an_object_that_goes_stays_until_kms_must_show_a_key_that_nothing_was_done_with() {
    for policy in ["Retain", "RetainData"] {
        let mut stage = Stage::new(json!({"deletionPolicy": policy}));
        let late = SignedDuration::from_mins(3);
        stage.sim.alter(|cloud| {
            cloud.timing = Timing {
                kms_lag: late,
                kms_list_lag: late,
                ..Timing::none()
            };
        });
        stage.pass();
        // Both intents and the first of the keys are written down.
        stage.death = Some(Death::After(3));
        assert!(stage.dies(), "{policy}: {}", stage.story());
        assert_eq!(pinned(&stage).key_ids.len(), 1, "{policy}: {:?}", pinned(&stage));
        let made = keys(&stage).1;
        stage.delete();
        stage.settle();
        assert!(stage.released, "{policy}: {}", stage.story());
        stage.apply_again();
        calm(&mut stage, policy);
        assert_eq!(keys(&stage).1, 2, "{policy}, {made} made: {}", stage.story());
    }
}

#[test]
fn a_lake_does_not_move_away_from_a_key_that_a_call_may_have_made() {
    for fault in [Fault::CrashBefore, Fault::CrashAfter] {
        let mut stage = Stage::new(json!({}));
        dead(&mut stage, "CreateKey", fault.clone());
        let made = keys(&stage).1;
        stage.edit(json!({"region": "eu-central-1"}));
        stage.settle();
        assert_eq!(
            stage.condition("Ready").1,
            "IdentityChanged",
            "{fault:?}: {}",
            stage.story()
        );
        assert_eq!(keys(&stage).1, made, "{fault:?}: {}", stage.story());
    }
}
