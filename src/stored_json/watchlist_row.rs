//! A counterparty file as `watchlists` prints it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::matching::screening::WatchlistProblem;
use crate::domain::matching::watchlist_state::WatchlistState;
use crate::domain::{ListCode, MatchState, Sha256};
use crate::store::{Result, Store};

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WatchlistRow {
    pub name: String,
    pub path: String,
    pub lists: Vec<ListCode>,
    /// The rows in use.
    pub rows: usize,
    /// Of the content in use.
    pub sha256: Option<Sha256>,
    /// When the content in use was written.
    pub dated: Option<Timestamp>,
    /// When the file was last read, or seen to be unchanged since.
    pub last_read_at: Option<Timestamp>,
    /// How long ago the content in use was written.
    pub age_seconds: Option<i64>,
    /// Why the file is not up to date. `null`: it is.
    pub problem: Option<WatchlistProblem>,
    /// The rows with problems, each with its file and line: they are left out, or compared without
    /// what cannot be read.
    pub problems: Vec<String>,
    /// How many rows that is. The last of many problems counts the others.
    pub bad_rows: usize,
    /// What a person should know of how the file was read: columns that are not used.
    pub notes: Vec<String>,
    /// When all counterparties were last compared at once.
    pub screened_at: Option<Timestamp>,
    pub open: u64,
    pub stale: u64,
    pub confirmed: u64,
    pub dismissed: u64,
}

/// A counterparty file as `status` shows it, without anything that quotes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WatchlistStateRow {
    pub name: String,
    /// The rows in use.
    pub rows: usize,
    /// When the content in use was written.
    pub dated: Option<Timestamp>,
    /// Why the file is not up to date. `null`: it is.
    pub problem: Option<WatchlistProblem>,
    /// How many rows have problems: they are left out, or compared without what cannot be read.
    pub bad_rows: usize,
    pub open: u64,
    pub stale: u64,
}

impl From<WatchlistRow> for WatchlistStateRow {
    fn from(row: WatchlistRow) -> Self {
        let WatchlistRow { name, rows, dated, problem, bad_rows, open, stale, .. } = row;
        Self { name, rows, dated, problem, bad_rows, open, stale }
    }
}

/// A counterparty file of the configuration.
#[derive(Clone, Debug)]
pub struct ConfiguredWatchlist {
    pub name: String,
    pub path: String,
    pub lists: Vec<ListCode>,
}

fn said_row_problems(mut problems: Vec<String>, more: usize) -> Vec<String> {
    match more {
        0 => {}
        1 => problems.push("1 more row has a problem".to_owned()),
        more => problems.push(format!("{more} more rows have a problem")),
    }
    problems
}

/// The rows of these counterparty files, in their order.
pub async fn watchlist_rows(
    store: &Store,
    watchlists: &[ConfiguredWatchlist],
    now: Timestamp,
) -> Result<Vec<WatchlistRow>> {
    let states = store.watchlist_states().await?;
    let mut counts = Vec::new();
    for state in MatchState::ALL {
        counts.push((*state, store.count_matches(*state).await?));
    }
    let count = |name: &str, state: MatchState| {
        let of_state = counts.iter().filter(|(other, _)| *other == state);
        let all = of_state.flat_map(|(_, counts)| counts);
        all.filter(|(other, _)| other == name).map(|(_, count)| *count).sum()
    };
    let row = |settings: &ConfiguredWatchlist| {
        let name = &settings.name;
        let state = states.iter().find(|state| state.name == *name);
        let state = state
            .cloned()
            .unwrap_or_else(|| WatchlistState { name: name.clone(), ..WatchlistState::default() });
        let problem = state.said_problem().cloned();
        WatchlistRow {
            name: name.clone(),
            path: settings.path.clone(),
            lists: settings.lists.clone(),
            rows: state.rows,
            sha256: state.sha256,
            dated: state.dated,
            last_read_at: state.read_at,
            age_seconds: state.dated.map(|dated| now.duration_since(dated).as_secs()),
            problem,
            bad_rows: state.row_problems.len() + state.more_row_problems,
            problems: said_row_problems(state.row_problems, state.more_row_problems),
            notes: state.notes,
            screened_at: state.screened.map(|last| last.at),
            open: count(name, MatchState::Open),
            stale: count(name, MatchState::Stale),
            confirmed: count(name, MatchState::Confirmed),
            dismissed: count(name, MatchState::Dismissed),
        }
    };
    Ok(watchlists.iter().map(row).collect())
}
