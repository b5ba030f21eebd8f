//! Runs the command of a command line, and turns its result into an exit code.

use std::io::{stderr, stdout};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::actions::Request;
use crate::cli::args::{
    AlertsCommand, Cli, Command, ConfigCommand, DeliveriesCommand, DiffArgs, EntriesCommand,
    HoldsCommand, ItemsCommand, JournalCommand, ReceiptArgs, ReceiversCommand, RoutesCommand,
    StoreCommand,
};
use crate::cli::asked::{self, Asked};
use crate::cli::drill_report::ReceiverAnswer;
use crate::cli::exit_of_problem::exit_of;
use crate::cli::usage::Usage;
use crate::cli::{
    act, backfill, compare, compare_days, completions, config as config_command, demo, diff, drill,
    journal, logs, output, preview_message, read, receipts, report, run, screen, show_alert,
    store_commands, terminal,
};
use crate::clock::{Clock, SystemClock};
use crate::compare_files::compare_files;
use crate::config::{
    Config, Environment, SecretsMode, {self},
};
use crate::control_socket;
use crate::domain::{DeliveryId, HoldId, ItemId};
use crate::exit::Exit;
use crate::receipt::KeyFolder;
use crate::store::{
    Mode, Store, {self},
};

/// Runs the command. Errors are printed on standard error.
pub async fn dispatch(cli: Cli) -> Exit {
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
    let path = cli.config_path();
    let named = cli.config.is_some();
    let now = SystemClock.now();
    match cli.command {
        Command::Run(args) => {
            let (config, warnings) = config::load(&path, environment, SecretsMode::Resolve)?;
            warnings.iter().for_each(config::ConfigWarning::log);
            Box::pin(run::run(&path, config, environment, &args)).await?;
        }
        Command::Status(output) => {
            let (config, store) = reading(&path, named, environment).await?;
            let socket = run::control_sockets(&config, environment);
            let is_running = socket.iter().any(|socket| control_socket::is_answered(socket));
            return read::status(store.as_ref(), &config, is_running, output.output, now).await;
        }
        Command::Check { sources } => {
            return acting(&path, named, environment, Request::Check { sources }).await;
        }
        Command::Diff(DiffArgs { old, new, source, from, to, lists, output }) => {
            let changes = match (source, from, to, old, new) {
                (Some(source), Some(from), Some(to), ..) => {
                    let (config, store) = reading(&path, named, environment).await?;
                    let (lists, days) = ((source.as_str(), lists.as_slice()), (from, to));
                    compare_days::changes(store.as_ref(), &config, lists, days, now).await?
                }
                (.., Some(old), Some(new)) => compare_files(&old, &new, &lists)?,
                _ => {
                    return Err(Usage("expected two files, or a source and two days".into()).into());
                }
            };
            diff::print(&changes, output.output)?;
        }
        Command::Screen(args) => {
            let mut lists = match &args.against {
                Some(file) => screen::lists_of_file(file, &args.lists)?,
                None => {
                    let (config, store) = reading(&path, named, environment).await?;
                    screen::lists_of_store(store.as_ref(), &config, &args.lists).await?
                }
            };
            let order = match &args.receipt {
                Some(file) => {
                    let config = configured(&path, named, environment, SecretsMode::Skip)?;
                    lists.anchor(&config).await;
                    let keys = receipts::key_folder(&config, environment);
                    Some(screen::ReceiptOrder { file, keys, now })
                }
                None => None,
            };
            return screen::screen(&args, lists, order, &mut stdout());
        }
        Command::Drill(args) => {
            let (config, store) = reading(&path, named, environment).await?;
            let mut report = drill::report(&args, store.as_ref(), &config, now).await?;
            store.close().await;
            for (receiver, kind, request) in drill::requests(&config) {
                let load = |secrets| configured(&path, named, environment, secrets);
                let reply = act::carry_out(load, environment, request).await;
                report.receivers.push(ReceiverAnswer::of(receiver, kind, reply));
            }
            return drill::print(report, args.output, &mut stdout());
        }
        Command::Demo => Box::pin(demo::demo(Path::new("entitywatch-demo"))).await?,
        Command::Config { command: ConfigCommand::Keys(args) } => {
            let folder = receipt_keys(&path, named, environment)?;
            receipts::keys(args, &folder, now, &mut stdout())?;
        }
        Command::Config { command } => {
            let stored = match &command {
                ConfigCommand::Check { .. } => {
                    stored_warnings(&path, environment).await.unwrap_or_default()
                }
                _ => Vec::new(),
            };
            return Ok(config_command::run_with_store(
                command,
                &path,
                named,
                environment,
                stored,
                &mut stdout(),
                &mut stderr(),
            )?);
        }
        Command::Completions { shell } => completions::completions(shell, &mut stdout())?,
        Command::Man { folder: Some(folder) } => completions::man_pages(&folder)
            .with_context(|| format!("failed to write manual pages to {}", folder.display()))?,
        Command::Man { folder: None } => completions::man(&mut stdout())?,
        Command::Changes(args) => {
            let (config, store) = reading(&path, named, environment).await?;
            read::changes(store.as_ref(), &config, &args, now).await?;
        }
        Command::Entries(args) => {
            let (config, store) = reading(&path, named, environment).await?;
            match args.command {
                None => read::entries(store.as_ref(), &config, &args.list, now).await?,
                Some(EntriesCommand::Show { name, output }) => {
                    read::entry(store.as_ref(), &name, output.output).await?;
                }
            }
        }
        Command::Alerts(args) => {
            let (config, store) = reading(&path, named, environment).await?;
            match args.command {
                None => read::alerts(store.as_ref(), &config.messages, &args.list, now).await?,
                Some(AlertsCommand::Show { id, format }) => {
                    show_alert::alert(store.as_ref(), &config.messages, &id, format).await?;
                }
            }
        }
        Command::Sources { compare: true, output } => {
            let (config, store) = reading(&path, named, environment).await?;
            if !compare::sources(store.as_ref(), &config, output.output, now).await? {
                return Err(Usage(
                    "expected two sources of one list to compare, but no list is watched in more \
                     than one"
                        .into(),
                )
                .into());
            }
        }
        Command::Sources { output, .. } => {
            let (config, store) = reading(&path, named, environment).await?;
            read::sources(store.as_ref(), &config, output.output, now).await?;
        }
        Command::Backfill { source, from, to } => {
            let (config, _) = config::load(&path, environment, SecretsMode::Resolve)?;
            return Box::pin(backfill::backfill(config, environment, &source, from, to)).await;
        }
        Command::Deliveries(args) => {
            let request = match args.command {
                None => {
                    let (config, store) = reading(&path, named, environment).await?;
                    read::deliveries(store.as_ref(), &config, &args.list, now).await?;
                    return Ok(Exit::Success);
                }
                Some(DeliveriesCommand::Retry { ids }) => Request::DeliveriesRetry {
                    ids: ids.into_iter().map(DeliveryId).collect(),
                    by: None,
                },
                Some(DeliveriesCommand::Send { receiver, since }) => {
                    Request::DeliveriesSend { receiver, since: since.before(now) }
                }
            };
            return acting(&path, named, environment, request).await;
        }
        Command::Holds { command } => {
            let request = match command {
                HoldsCommand::List { all, output } => {
                    read::holds(&reading(&path, named, environment).await?.1, all, output.output)
                        .await?;
                    return Ok(Exit::Success);
                }
                HoldsCommand::Show { id, output } => {
                    let (config, store) = reading(&path, named, environment).await?;
                    read::hold(&store, &config, &id, output.output, now).await?;
                    return Ok(Exit::Success);
                }
                HoldsCommand::Accept { decision, as_baseline } => Request::HoldsAccept {
                    id: HoldId(decision.id),
                    by: decision.by,
                    reason: decision.reason,
                    as_baseline,
                },
                HoldsCommand::Reject { decision } => Request::HoldsReject {
                    id: HoldId(decision.id),
                    by: decision.by,
                    reason: decision.reason,
                },
            };
            return acting(&path, named, environment, request).await;
        }
        Command::Items { command } => {
            let request = match command {
                ItemsCommand::List { state, output } => {
                    let (config, store) = reading(&path, named, environment).await?;
                    read::items(&store, &config, state.map(Into::into), output.output).await?;
                    return Ok(Exit::Success);
                }
                ItemsCommand::Show { id, output } => {
                    let (config, store) = reading(&path, named, environment).await?;
                    read::item(&store, &config, &id, output.output).await?;
                    return Ok(Exit::Success);
                }
                ItemsCommand::Take { ids, actor } => {
                    Request::ItemsTake { ids: item_ids(ids), by: actor.by }
                }
                ItemsCommand::Close { ids, actor, outcome, note } => Request::ItemsClose {
                    ids: item_ids(ids),
                    by: actor.by,
                    outcome: outcome.into(),
                    note,
                },
                ItemsCommand::Reopen { id, actor, note } => {
                    Request::ItemsReopen { id: ItemId(id), by: actor.by, note }
                }
                ItemsCommand::Handover { from, to, until, actor } => {
                    Request::ItemsHandover { from, to, until, by: actor.by }
                }
            };
            return acting(&path, named, environment, request).await;
        }
        Command::Watchlists(args) => {
            let asked = Asked::of_watchlists(args);
            return of_counterparties(&path, named, environment, asked).await;
        }
        Command::Matches { command } => {
            let asked = Asked::of_matches(command);
            return of_counterparties(&path, named, environment, asked).await;
        }
        Command::Rescreen(args) => {
            let asked = Asked::of_rescreen(&args, now);
            return of_counterparties(&path, named, environment, asked).await;
        }
        Command::Receivers { command } => {
            let request = match command {
                ReceiversCommand::List { output } => {
                    let (config, store) = reading(&path, named, environment).await?;
                    read::receivers(store.as_ref(), &config, output.output, now).await?;
                    return Ok(Exit::Success);
                }
                ReceiversCommand::Test { name, sample } => Request::ReceiversTest { name, sample },
                ReceiversCommand::Preview { name, shown } => {
                    let config = configured(&path, named, environment, SecretsMode::Skip)?;
                    preview_message::preview(&config, &name, &shown).await?;
                    return Ok(Exit::Success);
                }
                ReceiversCommand::Enable { name } => Request::ReceiversEnable { name },
            };
            return acting(&path, named, environment, request).await;
        }
        Command::Routes { command: RoutesCommand::Explain { id, output } } => {
            let (config, store) = reading(&path, named, environment).await?;
            read::explain_routes(store.as_ref(), &config, &id, output.output, now).await?;
        }
        Command::Store { command: StoreCommand::Prune } => {
            return acting(&path, named, environment, Request::StorePrune).await;
        }
        Command::Store { command } => {
            let config = configured(&path, named, environment, SecretsMode::Skip)?;
            return Box::pin(store_commands::run(&config, environment, command, now)).await;
        }
        Command::Journal {
            command:
                JournalCommand::Verify {
                    receipt: ReceiptArgs { receipt: Some(receipt), key: Some(key) },
                    ..
                },
        } => return receipts::verify(&receipt, &key, &mut stdout()),
        Command::Report(args) => {
            let (config, store) = reading(&path, named, environment).await?;
            report::report(store.as_ref(), &config, &args, now).await?;
        }
        Command::Journal { command } => {
            let store = reading(&path, named, environment).await?.1;
            match command {
                JournalCommand::Verify { head, .. } => {
                    return journal::verify(store.as_ref(), head).await;
                }
                JournalCommand::Export => journal::export(store.as_ref()).await?,
            }
        }
    }
    Ok(Exit::Success)
}

/// The folder of the keys of receipts. The database itself is not opened.
fn receipt_keys(path: &Path, named: bool, environment: &Environment) -> Result<KeyFolder> {
    let config = configured(path, named, environment, SecretsMode::Skip)?;
    Ok(receipts::key_folder(&config, environment))
}

fn item_ids(ids: Vec<String>) -> Vec<ItemId> {
    ids.into_iter().map(ItemId).collect()
}

/// How long `config check` waits for the store, whose warnings are optional.
const STORE_PATIENCE: Duration = Duration::from_secs(3);

/// The warnings of the store about a configuration. `None` if there is no store yet, or no
/// permission to read it.
async fn stored_warnings(path: &Path, environment: &Environment) -> Option<Vec<String>> {
    let (config, _) = config::load(path, environment, SecretsMode::Skip).ok()?;
    let read = async {
        let store = store::open(&config.store, Mode::Read).await?;
        read::absent_lists(store.as_ref(), &config).await
    };
    tokio::time::timeout(STORE_PATIENCE, read).await.ok()?.ok()
}

/// The configuration and the store, opened for reading while a daemon may be running. No secret is
/// looked up.
async fn reading(
    path: &Path,
    named: bool,
    environment: &Environment,
) -> Result<(Config, Arc<Store>)> {
    let config = configured(path, named, environment, SecretsMode::Skip)?;
    let store = store::open(&config.store, Mode::Read).await?;
    Ok((config, store))
}

async fn acting(
    path: &Path,
    named: bool,
    environment: &Environment,
    request: Request,
) -> Result<Exit> {
    act::act(|secrets| configured(path, named, environment, secrets), environment, request).await
}

async fn of_counterparties(
    path: &Path,
    named: bool,
    environment: &Environment,
    asked: Asked,
) -> Result<Exit> {
    let printed = match asked {
        Asked::Act(request) => return Box::pin(acting(path, named, environment, request)).await,
        Asked::Print(printed) => printed,
    };
    let (config, store) = reading(path, named, environment).await?;
    asked::print(printed, &store, &config, SystemClock.now()).await?;
    Ok(Exit::Success)
}

/// The configuration, or the built-in one if no file was named and the default file does not exist.
fn configured(
    path: &Path,
    named: bool,
    environment: &Environment,
    secrets: SecretsMode,
) -> Result<Config> {
    if named || path.exists() {
        return Ok(config::load(path, environment, secrets)?.0);
    }
    Ok(config::default_config(environment))
}
