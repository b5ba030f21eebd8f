//! `items take`, `items close`, `items reopen` and `items handover`.

use jiff::civil::Date;

use crate::actions::Reply;
use crate::actions::delivery_commands::deliver_now;
use crate::domain::item::Outcome;
use crate::domain::{Item, ItemId};
use crate::exit::Exit;
use crate::pipeline::Program;
use crate::pipeline::items::{
    ActionError, Actor, {self},
};
use crate::store::Result;

/// A person is on these items. Those that do not exist are reported, and the others are taken.
pub async fn take(program: &Program, ids: &[ItemId], actor: Actor<'_>, reply: &mut Reply) {
    for id in ids {
        let taken = items::take(program, id, actor).await;
        report(taken, reply, |item| {
            format!("{} is taken by {}: {}", item.item_id, actor.by, item.title)
        });
    }
}

/// Closes these items. Those that do not exist are reported, and the others are closed.
pub async fn close(
    program: &Program,
    ids: &[ItemId],
    actor: Actor<'_>,
    outcome: Outcome,
    note: &str,
    reply: &mut Reply,
) {
    for id in ids {
        let closed = items::close(program, id, actor, outcome, note).await;
        report(closed, reply, |item| {
            format!("{} is closed, {}: {}", item.item_id, outcome.as_str(), item.title)
        });
    }
}

pub async fn reopen(
    program: &Program,
    id: &ItemId,
    actor: Actor<'_>,
    note: &str,
    reply: &mut Reply,
) {
    let reopened = items::reopen(program, id, actor, note).await;
    report(reopened, reply, |item| format!("{} is open again: {}", item.item_id, item.title));
}

/// Hands items over. The receiver that gets them is reminded of them, unless it was today.
pub async fn hand_over(
    program: &Program,
    from: &str,
    to: &str,
    until: Option<Date>,
    actor: Actor<'_>,
    reply: &mut Reply,
) -> Result<()> {
    let handed_over = match items::hand_over(program, from, to, until, actor).await {
        Ok(handed_over) => handed_over,
        Err(problem) => {
            reply.problem(exit_of(&problem), problem.to_string());
            return Ok(());
        }
    };
    for id in &handed_over {
        reply.line(format!("{id} is handed over from {from} to {to}"));
    }
    let is_receiver = program.wiring.load().config.receiver(from).is_some();
    match until {
        Some(day) if is_receiver => {
            reply.line(format!("new items of {from} are those of {to} until {day}"));
        }
        Some(_) => reply.line(format!(
            "{from} is a person, not a receiver: items are handed over as they are now"
        )),
        None if handed_over.is_empty() => reply.line(format!("{from} has no open or taken item")),
        None => {}
    }
    items::make_due_steps(program).await?;
    deliver_now(program, reply).await
}

fn report(
    result: std::result::Result<Item, ActionError>,
    reply: &mut Reply,
    line: impl Fn(&Item) -> String,
) {
    match result {
        Ok(item) => reply.line(line(&item)),
        Err(problem) => reply.problem(exit_of(&problem), problem.to_string()),
    }
}

fn exit_of(problem: &ActionError) -> Exit {
    match problem {
        ActionError::Unknown(_)
        | ActionError::UnknownName(_)
        | ActionError::Empty(_)
        | ActionError::SameName(_)
        | ActionError::Past(_) => Exit::Usage,
        ActionError::UndecidedMatches { .. } | ActionError::Refused(_) | ActionError::Store(_) => {
            Exit::Failed
        }
    }
}
