//! The arguments of `alerts`.

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::OutputArg;
use crate::cli::when::{When, when};

#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AlertsArgs {
    #[command(subcommand)]
    pub command: Option<AlertsCommand>,
    #[command(flatten)]
    pub list: AlertsListArgs,
}

#[derive(Clone, Debug, Subcommand)]
pub enum AlertsCommand {
    /// Print the complete message of an alert
    Show {
        id: String,
        /// Print the email's text or HTML, the Slack message, or the data as JSON
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: ShowFormat,
    },
}

/// The output format of `alerts show`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    #[default]
    Text,
    Html,
    Slack,
    Json,
}

#[derive(Clone, Debug, Args)]
pub struct AlertsListArgs {
    /// Show only this alert; text output prints its complete message
    #[arg(long, value_name = "ID", conflicts_with_all = ["since", "until", "limit"])]
    pub id: Option<String>,
    /// Only alerts recorded at or after this time
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub since: Option<When>,
    /// Only alerts recorded before this time
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub until: Option<When>,
    /// Print at most this many, the newest ones
    #[arg(long, value_name = "COUNT")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub output: OutputArg,
}
