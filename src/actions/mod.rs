//! The commands that change something. The daemon carries them out if one runs; otherwise the
//! command's own process does.
//!
//! Knows what each command does and prints. Does not know how requests arrive (`control_socket`,
//! `cli`).

mod backfill_commands;
mod check_command;
mod command_reply;
mod delivery_commands;
mod file_hold_commands;
mod hold_commands;
mod item_commands;
mod match_commands;
mod process_user;
mod prune_command;
mod receiver_commands;
mod request;
mod summary_text;

use std::collections::BTreeMap;

use crate::actions::match_commands::DecidingMany;
use crate::domain::Identified;
use crate::exit::Exit;
use crate::pipeline::hold_decision::Decision;
use crate::pipeline::items::Actor;
use crate::pipeline::{Program, decision_export};

pub use command_reply::Reply;
pub use process_user::{user_name, user_of_process};
pub use request::Request;

/// Carries out a request of a person or program that was identified in this way. Errors are in the
/// reply.
pub async fn execute(program: &Program, request: Request, identified: &Identified) -> Reply {
    let mut reply = Reply::default();
    let (request, seen) = match request {
        Request::MatchesSeen { seen, decision } => (*decision, seen),
        other => (other, BTreeMap::new()),
    };
    let result = match request {
        Request::Check { sources } => {
            Box::pin(check_command::check_sources(program, sources, &mut reply)).await
        }
        Request::DeliveriesRetry { ids, by } => {
            delivery_commands::retry(program, &ids, by.as_deref(), identified, &mut reply).await
        }
        Request::DeliveriesSend { receiver, since } => {
            delivery_commands::send(program, &receiver, since, identified, &mut reply).await
        }
        Request::HoldsAccept { id, by, reason, as_baseline } => {
            let decision = Decision { by: &by, identified, reason: &reason, restored: None };
            Box::pin(hold_commands::accept(program, &id, &decision, as_baseline, &mut reply)).await
        }
        Request::HoldsReject { id, by, reason } => {
            let decision = Decision { by: &by, identified, reason: &reason, restored: None };
            hold_commands::reject(program, &id, &decision, &mut reply).await
        }
        Request::ItemsTake { ids, by } => {
            item_commands::take(program, &ids, Actor { by: &by, identified }, &mut reply).await;
            Ok(())
        }
        Request::ItemsClose { ids, by, outcome, note } => {
            let actor = Actor { by: &by, identified };
            item_commands::close(program, &ids, actor, outcome, &note, &mut reply).await;
            Ok(())
        }
        Request::ItemsReopen { id, by, note } => {
            item_commands::reopen(program, &id, Actor { by: &by, identified }, &note, &mut reply)
                .await;
            Ok(())
        }
        Request::ItemsHandover { from, to, until, by } => {
            let actor = Actor { by: &by, identified };
            item_commands::hand_over(program, &from, &to, until, actor, &mut reply).await
        }
        Request::MatchesDismiss { ids, by, reason, note } => {
            let deciding = DecidingMany { actor: Actor { by: &by, identified }, seen: &seen };
            match_commands::dismiss(program, &ids, deciding, (reason, &note), &mut reply).await;
            Ok(())
        }
        Request::MatchesConfirm { ids, by, note } => {
            let deciding = DecidingMany { actor: Actor { by: &by, identified }, seen: &seen };
            match_commands::confirm(program, &ids, deciding, &note, &mut reply).await;
            Ok(())
        }
        Request::MatchesReopen { id, by, note } => {
            let deciding = DecidingMany { actor: Actor { by: &by, identified }, seen: &seen };
            match_commands::reopen(program, &id, deciding, &note, &mut reply).await;
            Ok(())
        }
        Request::WatchlistsAccept { watchlist, by, reason } => {
            let actor = Actor { by: &by, identified };
            let accepting = file_hold_commands::accept_of_watchlist(
                program, &watchlist, actor, &reason, &mut reply,
            );
            Box::pin(accepting).await
        }
        Request::WatchlistsErase { watchlist, id, by } => {
            let actor = Actor { by: &by, identified };
            match_commands::erase(program, &watchlist, &id, actor, &mut reply).await;
            Ok(())
        }
        Request::BackfillPlan { source, from, to } => {
            backfill_commands::plan(program, &source, (from, to), identified, &mut reply).await;
            Ok(())
        }
        Request::BackfillStep { source, plan, first, date } => {
            backfill_commands::step(program, &source, plan, first, date, &mut reply).await;
            Ok(())
        }
        Request::ReceiversTest { name, sample } => {
            receiver_commands::test(program, &name, sample.as_deref(), identified, &mut reply).await
        }
        Request::ReceiversEnable { name } => {
            receiver_commands::enable(program, &name, identified, &mut reply).await
        }
        Request::MatchesSeen { .. } => {
            reply.problem(Exit::Usage, "expected one decision about a match".to_owned());
            Ok(())
        }
        Request::StorePrune => prune_command::prune(program, &mut reply).await,
    };
    if let Err(problem) = result {
        reply.problem(Exit::Failed, problem.to_string());
    }
    // Before the answer, so that no decision that a person knows to be made can be lost.
    decision_export::export_new(program).await;
    reply
}
