//! What the pages of the daemon get: who may read and act, and the parts of the pipeline that they
//! must not know themselves.

use std::sync::Arc;

use anyhow::Result;
use futures_util::future::BoxFuture;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::actions::{
    Request, {self},
};
use crate::cli::compare_days;
use crate::cli::hold_preview::KeptPreview;
use crate::cli::usage::Usage;
use crate::config::Config;
use crate::deliver::{MessageSettings, wording};
use crate::domain::{Alert, ChangeSet, Identified, ListCode};
use crate::exit::Exit;
use crate::pipeline::Program;
use crate::random;
use crate::web::{
    Access, AccessSettings, Action, Actions, AlertWords, DayDifference, DifferenceError, Listener,
    NotDone, Status, TrustedProxy, WebSettings, WebState,
};

/// Who may read and act, with a new key for forms.
pub fn access(config: &Config) -> Result<Arc<Access>> {
    Ok(Arc::new(Access::new(access_settings(config), random::bits_256()?)))
}

/// Who may read and act by this configuration.
pub fn access_settings(config: &Config) -> AccessSettings {
    let trusted_proxy = match &config.server.proxy_secret {
        Some(secret) => TrustedProxy::WithSecret(secret.clone()),
        None if config.is_behind_socket() => TrustedProxy::OnSocket,
        None => TrustedProxy::Nobody,
    };
    AccessSettings {
        people: config.people.clone(),
        reading_needs_sign_in: config.reason_to_sign_in().is_some(),
        // The configuration has checked that it is the name of a header.
        user_header: config.server.user_header.as_ref().and_then(|name| name.parse().ok()),
        trusted_proxy,
    }
}

/// Everything that the pages read. Time zone, public address and message settings are those of the
/// start.
pub fn web_state(
    program: &Arc<Program>,
    status: &Arc<Status>,
    access: &Arc<Access>,
    metrics: metrics_exporter_prometheus::PrometheusHandle,
    listener: &Listener,
) -> WebState {
    let wiring = program.wiring.load();
    let config = &wiring.config;
    let settings = WebSettings {
        timezone: TimeZone::clone(&config.messages.timezone),
        source_titles: config.messages.source_titles.clone(),
        public_url: config.server.public_url.clone(),
        loopback_only: listener.is_loopback(),
    };
    WebState {
        store: Arc::clone(&program.store),
        status: Arc::clone(status),
        clock: Arc::clone(&program.clock),
        metrics,
        days: Some(Arc::new(Days(Arc::clone(program)))),
        preview: Some(Arc::new(KeptPreview::new(Arc::clone(program)))),
        words: Arc::new(Words(config.messages.clone())),
        settings: Arc::new(settings),
        access: Arc::clone(access),
        actions: Some(Arc::new(PageActions(Arc::clone(program)))),
    }
}

/// The difference of two recorded days, for its page.
struct Days(Arc<Program>);

impl DayDifference for Days {
    fn between<'a>(
        &'a self,
        source: &'a str,
        list: ListCode,
        days: (Date, Date),
    ) -> BoxFuture<'a, Result<ChangeSet, DifferenceError>> {
        Box::pin(async move {
            let wiring = self.0.wiring.load_full();
            let (store, now) = (&self.0.store, self.0.clock.now());
            compare_days::changes(store, &wiring.config, (source, &[list]), days, now)
                .await
                .map_err(|problem| match problem.downcast_ref::<Usage>() {
                    Some(mistake) => DifferenceError::NotRecorded(mistake.to_string()),
                    None => DifferenceError::Failed(format!("{problem:#}")),
                })
        })
    }
}

/// The message content of an alert, for its page and the feed.
struct Words(MessageSettings);

impl AlertWords for Words {
    fn of(&self, alert: &Alert) -> serde_json::Value {
        serde_json::json!(wording::alert_content(alert, &self.0))
    }

    fn title(&self, alert: &Alert) -> String {
        wording::alert_content(alert, &self.0).title
    }
}

/// What people decide on pages, carried out like the commands.
pub struct PageActions(pub Arc<Program>);

impl Actions for PageActions {
    fn carry_out(
        &self,
        action: Action,
        by: String,
        identified: Identified,
    ) -> BoxFuture<'static, Result<(), NotDone>> {
        let program = Arc::clone(&self.0);
        // The page of the delivery shows how the attempt ended.
        let is_attempt = matches!(action, Action::RetryDelivery { .. });
        // A task of its own, so that it does not stop halfway if the browser goes away.
        let acting = tokio::spawn(async move {
            actions::execute(&program, request(action, by), &identified).await
        });
        Box::pin(async move {
            let reply = acting.await.map_err(|ended| NotDone::Failed(ended.to_string()))?;
            let problems = || reply.problems.join("; ");
            match Exit::from_code(reply.exit) {
                Exit::Success => Ok(()),
                Exit::Failed if is_attempt => Ok(()),
                Exit::Usage => Err(NotDone::Mistake(problems())),
                Exit::Failed | Exit::OnHold => Err(NotDone::Failed(problems())),
            }
        })
    }
}

fn request(action: Action, by: String) -> Request {
    match action {
        Action::AcceptHold { id, reason, as_baseline } => {
            Request::HoldsAccept { id, by, reason, as_baseline }
        }
        Action::RejectHold { id, reason } => Request::HoldsReject { id, by, reason },
        Action::TakeItem { id } => Request::ItemsTake { ids: vec![id], by },
        Action::CloseItem { id, outcome, note } => {
            Request::ItemsClose { ids: vec![id], by, outcome, note }
        }
        Action::ReopenItem { id, note } => Request::ItemsReopen { id, by, note },
        Action::HandOverItems { from, to, until } => Request::ItemsHandover { from, to, until, by },
        Action::DismissMatches { ids, reason, note } => {
            Request::MatchesDismiss { ids, by, reason, note }
        }
        Action::ConfirmMatch { id, note } => Request::MatchesConfirm { ids: vec![id], by, note },
        Action::ReopenMatch { id, note } => Request::MatchesReopen { id, by, note },
        Action::MatchesSeen { seen, decision } => {
            Request::MatchesSeen { seen, decision: Box::new(request(*decision, by)) }
        }
        Action::RetryDelivery { id } => Request::DeliveriesRetry { ids: vec![id], by: Some(by) },
    }
}
