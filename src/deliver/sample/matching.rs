//! Sample alerts about counterparty files.

use crate::deliver::sample::{OBSERVED_AT, alert};
use crate::domain::alert::{WatchlistFailing, WatchlistMatched};
use crate::domain::matching::screening::{WatchlistProblem, WatchlistProblemKind};
use crate::domain::{
    Alert, AlertBody, Band, Cause, Compared, Counterparty, Entry, ListCode, MatchId, MatchState,
    PossibleMatch,
};

/// A counterparty that may be an entry of the list.
pub fn possible_match() -> PossibleMatch {
    let name = "Connec Electronic Ltd.";
    PossibleMatch {
        match_id: MatchId::of(["customers", "C00017", "sample"]),
        watchlist: "customers".into(),
        band: Band::Strong,
        score: 0.94,
        counterparty: Counterparty {
            id: "C00017".into(),
            name: "Connec Electronics Limited".into(),
            country: "GB".into(),
            owner: "Ann Example".into(),
            ..Counterparty::default()
        },
        entry: Some(Box::new(Entry::named(ListCode::EL, name))),
        compared: Compared {
            counterparty: "Connec Electronics Limited".into(),
            entry: name.into(),
        },
        reasons: vec!["the same rare word `connec`".into()],
        sharing: Vec::new(),
        state: MatchState::Open,
        cause: Cause::CounterpartyAdded,
    }
}

/// A counterparty that was added to a file and matches an entry.
pub fn matched() -> Alert {
    let data = WatchlistMatched {
        watchlist: "customers".into(),
        cause: Cause::CounterpartyAdded,
        matches: vec![possible_match()],
    };
    alert("", AlertBody::WatchlistMatched(Box::new(data)))
}

/// A counterparty file that cannot be read.
pub fn failing() -> Alert {
    let problem = WatchlistProblem {
        kind: WatchlistProblemKind::Unreadable,
        detail: "failed to read the file: no such file or directory".into(),
        since: OBSERVED_AT,
    };
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
        failing_since: OBSERVED_AT,
        at: OBSERVED_AT,
        in_use_from: Some(OBSERVED_AT),
        counterparties_in_use: 2_613,
    }
}
