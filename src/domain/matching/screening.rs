//! What one alert's receiver is shown about its own counterparties. Fixed when the delivery is
//! recorded, and kept apart from the alert, which other receivers get too.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::matching::possible_match::PossibleMatch;
use crate::domain::{ChangeId, ListCode};

/// What one receiver with `show_matches` is shown with one alert. A receiver without it has none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Screening {
    /// The counterparty files that were compared, in the order of the configuration.
    pub watchlists: Vec<ScreenedWatchlist>,
    /// The possible matches. Strong ones first.
    pub matches: Vec<ShownMatch>,
}

/// One counterparty file that was compared with the entries of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenedWatchlist {
    /// Its name in the configuration.
    pub watchlist: String,
    /// The name of the file or folder, without its path.
    pub file: String,
    /// When the content in use was written. `None` if none was ever read.
    pub dated: Option<Timestamp>,
    pub counterparties: usize,
    pub lists: Vec<ListCode>,
    /// What is wrong with the file now, if anything: see `WatchlistProblem`.
    pub problem: Option<WatchlistProblem>,
    /// How many of its matches nobody has decided. Only with assurance, which has no matches of its
    /// own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undecided: Option<usize>,
    /// How many matches of the changes in the alert a person has dismissed. They are not shown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dismissed: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Why a counterparty file is not up to date. The last good content stays in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WatchlistProblem {
    pub kind: WatchlistProblemKind,
    /// In words, without any text of a counterparty.
    pub detail: String,
    pub since: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WatchlistProblemKind {
    /// It does not exist, or cannot be read.
    Unreadable,
    /// It has no header, or is not CSV, TSV or XLSX.
    Malformed,
    /// It is older than `max_age`.
    Old,
    /// It shrank or changed beyond `max_loss` or `max_revised`.
    OnHold,
    /// A person rejected it when it was on hold.
    Rejected,
    /// It is up to date, but a few of its rows could not be read.
    RowsLeftOut,
    /// More of its rows could not be read than `max_loss` allows. The others are in use.
    Incomplete,
}

impl WatchlistProblemKind {
    /// Whether the content in use may be out of date or incomplete. A few rows that cannot be read
    /// are reported, but do not make it stale.
    pub fn is_stale(self) -> bool {
        self != Self::RowsLeftOut
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Malformed => "malformed",
            Self::Old => "old",
            Self::OnHold => "on-hold",
            Self::Rejected => "rejected",
            Self::RowsLeftOut => "rows-left-out",
            Self::Incomplete => "incomplete",
        }
    }
}

/// A match in a message, with the change that it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownMatch {
    /// `None` in `watchlist.matched`.
    pub change_id: Option<ChangeId>,
    /// Without its entry if it belongs to a change.
    pub found: PossibleMatch,
}

impl Screening {
    /// The matches of one change.
    pub fn of_change<'a>(
        &'a self,
        change: &'a ChangeId,
    ) -> impl Iterator<Item = &'a PossibleMatch> + 'a {
        self.matches
            .iter()
            .filter(move |shown| shown.change_id.as_ref() == Some(change))
            .map(|shown| &shown.found)
    }

    /// How many matches of this watchlist are shown. A match counts once, however many changes it
    /// belongs to.
    pub fn count(&self, watchlist: &str) -> usize {
        let mut ids: Vec<&str> = self
            .matches
            .iter()
            .filter(|shown| shown.found.watchlist == watchlist)
            .map(|shown| shown.found.match_id.as_str())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids.len()
    }
}
