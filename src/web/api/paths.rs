//! Every path under `/api` that answers with rows: who answers it, and how it is described. The
//! router and the `OpenAPI` description are both made from this table.

use axum::routing::{MethodRouter, get};
use schemars::Schema;

use crate::domain::{Alert, Attempt, Change, TextChange};
use crate::stored_json::{
    ChangeRow, CheckDayRow, ComponentSchemas, DeliveryRow, EntryRow, EntryTimeline, FileHoldLine,
    HoldRow, ItemRow, MatchRow, ReceiverRow, RuleEntryRow, RuleRow, SourceRow, TimelineEvent,
    WatchlistRow,
};
use crate::web::Web;
use crate::web::api::pictures::CountryRow;
use crate::web::api::{
    alerts, changes, deliveries, difference, entries, holds, items, matches, now, pictures, rules,
    watchlists,
};
use crate::web::pictures::by_year::YearRow;
use crate::web::pictures::filing::FilingRow;
use crate::web::query;

/// One path. It has the parameter `format` too.
pub struct ApiPath {
    pub path: &'static str,
    pub summary: &'static str,
    pub parameters: &'static [&'static str],
    pub answer: Answer,
    /// It is about counterparties, so that nobody reads it without signing in.
    pub needs_person: bool,
    pub route: MethodRouter<Web>,
}

/// The JSON of an answer.
pub enum Answer {
    /// `{"<key>": [objects]}`
    Rows { key: &'static str, row: fn(&mut ComponentSchemas) -> Schema },
    /// One object.
    Object(fn(&mut ComponentSchemas) -> Schema),
}

/// The table.
pub fn all() -> Vec<ApiPath> {
    let rows = |key, row| Answer::Rows { key, row };
    let path = |path, parameters, summary, answer, route| ApiPath {
        path,
        summary,
        parameters,
        answer,
        needs_person: false,
        route,
    };
    let about_counterparties = |path| ApiPath { needs_person: true, ..path };
    vec![
        path(
            "/api/changes",
            query::CHANGES,
            "The changes, newest first.",
            rows("changes", ComponentSchemas::of::<ChangeRow>),
            get(changes::list),
        ),
        path(
            "/api/changes/{change_id}",
            query::NONE,
            "One change, once for each source that shows it.",
            rows("changes", ComponentSchemas::of::<ChangeRow>),
            get(changes::one),
        ),
        path(
            "/api/entries",
            query::ENTRIES,
            "Who is listed, now or at a past time.",
            rows("entries", ComponentSchemas::of::<EntryRow>),
            get(entries::list),
        ),
        path(
            "/api/entries/{entry_id}",
            query::NONE,
            "One entry with its timeline in every source.",
            rows("entries", ComponentSchemas::of::<EntryTimeline>),
            get(entries::one),
        ),
        path(
            "/api/entries/{entry_id}/timeline",
            query::NONE,
            "What happened to an entry.",
            rows("timeline", ComponentSchemas::of::<TimelineEvent>),
            get(entries::timeline),
        ),
        path(
            "/api/difference",
            query::DIFFERENCE,
            "The net difference between two recorded days of a source.",
            rows("changes", ComponentSchemas::of::<Change>),
            get(difference::show),
        ),
        path(
            "/api/rules",
            query::PAGES,
            "The documents of the Federal Register that order changes, newest first.",
            rows("rules", ComponentSchemas::of::<RuleRow>),
            get(rules::list),
        ),
        path(
            "/api/rules/{document_number}",
            query::NONE,
            "One document of the Federal Register.",
            rows("rules", ComponentSchemas::of::<RuleRow>),
            get(rules::one),
        ),
        path(
            "/api/rules/{document_number}/entries",
            query::PAGES,
            "The entries that a rule orders, and which list shows them.",
            rows("entries", ComponentSchemas::of::<RuleEntryRow>),
            get(rules::entries),
        ),
        path(
            "/api/pictures/changes-by-year",
            query::PICTURES,
            "Additions and removals of each year.",
            rows("changes-by-year", ComponentSchemas::of::<YearRow>),
            get(pictures::changes_by_year),
        ),
        path(
            "/api/pictures/entries-by-country",
            query::PICTURES,
            "How many entries each country has now.",
            rows("entries-by-country", ComponentSchemas::of::<CountryRow>),
            get(pictures::entries_by_country),
        ),
        path(
            "/api/pictures/filing-to-list",
            query::NONE,
            "How long after its filing each list showed a rule.",
            rows("filing-to-list", ComponentSchemas::of::<FilingRow>),
            get(pictures::filing_to_list),
        ),
        path(
            "/api/alerts",
            query::ALERTS,
            "The alerts, newest first.",
            rows("alerts", ComponentSchemas::of::<Alert>),
            get(alerts::list),
        ),
        path(
            "/api/alerts/{alert_id}",
            query::NONE,
            "One alert.",
            Answer::Object(ComponentSchemas::of::<Alert>),
            get(alerts::one),
        ),
        path(
            "/api/items",
            query::ITEMS,
            "What somebody must acknowledge: first what is not closed, oldest first.",
            rows("items", ComponentSchemas::of::<ItemRow>),
            get(items::list),
        ),
        path(
            "/api/items/{item_id}",
            query::NONE,
            "One item.",
            rows("items", ComponentSchemas::of::<ItemRow>),
            get(items::one),
        ),
        path(
            "/api/deliveries",
            query::DELIVERIES,
            "Every alert on its way to every recipient, newest first.",
            rows("deliveries", ComponentSchemas::of::<DeliveryRow>),
            get(deliveries::list),
        ),
        path(
            "/api/deliveries/{delivery_id}",
            query::NONE,
            "One delivery.",
            rows("deliveries", ComponentSchemas::of::<DeliveryRow>),
            get(deliveries::one),
        ),
        path(
            "/api/deliveries/{delivery_id}/attempts",
            query::NONE,
            "The attempts of a delivery, oldest first.",
            rows("attempts", ComponentSchemas::of::<Attempt>),
            get(deliveries::attempts),
        ),
        path(
            "/api/holds",
            query::HOLDS,
            "The lists on hold, and what was decided: first the open holds.",
            rows("holds", ComponentSchemas::of::<HoldRow>),
            get(holds::list),
        ),
        path(
            "/api/holds/{hold_id}",
            query::NONE,
            "One hold.",
            rows("holds", ComponentSchemas::of::<HoldRow>),
            get(holds::one),
        ),
        path(
            "/api/holds/{hold_id}/changes",
            query::NONE,
            "What accepting an open hold would change, the removals first.",
            rows("changes", ComponentSchemas::of::<Change>),
            get(holds::changes),
        ),
        path(
            "/api/holds/{hold_id}/words",
            query::NONE,
            "What accepting an open hold of a text would change in it, the whole text in order.",
            rows("words", ComponentSchemas::of::<TextChange>),
            get(holds::words),
        ),
        about_counterparties(path(
            "/api/holds/{hold_id}/counterparties",
            query::NONE,
            "The counterparties that accepting an open hold of their file would change.",
            rows("counterparties", ComponentSchemas::of::<FileHoldLine>),
            get(holds::of_file),
        )),
        about_counterparties(path(
            "/api/matches",
            query::MATCHES,
            "The counterparties that may be entries: first what nobody has decided.",
            rows("matches", ComponentSchemas::of::<MatchRow>),
            get(matches::list),
        )),
        about_counterparties(path(
            "/api/matches/{match_id}",
            query::NONE,
            "One match.",
            rows("matches", ComponentSchemas::of::<MatchRow>),
            get(matches::one),
        )),
        about_counterparties(path(
            "/api/watchlists",
            query::NONE,
            "The counterparty files: rows, age, problems and open matches.",
            rows("watchlists", ComponentSchemas::of::<WatchlistRow>),
            get(watchlists::list),
        )),
        path(
            "/api/sources",
            query::NONE,
            "The sources with their clocks and lists.",
            rows("sources", ComponentSchemas::of::<SourceRow>),
            get(now::sources),
        ),
        path(
            "/api/receivers",
            query::NONE,
            "The receivers, and what waits for them.",
            rows("receivers", ComponentSchemas::of::<ReceiverRow>),
            get(now::receivers),
        ),
        path(
            "/api/checks",
            query::CHECKS,
            "The checks of each source on each of the last 90 days, oldest first.",
            rows("checks", ComponentSchemas::of::<CheckDayRow>),
            get(now::checks),
        ),
    ]
}
