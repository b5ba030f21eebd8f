//! The form of the report: facts, and sections that are tables. Every format prints all of them, so
//! a new section needs no change of a format.

use jiff::Timestamp;
use jiff::civil::Date;

/// The audit report of a period.
#[derive(Clone, Debug)]
pub struct AuditReport {
    pub first: Date,
    pub last: Date,
    /// The name of the time zone of the days and of the times for people.
    pub zone: jiff::tz::TimeZone,
    /// The counts and the identity of the journal, for the top of the report.
    pub facts: Vec<Fact>,
    /// What a reader must know before relying on it.
    pub cautions: Vec<String>,
    pub sections: Vec<Section>,
}

/// One line above the sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its name in CSV.
    pub key: &'static str,
    pub label: &'static str,
    pub value: Cell,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its name in CSV, and its anchor in HTML.
    pub id: &'static str,
    pub title: &'static str,
    /// What the table shows and how it is counted, in a sentence or two.
    pub note: &'static str,
    /// What is printed if there is no row.
    pub nothing: &'static str,
    pub columns: &'static [Column],
    pub rows: Vec<Vec<Cell>>,
    /// How many columns from the left are not repeated for people if they are as in the row above.
    pub grouped: usize,
}

/// A column: its name in CSV, and its heading for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub key: &'static str,
    pub heading: &'static str,
}

/// `column("first_due", "First due")`
pub const fn column(key: &'static str, heading: &'static str) -> Column {
    Column { key, heading }
}

/// One value. Text may come from a publisher or a person, and is never trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    Count(u64),
    Time(Timestamp),
}

impl Cell {
    pub fn count(count: usize) -> Self {
        Self::Count(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<Timestamp> for Cell {
    fn from(at: Timestamp) -> Self {
        Self::Time(at)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}
