//! Samples about the reader's own counterparties.

use std::sync::Arc;

use jiff::Timestamp;

use crate::deliver::sample::{OBSERVED_AT, alert};
use crate::deliver::shown_matches::all_changes;
use crate::domain::alert::{WatchlistFailing, WatchlistMatched};
use crate::domain::matching::screening::{
    ScreenedWatchlist, ShownMatch, WatchlistProblem, WatchlistProblemKind,
};
use crate::domain::{
    Alert, AlertBody, Band, Cause, Change, Compared, Counterparty, Entry, ListCode, MatchId,
    MatchState, PossibleMatch, Screening,
};

/// When the sample file was written: `2022-06-29T22:00:00Z`.
const WRITTEN_AT: Timestamp = Timestamp::constant(1_656_540_000, 0);
const COUNTERPARTIES: usize = 2_613;
/// The shared address if the sample entry has none.
const ADDRESS: &str = "Room 1203, 12/F, Example Tower, Kowloon, Hong Kong";

/// A counterparty that may be an entry of the list.
pub fn possible_match() -> PossibleMatch {
    let entry = Entry { countries: vec!["GB".into()], ..Entry::named(ListCode::EL, "Connec Ltd.") };
    strong("C00017", "Connec", entry, Cause::CounterpartyAdded)
}

fn strong(id: &str, name: &str, entry: Entry, cause: Cause) -> PossibleMatch {
    let mut reasons = vec!["the same words".to_owned()];
    if entry.name.ends_with("Ltd.") {
        let differs = "legal form differs: the entry has one (limited), the counterparty none";
        reasons.push(differs.to_owned());
    }
    PossibleMatch {
        match_id: MatchId::of(["customers", id, "sample"]),
        watchlist: "customers".into(),
        band: Band::Strong,
        score: 0.94,
        counterparty: Counterparty {
            id: id.into(),
            name: name.into(),
            country: "GB".into(),
            owner: "Ann Example".into(),
            ..Counterparty::default()
        },
        compared: Compared { counterparty: name.into(), entry: entry.name.clone() },
        entry: Some(Arc::new(entry)),
        reasons,
        sharing: Vec::new(),
        state: MatchState::Open,
        cause,
        decision: None,
    }
}

/// What a receiver with `show_matches` is shown with a sample alert: the first entry is a strong
/// match of a counterparty, and the second is one for review.
pub fn screening(alert: &Alert) -> Screening {
    let changes = all_changes(alert);
    if changes.is_empty() && !matches!(alert.body, AlertBody::WatchlistMatched(_)) {
        return Screening::default();
    }
    let watchlist = ScreenedWatchlist {
        watchlist: "customers".into(),
        file: "customers.csv".into(),
        dated: Some(WRITTEN_AT),
        counterparties: COUNTERPARTIES,
        lists: vec![ListCode::EL],
        problem: None,
        undecided: None,
        dismissed: 0,
    };
    let mut matches = Vec::new();
    if let Some(first) = changes.first() {
        let name = first.entry.name.trim_end_matches(" Ltd.").to_uppercase();
        let found = strong("C00017", &name, first.entry.clone(), Cause::EntryAdded);
        matches.push(shown(first, found));
    }
    if let Some(second) = changes.get(1) {
        let address = second.entry.addresses.first().map_or(ADDRESS, String::as_str).to_owned();
        let found = PossibleMatch {
            band: Band::Review,
            score: 0.66,
            counterparty: Counterparty {
                id: "C00231".into(),
                name: "Alderwood Example Supplies".into(),
                country: "HK".into(),
                owner: "Bo Example".into(),
                ..Counterparty::default()
            },
            compared: Compared { counterparty: address.clone(), entry: address },
            reasons: vec![
                "the same address, under another name".into(),
                "both addresses have the number `1203`".into(),
            ],
            ..strong("C00231", "", second.entry.clone(), Cause::EntryAdded)
        };
        matches.push(shown(second, found));
    }
    Screening { watchlists: vec![watchlist], matches }
}

/// In the screening of an alert, the entry is that of the change.
fn shown(change: &Change, found: PossibleMatch) -> ShownMatch {
    ShownMatch {
        change_id: Some(change.change_id.clone()),
        found: PossibleMatch { entry: None, ..found },
    }
}

/// A counterparty that was added to a file and matches an entry.
pub fn matched() -> Alert {
    let data = WatchlistMatched {
        watchlist: "customers".into(),
        cause: Cause::CounterpartyAdded,
        expired: false,
        matches: vec![possible_match()],
    };
    alert("", AlertBody::WatchlistMatched(Box::new(data)))
}

/// What is wrong with a counterparty file.
pub fn watchlist_problem(kind: WatchlistProblemKind) -> WatchlistProblem {
    let detail = match kind {
        WatchlistProblemKind::Unreadable => "failed to read the file: no such file or directory",
        WatchlistProblemKind::Malformed => "expected a header with a column for id, but got none",
        WatchlistProblemKind::Old => "expected a file of at most 36 hours, but it has 61 hours",
        WatchlistProblemKind::OnHold => "1,204 of 2,613 rows are missing, over the limit of 5 %",
        WatchlistProblemKind::Rejected => "a person rejected the content of the file",
        WatchlistProblemKind::RowsLeftOut => "3 of 2,613 rows could not be read",
        WatchlistProblemKind::Incomplete => "1,204 of 2,613 rows could not be read",
    };
    WatchlistProblem { kind, detail: detail.into(), since: OBSERVED_AT }
}

/// A counterparty file that cannot be read.
pub fn failing() -> Alert {
    let problem = watchlist_problem(WatchlistProblemKind::Unreadable);
    alert("failing", AlertBody::WatchlistFailing(of(Some(problem))))
}

/// The end of [`failing`].
pub fn recovered() -> Alert {
    alert("recovered", AlertBody::WatchlistFailing(of(None)))
}

fn of(problem: Option<WatchlistProblem>) -> WatchlistFailing {
    WatchlistFailing {
        watchlist: "customers".into(),
        problem,
        hold_id: None,
        failing_since: OBSERVED_AT,
        at: OBSERVED_AT,
        in_use_from: Some(WRITTEN_AT),
        counterparties_in_use: COUNTERPARTIES,
    }
}
