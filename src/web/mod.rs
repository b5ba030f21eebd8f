//! The HTTP server: pages for browsers, a feed, JSON for programs, health and metrics.
//!
//! Knows the store and the domain. It must not know publishers, the settings of channels, or their
//! secrets. GET and HEAD only read. What a person decides is sent with a form, and is carried out
//! by [`Actions`], as a command would be.
//!
//! Paths: `/` `/changes` `/entries` `/difference` `/rules` `/pictures` `/alerts` `/items`
//! `/matches` `/watchlists` `/deliveries` `/holds`, most with a page for each `/{id}`; `/feed.atom`
//! `/api/…` ([`api::paths`]) `/metrics` `/sign-in` `/sign-out` `/healthz` `/readyz`. All but the
//! last two may need a sign-in, and matches and watchlists always do ([`access`]).

pub mod listener;
pub mod serve;
pub mod status;

mod access;
mod action;
mod alert_links;
mod alert_titles;
mod api;
mod catalog;
mod change_view;
mod changes_found;
mod choices;
mod check_calendar;
mod current_rows;
mod difference;
mod differing_words;
mod error;
mod feed;
mod format;
mod guard;
mod large_answers;
mod hold_changes;
mod health;
mod match_sides;
mod openapi;
mod page;
mod paging;
mod pictures;
mod query;
mod records;
mod root;
mod template;
mod time_text;
mod visit;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use futures_util::future::BoxFuture;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use metrics_exporter_prometheus::PrometheusHandle;
use url::Url;

use crate::clock::Clock;
use crate::domain::{Alert, ChangeSet, Hold, HoldId, ListCode, TextChange};
use crate::store::{Store, StoreError};
use crate::stored_json::FileHoldLine;

pub use access::{Access, AccessSettings, TrustedProxy};
pub use action::{Action, Actions, NotDone};
pub use listener::Listener;
pub use openapi::openapi;
pub use serve::serve;
pub use status::{Loop, ReceiverLine, SourceLine, Status};

use access::admission;
use alert_titles::AlertTitles;
use template::Templates;

/// Everything that the pages read.
#[derive(Clone)]
pub struct WebState {
    pub store: Arc<Store>,
    pub status: Arc<Status>,
    pub clock: Arc<dyn Clock>,
    pub metrics: PrometheusHandle,
    /// Computes what accepting a hold would change. Without it, the page shows the command that
    /// does.
    pub preview: Option<Arc<dyn HoldPreview>>,
    /// Computes the difference of two recorded days. Without it, there is no page for it.
    pub days: Option<Arc<dyn DayDifference>>,
    /// Renders the content of the message of an alert.
    pub words: Arc<dyn AlertWords>,
    pub settings: Arc<WebSettings>,
    /// Who may read and act.
    pub access: Arc<Access>,
    /// Carries out what people decide. Without it, the pages only show.
    pub actions: Option<Arc<dyn Actions>>,
}

/// `[server]`, and the settings of `[messages]` that the pages need.
#[derive(Clone, Debug)]
pub struct WebSettings {
    /// Times are shown in this zone, with UTC beside them.
    pub timezone: TimeZone,
    /// What people call each source, by its name. A source that is not in it is called by its name.
    pub source_titles: BTreeMap<String, String>,
    /// The address under which people reach the pages, without query and fragment. It is used for
    /// links, and its host is the only other `Host` that is answered.
    pub public_url: Option<Url>,
    /// The socket is bound to loopback. Then only requests for a loopback name or for `public_url`
    /// are answered. Otherwise a web site could point its own name at 127.0.0.1 and read the pages
    /// through the browsers of its visitors.
    pub loopback_only: bool,
}

impl WebSettings {
    /// The prefix of every link: `/watch` for `https://www.example.com/watch/`, and empty if the
    /// address has no path.
    pub fn root(&self) -> &str {
        self.public_url.as_ref().map_or("", |url| url.path().trim_end_matches('/'))
    }

    /// Whether people reach the pages over `https`.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}

/// Renders the content of the message of an alert. It is passed in, because the pages must not know
/// the channels.
pub trait AlertWords: Send + Sync {
    /// The content of the message as JSON, in the shape that the templates read.
    fn of(&self, alert: &Alert) -> serde_json::Value;

    /// What happened, in a few words, as messages say it.
    fn title(&self, alert: &Alert) -> String;
}

/// Compares a document on hold with the current list. It is passed in, because a stage must not
/// call the pipeline.
pub trait HoldPreview: Send + Sync {
    /// What accepting the hold of a list would change.
    fn preview<'a>(&'a self, hold: &'a Hold) -> BoxFuture<'a, Result<ChangeSet, PreviewError>>;

    /// The words that accepting the hold of the text of a section would change.
    fn words<'a>(&'a self, hold: &'a Hold) -> BoxFuture<'a, Result<Vec<TextChange>, PreviewError>>;

    /// The counterparties that accepting the hold of their file would change.
    fn counterparties<'a>(
        &'a self,
        id: &'a HoldId,
    ) -> BoxFuture<'a, Result<Arc<FileHoldContent>, PreviewError>>;
}

/// What accepting a counterparty file on hold would change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileHoldContent {
    /// Why the file cannot be compared now, in words.
    pub unread: Option<String>,
    /// What would be removed first.
    pub lines: Vec<FileHoldLine>,
}

/// Compares a list on two recorded days. It is passed in, because a stage must not compare.
pub trait DayDifference: Send + Sync {
    /// The changes of the lists of a source from one day to a later one, by the publisher's dates.
    fn between<'a>(
        &'a self,
        source: &'a str,
        list: ListCode,
        days: (Date, Date),
    ) -> BoxFuture<'a, Result<ChangeSet, DifferenceError>>;
}

/// Why two days cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum DifferenceError {
    /// The source, the list or a day is not recorded. It says what is.
    #[error("{0}")]
    NotRecorded(String),
    #[error("failed to compare the days: {0}")]
    Failed(String),
}

/// Why it is unknown what accepting a hold would change.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// The document on hold cannot be compared.
    #[error("{0}")]
    Document(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All paths, with their limits and checks.
pub fn router(state: WebState) -> Router {
    let templates = Templates::new(&state.settings);
    let web = Web {
        state,
        templates: Arc::new(templates),
        catalog: Arc::default(),
        titles: Arc::default(),
        feed: Arc::default(),
        large_answers: Arc::default(),
    };
    let (about_counterparties, others) = api_routes();
    let about_counterparties = about_counterparties
        .route("/matches", get(page::matches::show))
        .route("/matches/dismiss", post(page::match_decision::dismiss_several))
        .route("/matches/{match_id}", get(page::possible_match::show))
        .route("/matches/{match_id}/dismiss", post(page::match_decision::dismiss))
        .route("/matches/{match_id}/confirm", post(page::match_decision::confirm))
        .route("/matches/{match_id}/reopen", post(page::match_decision::reopen))
        .route("/watchlists", get(page::watchlists::show))
        .route_layer(from_fn_with_state(web.clone(), admission::only_signed_in));
    let pages = Router::new()
        .merge(about_counterparties)
        .merge(others)
        .route("/", get(page::overview::show))
        .route("/changes", get(page::changes::show))
        .route("/changes/{change_id}", get(page::change::show))
        .route("/entries", get(page::entries::show))
        .route("/entries/{entry_id}", get(page::entry::show))
        .route("/difference", get(page::difference::show))
        .route("/rules", get(page::rules::show))
        .route("/rules/{document_number}", get(page::rule::show))
        .route("/pictures", get(page::pictures::show))
        .route("/alerts", get(page::alerts::show))
        .route("/alerts/{alert_id}", get(page::alert::show))
        .route("/items", get(page::items::show))
        .route("/items/hand-over", post(page::item_action::hand_over))
        .route("/items/{item_id}", get(page::item::show))
        .route("/items/{item_id}/take", post(page::item_action::take))
        .route("/items/{item_id}/close", post(page::item_action::close))
        .route("/items/{item_id}/reopen", post(page::item_action::reopen))
        .route("/deliveries", get(page::deliveries::show))
        .route("/deliveries/{delivery_id}", get(page::delivery::show))
        .route("/deliveries/{delivery_id}/retry", post(page::delivery::retry))
        .route("/holds", get(page::holds::show))
        .route("/holds/{hold_id}", get(page::hold::show))
        .route("/holds/{hold_id}/accept", post(page::hold_decision::accept))
        .route("/holds/{hold_id}/reject", post(page::hold_decision::reject))
        .route("/sign-in", get(page::sign_in::show).post(page::sign_in::sign_in))
        .route("/sign-out", post(page::sign_in::sign_out))
        .route("/style.css", get(template::stylesheet))
        // Browsers request it on their own.
        .route("/favicon.ico", get(StatusCode::NO_CONTENT))
        .route("/feed.atom", get(feed::show))
        .route("/api/openapi.json", get(openapi::show))
        .fallback(error::no_such_page)
        .method_not_allowed_fallback(error::no_such_method)
        .layer(from_fn_with_state(web.clone(), large_answers::one_at_a_time))
        .layer(from_fn_with_state(web.clone(), admission::admit))
        .layer(from_fn_with_state(web.clone(), guard::refuse_unknown_hosts));
    let metrics = Router::new()
        .route("/metrics", get(health::scrape))
        .layer(from_fn_with_state(web.clone(), admission::admit));
    let health =
        Router::new().route("/healthz", get(health::alive)).route("/readyz", get(health::ready));
    let root = web.state.settings.root().to_owned();
    root::served_under(root, guard::guarded(pages.merge(metrics).merge(health).with_state(web)))
}

/// The paths under `/api`: those about counterparties, and the others.
fn api_routes() -> (Router<Web>, Router<Web>) {
    let (mut about_counterparties, mut others) = (Router::new(), Router::new());
    for path in api::paths::all() {
        let router = if path.needs_person { &mut about_counterparties } else { &mut others };
        *router = std::mem::take(router).route(path.path, path.route);
    }
    (about_counterparties, others)
}

/// [`WebState`] with the parsed templates.
#[derive(Clone)]
struct Web {
    state: WebState,
    templates: Arc<Templates>,
    catalog: Arc<catalog::Current>,
    titles: Arc<AlertTitles>,
    feed: Arc<feed::LastFeed>,
    large_answers: Arc<large_answers::LargeAnswers>,
}

impl Web {
    /// What the pages search, filter and count, of the current state of the store.
    async fn catalog(&self) -> Result<Arc<catalog::Catalog>, StoreError> {
        self.catalog.get(&self.state.store).await
    }
}
