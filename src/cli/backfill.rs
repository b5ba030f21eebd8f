//! `backfill`: goes through a source's past dates one by one, and says on standard error how far it
//! is.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::actions::{
    Reply, Request, {self},
};
use crate::cli::{output, run};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Environment};
use crate::control_socket;
use crate::exit::Exit;
use crate::pipeline::backfill::Plan;
use crate::pipeline::{Program, Wiring};
use crate::store::{
    Mode, {self},
};

/// A publisher that asks for a longer rest is not waited for: the command can be given again.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);

/// Records the past of a source; what is recorded already is passed over.
pub async fn backfill(
    config: Config,
    environment: &Environment,
    source: &str,
    from: Date,
    to: Option<Date>,
) -> Result<Exit> {
    let (carrier, plan) = Carrier::find(
        config,
        environment,
        Request::BackfillPlan { source: source.to_owned(), from, to },
    )
    .await?;
    let done = go_through(&carrier, plan, source, from, to).await;
    if let Carrier::Here(program) = &carrier {
        program.store.close().await;
    }
    done
}

async fn go_through(
    carrier: &Carrier,
    plan: Reply,
    source: &str,
    from: Date,
    to: Option<Date>,
) -> Result<Exit> {
    let reply = carrier
        .patiently(plan, &Request::BackfillPlan { source: source.to_owned(), from, to })
        .await?;
    let Some(Plan { number, dates }) = reply.plan else { return Ok(say(&reply)) };
    let (Some(first), Some(last)) = (dates.first().copied(), dates.last().copied()) else {
        output::line(
            &mut std::io::stdout(),
            &format!(
                "nothing to record: {source} was watched from {from} on, or has no date so new"
            ),
        )?;
        return Ok(Exit::Fine);
    };
    for (index, date) in dates.iter().enumerate() {
        let request =
            Request::BackfillStep { source: source.to_owned(), plan: number, first, date: *date };
        let reply = carrier.ask(&request).await?;
        let reply = carrier.patiently(reply, &request).await?;
        for line in &reply.lines {
            progress(&format!("[{} of {}] {line}", index + 1, dates.len()));
        }
        if reply.exit != 0 {
            output::problem(&format!(
                "stopped at {date}; what was recorded before it is kept, and the command goes on \
                 from there when it is given again"
            ));
            return Ok(say(&reply));
        }
    }
    output::line(
        &mut std::io::stdout(),
        &format!(
            "the history of {source} is recorded from {first} to {last} ({} dates)",
            dates.len()
        ),
    )?;
    Ok(Exit::Fine)
}

/// How far it is, on standard error. That nobody reads it is no reason to stop.
fn progress(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn say(reply: &Reply) -> Exit {
    reply.problems.iter().for_each(|problem| output::problem(problem));
    Exit::from_code(reply.exit)
}

/// Who carries the steps out.
enum Carrier {
    /// The daemon that answers at this socket.
    Daemon(PathBuf),
    /// This process, which holds the database's lock.
    Here(Box<Program>),
}

impl Carrier {
    async fn find(
        config: Config,
        environment: &Environment,
        first: Request,
    ) -> Result<(Self, Reply)> {
        for socket in run::control_sockets(&config, environment) {
            if let Some(reply) = control_socket::ask(&socket, &first).await? {
                return Ok((Carrier::Daemon(socket), reply));
            }
        }
        let store = store::open(&config.store, Mode::Write).await?;
        let wiring =
            Wiring::new(config).context("failed to set up what the configuration asks for")?;
        let program = Program::new(store, Arc::new(SystemClock), wiring);
        let reply = actions::operate(&program, first).await;
        Ok((Carrier::Here(Box::new(program)), reply))
    }

    async fn ask(&self, request: &Request) -> Result<Reply> {
        match self {
            Carrier::Here(program) => Ok(actions::operate(program, request.clone()).await),
            Carrier::Daemon(socket) => match control_socket::ask(socket, request).await? {
                Some(reply) => Ok(reply),
                None => bail!(
                    "the daemon stopped; what was recorded is kept, and the command goes on from \
                     there when it is given again"
                ),
            },
        }
    }

    /// Waits as long as the publisher asks to be left alone, where that is not too long, and asks
    /// again.
    async fn patiently(&self, mut reply: Reply, request: &Request) -> Result<Reply> {
        while let Some(until) = reply.wait_until {
            let Some(wait) = wait(until, SystemClock.now()) else { break };
            progress(&format!("the publisher asked to be left alone until {until}: waiting"));
            tokio::time::sleep(wait).await;
            reply = self.ask(request).await?;
        }
        Ok(reply)
    }
}

/// None: too long. A moment is added, so that the time is over on the daemon's clock as well.
fn wait(until: Timestamp, now: Timestamp) -> Option<Duration> {
    let wait = Duration::try_from(until.duration_since(now)).unwrap_or_default()
        + Duration::from_millis(50);
    (wait <= LONGEST_WAIT).then_some(wait)
}
