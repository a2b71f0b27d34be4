//! The schema grows: first the table, then what reads it.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::stage::Stage;
use crate::cloud::sim::{Call, Fault, Refused, Rule};
use crate::model::kinds::delivery::Deserializer;
use crate::model::topology::Id;

/// A column that the delivery stream reads from another key, and one that is to widen.
fn columns(id: &str, more: Option<Value>) -> Value {
    let staff = json!({"name": "staff_id", "type": id, "jsonKey": "staffId"});
    let columns: Vec<_> = [staff].into_iter().chain(more).collect();
    json!({"schema": {"columns": columns}})
}

/// A lake in sync whose user adds a column and widens another, while somebody else has pinned the delivery stream to
/// the table's first version, and told the crawler to give partitions the schema of their files.
fn edited() -> Stage {
    let mut stage = Stage::ready(columns("int", None));
    let (delivery, crawler) = (stage.arn(Id::Delivery), stage.arn(Id::Crawler));
    stage.sim.alter(|cloud| {
        let live = cloud.deliveries.get_mut(&delivery).unwrap();
        let conversion = live.seen.destination.as_mut().unwrap().conversion.as_mut();
        conversion.unwrap().schema.version = Some("0".into());
        cloud.crawlers.get_mut(&crawler).unwrap().configuration = None;
    });
    let room = json!({"name": "room_no", "type": "string", "jsonKey": "roomNo"});
    stage.edit(columns("bigint", Some(room)));
    stage
}

/// The calls that changed something.
fn effects(stage: &Stage) -> Vec<Call> {
    let calls = stage.sim.writes().into_iter();
    calls.filter(|call| call.effect).collect()
}

/// Each of the three was written, the table in a pass before that of the others.
fn table_comes_first(stage: &Stage, when: &str) {
    let effects = effects(stage);
    let (mut table, mut others) = (Vec::new(), Vec::new());
    for call in &effects {
        match call.operation {
            "UpdateTable" => table.push(call.at),
            "UpdateDestination" | "UpdateCrawler" => others.push(call.at),
            other => panic!("{when}: {other} is not of this edit: {}", stage.story()),
        }
    }
    assert_eq!((table.len(), others.len()), (1, 2), "{when}: {effects:#?}");
    assert!(
        others.iter().all(|at| table[0] < *at),
        "{when}: {}",
        stage.story()
    );
}

/// Both columns are in the table, the delivery stream writes by its latest version, and partitions inherit.
fn all_know(stage: &Stage, when: &str) {
    assert!(stage.is_ready(), "{when}: {}", stage.story());
    let arns = [Id::Table, Id::Delivery, Id::Crawler].map(|id| stage.arn(id));
    stage.sim.alter(|cloud| {
        let table = &cloud.tables.get(&arns[0]).unwrap().input;
        let columns: Vec<_> = table.columns.iter().map(|c| (&*c.name, &*c.r#type)).collect();
        assert_eq!(columns, [("staff_id", "bigint"), ("room_no", "string")], "{when}");
        let delivery = &cloud.deliveries.get(&arns[1]).unwrap().seen;
        let conversion = delivery
            .destination
            .as_ref()
            .unwrap()
            .conversion
            .as_ref()
            .unwrap();
        assert_eq!(conversion.schema.version.as_deref(), Some("LATEST"), "{when}");
        let Deserializer::OpenX { mappings, .. } = &conversion.deserializer else {
            panic!("{when}: {conversion:?}");
        };
        assert_eq!(mappings.len(), 2, "{when}: {mappings:?}");
        let crawler = cloud.crawlers.get(&arns[2]).unwrap();
        let configuration = crawler.configuration.as_deref().unwrap_or_default();
        assert!(
            configuration.contains("InheritFromTable"),
            "{when}: {configuration}"
        );
    });
}

#[test]
fn the_table_grows_before_what_writes_and_what_registers_partitions_by_it() {
    let mut stage = edited();
    stage.settle();
    table_comes_first(&stage, "undisturbed");
    all_know(&stage, "undisturbed");
    stage.sim.forget_calls();
    stage.next_looks();
    assert_eq!(stage.writes(), Vec::<String>::new(), "and then there is silence");
}

#[test]
fn the_order_holds_when_the_operator_dies_before_or_after_any_of_the_writes() {
    for k in 1..=3 {
        for fault in [Fault::CrashBefore, Fault::CrashAfter, Fault::LoseAnswer] {
            let when = format!("{fault:?}, write {k}");
            let mut stage = edited();
            let crashes = fault != Fault::LoseAnswer;
            stage.sim.fault(Rule::write(k, fault));
            assert_eq!(stage.dies(), crashes, "{when}: {}", stage.story());
            // Another takes its place, so that each pass has its own time.
            stage.sim.advance(SignedDuration::from_secs(1));
            stage.settle();
            table_comes_first(&stage, &when);
            all_know(&stage, &when);
        }
    }
}

#[test]
fn nothing_is_told_of_a_column_that_the_table_refuses() {
    let mut stage = edited();
    let denied = Refused::new(
        400,
        "AccessDeniedException",
        "not authorized to perform glue:UpdateTable",
    );
    stage
        .sim
        .fault(Rule::every("glue", "UpdateTable", Fault::Refuse(denied)));
    stage.settle();
    stage.next_looks();
    assert_eq!(effects(&stage), Vec::new(), "{}", stage.story());
    assert!(!stage.is_ready());
    stage.sim.calm();
    stage.next_looks();
    table_comes_first(&stage, "once it may");
    all_know(&stage, "once it may");
}
