//! Objects that the server refuses, each with the field that is at fault and the words that say what to write instead.

mod columns;
mod existing;
mod names;
mod parts;

use datalake_operator::api::Datalake;
use datalake_operator::model::arn::Region;
use datalake_operator::model::lake::faults;
use serde_json::Value;

use crate::answers::assert_refused;
use crate::objects::{lake, with};
use crate::server::Server;

/// A merge patch that spoils a good lake, the path of the fault, and a piece of its message.
type Row = (&'static str, Value, &'static str, &'static str);

/// Each row is refused where and as it says.
async fn all_are_refused(rows: Vec<Row>) {
    let server = Server::shared().await;
    for (what, change, path, says) in rows {
        is_refused(&server, what, with(lake("bad"), &change), path, says).await;
    }
}

/// The server refuses the object; and the pass refuses it too, which has to guard what was stored under an older
/// definition.
async fn is_refused(server: &Server, what: &str, object: Value, path: &str, says: &str) {
    assert_refused(what, server.try_create(&object).await, path, says);
    let region = Region::parse("eu-west-1").unwrap();
    // What is no Datalake at all never reaches the pass.
    if let Ok(object) = serde_json::from_value::<Datalake>(object) {
        assert!(
            !faults(&object, Some(&region)).is_empty(),
            "{what}: the pass lets it through"
        );
    }
}
