//! The arguments of `matches`, `watchlists` and `rescreen`.

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::OutputArg;
use crate::cli::args::holds::one_line_text;
use crate::cli::args::items::ActorArg;
use crate::cli::when::{When, when};
use crate::domain::MatchState;
use crate::domain::matching::decision::DismissalReason;

#[derive(Clone, Debug, Subcommand)]
pub enum MatchesCommand {
    /// List the matches, by watchlist and in the order of the file
    List {
        /// Only matches in this state
        #[arg(long, value_enum, value_name = "STATE")]
        state: Option<MatchStateArg>,
        /// Only matches of this watchlist
        #[arg(long, value_name = "NAME")]
        watchlist: Option<String>,
        /// Also matches whose counterparty or entry is gone
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        output: OutputArg,
    },
    /// Show a match with its decision and what happened to it
    Show {
        id: String,
        #[command(flatten)]
        output: OutputArg,
    },
    /// Say that the counterparty is not the entry; strong matches one by one
    Dismiss {
        #[arg(required = true)]
        ids: Vec<String>,
        #[command(flatten)]
        actor: ActorArg,
        /// Why they differ
        #[arg(long, value_enum, value_name = "CODE")]
        reason: ReasonArg,
        /// What was compared
        #[arg(long, value_name = "TEXT", value_parser = one_line_text)]
        note: String,
    },
    /// Say that the counterparty is the entry: every later change of the entry is alerted
    Confirm {
        #[arg(required = true)]
        ids: Vec<String>,
        #[command(flatten)]
        actor: ActorArg,
        /// What was checked
        #[arg(long, value_name = "TEXT", value_parser = one_line_text)]
        note: Option<String>,
    },
    /// Take a decision back
    Reopen {
        id: String,
        #[command(flatten)]
        actor: ActorArg,
        /// Why
        #[arg(long, value_name = "TEXT", value_parser = one_line_text)]
        note: Option<String>,
    },
}

#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct WatchlistsArgs {
    #[command(subcommand)]
    pub command: Option<WatchlistsCommand>,
    #[command(flatten)]
    pub output: OutputArg,
}

#[derive(Clone, Debug, Subcommand)]
pub enum WatchlistsCommand {
    /// List the counterparty files: rows, age, problems and open matches
    List {
        #[command(flatten)]
        output: OutputArg,
    },
    /// Let a file on hold come into use, as `holds accept` does
    Accept {
        #[arg(long, value_name = "NAME")]
        watchlist: String,
        #[command(flatten)]
        actor: ActorArg,
        /// The reason for the decision
        #[arg(long, value_name = "TEXT", value_parser = one_line_text)]
        reason: String,
    },
    /// Remove the data and the matches of a counterparty. The journal keeps ids and hashes
    ///
    /// Take the counterparty out of the file first, or it comes back when the file is read.
    Erase {
        #[arg(long, value_name = "NAME")]
        watchlist: String,
        /// The id of the counterparty in the file
        #[arg(long, value_name = "ID")]
        id: String,
        #[command(flatten)]
        actor: ActorArg,
    },
}

#[derive(Clone, Debug, Args)]
pub struct RescreenArgs {
    /// Only changes since then: a time, a date, or a length of time such as 24h
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub since: When,
    #[command(flatten)]
    pub output: OutputArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MatchStateArg {
    Open,
    Confirmed,
    Dismissed,
    Stale,
}

impl From<MatchStateArg> for MatchState {
    fn from(state: MatchStateArg) -> Self {
        match state {
            MatchStateArg::Open => MatchState::Open,
            MatchStateArg::Confirmed => MatchState::Confirmed,
            MatchStateArg::Dismissed => MatchState::Dismissed,
            MatchStateArg::Stale => MatchState::Stale,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReasonArg {
    DifferentCountry,
    DifferentIndustry,
    DifferentAddress,
    DifferentPerson,
    Other,
}

impl From<ReasonArg> for DismissalReason {
    fn from(reason: ReasonArg) -> Self {
        match reason {
            ReasonArg::DifferentCountry => DismissalReason::DifferentCountry,
            ReasonArg::DifferentIndustry => DismissalReason::DifferentIndustry,
            ReasonArg::DifferentAddress => DismissalReason::DifferentAddress,
            ReasonArg::DifferentPerson => DismissalReason::DifferentPerson,
            ReasonArg::Other => DismissalReason::Other,
        }
    }
}
