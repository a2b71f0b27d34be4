//! A lake in sync is looked at and left alone.

use serde_json::json;

use crate::lake::Lake;

/// The goal for the reads of a look at everything.
const FULL_LOOK: u64 = 50;

#[tokio::test]
async fn a_lake_in_sync_is_read_and_never_written_to() {
    let mut lake = Lake::ready(
        "e2e-idle",
        json!({"testPublisher": {"enabled": true}, "tags": {"team": "data"}}),
    )
    .await;
    let (calls, object, events) = (lake.operator().calls(), lake.object().await, lake.events().await);
    lake.until_passes(5).await;
    let more = lake.operator().calls().since(&calls);
    assert!(more.total() > 0, "nobody looked");
    assert_eq!(more.writes().total(), 0, "{:?}", more.writes());
    assert_eq!(lake.object().await, object, "no write to Kubernetes either");
    assert_eq!(lake.events().await, events);

    lake.restart(&["--drift-period", "24h"]).await;
    let ask = async || (lake.operator().passes() > 0).then_some(()).ok_or("no pass yet");
    lake.until("a new process looks at everything", ask).await;
    let look = lake.operator().calls();
    println!(
        "a look at everything: {} calls, {} writes",
        look.total(),
        look.writes().total()
    );
    assert_eq!(look.writes().total(), 0, "{:?}", look.writes());
    assert!(look.total() <= FULL_LOOK, "{look:#?}");
    assert_eq!(lake.object().await, object);
}
