//! Edits of what a lake uses.

use super::*;

#[test]
fn existing_and_own_do_not_change_places() {
    let own = Stage::ready(json!({}));
    let names = own.lake().names;
    let rows = [
        (
            "to existing, by its own name",
            json!({}),
            json!({"existing": {"stream": names.stream}}),
        ),
        (
            "to existing",
            json!({}),
            json!({"existing": {"rawBucket": "their-raw"}}),
        ),
        ("to own", all(), json!({"existing": {"stream": null}})),
        (
            "to own, by its name",
            all(),
            json!({"existing": {"stream": null}, "names": {"stream": "their-stream"}}),
        ),
        ("to another", all(), json!({"existing": {"database": "another"}})),
    ];
    for (what, base, edit) in rows {
        let mut stage = Stage::in_world(world(), datalake(base));
        stage.settle();
        assert!(stage.is_ready(), "{what}: {}", stage.story());
        stage.sim.forget_calls();
        stage.edit(edit);
        stage.settle();
        assert_eq!(
            stage.condition("Ready").1,
            "IdentityChanged",
            "{what}: {}",
            stage.story()
        );
        assert_eq!(stage.writes(), Vec::<String>::new(), "{what}");
    }
}

#[test]
fn a_name_may_be_mended_until_something_rests_on_it() {
    let mut spec = all();
    spec["existing"]["database"] = json!("mistyped");
    let mut stage = Stage::in_world(world(), datalake(spec));
    stage.settle();
    assert_eq!(stage.condition("Ready").1, reasons::EXISTING_NOT_USABLE);
    stage.edit(json!({"existing": {"database": "their_database"}}));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
}

#[test]
fn what_has_no_effect_is_refused() {
    let rows = [
        (json!({"names": {"stream": "mine"}}), "spec.names.stream"),
        (json!({"retention": {"rawDays": 3}}), "spec.retention.rawDays"),
        (json!({"retention": {"lakeDays": 3}}), "spec.retention.lakeDays"),
        (json!({"retention": {"errorDays": 3}}), "spec.retention.errorDays"),
        (
            json!({"retention": {"streamHours": 48}}),
            "spec.retention.streamHours",
        ),
        (json!({"query": {"resultDays": 3}}), "spec.query.resultDays"),
        (json!({"stream": {"shards": 3}}), "spec.stream"),
        (
            json!({"storage": {"transitions": [{"afterDays": 30, "storageClass": "GlacierIR"}]}}),
            "spec.storage.transitions",
        ),
        (
            json!({"encryption": {"streamKeyArn": place().key("a").to_string()}}),
            "spec.encryption.streamKeyArn",
        ),
        (
            json!({"encryption": {"bucketKeyArn": place().key("a").to_string()}}),
            "spec.encryption.bucketKeyArn",
        ),
        (
            json!({"existing": {"lakeBucket": "NO"}}),
            "spec.existing.lakeBucket",
        ),
        (
            json!({"existing": {"rawBucket": "their-lake"}}),
            "spec.existing.rawBucket",
        ),
    ];
    for (extra, path) in rows {
        let mut stage = Stage::in_world(world(), datalake(all()));
        stage.edit(extra.clone());
        stage.settle();
        let (_, reason, message) = stage.condition("Ready");
        assert_eq!(reason, "InvalidSpec", "{extra}: {}", stage.story());
        assert!(message.contains(path), "{path}: {message}");
    }
}
