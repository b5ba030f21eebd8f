//! The commands that act: asked of the daemon where one runs, else carried out here under the
//! database's lock.

use std::sync::Arc;

use anyhow::{Context, Result};

use crate::actions::{
    Reply, Request, {self},
};
use crate::cli::{output, run};
use crate::clock::SystemClock;
use crate::config::{Config, Environment, SecretsMode};
use crate::control_socket;
use crate::exit::Exit;
use crate::pipeline::{Program, Wiring};
use crate::store::{
    Mode, {self},
};

/// Carries a request out and says what came of it. The daemon has its secrets already, and whoever
/// asks it may be unable to read them: `load` is asked for them only where no daemon runs.
pub async fn act(
    load: impl Fn(SecretsMode) -> Result<Config>,
    environment: &Environment,
    request: Request,
) -> Result<Exit> {
    for socket in run::control_sockets(&load(SecretsMode::Skip)?, environment) {
        if let Some(reply) = control_socket::ask(&socket, &request).await? {
            return Ok(say(&reply));
        }
    }
    let config = load(SecretsMode::Resolve)?;
    let store = store::open(&config.store, Mode::Act).await?;
    let wiring = Wiring::new(config).context("failed to set up what the configuration asks for")?;
    let program = Program::new(store, Arc::new(SystemClock), wiring);
    let reply = actions::operate(&program, request).await;
    // Takes the log of the last writes into the file, so that a copy of it alone is whole.
    program.store.close().await;
    Ok(say(&reply))
}

fn say(reply: &Reply) -> Exit {
    for line in &reply.lines {
        // A closed pipe is no failure of the command, which has been carried out.
        let _ = output::line(&mut std::io::stdout(), line);
    }
    for problem in &reply.problems {
        output::problem(problem);
    }
    Exit::from_code(reply.exit)
}
