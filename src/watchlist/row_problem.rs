//! What is wrong with one row.

use std::path::PathBuf;

/// What is wrong with one row. The other rows are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    pub file: PathBuf,
    pub line: u64,
    pub problem: String,
    pub kind: RowProblemKind,
}

/// What a problem means for its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowProblemKind {
    /// The row is not compared.
    LeftOut,
    /// It is compared without what cannot be read.
    Damaged,
    /// It is compared without its country.
    NoCountry,
}

impl RowProblem {
    pub fn is_left_out(&self) -> bool {
        self.kind == RowProblemKind::LeftOut
    }
}

impl std::fmt::Display for RowProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, line {}: {}", self.file.display(), self.line, self.problem)
    }
}
