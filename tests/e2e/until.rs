//! The one way to wait: ask again until the answer is right, or the time is up.

use std::fmt::Display;
use std::time::Duration;

use datalake_operator::shell::clock;

/// How long anything may take; on an idle machine all of it takes some seconds.
pub const LIMIT: Duration = Duration::from_secs(90);
/// Time between two questions.
const POLL: Duration = Duration::from_millis(150);

/// Asks until the answer is `Ok`, and gives it. When the time is up, it fails with the last `Err` and the story.
pub async fn until<T, E: Display>(
    what: &str,
    ask: impl AsyncFnMut() -> Result<T, E>,
    story: impl AsyncFnOnce() -> String,
) -> T {
    within(LIMIT, what, ask, story).await
}

/// The same with a limit of its own, for what is much.
pub async fn within<T, E: Display>(
    limit: Duration,
    what: &str,
    mut ask: impl AsyncFnMut() -> Result<T, E>,
    story: impl AsyncFnOnce() -> String,
) -> T {
    let start = clock::instant();
    loop {
        let lacking = match ask().await {
            Ok(answer) => return answer,
            Err(lacking) => lacking,
        };
        assert!(
            start.elapsed() < limit,
            "{what}: not within {limit:?}: {lacking}
{}",
            story().await
        );
        tokio::time::sleep(POLL).await;
    }
}
