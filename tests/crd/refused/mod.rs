//! Objects that the server refuses, each with the field that is at fault and the words that say what to write instead.

mod columns;
mod names;
mod parts;

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
        assert_refused(
            what,
            server.try_create(&with(lake("bad"), &change)).await,
            path,
            says,
        );
    }
}
