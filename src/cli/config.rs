//! `config check | show | schema | example | token`.

use std::io::{
    Write, {self},
};
use std::path::Path;

use crate::cli::args::ConfigCommand;
use crate::cli::{output, schema};
use crate::config::{
    Environment, SecretsMode, {self},
};
use crate::domain::TokenHash;
use crate::domain::person::TOKEN_PREFIX;
use crate::exit::Exit;
use crate::pipeline::matching::first_look;
use crate::random;

/// Runs one of the subcommands. Results go to `out`, mistakes and warnings to `err`. A file that
/// was not `named` may be absent.
///
/// # Errors
///
/// If neither can be written to.
pub fn run(
    command: ConfigCommand,
    path: &Path,
    named: bool,
    environment: &Environment,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Exit> {
    run_with_store(command, path, named, environment, Vec::new(), out, err)
}

/// The same, with the warnings of the store for `check`.
///
/// # Errors
///
/// If neither can be written to.
pub fn run_with_store(
    command: ConfigCommand,
    path: &Path,
    named: bool,
    environment: &Environment,
    stored: Vec<String>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Exit> {
    let is_there = named || path.exists();
    match command {
        // Printed by `receipts`, which needs the place of the keys.
        ConfigCommand::Keys(_) => {}
        ConfigCommand::Example => output::line(out, config::EXAMPLE)?,
        ConfigCommand::Schema => output::json(out, &schema::schemas())?,
        ConfigCommand::Check { strict } if !is_there => {
            output::line(
                err,
                &format!(
                    "{}: {} does not exist: `check` uses a built-in configuration, but \
                     `run` needs the file",
                    level(strict),
                    path.display()
                ),
            )?;
            return Ok(if strict { Exit::Usage } else { Exit::Success });
        }
        ConfigCommand::Token => output::line(out, &new_token().map_err(io::Error::other)?)?,
        ConfigCommand::Show if !is_there => output::line(out, &config::show_default(environment))?,
        ConfigCommand::Check { strict } => {
            match config::load(path, environment, SecretsMode::Resolve) {
                Ok((config, warnings)) => {
                    let (of_files, notes) = counterparty_files(&config);
                    let warnings = warnings.iter().map(ToString::to_string);
                    let warnings: Vec<String> = warnings.chain(stored).chain(of_files).collect();
                    for warning in &warnings {
                        output::line(err, &format!("{}: {warning}", level(strict)))?;
                    }
                    for note in &notes {
                        output::line(err, &format!("note: {note}"))?;
                    }
                    if strict && !warnings.is_empty() {
                        return Ok(Exit::Usage);
                    }
                    output::line(out, &summary(path, &config, warnings.len()))?;
                }
                Err(errors) => return failed(&errors, err),
            }
        }
        ConfigCommand::Show => match config::show(path, environment) {
            Ok(shown) => output::line(out, &shown)?,
            Err(errors) => return failed(&errors, err),
        },
    }
    Ok(Exit::Success)
}

/// Warnings and notes about the counterparty files that are there.
fn counterparty_files(config: &config::Config) -> (Vec<String>, Vec<String>) {
    let (mut warnings, mut notes) = (Vec::new(), Vec::new());
    for watchlist in &config.watchlists {
        let look = first_look(watchlist);
        let named = |text: String| format!("watchlist `{}`: {text}", watchlist.name);
        warnings.extend(look.warnings.into_iter().map(named));
        notes.extend(look.notes.into_iter().map(named));
    }
    (warnings, notes)
}

/// With `--strict`, a warning is an error.
fn level(strict: bool) -> &'static str {
    if strict { "error" } else { "warning" }
}

/// A token and its hash. Only the person keeps the token.
fn new_token() -> Result<String, random::NoRandomness> {
    let token = format!("{TOKEN_PREFIX}{}", random::text_of_256_bits()?);
    let hash = TokenHash::of(&token).hex();
    Ok(format!(
        "# For the person, who keeps it secret. It is shown only here.\n\
         token = \"{token}\"\n\
         # For the [[person]] in the configuration.\n\
         token_sha256 = \"{hash}\""
    ))
}

fn failed(errors: &config::ConfigErrors, err: &mut dyn Write) -> io::Result<Exit> {
    output::line(err, &errors.to_string())?;
    Ok(Exit::Usage)
}

fn summary(path: &Path, config: &config::Config, warnings: usize) -> String {
    let count = |count: usize, one: &str| {
        if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
    };
    let (sources, receivers, routes) =
        (config.sources.len(), config.receivers.len(), config.routes.len());
    format!(
        "{} is valid: {}, {}, {}, {}",
        path.display(),
        count(sources, "source"),
        count(receivers, "receiver"),
        count(routes, "route"),
        count(warnings, "warning")
    )
}
