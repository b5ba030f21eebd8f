//! The arguments of `report`.

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use crate::cli::when::day;

#[derive(Clone, Debug, Args)]
pub struct ReportArgs {
    /// The first day, such as 2026-01-01, in the time zone of messages
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub from: Date,
    /// The last day, which is included
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub to: Date,
    /// Print text, a page that can be printed, or a table for spreadsheets
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ReportFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    #[default]
    Text,
    /// One file without scripts or links to other files
    Html,
    /// One table: the first column names the section, and formulas are made harmless
    Csv,
}
