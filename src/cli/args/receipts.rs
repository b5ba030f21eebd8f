//! The flags of `config keys`, and those of `journal verify` for a receipt.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::OutputArg;

#[derive(Clone, Copy, Debug, Args)]
pub struct KeysArgs {
    /// Make a new key first. New receipts are signed with it, and the old keys stay listed
    #[arg(long)]
    pub new: bool,
    #[command(flatten)]
    pub output: OutputArg,
}

#[derive(Clone, Debug, Args)]
pub struct ReceiptArgs {
    /// Verify this receipt instead. Needs no configuration and no database
    #[arg(long, value_name = "FILE", requires = "key", conflicts_with = "head")]
    pub receipt: Option<PathBuf>,
    /// The public keys, as `config keys` prints them
    #[arg(long, value_name = "FILE", requires = "receipt")]
    pub key: Option<PathBuf>,
}
