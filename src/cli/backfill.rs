//! `backfill`: records the past dates of a source one by one, and prints the progress on standard
//! error.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::actions::{
    Reply, Request, user_of_process, {self},
};
use crate::cli::{output, run};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Environment};
use crate::control_socket;
use crate::exit::Exit;
use crate::pipeline::backfill::Plan;
use crate::pipeline::{Program, Wiring, entry_identity};
use crate::store::{
    InstanceSettings, Mode, {self},
};

/// The longest requested wait that the command waits for. After a longer one the user can run the
/// command again.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);

/// Records the history of a source. Dates that are already recorded are skipped.
pub async fn backfill(
    config: Config,
    environment: &Environment,
    source: &str,
    from: Date,
    to: Option<Date>,
) -> Result<Exit> {
    let request = Request::BackfillPlan { source: source.to_owned(), from, to };
    let (carrier, plan) = Box::pin(Carrier::find(config, environment, request)).await?;
    let done = record_dates(&carrier, plan, source, from, to).await;
    if let Carrier::ThisProcess(program) = &carrier {
        program.store.close().await;
    }
    done
}

async fn record_dates(
    carrier: &Carrier,
    plan: Reply,
    source: &str,
    from: Date,
    to: Option<Date>,
) -> Result<Exit> {
    let reply = carrier
        .wait_and_retry(plan, &Request::BackfillPlan { source: source.to_owned(), from, to })
        .await?;
    let Some(Plan { number, dates }) = reply.plan else { return Ok(print(&reply)) };
    let (Some(first), Some(last)) = (dates.first().copied(), dates.last().copied()) else {
        output::line(
            &mut std::io::stdout(),
            &format!(
                "nothing to record: {source} has been watched since {from} or earlier, or has no \
                 date on or after it"
            ),
        )?;
        return Ok(Exit::Success);
    };
    let bar = bar(dates.len());
    for (index, date) in dates.iter().enumerate() {
        let request =
            Request::BackfillStep { source: source.to_owned(), plan: number, first, date: *date };
        let reply = carrier.ask(&request).await?;
        let reply = carrier.wait_and_retry(reply, &request).await?;
        for line in &reply.lines {
            let line = format!("[{} of {}] {line}", index + 1, dates.len());
            match &bar {
                Some(bar) => bar.println(line),
                None => progress(&line),
            }
        }
        if let Some(bar) = &bar {
            bar.inc(1);
        }
        if reply.exit != 0 {
            bar.iter().for_each(ProgressBar::abandon);
            output::problem(&format!(
                "stopped at {date}; the dates before it are recorded, and the same command \
                 continues from there"
            ));
            return Ok(print(&reply));
        }
    }
    bar.iter().for_each(ProgressBar::finish_and_clear);
    output::line(
        &mut std::io::stdout(),
        &format!(
            "the history of {source} is recorded from {first} to {last} ({} dates)",
            dates.len()
        ),
    )?;
    Ok(Exit::Success)
}

/// A progress bar below the lines, if a person watches them.
fn bar(dates: usize) -> Option<ProgressBar> {
    let style = ProgressStyle::with_template("[{pos} of {len}] {wide_bar} {eta} left").ok()?;
    let length = u64::try_from(dates).ok()?;
    std::io::stderr().is_terminal().then(|| ProgressBar::new(length).with_style(style))
}

/// Prints the progress on standard error. A closed standard error is no reason to stop.
fn progress(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn print(reply: &Reply) -> Exit {
    reply.problems.iter().for_each(|problem| output::problem(problem));
    Exit::from_code(reply.exit)
}

/// The process that carries out the steps.
enum Carrier {
    /// The daemon that answers on this socket.
    Daemon(PathBuf),
    /// This process, which holds the lock of the database.
    ThisProcess(Box<Program>),
}

impl Carrier {
    async fn find(
        config: Config,
        environment: &Environment,
        first: Request,
    ) -> Result<(Self, Reply)> {
        for socket in run::control_sockets(&config, environment) {
            if let Some(reply) = control_socket::send(&socket, &first).await? {
                return Ok((Carrier::Daemon(socket), reply));
            }
        }
        let settings =
            InstanceSettings { host: environment.host.clone(), ..InstanceSettings::default() };
        let store = store::open_as(&config.store, Mode::Write, settings).await?;
        entry_identity::add_missing_ids(store.as_ref()).await?;
        let wiring = Wiring::new(config).context("failed to apply the configuration")?;
        let program = Program::new(store, Arc::new(SystemClock), wiring);
        let reply = actions::execute(&program, first, &user_of_process().await).await;
        Ok((Carrier::ThisProcess(Box::new(program)), reply))
    }

    async fn ask(&self, request: &Request) -> Result<Reply> {
        match self {
            Carrier::ThisProcess(program) => {
                Ok(actions::execute(program, request.clone(), &user_of_process().await).await)
            }
            Carrier::Daemon(socket) => match control_socket::send(socket, request).await? {
                Some(reply) => Ok(reply),
                None => bail!(
                    "the daemon stopped; the recorded dates are kept, and the same command \
                     continues from there"
                ),
            },
        }
    }

    /// Waits as long as the publisher asks, unless that is too long, and asks again.
    async fn wait_and_retry(&self, mut reply: Reply, request: &Request) -> Result<Reply> {
        while let Some(until) = reply.wait_until {
            let Some(wait) = wait(until, SystemClock.now()) else { break };
            progress(&format!("the publisher asked to wait until {until}: waiting"));
            tokio::time::sleep(wait).await;
            reply = self.ask(request).await?;
        }
        Ok(reply)
    }
}

/// `None` if the wait is too long. A short time is added, so that the wait is also over on the
/// daemon's clock.
fn wait(until: Timestamp, now: Timestamp) -> Option<Duration> {
    let wait = Duration::try_from(until.duration_since(now)).unwrap_or_default()
        + Duration::from_millis(50);
    (wait <= LONGEST_WAIT).then_some(wait)
}
