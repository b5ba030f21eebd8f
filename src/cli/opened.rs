//! What most commands need first: the configuration, the store for reading, or the daemon that acts.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::actions::Request;
use crate::cli::{act, read, receipts};
use crate::config::{
    Config, Environment, SecretsMode, {self},
};
use crate::exit::Exit;
use crate::receipt::KeyFolder;
use crate::store::{
    Mode, Store, {self},
};

/// How long `config check` waits for the store, whose warnings are optional.
const STORE_PATIENCE: Duration = Duration::from_secs(3);

/// The warnings of the store about a configuration. `None` if there is no store yet, or no
/// permission to read it.
pub async fn stored_warnings(path: &Path, environment: &Environment) -> Option<Vec<String>> {
    let (config, _) = config::load(path, environment, SecretsMode::Skip).ok()?;
    let read = async {
        let store = store::open(&config.store, Mode::Read).await?;
        read::absent_lists(store.as_ref(), &config).await
    };
    tokio::time::timeout(STORE_PATIENCE, read).await.ok()?.ok()
}

/// The configuration and the store, opened for reading while a daemon may be running. No secret is
/// looked up.
pub async fn reading(
    path: &Path,
    named: bool,
    environment: &Environment,
) -> Result<(Config, Arc<Store>)> {
    let config = configured(path, named, environment, SecretsMode::Skip)?;
    let store = store::open(&config.store, Mode::Read).await?;
    Ok((config, store))
}

pub async fn acting(
    path: &Path,
    named: bool,
    environment: &Environment,
    request: Request,
) -> Result<Exit> {
    act::act(|secrets| configured(path, named, environment, secrets), environment, request).await
}

/// The configuration, or the built-in one if no file was named and the default file does not exist.
pub fn configured(
    path: &Path,
    named: bool,
    environment: &Environment,
    secrets: SecretsMode,
) -> Result<Config> {
    if named || path.exists() {
        return Ok(config::load(path, environment, secrets)?.0);
    }
    Ok(config::default_config(environment))
}

/// The folder of the keys of receipts. The database itself is not opened.
pub fn receipt_keys(path: &Path, named: bool, environment: &Environment) -> Result<KeyFolder> {
    let config = configured(path, named, environment, SecretsMode::Skip)?;
    Ok(receipts::key_folder(&config, environment))
}
