//! The commands that act. If a daemon is running it carries them out. Otherwise this process does,
//! under the lock of the database.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, Result};

use crate::actions::{
    Reply, Request, {self},
};
use crate::cli::{output, run};
use crate::clock::SystemClock;
use crate::config::{Config, Environment, SecretsMode};
use crate::control_socket;
use crate::deliver::Deliverer;
use crate::exit::Exit;
use crate::pipeline::configuration_record::{Loaded, record_configuration};
use crate::pipeline::restored_decisions::{
    Restoration, {self},
};
use crate::pipeline::{Program, Wiring, entry_identity};
use crate::store::{
    InstanceSettings, Mode, {self},
};

/// Carries out a request and prints the result. A running daemon already has its secrets, and the
/// user may not be able to read them, so `load` is asked for secrets only if no daemon is running.
pub async fn act(
    load: impl Fn(SecretsMode) -> Result<Config>,
    environment: &Environment,
    request: Request,
) -> Result<Exit> {
    let console = Box::new(std::io::stdout());
    Ok(print(&carry_out_with(load, environment, request, console).await?))
}

/// The same, without printing. What this process delivers to a console receiver goes to standard
/// error, because standard output is for the report of the command.
pub async fn carry_out(
    load: impl Fn(SecretsMode) -> Result<Config>,
    environment: &Environment,
    request: Request,
) -> Result<Reply> {
    carry_out_with(load, environment, request, Box::new(std::io::stderr())).await
}

async fn carry_out_with(
    load: impl Fn(SecretsMode) -> Result<Config>,
    environment: &Environment,
    request: Request,
    console: Box<dyn Write + Send>,
) -> Result<Reply> {
    for socket in run::control_sockets(&load(SecretsMode::Skip)?, environment) {
        if let Some(reply) = control_socket::send(&socket, &request).await? {
            return Ok(reply);
        }
    }
    let program = open(load(SecretsMode::Resolve)?, environment, console).await?;
    record_configuration(&program, Loaded::Command).await?;
    restored_decisions::carry_out(&program).await;
    let identified = actions::user_of_process().await;
    let reply = Box::pin(actions::execute(&program, request, &identified)).await;
    // Merges the write-ahead log into the database file, so that a copy of the file alone is
    // complete.
    program.store.close().await;
    Ok(reply)
}

/// The program in this process, under the lock of the database.
async fn open(
    config: Config,
    environment: &Environment,
    console: Box<dyn Write + Send>,
) -> Result<Program> {
    let settings =
        InstanceSettings { host: environment.host.clone(), ..InstanceSettings::default() };
    let store = store::open_as(&config.store, Mode::Act, settings).await?;
    entry_identity::add_missing_ids(store.as_ref()).await?;
    let messages = config.messages.clone();
    let deliverer =
        Deliverer::with_console(&config.http, messages, config.delivery.timeout, console)?;
    let wiring = Wiring::new(config).context("failed to apply the configuration")?;
    let wiring = Wiring { deliverer, ..wiring };
    Ok(Program::new(store, Arc::new(SystemClock), wiring))
}

/// Carries out the decisions that a restore carried over. Nothing is delivered.
pub async fn carry_out_restored(
    config: Config,
    environment: &Environment,
) -> Result<Vec<Restoration>> {
    let program = open(config, environment, Box::new(std::io::stderr())).await?;
    let restored = restored_decisions::carry_out(&program).await;
    program.store.close().await;
    Ok(restored)
}

fn print(reply: &Reply) -> Exit {
    for line in &reply.lines {
        // A closed pipe is not a failure: the command has already run.
        let _ = output::line(&mut std::io::stdout(), line);
    }
    for problem in &reply.problems {
        output::problem(problem);
    }
    Exit::from_code(reply.exit)
}
