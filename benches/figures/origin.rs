//! A publisher and a receiver on loopback.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;

/// Serves one document with a strong validator, and counts the webhooks that it accepts.
pub struct Origin {
    shared: Arc<Shared>,
    port: u16,
    /// The server runs until this is dropped.
    _runtime: tokio::runtime::Runtime,
}

#[derive(Default)]
struct Shared {
    document: Mutex<(Bytes, String)>,
    accepted: AtomicUsize,
}

impl Origin {
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let shared = Arc::new(Shared::default());
        let routes = Router::new()
            .route("/list.csv", get(serve))
            .route("/hook", post(accept))
            .with_state(Arc::clone(&shared));
        let listener =
            runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let port = listener.local_addr().expect("the port's number").port();
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self { shared, port, _runtime: runtime }
    }

    pub fn publish(&self, document: impl Into<Bytes>, tag: &str) {
        *self.shared.document.lock().unwrap_or_else(PoisonError::into_inner) =
            (document.into(), format!("\"{tag}\""));
    }

    pub fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    pub fn list_url(&self) -> String {
        format!("http://127.0.0.1:{}/list.csv", self.port)
    }

    pub fn hook_url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }
}

async fn serve(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let (document, tag) = shared.document.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    ([(header::ETAG, tag), (header::CONTENT_TYPE, "text/csv".to_owned())], document).into_response()
}

async fn accept(State(shared): State<Arc<Shared>>, _body: Bytes) -> StatusCode {
    shared.accepted.fetch_add(1, Ordering::SeqCst);
    StatusCode::NO_CONTENT
}
