//! The commands that only read what the store has recorded.

use std::io::stdout;

use anyhow::Result;

use crate::cli::args::{
    AlertsArgs, AlertsCommand, ChangesArgs, EntriesArgs, EntriesCommand, JournalCommand, OutputArg,
    ReceiptArgs, ReportArgs, RoutesCommand,
};
use crate::cli::dispatch::invocation::Invocation;
use crate::cli::usage::Usage;
use crate::cli::{compare, journal, read, receipts, report, run, show_alert};
use crate::control_socket;
use crate::exit::Exit;

pub async fn status(invocation: &Invocation<'_>, output: OutputArg) -> Result<Exit> {
    let (config, store) = invocation.reading().await?;
    let sockets = run::control_sockets(&config, invocation.environment);
    let is_running = sockets.iter().any(|socket| control_socket::is_answered(socket));
    read::status(store.as_ref(), &config, is_running, output.output, invocation.now).await
}

pub async fn changes(invocation: &Invocation<'_>, args: ChangesArgs) -> Result<Exit> {
    let (config, store) = invocation.reading().await?;
    read::changes(store.as_ref(), &config, &args, invocation.now).await?;
    Ok(Exit::Success)
}

pub async fn entries(invocation: &Invocation<'_>, args: EntriesArgs) -> Result<Exit> {
    let (config, store) = invocation.reading().await?;
    match args.command {
        None => read::entries(store.as_ref(), &config, &args.list, invocation.now).await?,
        Some(EntriesCommand::Show { name, output }) => {
            read::entry(store.as_ref(), &name, output.output).await?;
        }
    }
    Ok(Exit::Success)
}

pub async fn alerts(invocation: &Invocation<'_>, args: AlertsArgs) -> Result<Exit> {
    let (config, store) = invocation.reading().await?;
    match args.command {
        None => read::alerts(store.as_ref(), &config.messages, &args.list, invocation.now).await?,
        Some(AlertsCommand::Show { id, format }) => {
            show_alert::alert(store.as_ref(), &config.messages, &id, format).await?;
        }
    }
    Ok(Exit::Success)
}

/// `compare`: how the sources of one list differ, instead of the state of each source.
pub async fn sources(
    invocation: &Invocation<'_>,
    compare: bool,
    output: OutputArg,
) -> Result<Exit> {
    let (config, store) = invocation.reading().await?;
    if !compare {
        read::sources(store.as_ref(), &config, output.output, invocation.now).await?;
    } else if !compare::sources(store.as_ref(), &config, output.output, invocation.now).await? {
        let reason = "expected two sources of one list to compare, but no list is watched in more \
                      than one";
        return Err(Usage(reason.into()).into());
    }
    Ok(Exit::Success)
}

pub async fn routes(invocation: &Invocation<'_>, command: RoutesCommand) -> Result<Exit> {
    let RoutesCommand::Explain { id, output } = command;
    let (config, store) = invocation.reading().await?;
    read::explain_routes(store.as_ref(), &config, &id, output.output, invocation.now).await?;
    Ok(Exit::Success)
}

pub async fn report(invocation: &Invocation<'_>, args: ReportArgs) -> Result<Exit> {
    let (config, store) = invocation.reading().await?;
    report::report(store.as_ref(), &config, &args, invocation.now).await?;
    Ok(Exit::Success)
}

/// `journal`: a receipt is verified without the store.
pub async fn journal(invocation: &Invocation<'_>, command: JournalCommand) -> Result<Exit> {
    if let JournalCommand::Verify {
        receipt: ReceiptArgs { receipt: Some(receipt), key: Some(key) },
        ..
    } = command
    {
        return receipts::verify(&receipt, &key, &mut stdout());
    }
    let store = invocation.reading().await?.1;
    match command {
        JournalCommand::Verify { head, .. } => journal::verify(store.as_ref(), head).await,
        JournalCommand::Export => {
            journal::export(store.as_ref()).await?;
            Ok(Exit::Success)
        }
    }
}
