//! The arguments of `diff`.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use crate::cli::args::OutputArg;
use crate::cli::when::day;
use crate::domain::ListCode;

#[derive(Clone, Debug, Args)]
pub struct DiffArgs {
    /// The older file: CSL as CSV, TSV or JSON, or eCFR XML
    #[arg(required_unless_present = "source")]
    pub old: Option<PathBuf>,
    /// The newer file
    #[arg(required_unless_present = "source")]
    pub new: Option<PathBuf>,
    /// Compare two recorded days of this source instead of two files
    #[arg(long, value_name = "NAME", conflicts_with_all = ["old", "new"])]
    #[arg(requires_all = ["from", "to"])]
    pub source: Option<String>,
    /// The earlier day, by the publisher's dates
    #[arg(long, value_name = "DATE", value_parser = day, requires = "source")]
    pub from: Option<Date>,
    /// The later day, by the publisher's dates
    #[arg(long, value_name = "DATE", value_parser = day, requires = "source")]
    pub to: Option<Date>,
    /// The lists to compare, separated by commas
    #[arg(long, value_name = "LISTS", value_delimiter = ',', default_value = "EL")]
    pub lists: Vec<ListCode>,
    #[command(flatten)]
    pub output: OutputArg,
}
