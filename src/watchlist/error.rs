//! Why a counterparty file cannot be used at all.

use std::path::{Path, PathBuf};

/// Why a counterparty file cannot be used at all. A single bad row is a `RowProblem` instead.
#[derive(Debug, thiserror::Error)]
pub enum WatchlistError {
    // Not its `source`: the cause is in the message, and would be printed twice.
    #[error("failed to read {path}: {error}")]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("expected a counterparty file of at most {limit} bytes, but {path} has more")]
    TooLarge { path: PathBuf, limit: u64 },
    /// Another program writes it.
    #[error("expected an unchanged counterparty file, but {0} changed while it was read")]
    BeingWritten(PathBuf),
    #[error("expected files of CSV, TSV or XLSX in {0}, but it has none")]
    EmptyFolder(PathBuf),
    #[error("expected CSV, TSV or XLSX, but got {path}: {problem}")]
    Malformed { path: PathBuf, problem: String },
    #[error("expected an XLSX workbook, but got {path}: {workbook}")]
    Workbook { path: PathBuf, workbook: WorkbookError },
    #[error(
        "expected CSV, TSV or XLSX, but {path} is a workbook of Excel 97 to 2003: save it as XLSX \
         or as CSV in UTF-8"
    )]
    OldWorkbook { path: PathBuf },
    #[error(
        "expected text in UTF-8, but {path} is in another encoding, as line {line} shows: save it \
         as UTF-8"
    )]
    OtherEncoding { path: PathBuf, line: u64 },
    #[error(
        "expected quotes that are closed in {path}, but over {} rows have an open one, the first \
         on line {line}",
        crate::watchlist::MOST_OPEN_ROWS
    )]
    OpenQuotes { path: PathBuf, line: u64 },
    #[error(
        "expected a header with a column for {missing} in {path}, but got {found}: name the column \
         in `columns` of the watchlist, or call it `{missing}`"
    )]
    NoColumn { path: PathBuf, missing: &'static str, found: String },
    #[error("expected at most {limit} rows, but {path} has more")]
    TooManyRows { path: PathBuf, limit: usize },
}

impl WatchlistError {
    /// The file or folder that cannot be used.
    pub fn path(&self) -> &Path {
        match self {
            Self::Unreadable { path, .. }
            | Self::TooLarge { path, .. }
            | Self::EmptyFolder(path)
            | Self::Malformed { path, .. }
            | Self::OldWorkbook { path }
            | Self::OtherEncoding { path, .. }
            | Self::OpenQuotes { path, .. }
            | Self::NoColumn { path, .. }
            | Self::Workbook { path, .. }
            | Self::BeingWritten(path)
            | Self::TooManyRows { path, .. } => path,
        }
    }
}

/// Why a workbook is not read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookError {
    #[error("{what}, which unpacks to over {limit} bytes")]
    UnpacksToMuch { what: String, limit: u64 },
    /// It is cut, or is not a workbook.
    #[error("{0}")]
    Broken(String),
}
