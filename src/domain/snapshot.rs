//! What a parser makes of a document.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::domain::{Entry, ListCode, Sha256};

/// The watched lists of one document, read whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    pub publisher: Publisher,
    /// The publisher's date, where the document or its address says one.
    pub as_of: Option<Date>,
    /// In published order; only of the lists that were asked for.
    pub entries: Vec<Entry>,
    /// How many rows of all lists the document holds.
    pub rows: usize,
    /// Columns that are not known (`Entry::is_known_column`), also those without a value in any
    /// row.
    pub columns: BTreeSet<String>,
    /// What was odd and was kept as it is. At most [`Warning::KEPT`], the last of which then says
    /// how many there were.
    pub warnings: Vec<Warning>,
}

/// Who publishes a document. Each publisher cuts the same list into rows in its own way, so rows of
/// two publishers are matched by `diff::across` and never compared as an earlier and a later list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Publisher {
    #[default]
    Csl,
    Ecfr,
}

impl Publisher {
    /// As people write it.
    pub fn title(self) -> &'static str {
        match self {
            Publisher::Csl => "Consolidated Screening List",
            Publisher::Ecfr => "eCFR",
        }
    }

    /// Whether it publishes this list: Part 744 of the eCFR has Supplements No. 4, 6 and 7.
    pub fn publishes(self, list: ListCode) -> bool {
        self == Publisher::Csl || list.ecfr_supplement().is_some()
    }

    /// The publisher that entries are certainly of: only the Consolidated Screening List gives a
    /// row an id, or its list an address. `None` if no entry has either.
    pub fn shown_by<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Option<Self> {
        let is_csl = |entry: &Entry| {
            !entry.publisher_id.is_empty() || entry.other.contains_key("source_list_url")
        };
        entries.into_iter().any(is_csl).then_some(Publisher::Csl)
    }
}

impl Snapshot {
    /// The hash of a list's content, whatever the order of its rows.
    pub fn content_of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Sha256 {
        let mut hashes: Vec<String> =
            entries.into_iter().map(|entry| entry.content_hash().0).collect();
        hashes.sort_unstable();
        Sha256::of_parts(hashes.iter().map(String::as_str))
    }

    pub fn of_list(&self, list: ListCode) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.list == list)
    }
}

/// Something odd in a document that costs no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where: `line 14, column addresses`.
    pub place: String,
    /// What, and what was done: `a header line was repeated and is dropped`.
    pub text: String,
}

impl Warning {
    pub const KEPT: usize = 100;
}
