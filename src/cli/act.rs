//! The commands that act: asked of the daemon where one runs, else carried out here under the database's lock.

use std::sync::Arc;

use anyhow::{Context, Result};

use crate::clock::SystemClock;
use crate::config::Config;
use crate::control;
use crate::exit::Exit;
use crate::operate::{self, Reply, Request};
use crate::pipeline::{Program, Wiring};
use crate::record::{self, Mode};

/// Carries a request out and says what came of it.
pub async fn act(config: Config, control_socket: &std::path::Path, request: Request) -> Result<Exit> {
    let reply = match control::ask(control_socket, &request).await? {
        Some(reply) => reply,
        None => {
            let store = record::open(&config.store, Mode::Write).await?;
            let wiring = Wiring::new(config).context("failed to set up what the configuration asks for")?;
            let program = Program::new(store, Arc::new(SystemClock), wiring);
            operate::operate(&program, request).await
        }
    };
    Ok(say(&reply))
}

fn say(reply: &Reply) -> Exit {
    for line in &reply.lines {
        super::output::line(line);
    }
    for problem in &reply.problems {
        super::output::problem(problem);
    }
    Exit::from_code(reply.exit)
}
