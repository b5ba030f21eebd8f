//! One visit to a page: the shared state, and who asks. Every page shows who is signed in.

use std::convert::Infallible;
use std::ops::Deref;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Html;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::domain::{Item, Role};
use crate::web::Web;
use crate::web::access::caller::{Caller, Proof, SignedIn};

/// A database that takes longer than this to say who had matches is not waited for.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// The shared state, with the person who asks.
pub(super) struct Visit {
    web: Web,
    pub caller: Caller,
    /// The first segment of the path: `changes`, or nothing for the overview.
    section: String,
    /// Read when it is first asked for.
    hidden_receivers: OnceCell<Vec<String>>,
}

impl Deref for Visit {
    type Target = Web;
    fn deref(&self) -> &Web {
        &self.web
    }
}

impl FromRequestParts<Web> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Infallible> {
        let caller = parts.extensions.get::<Caller>().cloned().unwrap_or_default();
        let section = parts.uri.path().split('/').nth(1).unwrap_or_default().to_owned();
        Ok(Self { web: web.clone(), caller, section, hidden_receivers: OnceCell::new() })
    }
}

/// The receivers that nobody sees without signing in: what they get, and when, says which listed
/// entries are counterparties. Those that were once shown a match are among them, also if the
/// configuration has another name for them today or shows them none.
async fn hidden_receivers(web: &Web) -> Vec<String> {
    let receivers = web.state.status.receivers();
    let has_watchlists = !web.state.status.watchlists().is_empty();
    let read = tokio::time::timeout(READ_TIMEOUT, web.state.store.receivers_with_matches());
    let read = match read.await {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(_) => Err(format!("the database did not answer within {} s", READ_TIMEOUT.as_secs())),
    };
    let mut hidden = read.unwrap_or_else(|problem| {
        tracing::warn!("failed to read who was shown matches, so no receiver is shown: {problem}");
        receivers.iter().map(|receiver| receiver.name.clone()).collect()
    });
    let show_matches = receivers.iter().filter(|receiver| has_watchlists && receiver.shows_matches);
    hidden.extend(show_matches.map(|receiver| receiver.name.clone()));
    hidden.sort_unstable();
    hidden.dedup();
    hidden
}

impl Visit {
    /// For an answer that is given before it is known who asks.
    pub fn of_nobody(web: &Web) -> Self {
        Self {
            web: web.clone(),
            caller: Caller::default(),
            section: "-".to_owned(),
            hidden_receivers: OnceCell::new(),
        }
    }

    /// The person, if that person may act in this role.
    pub fn person_with(&self, role: Role) -> Option<&SignedIn> {
        let may_act = |person: &&SignedIn| person.role >= role && person.identified().is_some();
        self.caller.0.as_ref().filter(may_act)
    }

    /// Whether a person is signed in, who may see what is about counterparties.
    pub fn is_signed_in(&self) -> bool {
        self.caller.0.is_some()
    }

    /// The receivers that are or were shown matches, if nobody is signed in.
    pub async fn hidden_receivers(&self) -> &[String] {
        if self.is_signed_in() {
            return &[];
        }
        self.hidden_receivers.get_or_init(|| hidden_receivers(&self.web)).await
    }

    /// An item, if it is shown.
    pub async fn shown_item(&self, item: Option<Item>) -> Option<Item> {
        let hidden = self.hidden_receivers().await;
        item.filter(|item| is_shown(item, hidden))
    }

    /// Takes out the items that are not shown.
    pub async fn retain_shown(&self, items: &mut Vec<Item>) {
        let hidden = self.hidden_receivers().await;
        items.retain(|item| is_shown(item, hidden));
    }

    /// Whether nobody is signed in, and somebody could be.
    pub fn could_sign_in(&self) -> bool {
        !self.is_signed_in() && !self.state.access.settings().people.is_empty()
    }

    /// Renders a page. The templates get the visit as `visit`.
    pub fn render(
        &self,
        template: &str,
        mut context: Value,
    ) -> Result<Html<String>, minijinja::Error> {
        if let Some(context) = context.as_object_mut() {
            context.insert("visit".to_owned(), self.shown());
        }
        self.templates.render(template, context)
    }

    fn shown(&self) -> Value {
        let can_sign_in = !self.state.access.settings().people.is_empty();
        match &self.caller.0 {
            Some(person) => json!({
                "name": person.name,
                "role": person.role,
                "csrf": self.state.access.form_token(&person.form_subject()),
                "has_session": matches!(person.proof, Proof::Session(_)),
                "has_watchlists": !self.state.status.watchlists().is_empty(),
                "can_sign_in": can_sign_in,
                "section": self.section,
            }),
            None => json!({
                "name": null,
                "role": null,
                "csrf": null,
                "has_session": false,
                "has_watchlists": false,
                "can_sign_in": can_sign_in,
                "section": self.section,
            }),
        }
    }
}

/// Not if only hidden receivers have it, because a match may have opened it.
fn is_shown(item: &Item, hidden: &[String]) -> bool {
    hidden.is_empty() || item.receivers().iter().any(|name| !hidden.contains(name))
}
