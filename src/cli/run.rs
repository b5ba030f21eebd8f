//! `run`: starts the daemon, reloads its configuration and stops it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{info, warn};

use crate::clock::{Clock, SystemClock};
use crate::config::{
    Config, Environment, ListenAddress, {self},
};
use crate::control_socket::{self, ControlError, ControlSocket};
use crate::pipeline::configuration_record::{Loaded, record_configuration};
use crate::pipeline::{Program, Wiring, entry_identity, restored_decisions};
use crate::store::{self, InstanceSettings, Mode, Store};
use crate::web::{Listener, Status};
use crate::{daemon, metrics, web};

use crate::cli::args::RunArgs;
use crate::cli::configured_watchlists::watchlists_in;
use crate::cli::daemon_tasks::DaemonTasks;
use crate::cli::reload::{notify, receivers, sources};
use crate::cli::{pages, receipts, reload, threads};

/// A loop that reports no progress for this long has stalled.
const STALLED_AFTER: Duration = Duration::from_secs(120);

/// Runs until the process gets a signal to stop. `config` was read from `path`. A SIGHUP reads it
/// again.
pub async fn run(
    path: &Path,
    config: Config,
    environment: &Environment,
    args: &RunArgs,
) -> Result<()> {
    // The handlers are installed first, so that a signal during startup cannot end the daemon
    // halfway.
    let mut signals = Signals::handled()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let prometheus = metrics::install().context("failed to set up the metrics")?;
    let store = open_store(path, &config, environment, args, clock.as_ref()).await?;
    let status = Arc::new(Status::new(clock.now(), STALLED_AFTER));
    let listener = listen(&config).await?;
    let access = pages::access(&config)?;
    let keys = receipts::key_folder(&config, environment);
    let control = listen_for_commands(&own_socket(&config, environment), &config)?;
    status.set_configuration(sources(&config), receivers(&config));
    status.set_watchlists(watchlists_in(&config));
    let program = Arc::new(Program::new(store, Arc::clone(&clock), Wiring::new(config)?));
    record_configuration(&program, Loaded::Start).await?;
    restored_decisions::carry_out(&program).await;
    daemon::init_metrics(&program).await;
    metrics::config_reloaded(true);

    let stop = program.stopping.clone();
    let tasks = DaemonTasks::default();
    let (reloaded, reloads) = tokio::sync::watch::channel(());
    let (mut scheduler, ticks) = daemon::ticker().await?;
    tasks.spawn(metrics::upkeep(prometheus.clone(), stop.clone()));
    if let Some(listener) = listener {
        let place = listener.place()?;
        let at = url(&place);
        info!(server.listen = %place, "serving pages, health checks and metrics at {at}");
        let state = pages::web_state(&program, &status, &access, prometheus, &listener);
        tasks.spawn(web::serve(listener, web::router(state), stop.clone()));
    }
    if let Some(control) = control {
        tasks.spawn(control.serve(Arc::clone(&program), stop.clone()));
    }
    tasks.start_loops(&program, &status, keys, ticks, &reloads);
    info!(
        version = status.version(),
        sources = program.wiring.load().config.sources.len(),
        "entitywatch {} is watching",
        status.version()
    );
    notify(&[NotifyState::Ready]);
    threads::is_supervised();

    let ended = loop {
        tokio::select! {
            signal = signals.next() => match signal {
                Signaled::Reload => {
                    reload::reload(path, environment, &program, &status, &access, &reloaded).await;
                }
                Signaled::Stop => break Ok(()),
            },
            problem = program.store.superseded() => break Err(problem),
        }
    };
    info!("stopping: running work is finished, and waiting deliveries stay in the outbox");
    notify(&[NotifyState::Stopping]);
    stop.cancel();
    if let Err(problem) = scheduler.shutdown().await {
        warn!("the ticker did not stop: {problem}");
    }
    tasks.wait().await;
    // Merges the write-ahead log into the database file, so that a copy of the file alone is
    // complete.
    program.store.close().await;
    info!("stopped");
    ended?;
    Ok(())
}

/// What a signal asks for.
enum Signaled {
    Reload,
    Stop,
}

/// The signals that the daemon handles.
struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn handled() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> Signaled {
        tokio::select! {
            _ = self.hangup.recv() => Signaled::Reload,
            _ = self.terminate.recv() => Signaled::Stop,
            _ = self.interrupt.recv() => Signaled::Stop,
        }
    }
}

/// Opens the database as a daemon, and brings what an older program left to the present form.
async fn open_store(
    path: &Path,
    config: &Config,
    environment: &Environment,
    args: &RunArgs,
    clock: &dyn Clock,
) -> Result<Arc<Store>> {
    let settings = InstanceSettings {
        is_daemon: true,
        host: environment.host.clone(),
        lease: args.lease_times(),
        config_hash: Some(config::common_hash(path, environment)?.0),
        allow_different_config: args.allow_different_config,
    };
    let store = store::open_as(&config.store, Mode::Write, settings.clone()).await?;
    store.show_daemon(&settings, clock.now()).await?;
    entry_identity::add_missing_ids(store.as_ref()).await?;
    Ok(store)
}

async fn listen(config: &Config) -> Result<Option<Listener>> {
    let Some(place) = &config.server.listen else { return Ok(None) };
    let listener = match place {
        ListenAddress::Tcp(address) => Listener::tcp(*address).await,
        ListenAddress::Unix(path) => Listener::unix(path).await,
    };
    listener.map(Some).with_context(|| format!("failed to listen on {place} (`[server] listen`)"))
}

fn url(place: &str) -> String {
    if place.starts_with("unix:") { place.to_owned() } else { format!("http://{place}") }
}

/// Opens the control socket. A path too long for a socket only gives a warning, because watching
/// and alerting are more important than commands.
fn listen_for_commands(socket: &Path, config: &Config) -> Result<Option<ControlSocket>> {
    match ControlSocket::listen(socket) {
        Ok(control) => {
            link_beside_database(socket, config);
            Ok(Some(control))
        }
        Err(ControlError::Listen { path, reason })
            if reason.kind() == std::io::ErrorKind::InvalidInput =>
        {
            warn!(
                "commands that act will not work while the daemon runs: {} cannot be a socket: \
                 {reason}",
                path.display()
            );
            Ok(None)
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Links to the control socket beside the database. A command in a shell knows the database from
/// the configuration, but not the service's runtime directory.
fn link_beside_database(socket: &Path, config: &Config) {
    let Some(beside) = config
        .store
        .sqlite_path()
        .map(|database| database.with_extension("sock"))
        .filter(|beside| beside != socket)
    else {
        return;
    };
    let _ = std::fs::remove_file(&beside);
    if let Err(problem) = std::os::unix::fs::symlink(socket, &beside) {
        warn!(
            "failed to link the control socket beside the database, so commands may not find it: \
             {problem}"
        );
    }
}

/// The sockets where a daemon of this configuration may be reached: in the runtime directory, or
/// beside the database.
pub fn control_sockets(config: &Config, environment: &Environment) -> Vec<PathBuf> {
    let mut sockets = environment.control_sockets(&config.store);
    sockets.extend(config.store.sqlite_path().map(|database| database.with_extension("sock")));
    sockets.dedup();
    sockets
}

/// The first socket that no other daemon of a shared database listens on. The lock of a SQLite file
/// excludes another daemon.
fn own_socket(config: &Config, environment: &Environment) -> PathBuf {
    let mut sockets = environment.control_sockets(&config.store);
    if sockets.len() > 1 {
        sockets.retain(|socket| !control_socket::is_answered(socket));
    }
    sockets.into_iter().next().unwrap_or_else(|| environment.control_socket(&config.store))
}
