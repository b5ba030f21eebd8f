//! The arguments of `changes` and `entries`.

use clap::{Args, Subcommand};
use jiff::civil::Date;

use crate::cli::args::OutputArg;
use crate::cli::when::{When, day, when};
use crate::domain::country::is_iso_alpha2;
use crate::domain::{ChangeKind, ListCode};

#[derive(Clone, Debug, Args)]
pub struct ChangesArgs {
    /// Only changes first seen at or after this time: 2026-07-01, 2026-07-01T12:00:00Z, or 24h or
    /// 7d ago
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub since: Option<When>,
    /// Only changes first seen before this time
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub until: Option<When>,
    /// Only from this source
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Only from this list
    #[arg(long, value_name = "LIST")]
    pub list: Option<ListCode>,
    /// Only this kind: added, removed or revised
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub kind: Option<ChangeKind>,
    /// Only of entries that have this country before or after the change, or no known country
    #[arg(long = "country", value_name = "CC", value_parser = country)]
    pub countries: Vec<String>,
    /// Only of entries with this text in a name, alias, address or remark, before or after the
    /// change; spelling and spacing are forgiven
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Omit editorial changes
    #[arg(long)]
    pub no_editorial: bool,
    /// Print at most this many, the newest ones
    #[arg(long, value_name = "COUNT")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub output: OutputArg,
}

#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct EntriesArgs {
    #[command(subcommand)]
    pub command: Option<EntriesCommand>,
    #[command(flatten)]
    pub list: EntriesListArgs,
}

#[derive(Clone, Debug, Subcommand)]
pub enum EntriesCommand {
    /// Print one entry with everything that happened to it in every source
    Show {
        /// Its name, now or earlier, or its entry id
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        output: OutputArg,
    },
}

#[derive(Clone, Debug, Args)]
pub struct EntriesListArgs {
    /// Only entries with this text in a name, alias, address or remark; spelling and spacing are
    /// forgiven
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// The entries on this date, by the publisher's dates
    #[arg(long, value_name = "DATE", value_parser = day, conflicts_with = "known_at")]
    pub as_of: Option<Date>,
    /// The entries that this program knew at this time
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub known_at: Option<When>,
    /// Only from this source
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Only from this list
    #[arg(long, value_name = "LIST")]
    pub list: Option<ListCode>,
    /// Print at most this many
    #[arg(long, value_name = "COUNT")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub output: OutputArg,
}

fn country(text: &str) -> Result<String, String> {
    let code = text.trim().to_ascii_uppercase();
    is_iso_alpha2(&code)
        .then_some(code)
        .ok_or_else(|| "expected a two-letter country code (ISO 3166-1) such as CN".to_owned())
}

fn kind(text: &str) -> Result<ChangeKind, String> {
    [ChangeKind::Added, ChangeKind::Removed, ChangeKind::Revised]
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| "expected added, removed or revised".to_owned())
}
