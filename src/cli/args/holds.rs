//! The arguments of `holds`.

use clap::{Args, Subcommand};

use crate::cli::args::OutputArg;

#[derive(Clone, Debug, Subcommand)]
pub enum HoldsCommand {
    /// List the lists and counterparty files on hold
    List {
        /// Include decided holds
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        output: OutputArg,
    },
    /// Show what would change if a list or a counterparty file on hold were accepted
    Show {
        id: String,
        #[command(flatten)]
        output: OutputArg,
    },
    /// Accept the list or file on hold and alert its changes or matches
    Accept {
        #[command(flatten)]
        decision: DecisionArgs,
        /// Alert nobody (lists only): the list becomes the new baseline for later comparisons
        #[arg(long)]
        as_baseline: bool,
    },
    /// Reject the list or file on hold; the same content is not put on hold again
    Reject {
        #[command(flatten)]
        decision: DecisionArgs,
    },
}

/// Who decided, and why. The journal records both.
#[derive(Clone, Debug, Args)]
pub struct DecisionArgs {
    pub id: String,
    /// The person who decides
    #[arg(long, value_name = "NAME", value_parser = one_line_text)]
    pub by: String,
    /// The reason for the decision
    #[arg(long, value_name = "TEXT", value_parser = one_line_text)]
    pub reason: String,
}

pub(super) fn one_line_text(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("expected text, but got none".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err("expected text on one line, but got control characters".to_owned());
    }
    Ok(text.to_owned())
}
