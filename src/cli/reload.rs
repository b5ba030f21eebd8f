//! Reads the configuration again, at a SIGHUP. One with mistakes is refused, and so is one that the
//! other daemons of a shared database do not have: the one before stays in effect.

use std::path::Path;

use sd_notify::NotifyState;
use tracing::{error, warn};

use crate::cli::configured_watchlists::watchlists_in;
use crate::cli::pages;
use crate::config::{
    Config, Environment, SecretsMode, {self},
};
use crate::pipeline::configuration_record::{Loaded, record_configuration};
use crate::pipeline::{Program, Wiring, rejected_configuration};
use crate::store::StoreError;
use crate::web::{Access, ReceiverLine, SourceLine, Status};
use crate::{daemon, metrics};

/// Replaces the configuration of the running daemon by the one in the file, if it can be used.
pub async fn reload(
    path: &Path,
    environment: &Environment,
    program: &Program,
    status: &Status,
    access: &Access,
    reloaded: &tokio::sync::watch::Sender<()>,
) {
    // systemd needs the time when the reload began, from the monotonic clock.
    match NotifyState::monotonic_usec_now() {
        Ok(began) => notify(&[NotifyState::Reloading, began]),
        Err(_) => notify(&[NotifyState::Reloading]),
    }
    match wiring_of(path, environment, program).await {
        Ok(wiring) => {
            daemon::reload(program, wiring);
            let wiring = program.wiring.load();
            status.set_configuration(sources(&wiring.config), receivers(&wiring.config));
            status.set_watchlists(watchlists_in(&wiring.config));
            access.set(pages::access_settings(&wiring.config));
            drop(wiring);
            if let Err(problem) = record_configuration(program, Loaded::Reload).await {
                error!("failed to enter the new configuration in the journal: {problem}");
            }
            metrics::config_reloaded(true);
            reloaded.send_replace(());
            daemon::init_metrics(program).await;
        }
        Err(problem) => {
            // The journal shows the text of a line and hides its fields, so the reason is part of
            // the text.
            error!(
                "the configuration was refused, and the previous one stays in effect: {problem}"
            );
            if let Err(failed) = rejected_configuration::alert(program, path, &problem).await {
                error!("failed to alert operators of the refused configuration: {failed}");
            }
            status.set_reload_error(problem);
            metrics::config_reloaded(false);
        }
    }
    notify(&[NotifyState::Ready]);
}

/// The new configuration, or why it is refused. Without secrets.
async fn wiring_of(
    path: &Path,
    environment: &Environment,
    program: &Program,
) -> Result<Wiring, String> {
    let (config, warnings) = config::load(path, environment, SecretsMode::Resolve)
        .map_err(|problem| problem.to_string())?;
    warnings.iter().for_each(config::ConfigWarning::log);
    let wiring = Wiring::new(config).map_err(|problem| format!("{problem:#}"))?;
    compare_configurations(path, environment, program).await?;
    Ok(wiring)
}

/// Refuses the configuration if other daemons on the database have another one, as at the start.
async fn compare_configurations(
    path: &Path,
    environment: &Environment,
    program: &Program,
) -> Result<(), String> {
    let Ok(hash) = config::common_hash(path, environment) else { return Ok(()) };
    match program.store.set_config_hash(hash.as_str()).await {
        Ok(others) => {
            for other in others {
                warn!(
                    "instance {} (pid {} on {}) has another configuration: each daemon sends and \
                     routes by its own",
                    other.instance, other.pid, other.host
                );
            }
            Ok(())
        }
        Err(problem @ StoreError::DifferentConfig { .. }) => Err(problem.to_string()),
        Err(problem) => {
            warn!("failed to note the configuration in the database: {problem}");
            Ok(())
        }
    }
}

/// Notifies systemd. Without systemd, this does nothing.
pub fn notify(states: &[NotifyState<'_>]) {
    if let Err(problem) = sd_notify::notify(states) {
        warn!("failed to notify systemd: {problem}");
    }
}

/// The sources for the pages.
pub fn sources(config: &Config) -> Vec<SourceLine> {
    let line = |source: &config::Source| SourceLine {
        name: source.name.clone(),
        kind: source.kind.as_str().to_owned(),
        schedule: source.schedule.clone(),
    };
    config.sources.iter().map(line).collect()
}

/// The receivers for the pages.
pub fn receivers(config: &Config) -> Vec<ReceiverLine> {
    let line = |receiver: &crate::deliver::Receiver| ReceiverLine {
        name: receiver.name.clone(),
        kind: receiver.channel.kind().to_owned(),
        operator: receiver.operator,
        shows_matches: receiver.show_matches,
    };
    config.receivers.iter().map(line).collect()
}
