//! The formats of rows for programs and spreadsheets.

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One object with all rows.
    Json,
    /// One line with an object for each row.
    Jsonl,
    /// A table for spreadsheets: no cell is a formula.
    Csv,
}

impl Format {
    pub const ALL: [Format; 3] = [Format::Json, Format::Jsonl, Format::Csv];

    /// The value of the parameter `format`.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
        }
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Format::Json => "JSON",
            Format::Jsonl => "JSON Lines",
            Format::Csv => "CSV",
        }
    }
}
