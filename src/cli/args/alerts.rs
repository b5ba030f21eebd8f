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
    /// Print the whole message of an alert
    Show {
        id: String,
        /// As the email's text or HTML, as the Slack message, or as data
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: ShowFormat,
    },
}

/// How `alerts show` prints.
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
    /// Only this one; as text, its whole message
    #[arg(long, value_name = "ID", conflicts_with_all = ["since", "until", "limit"])]
    pub id: Option<String>,
    /// Recorded at or after this time
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub since: Option<When>,
    /// Recorded before this time
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub until: Option<When>,
    /// At most so many, the newest
    #[arg(long, value_name = "COUNT")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub output: OutputArg,
}
