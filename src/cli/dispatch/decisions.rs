//! The commands with which people act, and those that print what they act on.

use anyhow::Result;

use crate::actions::Request;
use crate::cli::args::{DeliveriesArgs, DeliveriesCommand, HoldsCommand, ItemsCommand};
use crate::cli::args::{ReceiversCommand, StoreCommand};
use crate::cli::asked::{self, Asked};
use crate::cli::dispatch::invocation::Invocation;
use crate::cli::{preview_message, read, store_commands};
use crate::config::SecretsMode;
use crate::domain::{DeliveryId, HoldId, ItemId};
use crate::exit::Exit;

pub async fn deliveries(invocation: &Invocation<'_>, args: DeliveriesArgs) -> Result<Exit> {
    let request = match args.command {
        None => {
            let (config, store) = invocation.reading().await?;
            read::deliveries(store.as_ref(), &config, &args.list, invocation.now).await?;
            return Ok(Exit::Success);
        }
        Some(DeliveriesCommand::Retry { ids }) => {
            Request::DeliveriesRetry { ids: ids.into_iter().map(DeliveryId).collect(), by: None }
        }
        Some(DeliveriesCommand::Send { receiver, since }) => {
            Request::DeliveriesSend { receiver, since: since.before(invocation.now) }
        }
    };
    invocation.acting(request).await
}

pub async fn holds(invocation: &Invocation<'_>, command: HoldsCommand) -> Result<Exit> {
    let request = match command {
        HoldsCommand::List { all, output } => {
            read::holds(&invocation.reading().await?.1, all, output.output).await?;
            return Ok(Exit::Success);
        }
        HoldsCommand::Show { id, output } => {
            let (config, store) = invocation.reading().await?;
            read::hold(&store, &config, &id, output.output, invocation.now).await?;
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
    invocation.acting(request).await
}

pub async fn items(invocation: &Invocation<'_>, command: ItemsCommand) -> Result<Exit> {
    let several = |ids: Vec<String>| ids.into_iter().map(ItemId).collect();
    let request = match command {
        ItemsCommand::List { state, output } => {
            let (config, store) = invocation.reading().await?;
            read::items(&store, &config, state.map(Into::into), output.output).await?;
            return Ok(Exit::Success);
        }
        ItemsCommand::Show { id, output } => {
            let (config, store) = invocation.reading().await?;
            read::item(&store, &config, &id, output.output).await?;
            return Ok(Exit::Success);
        }
        ItemsCommand::Take { ids, actor } => Request::ItemsTake { ids: several(ids), by: actor.by },
        ItemsCommand::Close { ids, actor, outcome, note } => {
            Request::ItemsClose { ids: several(ids), by: actor.by, outcome: outcome.into(), note }
        }
        ItemsCommand::Reopen { id, actor, note } => {
            Request::ItemsReopen { id: ItemId(id), by: actor.by, note }
        }
        ItemsCommand::Handover { from, to, until, actor } => {
            Request::ItemsHandover { from, to, until, by: actor.by }
        }
    };
    invocation.acting(request).await
}

pub async fn receivers(invocation: &Invocation<'_>, command: ReceiversCommand) -> Result<Exit> {
    let request = match command {
        ReceiversCommand::List { output } => {
            let (config, store) = invocation.reading().await?;
            read::receivers(store.as_ref(), &config, output.output, invocation.now).await?;
            return Ok(Exit::Success);
        }
        ReceiversCommand::Preview { name, shown } => {
            let config = invocation.configured(SecretsMode::Skip)?;
            preview_message::preview(&config, &name, &shown).await?;
            return Ok(Exit::Success);
        }
        ReceiversCommand::Test { name, sample } => Request::ReceiversTest { name, sample },
        ReceiversCommand::Enable { name } => Request::ReceiversEnable { name },
    };
    invocation.acting(request).await
}

/// `watchlists`, `matches` and `rescreen`.
pub async fn counterparties(invocation: &Invocation<'_>, asked: Asked) -> Result<Exit> {
    let printed = match asked {
        Asked::Act(request) => return invocation.acting(request).await,
        Asked::Print(printed) => printed,
    };
    let (config, store) = invocation.reading().await?;
    asked::print(printed, &store, &config, invocation.now).await?;
    Ok(Exit::Success)
}

/// `store`: of these, a running daemon carries out only `prune`.
pub async fn store(invocation: &Invocation<'_>, command: StoreCommand) -> Result<Exit> {
    if let StoreCommand::Prune = command {
        return invocation.acting(Request::StorePrune).await;
    }
    let config = invocation.configured(SecretsMode::Skip)?;
    Box::pin(store_commands::run(&config, invocation.environment, command, invocation.now)).await
}
