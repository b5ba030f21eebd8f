//! The flags of `screen`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

use crate::domain::ListCode;
use crate::screen::countries;

#[derive(Clone, Debug, Args)]
#[command(group(ArgGroup::new("whom").required(true).args(["watchlist", "name"])))]
pub struct ScreenArgs {
    /// A counterparty file (CSV, TSV or XLSX), or a folder of them
    #[arg(long, value_name = "FILE")]
    pub watchlist: Option<PathBuf>,
    /// The name of one counterparty
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub name: Option<String>,
    /// Its address
    #[arg(long, value_name = "ADDRESS", conflicts_with = "watchlist")]
    pub address: Option<String>,
    /// Its country, such as CN
    #[arg(long, value_name = "CC", conflicts_with = "watchlist", value_parser = country)]
    pub country: Option<String>,
    /// Compare with this list file (CSL or eCFR) instead of the current lists of the store
    #[arg(long, value_name = "LISTFILE")]
    pub against: Option<PathBuf>,
    /// The lists to compare with, separated by commas
    #[arg(long, value_name = "LISTS", value_delimiter = ',', default_value = "EL")]
    pub lists: Vec<ListCode>,
    /// The lowest score, from 0 to 1 [default: that of the review band]
    #[arg(long, value_name = "S", value_parser = score)]
    pub min_score: Option<f64>,
    /// The most matches of one counterparty, also such as are below the review band
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub top: Option<usize>,
    /// Write a signed record of what was compared to this file (JSON). It is not a certification
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
    /// Print tables for people, JSON for programs, or CSV
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: ScreenFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ScreenFormat {
    #[default]
    Text,
    Json,
    Csv,
}

/// As in a counterparty file: what has no letter or digit is not a name, and would match nothing.
fn name(text: &str) -> Result<String, String> {
    let is_name = text.chars().any(char::is_alphanumeric);
    is_name.then(|| text.to_owned()).ok_or_else(|| "expected a name".to_owned())
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let count = text.parse::<usize>().ok().filter(|count| *count > 0);
    count.ok_or_else(|| "expected a whole number of at least 1".to_owned())
}

fn country(text: &str) -> Result<String, String> {
    countries::read(text)
        .map(str::to_owned)
        .ok_or_else(|| "expected an ISO 3166-1 code or the name of a country".to_owned())
}

fn score(text: &str) -> Result<f64, String> {
    let score = text.parse::<f64>().ok().filter(|score| (0.0..=1.0).contains(score));
    score.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}
