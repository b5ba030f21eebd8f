//! Why a counterparty file cannot be used at all.

use std::path::PathBuf;

/// Why a counterparty file cannot be used at all. A single bad row is a `RowProblem` instead.
#[derive(Debug, thiserror::Error)]
pub enum WatchlistError {
    // Not its `source`: the cause is in the message, and would be printed twice.
    #[error("failed to read {path}: {error}")]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("expected a counterparty file of at most {limit} bytes, but {path} has more")]
    TooLarge { path: PathBuf, limit: u64 },
    /// Another program writes it.
    #[error("expected a counterparty file that nobody writes, but {0} changed while it was read")]
    Moving(PathBuf),
    #[error("expected files of CSV, TSV or XLSX in {0}, but it has none")]
    EmptyFolder(PathBuf),
    #[error("expected CSV, TSV or XLSX, but got {path}: {problem}")]
    Malformed { path: PathBuf, problem: String },
    #[error("expected an XLSX workbook, but got {path}: {workbook}")]
    Workbook { path: PathBuf, workbook: WorkbookError },
    #[error(
        "expected a header with a column for {missing} in {path}, but got {found}: name the column \
         in `columns` of the watchlist, or call it `{missing}`"
    )]
    NoColumn { path: PathBuf, missing: &'static str, found: String },
    #[error("expected at most {limit} rows, but {path} has more")]
    TooManyRows { path: PathBuf, limit: usize },
}

/// Why a workbook is not read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookError {
    #[error("{what}, which unpacks to over {limit} bytes")]
    UnpacksToMuch { what: String, limit: u64 },
    /// It is cut, or no workbook.
    #[error("{0}")]
    Broken(String),
}
