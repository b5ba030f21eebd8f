//! The result of parsing a document.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::domain::{Entry, ListCode, Sha256};

/// The watched lists of one document that was read completely.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    pub publisher: Publisher,
    /// The publisher's date, if the document or its address contains one.
    pub as_of: Option<Date>,
    /// In published order. Only entries of the requested lists.
    pub entries: Vec<Entry>,
    /// How many rows the document has, of all lists.
    pub rows: usize,
    /// Unknown columns (see `Entry::is_known_column`), including those without a value in any row.
    pub columns: BTreeSet<String>,
    /// What was unusual and was kept as published. At most [`Warning::KEPT`]; if there were more,
    /// the last one says how many.
    pub warnings: Vec<Warning>,
}

/// Who publishes a document. Each publisher splits the same list into rows in its own way. So rows
/// of two publishers are matched by `diff::sources`, and never compared as an earlier and a later
/// list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Publisher {
    #[default]
    Csl,
    Ecfr,
}

impl Publisher {
    /// The name of the publication.
    pub fn title(self) -> &'static str {
        match self {
            Publisher::Csl => "Consolidated Screening List",
            Publisher::Ecfr => "eCFR",
        }
    }

    /// Whether it publishes this list. The eCFR publishes only the lists of Part 744 and the
    /// sections from which `REG` is read.
    pub fn publishes(self, list: ListCode) -> bool {
        match self {
            Publisher::Csl => list != ListCode::REG,
            Publisher::Ecfr => list == ListCode::REG || list.ecfr_supplement().is_some(),
        }
    }

    /// The publisher of these entries, if it is certain. Only the Consolidated Screening List gives
    /// a row an id or a source list URL. `None` if no entry has either.
    pub fn shown_by<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Option<Self> {
        let is_csl = |entry: &Entry| {
            !entry.publisher_id.is_empty() || entry.other.contains_key("source_list_url")
        };
        entries.into_iter().any(is_csl).then_some(Publisher::Csl)
    }
}

impl Snapshot {
    /// The hash of a list's content, regardless of the order of its rows.
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

/// Something unusual in a document. No row is lost because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The place, e.g. `line 14, column addresses`.
    pub place: String,
    /// What is unusual, and what was done about it, e.g.
    /// `a header line was repeated and is dropped`.
    pub text: String,
}

impl Warning {
    /// The most warnings that are kept of one document: a damaged one may have one in each row.
    pub const KEPT: usize = 100;
}
