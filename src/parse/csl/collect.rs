//! Counts the rows of a document in any format, and passes on the rows of the watched lists.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{ListCode, Publisher, Snapshot};
use crate::parse::ParseError;
use crate::parse::csl::column::Column;
use crate::parse::csl::entry::note_oddities;
use crate::parse::csl::excerpt::shortened;
use crate::parse::csl::source::{Source, source_of};
use crate::parse::csl::watched_row::WatchedRow;
use crate::parse::warnings::Warnings;

/// The result of reading so far.
pub struct Collector<'a> {
    lists: &'a [ListCode],
    each: &'a mut dyn FnMut(WatchedRow<'_>),
    /// The meaning of each label so far. There are 13 labels in 25,000 rows, so each is read once.
    sources: BTreeMap<String, Source>,
    /// The label of the previous row, because most rows have the same label as the row before.
    last: (String, Source),
    rows: usize,
    rows_of_known_lists: usize,
    /// How many rows have a name that lost a character.
    damaged: usize,
    /// The place of the first damaged name.
    first_damaged: Option<String>,
    pub warnings: Warnings,
    /// The keys of unknown columns.
    pub columns: BTreeSet<String>,
}

impl<'a> Collector<'a> {
    /// The most labels. More than this means that the column holds something else.
    const MAX_LABELS: usize = 64;

    pub fn new(lists: &'a [ListCode], each: &'a mut dyn FnMut(WatchedRow<'_>)) -> Self {
        Self {
            lists,
            each,
            sources: BTreeMap::new(),
            last: (String::new(), Source::Garbled),
            rows: 0,
            rows_of_known_lists: 0,
            damaged: 0,
            first_damaged: None,
            warnings: Warnings::default(),
            columns: BTreeSet::new(),
        }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Counts a row with this `source`, and returns its list if that is watched.
    ///
    /// # Errors
    ///
    /// If the source is empty or garbled.
    pub fn count(
        &mut self,
        label: &str,
        place: impl Fn() -> String,
    ) -> Result<Option<ListCode>, ParseError> {
        self.rows += 1;
        if self.rows == 1 || self.last.0 != label {
            let source = match self.sources.get(label) {
                Some(source) => *source,
                None => self.source_of_label(label, &place)?,
            };
            self.last = (label.to_owned(), source);
        }
        let Source::Known(list) = self.last.1 else { return Ok(None) };
        self.rows_of_known_lists += 1;
        Ok(self.lists.contains(&list).then_some(list))
    }

    /// Passes on a row of a watched list.
    pub fn pass_on(&mut self, row: WatchedRow<'_>, place: &dyn Fn(Column) -> String) {
        if [Column::Name, Column::AltNames].iter().any(|column| is_damaged(row.cells.get(*column)))
        {
            self.damaged += 1;
            self.first_damaged.get_or_insert_with(|| place(Column::Name));
        }
        note_oddities(&row.cells, place, &mut self.warnings);
        (self.each)(row);
    }

    /// Ends the document, and returns a snapshot without entries.
    ///
    /// # Errors
    ///
    /// If the document has no row, or no row of a known list.
    pub fn finish(mut self) -> Result<Snapshot, ParseError> {
        if self.rows == 0 {
            return Err(ParseError::new("end of the document", "expected rows, but got none"));
        }
        if self.rows_of_known_lists == 0 {
            return Err(ParseError::new(
                "column source",
                format!("expected rows of the known lists, but got none in {} rows", self.rows),
            ));
        }
        if let Some(place) = self.first_damaged.take() {
            let count = self.damaged;
            let text = format!(
                "a character of a name was lost (`?` or U+FFFD within a word) in {count} rows \
                 from here on; kept as published"
            );
            self.warnings.push(|| place, || text);
        }
        Ok(Snapshot {
            publisher: Publisher::Csl,
            rows: self.rows,
            columns: self.columns,
            warnings: self.warnings.finish(),
            ..Snapshot::default()
        })
    }

    /// Reads a label for the first time.
    fn source_of_label(
        &mut self,
        label: &str,
        place: &impl Fn() -> String,
    ) -> Result<Source, ParseError> {
        let source = source_of(label);
        if source == Source::Garbled || self.sources.len() >= Self::MAX_LABELS {
            let got = if label.trim().is_empty() {
                "nothing".to_owned()
            } else {
                format!("`{}`", shortened(label))
            };
            let problem = format!(
                "expected the name of a list such as `Entity List (EL) - Bureau of Industry and \
                 Security`, but got {got}"
            );
            return Err(ParseError::new(place(), problem));
        }
        if source == Source::Unknown {
            self.warnings.push(place, || {
                format!(
                    "`{}` is an unknown list; its rows are counted and not kept",
                    shortened(label)
                )
            });
        }
        self.sources.insert(label.to_owned(), source);
        Ok(source)
    }
}

/// Whether a letter within a word became `?` or the replacement character, as in `Xi?an`.
fn is_damaged(text: &str) -> bool {
    // 0xef is the first byte of the replacement character.
    if memchr::memchr2(b'?', 0xef, text.as_bytes()).is_none() {
        return false;
    }
    let characters: Vec<char> = text.chars().collect();
    text.contains(char::REPLACEMENT_CHARACTER)
        || characters.windows(3).any(|three| match three {
            [before, '?', after] => before.is_alphanumeric() && after.is_alphanumeric(),
            _ => false,
        })
}
