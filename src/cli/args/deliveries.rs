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
    /// Only deliveries to this receiver
    #[arg(long, value_name = "NAME")]
    pub receiver: Option<String>,
    /// Only deliveries in this state: pending, delivered, dead, waiting (for a digest) or digested
    #[arg(long, value_name = "STATE", value_parser = state)]
    pub state: Option<DeliveryState>,
    /// Only deliveries of this alert
    #[arg(long, value_name = "ID")]
    pub alert: Option<String>,
    /// Print at most this many, the newest ones
    #[arg(long, value_name = "COUNT")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub output: OutputArg,
}

#[derive(Clone, Debug, Subcommand)]
pub enum DeliveriesCommand {
    /// Send these deliveries again now, even if they are dead
    Retry {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Send a receiver the alerts since a time, even if it got them before
    Send {
        #[arg(long, value_name = "NAME")]
        receiver: String,
        /// Send the alerts recorded at or after this time
        #[arg(long, value_name = "TIME", value_parser = when)]
        since: When,
    },
}

fn state(text: &str) -> Result<DeliveryState, String> {
    DeliveryState::ALL
        .iter()
        .copied()
        .find(|state| state.as_str() == text)
        .ok_or_else(|| "expected pending, delivered, dead, waiting or digested".to_owned())
}
