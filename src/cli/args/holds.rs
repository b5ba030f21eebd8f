//! The arguments of `holds`.

use clap::{Args, Subcommand};

use crate::cli::args::OutputArg;

#[derive(Clone, Debug, Subcommand)]
pub enum HoldsCommand {
    /// List what is held
    List {
        /// Decided ones too
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        output: OutputArg,
    },
    /// Show what a held list would change
    Show {
        id: String,
        #[command(flatten)]
        output: OutputArg,
    },
    /// Take the held list for true, and tell its changes
    Accept {
        #[command(flatten)]
        decision: DecisionArgs,
        /// Tell nobody: from now on this is what later lists are compared with
        #[arg(long)]
        as_baseline: bool,
    },
    /// Take the held list for wrong; the same content is not asked again
    Reject {
        #[command(flatten)]
        decision: DecisionArgs,
    },
}

/// Who decided, and why: both are journalled.
#[derive(Clone, Debug, Args)]
pub struct DecisionArgs {
    pub id: String,
    /// Who decides
    #[arg(long, value_name = "NAME", value_parser = one_line_text)]
    pub by: String,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = one_line_text)]
    pub reason: String,
}

fn one_line_text(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("expected a text, but got none".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err("expected a text on one line, but got one with control characters".to_owned());
    }
    Ok(text.to_owned())
}
