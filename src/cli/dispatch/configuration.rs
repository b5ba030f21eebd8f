//! The commands about the configuration, and those that print a text of the program.

use std::io::{stderr, stdout};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::cli::args::ConfigCommand;
use crate::cli::dispatch::invocation::Invocation;
use crate::cli::{completions, config as config_command, read, receipts};
use crate::config::{self, SecretsMode};
use crate::exit::Exit;
use crate::store::{self, Mode};

/// How long `config check` waits for the store, whose warnings are optional.
const STORE_PATIENCE: Duration = Duration::from_secs(3);

/// `config`.
pub async fn config(invocation: &Invocation<'_>, command: ConfigCommand) -> Result<Exit> {
    let stored = match &command {
        ConfigCommand::Check { .. } => stored_warnings(invocation).await.unwrap_or_default(),
        ConfigCommand::Keys(args) => {
            let folder = invocation.receipt_keys()?;
            receipts::keys(*args, &folder, invocation.now, &mut stdout())?;
            return Ok(Exit::Success);
        }
        _ => Vec::new(),
    };
    Ok(config_command::run_with_store(
        command,
        &invocation.path,
        invocation.is_named,
        invocation.environment,
        stored,
        &mut stdout(),
        &mut stderr(),
    )?)
}

/// The warnings of the store about a configuration. `None` if there is no store yet, or no
/// permission to read it.
async fn stored_warnings(invocation: &Invocation<'_>) -> Option<Vec<String>> {
    let (config, _) =
        config::load(&invocation.path, invocation.environment, SecretsMode::Skip).ok()?;
    let read = async {
        let store = store::open(&config.store, Mode::Read).await?;
        read::absent_lists(store.as_ref(), &config).await
    };
    tokio::time::timeout(STORE_PATIENCE, read).await.ok()?.ok()
}

/// `man`: on standard output, or one page for each command in a folder.
pub fn man(folder: Option<PathBuf>) -> Result<Exit> {
    match folder {
        Some(folder) => completions::man_pages(&folder)
            .with_context(|| format!("failed to write manual pages to {}", folder.display()))?,
        None => completions::man(&mut stdout())?,
    }
    Ok(Exit::Success)
}
