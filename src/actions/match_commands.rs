//! `matches dismiss`, `matches confirm`, `matches reopen` and `watchlists erase`.

use std::collections::BTreeMap;

use crate::actions::Reply;
use crate::domain::MatchId;
use crate::domain::matching::decision::DismissalReason;
use crate::domain::matching::match_record::MatchRecord;
use crate::domain::matching::screening::WatchlistProblemKind;
use crate::exit::Exit;
use crate::pipeline::Program;
use crate::pipeline::items::Actor;
use crate::pipeline::matching::{self, Deciding, Dismissal, MatchActionError, WatchlistChecked};

/// Who decides, and the version of each match that the person was shown. A command names none.
#[derive(Clone, Copy)]
pub struct DecidingMany<'a> {
    pub actor: Actor<'a>,
    pub seen: &'a BTreeMap<MatchId, String>,
}

impl<'a> DecidingMany<'a> {
    fn of(self, id: &MatchId) -> Deciding<'a> {
        Deciding { actor: self.actor, seen: self.seen.get(id).map(String::as_str) }
    }
}

/// Dismisses these matches. Those that cannot be are reported, and the others are dismissed.
pub async fn dismiss(
    program: &Program,
    ids: &[MatchId],
    who: DecidingMany<'_>,
    (reason, note): (DismissalReason, &str),
    reply: &mut Reply,
) {
    let dismissal = Dismissal { reason, note, is_one_of_several: ids.len() > 1 };
    for id in ids {
        report(matching::dismiss(program, id, who.of(id), dismissal).await, "dismissed", reply);
    }
}

pub async fn confirm(
    program: &Program,
    ids: &[MatchId],
    who: DecidingMany<'_>,
    note: &str,
    reply: &mut Reply,
) {
    for id in ids {
        report(matching::confirm(program, id, who.of(id), note).await, "confirmed", reply);
    }
}

pub async fn reopen(
    program: &Program,
    id: &MatchId,
    who: DecidingMany<'_>,
    note: &str,
    reply: &mut Reply,
) {
    report(matching::reopen(program, id, who.of(id), note).await, "open again", reply);
}

pub async fn erase(
    program: &Program,
    watchlist: &str,
    id: &str,
    actor: Actor<'_>,
    reply: &mut Reply,
) {
    match matching::erase(program, watchlist, id, actor).await {
        Ok(matches) => reply.line(format!(
            "{watchlist}: the counterparty {id} is erased, with {}; take it out of the file, or it \
             comes back",
            if matches == 1 { "1 match".to_owned() } else { format!("{matches} matches") }
        )),
        Err(problem) => reply.problem(exit_of(&problem), problem.to_string()),
    }
}

/// Says how the check of the counterparty files ended. `before` are their checks before those of
/// the sources, of which only what happened is said.
pub fn report_watchlists(before: &[WatchlistChecked], all: &[WatchlistChecked], reply: &mut Reply) {
    for checked in all {
        let name = &checked.watchlist;
        let first = before.iter().find(|other| other.watchlist == *name);
        let detail = first.and_then(|first| first.detail.as_ref());
        if let Some(detail) = detail {
            reply.line(format!("{name}: {detail}"));
        }
        match &checked.problem {
            Some(problem) => {
                let line = format!("{name}: {}: {}", problem.kind.as_str(), problem.detail);
                match problem.kind {
                    WatchlistProblemKind::OnHold => {
                        reply.raise_exit(Exit::OnHold);
                        reply.line(line);
                    }
                    WatchlistProblemKind::Old
                    | WatchlistProblemKind::Rejected
                    | WatchlistProblemKind::RowsLeftOut => reply.line(line),
                    WatchlistProblemKind::Unreadable
                    | WatchlistProblemKind::Malformed
                    | WatchlistProblemKind::Incomplete => reply.problem(Exit::Failed, line),
                }
            }
            None => {
                if let Some(detail) = &checked.detail {
                    reply.line(format!("{name}: {detail}"));
                }
            }
        }
        if checked.bad_rows > 0 && (checked.detail.is_some() || detail.is_some()) {
            let (rows, it) = match checked.bad_rows {
                1 => ("1 row has a problem".to_owned(), "it"),
                rows => (format!("{rows} rows have problems"), "them"),
            };
            reply.line(format!("{name}: {rows}: `entitywatch watchlists` shows {it}"));
        }
    }
}

fn report(
    result: std::result::Result<MatchRecord, MatchActionError>,
    now: &str,
    reply: &mut Reply,
) {
    match result {
        Ok(record) => {
            let replaced = record.replaced_decision().map(|event| {
                let by = event.by.as_deref().unwrap_or_default();
                format!("; it was {} by {by} on {}", event.what, event.at)
            });
            let replaced = replaced.unwrap_or_default();
            reply.line(format!("{} is {now}{replaced}", record.found.match_id));
        }
        Err(problem) => reply.problem(exit_of(&problem), problem.to_string()),
    }
}

fn exit_of(problem: &MatchActionError) -> Exit {
    match problem {
        MatchActionError::Unknown(_)
        | MatchActionError::Empty(_)
        | MatchActionError::OneByOne(_)
        | MatchActionError::UnknownWatchlist { .. }
        | MatchActionError::UnknownCounterparty { .. } => Exit::Usage,
        MatchActionError::Refused(_) | MatchActionError::Random(_) | MatchActionError::Store(_) => {
            Exit::Failed
        }
    }
}
