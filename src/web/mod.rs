//! What a browser, a feed reader, a program and a monitoring system read: pages, feed, JSON and
//! metrics.
//!
//! Knows the record and the domain; knows no publisher, no channel's settings and no secret. It
//! only reads: what decides something (a hold, a retry) is done on the command line, and a page
//! shows the exact command.
//!
//! Addresses: `/` `/changes` `/alerts/{id}` `/holds/{id}` `/entries` `/feed.atom` `/api/…`
//! `/healthz` `/readyz` `/metrics`.

pub mod serve;
pub mod status;

mod api;
mod difference;
mod error;
mod feed;
mod guard;
mod health;
mod page;
mod query;
mod root;
mod template;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use metrics_exporter_prometheus::PrometheusHandle;
use url::Url;

use crate::clock::Clock;
use crate::domain::{Alert, ChangeSet, Hold};
use crate::store::Store;

pub use serve::serve;
pub use status::{Loop, ReceiverLine, SourceLine, Status};

use template::Templates;

/// All that the pages read.
#[derive(Clone)]
pub struct WebState {
    pub store: Arc<Store>,
    pub status: Arc<Status>,
    pub clock: Arc<dyn Clock>,
    pub metrics: PrometheusHandle,
    /// Says what a hold would change; without it the page says which command does.
    pub preview: Option<Arc<dyn HoldPreview>>,
    /// Says what the message of an alert says.
    pub words: Arc<dyn AlertWords>,
    pub settings: Arc<WebSettings>,
}

/// `[server]` and what pages need of `[messages]`.
#[derive(Clone, Debug)]
pub struct WebSettings {
    /// Times are shown in this zone, with UTC beside them.
    pub timezone: TimeZone,
    /// Where people reach the pages from outside: for links, and the one foreign `Host` that is
    /// answered. Without query and fragment.
    pub public_url: Option<Url>,
    /// The socket is bound to loopback: then only requests for a loopback name or `public_url` are
    /// answered, so that no web site can read the pages through its visitors' browsers by
    /// pointing its own name at 127.0.0.1.
    pub loopback_only: bool,
}

impl WebSettings {
    /// What every link begins with on this host: `/watch` of `https://www.example.com/watch/`, nothing where there is no path.
    pub fn root(&self) -> &str {
        self.public_url.as_ref().map_or("", |url| url.path().trim_end_matches('/'))
    }
}

/// What the message of an alert says: the work of a stage, handed in because the pages know no
/// channel.
pub trait AlertWords: Send + Sync {
    fn of(&self, alert: &Alert) -> serde_json::Value;
}

/// Compares a held document with what is held now: the pipeline's work, handed in because a stage
/// calls no other.
pub trait HoldPreview: Send + Sync {
    /// What accepting the hold would change, or in words why that cannot be said.
    fn preview<'a>(&'a self, hold: &'a Hold) -> BoxFuture<'a, Result<ChangeSet, String>>;
}

/// Every address, with its guards.
pub fn router(state: WebState) -> Router {
    let templates = Templates::new(&state.settings.timezone, state.settings.root());
    let web = Web { state, templates: Arc::new(templates) };
    let pages = Router::new()
        .route("/", get(page::overview::show))
        .route("/changes", get(page::changes::show))
        .route("/entries", get(page::entries::show))
        .route("/alerts/{alert_id}", get(page::alert::show))
        .route("/holds/{hold_id}", get(page::hold::show))
        .route("/style.css", get(template::stylesheet))
        // Browsers ask for one, unasked.
        .route("/favicon.ico", get(StatusCode::NO_CONTENT))
        .route("/feed.atom", get(feed::show))
        .route("/api/changes", get(api::changes))
        .route("/api/entries", get(api::entries))
        .route("/api/alerts", get(api::alerts))
        .route("/api/alerts/{alert_id}", get(api::alert))
        .route("/api/deliveries", get(api::deliveries))
        .route("/api/holds", get(api::holds))
        .route("/api/sources", get(api::sources))
        .fallback(error::no_such_page)
        .method_not_allowed_fallback(error::reads_only)
        .layer(axum::middleware::from_fn_with_state(web.clone(), guard::answer_known_hosts_only));
    let health = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::scrape));
    let root = web.state.settings.root().to_owned();
    root::served_under(root, guard::guarded(pages.merge(health).with_state(web)))
}

/// [`WebState`] with what is made of it once.
#[derive(Clone)]
struct Web {
    state: WebState,
    templates: Arc<Templates>,
}
