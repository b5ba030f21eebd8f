//! The arguments of `routes`.

use clap::Subcommand;

use crate::cli::args::OutputArg;

#[derive(Clone, Debug, Subcommand)]
pub enum RoutesCommand {
    /// Explain for each receiver whether it was alerted of a change, and why
    Explain {
        #[arg(value_name = "CHANGE_ID")]
        id: String,
        #[command(flatten)]
        output: OutputArg,
    },
}
