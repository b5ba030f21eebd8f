//! The commands that change something. The daemon carries them out if one runs; otherwise the
//! command's own process does.
//!
//! Knows what each command does and prints. Does not know how requests arrive (`control_socket`,
//! `cli`).

mod backfill_commands;
mod check_command;
mod command_reply;
mod delivery_commands;
mod hold_commands;
mod receiver_commands;
mod request;
mod summary_text;

use crate::exit::Exit;
use crate::pipeline::Program;

pub use command_reply::Reply;
pub use request::Request;

/// Carries out a request. Errors are in the reply.
pub async fn execute(program: &Program, request: Request) -> Reply {
    let mut reply = Reply::default();
    let result = match request {
        Request::Check { sources } => {
            check_command::check_sources(program, sources, &mut reply).await
        }
        Request::DeliveriesRetry { ids } => {
            delivery_commands::retry(program, &ids, &mut reply).await
        }
        Request::DeliveriesSend { receiver, since } => {
            delivery_commands::send(program, &receiver, since, &mut reply).await
        }
        Request::HoldsAccept { id, by, reason, as_baseline } => {
            hold_commands::accept(program, &id, &by, &reason, as_baseline, &mut reply).await
        }
        Request::HoldsReject { id, by, reason } => {
            hold_commands::reject(program, &id, &by, &reason, &mut reply).await;
            Ok(())
        }
        Request::BackfillPlan { source, from, to } => {
            backfill_commands::plan(program, &source, from, to, &mut reply).await;
            Ok(())
        }
        Request::BackfillStep { source, plan, first, date } => {
            backfill_commands::step(program, &source, plan, first, date, &mut reply).await;
            Ok(())
        }
        Request::ReceiversTest { name, sample } => {
            receiver_commands::test(program, &name, sample.as_deref(), &mut reply).await
        }
        Request::ReceiversEnable { name } => {
            receiver_commands::enable(program, &name, &mut reply).await
        }
    };
    if let Err(problem) = result {
        reply.problem(Exit::Failed, problem.to_string());
    }
    reply
}
