//! What the store keeps of a counterparty file.

use std::borrow::Borrow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::matching::counterparty::Counterparty;
use crate::domain::matching::screening::WatchlistProblem;
use crate::domain::{ListCode, Sha256};

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
    /// The size and time of the files that were last read, so that they are read again only if they
    /// change.
    pub signature: Option<String>,
    /// Rows that were left out, each with its file and line. They may quote the row.
    pub row_problems: Vec<String>,
    pub problem: Option<WatchlistProblem>,
    /// The content on hold.
    pub on_hold: Option<FileOnHold>,
    /// Content that a person accepted although it exceeds the limits.
    pub accepted: Option<Sha256>,
    /// What it was last compared with in whole.
    pub screened: Option<LastScreening>,
}

/// A file that lost or revised more rows than its limits allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOnHold {
    pub sha256: Sha256,
    pub since: Timestamp,
    pub rows: usize,
    pub lost: usize,
    pub revised: usize,
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
