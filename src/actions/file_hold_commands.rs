//! `holds accept` and `holds reject` of a counterparty file, and `watchlists accept`, which is the
//! first of them by the name of the watchlist.

use crate::actions::Reply;
use crate::actions::delivery_commands::deliver_now;
use crate::actions::match_commands::report_watchlists;
use crate::domain::HoldId;
use crate::exit::Exit;
use crate::pipeline::Program;
use crate::pipeline::items::Actor;
use crate::pipeline::matching::{self, FileHoldError};
use crate::store::Result;

/// Whether this is the id of a hold of a counterparty file.
pub async fn is_of_file(program: &Program, id: &HoldId) -> Result<bool> {
    Ok(matching::file_hold(&program.store, id).await?.is_some())
}

/// The content on hold comes into use, and what matches in it is alerted.
pub async fn accept(
    program: &Program,
    id: &HoldId,
    actor: Actor<'_>,
    reason: &str,
    as_baseline: bool,
    reply: &mut Reply,
) -> Result<()> {
    if as_baseline {
        reply.problem(
            Exit::Usage,
            "expected --as-baseline for a list, but a counterparty file is on hold: its matches \
             are always alerted",
        );
        return Ok(());
    }
    match matching::accept_file(program, id, actor, reason).await {
        Ok(found) => reply.line(format!(
            "accepted {id} (counterparty file of {}): {} rows, {} removed, {} revised",
            found.watchlist, found.hold.rows, found.hold.lost, found.hold.revised
        )),
        Err(problem) => {
            report_error(&problem, reply);
            return Ok(());
        }
    }
    let checked = matching::check_watchlists(program, None).await?;
    if actor.identified.is_on_page() {
        // The daemon's loops deliver, and a page does not wait for mail servers. What is wrong with
        // another file is on the page of the files.
        return Ok(());
    }
    report_watchlists(&[], &checked, reply);
    deliver_now(program, reply).await
}

/// The content in use stays.
pub async fn reject(
    program: &Program,
    id: &HoldId,
    actor: Actor<'_>,
    reason: &str,
    reply: &mut Reply,
) {
    match matching::reject_file(program, id, actor, reason).await {
        Ok(found) => reply.line(format!(
            "rejected {id} (counterparty file of {}): the same content is not put on hold again; \
             the rows in use stay as they are",
            found.watchlist
        )),
        Err(problem) => report_error(&problem, reply),
    }
}

/// Accepts the file on hold of this watchlist.
pub async fn accept_of_watchlist(
    program: &Program,
    watchlist: &str,
    actor: Actor<'_>,
    reason: &str,
    reply: &mut Reply,
) -> Result<()> {
    let open = matching::file_holds(&program.store).await?.into_iter();
    let mut own = open.filter(|found| found.watchlist == watchlist && found.ended.is_none());
    let Some(found) = own.next() else {
        reply.problem(
            Exit::Usage,
            format!("expected a watchlist whose file is on hold, but got `{watchlist}`"),
        );
        return Ok(());
    };
    accept(program, &found.hold.hold_id, actor, reason, false, reply).await
}

fn report_error(problem: &FileHoldError, reply: &mut Reply) {
    let exit = match problem {
        FileHoldError::Unknown(_) | FileHoldError::Empty(_) => Exit::Usage,
        FileHoldError::NotOpen(..) | FileHoldError::Store(_) => Exit::Failed,
    };
    reply.problem(exit, problem.to_string());
}
