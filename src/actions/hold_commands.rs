//! `holds accept` and `holds reject`. A hold of a counterparty file is decided by
//! `file_hold_commands`.

use crate::actions::delivery_commands::deliver_now;
use crate::actions::summary_text::counts;
use crate::actions::{Reply, file_hold_commands};
use crate::domain::HoldId;
use crate::exit::Exit;
use crate::pipeline::Program;
use crate::pipeline::hold_decision::{self, DecideError, Decision};
use crate::pipeline::items::Actor;
use crate::store::Result;

/// Accepts the list on hold, and sends the alerts about its changes.
pub async fn accept(
    program: &Program,
    id: &HoldId,
    decision: &Decision<'_>,
    as_baseline: bool,
    reply: &mut Reply,
) -> Result<()> {
    if file_hold_commands::is_of_file(program, id).await? {
        let (actor, reason) = (actor_of(decision), decision.reason);
        return file_hold_commands::accept(program, id, actor, reason, as_baseline, reply).await;
    }
    match hold_decision::accept(program, id, decision, as_baseline).await {
        Ok((hold, summary)) => {
            let alerts = if as_baseline { "nobody is alerted" } else { "alerts are in the outbox" };
            reply.line(format!(
                "accepted {} ({} of {}): {}; {alerts}",
                hold.hold_id,
                hold.subject(),
                hold.source,
                counts(summary)
            ));
            if decision.identified.is_on_page() {
                // The daemon's loops deliver, and a page does not wait for mail servers.
                return Ok(());
            }
            deliver_now(program, reply).await
        }
        Err(problem) => {
            report_error(&problem, reply);
            Ok(())
        }
    }
}

/// Rejects the list on hold. The current list stays.
pub async fn reject(
    program: &Program,
    id: &HoldId,
    decision: &Decision<'_>,
    reply: &mut Reply,
) -> Result<()> {
    if file_hold_commands::is_of_file(program, id).await? {
        let (actor, reason) = (actor_of(decision), decision.reason);
        file_hold_commands::reject(program, id, actor, reason, reply).await;
        return Ok(());
    }
    match hold_decision::reject(program, id, decision).await {
        Ok(hold) => reply.line(format!(
            "rejected {} ({} of {}): the same content is not put on hold again; the current list \
             stays as it is",
            hold.hold_id,
            hold.subject(),
            hold.source
        )),
        Err(problem) => report_error(&problem, reply),
    }
    Ok(())
}

fn actor_of<'a>(decision: &Decision<'a>) -> Actor<'a> {
    Actor { by: decision.by, identified: decision.identified }
}

fn report_error(problem: &DecideError, reply: &mut Reply) {
    let exit = match problem {
        DecideError::Unknown(_) | DecideError::Empty(_) => Exit::Usage,
        _ => Exit::Failed,
    };
    reply.problem(exit, problem.to_string());
}
