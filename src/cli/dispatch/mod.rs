//! Runs the command of a command line, and turns its result into an exit code.

mod comparisons;
mod configuration;
mod decisions;
mod invocation;
mod records;

use std::io::{self, stdout};
use std::path::Path;

use anyhow::Result;

use self::invocation::Invocation;
use crate::actions::Request;
use crate::cli::args::{Cli, Command};
use crate::cli::asked::Asked;
use crate::cli::exit_of_problem::exit_of;
use crate::cli::{backfill, completions, demo, logs, output, run, terminal, threads};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Environment, SecretsMode};
use crate::exit::Exit;

/// Runs the command on a runtime of its own. It fails if the runtime cannot start.
///
/// This is not in the binary, because the crate that waits for an async function compiles it, and
/// everything that it waits for, once more.
pub fn run_to_its_end(cli: Cli) -> io::Result<Exit> {
    Ok(threads::runtime(&cli.command).enable_all().build()?.block_on(dispatch(cli)))
}

/// Runs the command. Errors are printed on standard error.
async fn dispatch(cli: Cli) -> Exit {
    let level = match cli.command {
        _ if cli.quiet => "error",
        _ if cli.verbose => "debug",
        Command::Run(_) => "info",
        // The demo reports on standard output, and its failures are deliberate.
        Command::Demo => "error",
        _ => "warn",
    };
    logs::start(cli.log_format, level);
    let environment = Environment::of_process();
    terminal::start(environment.columns.as_deref());
    match Box::pin(command(cli, &environment)).await {
        Ok(exit) => exit,
        Err(problem) => {
            let exit = exit_of(&problem);
            output::problem(&format!("{problem:#}"));
            exit
        }
    }
}

async fn command(cli: Cli, environment: &Environment) -> Result<Exit> {
    let invocation = &Invocation {
        path: cli.config_path(),
        is_named: cli.config.is_some(),
        environment,
        now: SystemClock.now(),
    };
    match cli.command {
        Command::Run(args) => {
            let (config, warnings) =
                config::load(&invocation.path, environment, SecretsMode::Resolve)?;
            warnings.iter().for_each(config::ConfigWarning::log);
            Box::pin(run::run(&invocation.path, config, environment, &args)).await?;
        }
        Command::Demo => Box::pin(demo::demo(Path::new("entitywatch-demo"))).await?,
        Command::Backfill { source, from, to } => {
            let (config, _) = config::load(&invocation.path, environment, SecretsMode::Resolve)?;
            return Box::pin(backfill::backfill(config, environment, &source, from, to)).await;
        }
        Command::Check { sources } => return invocation.acting(Request::Check { sources }).await,
        Command::Diff(args) => return comparisons::diff(invocation, args).await,
        Command::Screen(args) => return comparisons::screen(invocation, args).await,
        Command::Drill(args) => return comparisons::drill(invocation, args).await,
        Command::Config { command } => return configuration::config(invocation, command).await,
        Command::Completions { shell } => completions::completions(shell, &mut stdout())?,
        Command::Man { folder } => return configuration::man(folder),
        Command::Status(output) => return records::status(invocation, output).await,
        Command::Changes(args) => return records::changes(invocation, args).await,
        Command::Entries(args) => return records::entries(invocation, args).await,
        Command::Alerts(args) => return records::alerts(invocation, args).await,
        Command::Sources { compare, output } => {
            return records::sources(invocation, compare, output).await;
        }
        Command::Routes { command } => return records::routes(invocation, command).await,
        Command::Report(args) => return records::report(invocation, args).await,
        Command::Journal { command } => return records::journal(invocation, command).await,
        Command::Deliveries(args) => return decisions::deliveries(invocation, args).await,
        Command::Holds { command } => return decisions::holds(invocation, command).await,
        Command::Items { command } => return decisions::items(invocation, command).await,
        Command::Receivers { command } => return decisions::receivers(invocation, command).await,
        Command::Watchlists(args) => {
            return decisions::counterparties(invocation, Asked::of_watchlists(args)).await;
        }
        Command::Matches { command } => {
            return decisions::counterparties(invocation, Asked::of_matches(command)).await;
        }
        Command::Rescreen(args) => {
            return decisions::counterparties(
                invocation,
                Asked::of_rescreen(&args, invocation.now),
            )
            .await;
        }
        Command::Store { command } => return decisions::store(invocation, command).await,
    }
    Ok(Exit::Success)
}
