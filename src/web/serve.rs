//! Answers connections, with a limit on everything that a client could hold on to.
//!
//! `axum::serve` sets no timer, so a client that never ends its headers would keep its connection
//! for ever; hence hyper's builder. Knows nothing of what is served.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Connections at one time; the next ones wait in the kernel's queue.
pub const MAX_CONNECTIONS: usize = 64;
/// For a request's headers, from the first byte or the end of the answer before.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection is closed after this long, whatever goes on in it: a client that reads slowly
/// cannot keep it.
const CONNECTION_LIFETIME: Duration = Duration::from_mins(5);
/// What is under way at shutdown may take this long.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);
/// After the process ran out of file descriptors, say, before the next try.
const ACCEPT_RETRY: Duration = Duration::from_millis(250);

/// Answers until `shutdown`, then ends what is under way and returns.
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    while let Some(stream) = next(&listener, &slots, &shutdown).await {
        let (stream, slot) = stream;
        let (router, shutdown) = (router.clone(), shutdown.clone());
        connections.spawn(async move {
            answer(stream, router, shutdown).await;
            drop(slot);
        });
        while connections.try_join_next().is_some() {}
    }
    let ended = tokio::time::timeout(SHUTDOWN_GRACE, async {
        while connections.join_next().await.is_some() {}
    })
    .await;
    if ended.is_err() {
        tracing::info!(web.connections = connections.len(), "web connections were cut at shutdown");
    }
}

type Slot = tokio::sync::OwnedSemaphorePermit;

async fn next(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
    shutdown: &CancellationToken,
) -> Option<(TcpStream, Slot)> {
    let accept = async {
        // The semaphore is never closed.
        let slot = slots.clone().acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, _)) => return Some((stream, slot)),
                Err(error) => {
                    tracing::warn!(%error, "failed to accept a web connection");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            }
        }
    };
    tokio::select! {
        biased;
        () = shutdown.cancelled() => None,
        accepted = accept => accepted,
    }
}

async fn answer(stream: TcpStream, router: Router, shutdown: CancellationToken) {
    let mut builder = Builder::new(hyper_util::rt::TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(64 * 1024);
    let connection =
        builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(connection);
    let ended = tokio::time::timeout(CONNECTION_LIFETIME, async {
        tokio::select! {
            ended = connection.as_mut() => ended,
            () = shutdown.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.as_mut().await
            }
        }
    });
    // A client that goes away or talks nonsense is no news.
    if let Ok(Err(error)) = ended.await {
        tracing::debug!(%error, "a web connection ended early");
    }
}
