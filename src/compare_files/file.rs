//! Reads one of the two files.
//!
//! Of a table, only a hash and the position of each watched row are kept. Rows are read again when
//! their entries are needed.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Cursor, Read as _, Seek as _};
use std::iter;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};

use crate::compare_files::Counters;
use crate::compare_files::excerpt::Excerpt;
use crate::diff::name_key;
use crate::domain::{Entry, ListCode, Publisher, Snapshot};
use crate::parse::{self, Document, WatchedRow};

/// One of the two files, open for reading.
pub struct Input<'a> {
    pub path: &'a Path,
    file: File,
    pub lists: &'a [ListCode],
}

/// The properties of a file that decide whether it is comparable.
pub struct FileSummary<'a> {
    pub path: &'a Path,
    pub publisher: Publisher,
    /// The lists of which the file has at least one row.
    pub lists: BTreeSet<ListCode>,
}

/// The result of the first reading.
pub enum Contents {
    Table(Table),
    /// All entries, because the file is not a table or cannot be read twice (a pipe).
    Complete(Snapshot),
}

/// The watched rows of a table.
#[derive(Default)]
pub struct Table {
    /// With its line break. Two tables with equal headers have the same delimiter and the same
    /// columns in the same order.
    pub header: Vec<u8>,
    /// In the order of the file.
    pub rows: Vec<Row>,
    /// The snapshot without its entries.
    rest: Snapshot,
}

/// A watched row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Of the bytes of the row.
    pub hash: [u64; 2],
    /// [`name_key`] of its name.
    pub name: u64,
    /// The position of its first byte in the file.
    pub start: u64,
    /// In bytes.
    pub length: u32,
    pub list: ListCode,
}

impl<'a> Input<'a> {
    pub fn open(path: &'a Path, lists: &'a [ListCode]) -> Result<Self> {
        let file =
            File::open(path).with_context(|| format!("failed to open {}", path.display()))?;
        Ok(Self { path, file, lists })
    }

    fn is_rereadable(&self) -> bool {
        self.file.metadata().is_ok_and(|metadata| metadata.is_file())
    }

    /// The publisher of the file, by its beginning. `None` for a pipe, and for a file that is not a
    /// list. The error with the place in the file comes when it is read.
    pub fn publisher(&self) -> Result<Option<Publisher>> {
        if !self.is_rereadable() {
            return Ok(None);
        }
        let publisher = parse::publisher(&self.file).ok();
        (&self.file).rewind().with_context(|| {
            format!("failed to read {} from its beginning", self.path.display())
        })?;
        Ok(publisher)
    }

    /// The properties that decide whether the file is comparable.
    pub fn summary(&self, contents: &Contents) -> FileSummary<'a> {
        let (publisher, lists) = match contents {
            Contents::Table(table) => {
                (table.rest.publisher, table.rows.iter().map(|row| row.list).collect())
            }
            Contents::Complete(snapshot) => {
                (snapshot.publisher, snapshot.entries.iter().map(|entry| entry.list).collect())
            }
        };
        FileSummary { path: self.path, publisher, lists }
    }

    /// Reads the file for the first time.
    pub fn read(&self) -> Result<Contents> {
        let is_rereadable = self.is_rereadable();
        let (mut table, mut entries) = (Table::default(), Vec::new());
        let document = parse::read(&self.file, self.lists, &mut |row| match row_of(&row) {
            Some(kept) if is_rereadable => table.rows.push(kept),
            _ => entries.push(row.entry()),
        })
        .with_context(|| self.refused())?;
        let (Document::Rows { rest: snapshot, .. } | Document::Whole(snapshot)) = &document;
        for warning in &snapshot.warnings {
            tracing::warn!(file = %self.path.display(), place = warning.place, "{}", warning.text);
        }
        Ok(match document {
            Document::Rows { rest, header_bytes: header_bytes @ 1.. } if is_rereadable => {
                let mut header = Excerpt::new(&self.file, iter::once(0..header_bytes));
                header.read_to_end(&mut table.header).with_context(|| self.refused())?;
                Contents::Table(Table { rest, ..table })
            }
            Document::Rows { rest, .. } => Contents::Complete(Snapshot { entries, ..rest }),
            Document::Whole(snapshot) => Contents::Complete(snapshot),
        })
    }

    /// All entries of the file, after the first reading.
    pub fn snapshot(&self, contents: Contents) -> Result<Snapshot> {
        match contents {
            Contents::Complete(snapshot) => Ok(snapshot),
            Contents::Table(table) => {
                Ok(Snapshot { entries: self.entries(&table, |_| true)?, ..table.rest })
            }
        }
    }

    /// The entries of the rows that `is_wanted` selects.
    pub fn entries(&self, table: &Table, is_wanted: impl Fn(&Row) -> bool) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        self.read_again(
            &table.header,
            table.rows.iter().filter(|row| is_wanted(row)),
            &mut |row| entries.push(row.entry()),
        )?;
        Ok(entries)
    }

    /// Counts these rows, each with the counter of its list.
    pub fn count(&self, header: &[u8], rows: &[&Row], counters: &mut Counters) -> Result<()> {
        self.read_again(header, rows.iter().copied(), &mut |row| {
            if let Some(counter) = counters.get_mut(&row.list) {
                counter.count_entry(&row.identifying_part());
            }
        })
    }

    /// Reads some rows again, in ascending order. Fails if one of them has changed since.
    fn read_again<'r>(
        &self,
        header: &[u8],
        rows: impl Iterator<Item = &'r Row> + Clone,
        each: &mut dyn FnMut(WatchedRow<'_>),
    ) -> Result<()> {
        if rows.clone().next().is_none() {
            return Ok(());
        }
        let excerpt = Excerpt::new(
            &self.file,
            rows.clone().map(|row| row.start..row.start + u64::from(row.length)),
        );
        let mut expected = rows;
        let mut is_same = true;
        let read = parse::read(Cursor::new(header).chain(excerpt), self.lists, &mut |row| {
            is_same &= row.bytes.map(|bytes| bytes.hash()) == expected.next().map(|row| row.hash);
            each(row);
        });
        read.with_context(|| format!("{}, although it was read before", self.refused()))?;
        if is_same && expected.next().is_none() {
            return Ok(());
        }
        Err(anyhow!(
            "{} changed while it was read, so the two files are not compared",
            self.path.display()
        ))
    }

    fn refused(&self) -> String {
        format!("{} is refused", self.path.display())
    }
}

fn row_of(row: &WatchedRow<'_>) -> Option<Row> {
    let bytes = row.bytes?;
    Some(Row {
        hash: bytes.hash(),
        name: name_key(row.name()),
        start: bytes.start,
        length: u32::try_from(bytes.length).unwrap_or(u32::MAX),
        list: row.list,
    })
}
