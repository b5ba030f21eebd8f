//! The arguments of `deliveries`.

use clap::{Args, Subcommand};

use crate::cli::args::OutputArg;
use crate::cli::when::{When, when};
use crate::domain::DeliveryState;

#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DeliveriesArgs {
    #[command(subcommand)]
    pub command: Option<DeliveriesCommand>,
    #[command(flatten)]
    pub list: DeliveriesListArgs,
}

#[derive(Clone, Debug, Args)]
pub struct DeliveriesListArgs {
    /// Only to this receiver
    #[arg(long, value_name = "NAME")]
    pub receiver: Option<String>,
    /// Only in this state: pending, delivered or dead
    #[arg(long, value_name = "STATE", value_parser = state)]
    pub state: Option<DeliveryState>,
    /// Only of this alert
    #[arg(long, value_name = "ID")]
    pub alert: Option<String>,
    /// At most so many, the newest
    #[arg(long, value_name = "COUNT")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub output: OutputArg,
}

#[derive(Clone, Debug, Subcommand)]
pub enum DeliveriesCommand {
    /// Send these again now, dead or not
    Retry {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Send a receiver what was recorded before it was configured, or again
    Send {
        #[arg(long, value_name = "NAME")]
        receiver: String,
        /// Alerts recorded at or after this time
        #[arg(long, value_name = "TIME", value_parser = when)]
        since: When,
    },
}

fn state(text: &str) -> Result<DeliveryState, String> {
    [DeliveryState::Pending, DeliveryState::Delivered, DeliveryState::Dead]
        .into_iter()
        .find(|state| state.as_str() == text)
        .ok_or_else(|| "expected pending, delivered or dead".to_owned())
}
