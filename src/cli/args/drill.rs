//! The flags of `drill`.

use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};

use crate::domain::ListCode;

#[derive(Clone, Debug, Args)]
pub struct DrillArgs {
    /// The lists whose latest parties are taken, separated by commas
    #[arg(long, value_name = "LISTS", value_delimiter = ',', default_value = "EL")]
    pub lists: Vec<ListCode>,
    /// How many of the latest parties are taken
    #[arg(long, value_name = "N", default_value = "100", value_parser = parties)]
    pub parties: NonZeroUsize,
    /// Print a report for people, or JSON for programs
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: DrillFormat,
}

fn parties(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| format!("expected a number from 1, but got `{text}`"))
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DrillFormat {
    #[default]
    Text,
    Json,
}
