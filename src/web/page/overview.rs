//! `/`: what needs action, the latest alerts, the sources with their clocks, the checks of the last
//! 90 days, and the receivers.

use axum::extract::RawQuery;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::domain::matching::screening::{WatchlistProblem, WatchlistProblemKind};
use crate::domain::{AlertKind, MatchState};
use crate::store::{AlertQuery, MatchListQuery, MatchStates};
use crate::stored_json::{ReceiverRow, SectionRow, WatchlistRow};
use crate::web::check_calendar::CheckCalendar;
use crate::web::error::WebError;
use crate::web::page::reply;
use crate::web::query::{self, Parameters};
use crate::web::status::SourceLine;
use crate::web::visit::Visit;
use crate::web::{Web, current_rows};
use crate::{schedule, stored_json};

/// Alerts on the page.
const LATEST_ALERTS: usize = 10;
/// Items that are not closed on the page. The list of items has the rest.
const SHOWN_ITEMS: usize = 5;

/// A source from the configuration (its kind) and from the store. One of the two can be missing.
#[derive(Serialize)]
struct SourceRow {
    name: String,
    kind: Option<String>,
    /// Never in the past; `None` if the source is not configured or never due.
    next_check_at: Option<Timestamp>,
    recorded: Option<stored_json::SourceRow>,
}

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        Parameters::read(query.as_deref(), query::NONE)?;
        let now = web.state.clock.now();
        let sources = source_rows(&web).await?;
        let holds = current_rows::holds(&web, true).await?;
        let receivers = current_rows::receiver_rows(&web).await?;
        let latest = AlertQuery {
            kinds: AlertKind::of_pages(),
            without_receivers: web.hidden_receivers().await.to_vec(),
            limit: Some(LATEST_ALERTS),
            ..AlertQuery::default()
        };
        let alerts = current_rows::alert_lines(&web, &latest).await?;
        let mut items = web.state.store.unclosed_items().await?;
        web.retain_shown(&mut items).await;
        let more_items = items.len().saturating_sub(SHOWN_ITEMS);
        items.truncate(SHOWN_ITEMS);
        let items = current_rows::item_rows(&web, items).await?;
        let recorded = || sources.iter().filter_map(|row| row.recorded.as_ref());
        let stalled = web.state.status.stalled(now);
        let reload_error = web.state.status.reload_error();
        let is_failing =
            |row: &SourceRow| row.recorded.as_ref().is_some_and(|it| it.failing_since.is_some());
        let is_stuck = |row: &ReceiverRow| row.dead > 0 || row.state.disabled_at.is_some();
        let needs_action = reload_error.is_some()
            || !(stalled.is_empty() && holds.is_empty() && items.is_empty())
            || sources.iter().any(is_failing)
            || receivers.iter().any(is_stuck);
        let counterparties = counterparties(&web).await?;
        let sections = sections(&sources);
        let needs_action =
            needs_action || counterparties.as_ref().is_some_and(Counterparties::need_action);
        let today = now.to_zoned(web.state.settings.timezone.clone()).date();
        let days = current_rows::check_days(&web).await?;
        Ok(json!({
            "needs_action": needs_action,
            "names": current_rows::names_in_items(&web, &items).await?,
            "items": items,
            "more_items": more_items,
            "calendar": CheckCalendar::new(&days, today),
            "checks": recorded().map(|source| source.checks).sum::<u64>(),
            "unchanged": recorded().map(|source| source.unchanged_checks).sum::<u64>(),
            "stalled": stalled.iter().map(|(each, _)| each.as_str()).collect::<Vec<_>>(),
            "reload_error": reload_error,
            "now": now,
            "sources": sources,
            "holds": holds,
            "counterparties": counterparties,
            "sections": sections,
            "receivers": receivers,
            "alerts": alerts,
        }))
    };
    reply(&web, "overview.html", context.await)
}

/// What needs action of counterparties.
#[derive(Serialize)]
struct Counterparties {
    /// Strong matches that nobody has decided.
    open: usize,
    /// Strong matches whose dismissal is no longer in force.
    stale: usize,
    /// The files that are not up to date.
    problems: Vec<WatchlistRow>,
}

impl Counterparties {
    fn need_action(&self) -> bool {
        self.open + self.stale + self.problems.len() > 0
    }
}

/// `None` for a person who is not signed in.
async fn counterparties(web: &Visit) -> Result<Option<Counterparties>, WebError> {
    if !web.is_signed_in() {
        return Ok(None);
    }
    let count = async |state| {
        let states = MatchStates::One(state);
        let query = MatchListQuery { states, ..MatchListQuery::urgent() };
        Ok::<usize, WebError>(web.state.store.match_numbers(&query).await?.len())
    };
    let mut problems = current_rows::watchlists(web).await?;
    // A file on hold is among the holds.
    let is_listed = |problem: &WatchlistProblem| problem.kind != WatchlistProblemKind::OnHold;
    problems.retain(|row| row.problem.as_ref().is_some_and(is_listed));
    let (open, stale) = (count(MatchState::Open).await?, count(MatchState::Stale).await?);
    Ok(Some(Counterparties { open, stale, problems }))
}

/// A watched section of the regulation, with its source.
#[derive(Serialize)]
struct SectionLine {
    source: String,
    #[serde(flatten)]
    section: SectionRow,
}

/// The accepted texts of the watched sections, by their numbers.
fn sections(sources: &[SourceRow]) -> Vec<SectionLine> {
    let mut lines: Vec<SectionLine> = Vec::new();
    for row in sources.iter().filter_map(|row| row.recorded.as_ref()) {
        lines.extend(
            row.sections.iter().map(|section| SectionLine {
                source: row.source.clone(),
                section: section.clone(),
            }),
        );
    }
    let number = |line: &SectionLine| -> Vec<u32> {
        let parts = line.section.section.as_str().split('.');
        parts.map(|part| part.parse().unwrap_or_default()).collect()
    };
    lines.sort_by_key(number);
    lines
}

/// The configured sources, then those that are only in the store.
async fn source_rows(web: &Web) -> Result<Vec<SourceRow>, WebError> {
    let now = web.state.clock.now();
    let unchecked = |line: SourceLine| SourceRow {
        next_check_at: schedule::next_check(&line.schedule, None, None, now),
        name: line.name,
        kind: Some(line.kind),
        recorded: None,
    };
    let mut rows: Vec<SourceRow> = web.state.status.sources().into_iter().map(unchecked).collect();
    for recorded in current_rows::source_rows(web).await? {
        match rows.iter_mut().find(|row| row.name == recorded.source) {
            Some(row) => {
                (row.next_check_at, row.recorded) = (recorded.next_check_at, Some(recorded));
            }
            None => rows.push(SourceRow {
                name: recorded.source.clone(),
                kind: None,
                next_check_at: None,
                recorded: Some(recorded),
            }),
        }
    }
    Ok(rows)
}
