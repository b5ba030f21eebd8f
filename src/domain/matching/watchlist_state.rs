//! What the store keeps of a counterparty file.

use std::borrow::Borrow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::matching::counterparty::Counterparty;
use crate::domain::matching::file_hold::{EndedFileHold, FileHold, FileHoldDecision};
use crate::domain::matching::screening::WatchlistProblem;
use crate::domain::{HoldState, ListCode, Sha256};

/// How many holds are kept that are over. The journal has all of them.
pub const MAX_ENDED_HOLDS: usize = 100;

/// One counterparty file: what is in use of it, and what was last seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchlistState {
    /// Its name in the configuration.
    pub name: String,
    /// Of the content in use. `None` if none was ever read.
    pub sha256: Option<Sha256>,
    pub rows: usize,
    /// Counts the changes of what is in use.
    #[serde(default)]
    pub generation: u64,
    /// When the content in use was written.
    pub dated: Option<Timestamp>,
    /// When the file was last read with success, or seen to be unchanged.
    pub read_at: Option<Timestamp>,
    /// The size, time and inode of the files that were last read, so that they are read again only
    /// if they change.
    pub signature: Option<String>,
    /// Since when the file has changed each time it was read.
    #[serde(default)]
    pub being_written_since: Option<Timestamp>,
    /// Rows that were left out, each with its file and line. They may quote the row.
    pub row_problems: Vec<String>,
    /// How many more there were. Each check reads those above from the store.
    #[serde(default)]
    pub more_row_problems: usize,
    /// Notes about the file as it was last read: columns that are not used.
    #[serde(default)]
    pub notes: Vec<String>,
    /// How the columns of the content in use were mapped. `None` if it was read by an earlier
    /// version.
    #[serde(default)]
    pub read_as: Option<String>,
    /// The names of the files of the content in use. Empty if it was read by an earlier version.
    #[serde(default)]
    pub files: Vec<String>,
    /// Why the content in use may not be the one that should be: see
    /// [`WatchlistState::said_problem`].
    pub problem: Option<WatchlistProblem>,
    /// A few rows of the content in use that could not be read. Not a reason to doubt the others.
    #[serde(default)]
    pub rows_left_out: Option<WatchlistProblem>,
    /// The content on hold.
    pub on_hold: Option<FileHold>,
    /// Content that a person accepted although it exceeds the limits.
    pub accepted: Option<Sha256>,
    /// Content that a person rejected. It is not put on hold again.
    #[serde(default)]
    pub rejected: Option<Sha256>,
    /// The holds that are over, oldest first.
    #[serde(default)]
    pub ended_holds: Vec<EndedFileHold>,
    /// What it was last compared with in whole.
    pub screened: Option<LastScreening>,
}

impl WatchlistState {
    /// What is wrong with the file: why it is not up to date, or that rows of it could not be read.
    pub fn said_problem(&self) -> Option<&WatchlistProblem> {
        self.problem.as_ref().or(self.rows_left_out.as_ref())
    }

    /// The open hold, then those that are over. Each of these with how it ended.
    pub fn holds(&self) -> impl Iterator<Item = (&FileHold, Option<&EndedFileHold>)> {
        let open = self.on_hold.iter().map(|hold| (hold, None));
        open.chain(self.ended_holds.iter().map(|ended| (&ended.hold, Some(ended))))
    }

    /// Ends the hold, if there is one. Without a `decision`, a later content ended it.
    pub fn end_hold(
        &mut self,
        state: HoldState,
        at: Timestamp,
        decision: Option<FileHoldDecision>,
    ) -> Option<FileHold> {
        let hold = self.on_hold.take()?;
        self.ended_holds.push(EndedFileHold { hold: hold.clone(), state, at, decision });
        let surplus = self.ended_holds.len().saturating_sub(MAX_ENDED_HOLDS);
        self.ended_holds.drain(..surplus);
        Some(hold)
    }
}

/// What the counterparties were last compared with in whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastScreening {
    pub matcher: String,
    pub lists: Vec<ListCode>,
    pub at: Timestamp,
}

/// One counterparty that is in use, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCounterparty {
    /// The place in the file.
    pub position: usize,
    /// Counts the different counterparties that had this id one after the other.
    pub incarnation: u32,
    pub party: Counterparty,
    /// `None`: it is in use.
    pub removed_at: Option<Timestamp>,
}

impl Borrow<Counterparty> for StoredCounterparty {
    fn borrow(&self) -> &Counterparty {
        &self.party
    }
}
