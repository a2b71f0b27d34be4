//! What the kubelet and Prometheus ask: `/healthz`, `/readyz`, `/metrics`.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::routing::get;
use tokio::net::TcpListener;

use super::metrics::Metrics;

/// What the answers are made of.
#[derive(Clone, Debug)]
pub struct Health {
    /// True once the watch has told of every `Datalake` that exists; `/readyz` answers 503 until then.
    pub synced: Arc<AtomicBool>,
    /// What `/metrics` shows.
    pub metrics: Arc<Metrics>,
}

/// Answers on `listener` until `stop` ends; requests under way are finished.
///
/// # Errors
/// When the socket fails.
pub async fn serve(
    listener: TcpListener,
    health: Health,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let routes = Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(health);
    axum::serve(listener, routes).with_graceful_shutdown(stop).await
}

async fn ready(State(health): State<Health>) -> (StatusCode, &'static str) {
    if health.synced.load(Ordering::Acquire) {
        (StatusCode::OK, "ok\n")
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "the watch of datalakes has not synced yet\n",
        )
    }
}

async fn metrics(State(health): State<Health>) -> ([(HeaderName, &'static str); 1], String) {
    (
        [(header::CONTENT_TYPE, Metrics::CONTENT_TYPE)],
        health.metrics.text(),
    )
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream};

    use tokio::sync::oneshot;

    use super::*;

    /// The whole answer, header and body.
    async fn ask(address: SocketAddr, path: &'static str) -> String {
        let ask = move || {
            let mut socket = TcpStream::connect(address).unwrap();
            write!(
                socket,
                "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
            .unwrap();
            let mut answer = String::new();
            socket.read_to_string(&mut answer).unwrap();
            answer
        };
        tokio::task::spawn_blocking(ask).await.unwrap()
    }

    #[tokio::test]
    async fn readyz_turns_with_the_watch_and_the_server_ends_when_told() {
        let health = Health {
            synced: Arc::default(),
            metrics: Arc::default(),
        };
        health
            .metrics
            .pass("in-sync", std::time::Duration::from_millis(3));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(serve(listener, health.clone(), async {
            let _ = stopped.await;
        }));

        assert!(ask(address, "/healthz").await.starts_with("HTTP/1.1 200"));
        assert!(ask(address, "/readyz").await.starts_with("HTTP/1.1 503"));
        health.synced.store(true, Ordering::Release);
        assert!(ask(address, "/readyz").await.starts_with("HTTP/1.1 200"));
        assert!(ask(address, "/elsewhere").await.starts_with("HTTP/1.1 404"));
        let metrics = ask(address, "/metrics").await;
        assert!(metrics.contains("application/openmetrics-text"), "{metrics}");
        assert!(
            metrics.contains("datalake_passes_total{outcome=\"in-sync\"} 1"),
            "{metrics}"
        );

        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
    }
}
