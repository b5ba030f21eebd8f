//! Accepts connections, with a limit on everything that a client could occupy.
//!
//! It uses hyper's builder, because `axum::serve` sets no timer: a client that never ends its
//! headers would keep its connection forever. It must not know what is served.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::web::listener::{Listener, Peer, Stream};

/// Open connections. Further ones wait in the kernel's queue.
pub const MAX_CONNECTIONS: usize = 64;
/// For the headers of a request, from its first byte or from the end of the previous answer.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection is closed after this time even if it is active, so that a client that reads slowly
/// cannot keep it.
const CONNECTION_LIFETIME: Duration = Duration::from_mins(5);
/// At shutdown, open requests have this time to finish.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);
/// The read buffer of a connection. The headers of a request must fit in it.
const MAX_BUFFER_BYTES: usize = 64 * 1024;
/// The pause after a failed accept, for example when the process is out of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(250);

/// Accepts connections until `shutdown`, then finishes the open requests and returns.
pub async fn serve(listener: impl Into<Listener>, router: Router, shutdown: CancellationToken) {
    let listener = listener.into();
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    while let Some((stream, peer, slot)) = accept(&listener, &slots, &shutdown).await {
        let (router, shutdown) = (router.clone(), shutdown.clone());
        connections.spawn(async move {
            serve_connection(stream, peer, router, shutdown).await;
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

async fn accept(
    listener: &Listener,
    slots: &Arc<Semaphore>,
    shutdown: &CancellationToken,
) -> Option<(Stream, Peer, Slot)> {
    let accepting = async {
        // The semaphore is never closed.
        let slot = slots.clone().acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => return Some((stream, peer, slot)),
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
        accepted = accepting => accepted,
    }
}

async fn serve_connection(stream: Stream, peer: Peer, router: Router, shutdown: CancellationToken) {
    let mut builder = Builder::new(hyper_util::rt::TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_BUFFER_BYTES);
    let service = router.map_request(move |mut request: Request<_>| {
        request.extensions_mut().insert(peer);
        request
    });
    let connection =
        builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
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
    // A client that disconnects or violates HTTP is not worth a warning.
    if let Ok(Err(error)) = ended.await {
        tracing::debug!(%error, "a web connection ended early");
    }
}
