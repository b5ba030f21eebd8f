//! One invocation of the program: where its configuration is, its environment, and the time.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use jiff::Timestamp;

use crate::actions::{Reply, Request};
use crate::cli::{act, receipts};
use crate::config::{self, Config, Environment, SecretsMode};
use crate::exit::Exit;
use crate::receipt::KeyFolder;
use crate::store::{self, Mode, Store};

/// What every command may need besides its own arguments.
pub struct Invocation<'a> {
    pub path: PathBuf,
    /// Whether `path` was named. If it was not, a missing file is not an error for most commands.
    pub is_named: bool,
    pub environment: &'a Environment,
    pub now: Timestamp,
}

impl Invocation<'_> {
    /// The configuration, or the built-in one if no file was named and the default file does not
    /// exist.
    pub fn configured(&self, secrets: SecretsMode) -> Result<Config> {
        if self.is_named || self.path.exists() {
            return Ok(config::load(&self.path, self.environment, secrets)?.0);
        }
        Ok(config::default_config(self.environment))
    }

    /// The configuration and the store, opened for reading while a daemon may be running. No
    /// secret is looked up.
    pub async fn reading(&self) -> Result<(Config, Arc<Store>)> {
        let config = self.configured(SecretsMode::Skip)?;
        let store = store::open(&config.store, Mode::Read).await?;
        Ok((config, store))
    }

    /// Carries out a request and prints the result.
    pub async fn acting(&self, request: Request) -> Result<Exit> {
        Box::pin(act::act(|secrets| self.configured(secrets), self.environment, request)).await
    }

    /// Carries out a request and returns the result.
    pub async fn reply(&self, request: Request) -> Result<Reply> {
        Box::pin(act::carry_out(|secrets| self.configured(secrets), self.environment, request))
            .await
    }

    /// The folder of the keys of receipts. The database itself is not opened.
    pub fn receipt_keys(&self) -> Result<KeyFolder> {
        Ok(receipts::key_folder(&self.configured(SecretsMode::Skip)?, self.environment))
    }
}
