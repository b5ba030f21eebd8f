//! The wording of what a person decided about a match, and of why a dismissal is over. Pure.

use crate::deliver::plain;
use crate::deliver::wording::Fact;
use crate::deliver::wording::context::Context;
use crate::domain::matching::decision::DismissalReason;
use crate::domain::matching::shown_decision::{EndOfDismissal, ShownDecision};
use crate::domain::{MatchState, PossibleMatch};

/// The most characters of a name and of a note, and of all that has changed.
const MAX_NOTE_CHARS: usize = 240;
const MAX_CHANGED_CHARS: usize = 500;

/// The decision of a confirmed or stale match. Empty for one that nobody has decided.
pub fn facts(found: &PossibleMatch, context: &Context<'_>) -> Vec<Fact> {
    let Some(decision) = found.decision.as_deref() else { return Vec::new() };
    match (found.state, &decision.ended) {
        (MatchState::Confirmed, _) => vec![Fact::new("Confirmed", by(decision, context))],
        (MatchState::Stale, Some(end)) if end.expired => {
            vec![Fact::new("Dismissed before", expired(decision, end, context))]
        }
        (MatchState::Stale, Some(end)) => vec![
            Fact::new("Dismissed before", by(decision, context)),
            Fact::new("Changed since", changed(end)),
        ],
        _ => Vec::new(),
    }
}

/// The same in one line, with what follows it: `the entry has another name: “Cedarholm”; `
pub fn brief(found: &PossibleMatch, context: &Context<'_>) -> String {
    let decision = found.decision.as_deref();
    match decision.and_then(|decision| Some((decision, decision.ended.as_ref()?))) {
        Some((decision, end)) if end.expired => {
            let (by, of) = (short(&decision.by), context.day(decision.at));
            format!("its dismissal of {of} by {by} ended on {}; ", context.day(end.at))
        }
        Some((_, end)) => format!("{}; ", changed(end)),
        None => String::new(),
    }
}

/// `by Ann, June 30, 2022: another industry, “a bakery”`
fn by(decision: &ShownDecision, context: &Context<'_>) -> String {
    let why = why(decision);
    let why = if why.is_empty() { why } else { format!(": {why}") };
    format!("by {}, {}{why}", short(&decision.by), context.day(decision.at))
}

/// `The dismissal of June 30, 2022 by Ann (another industry, “a bakery”) ended on June 30, 2023.`
fn expired(decision: &ShownDecision, end: &EndOfDismissal, context: &Context<'_>) -> String {
    let why = why(decision);
    let why = if why.is_empty() { why } else { format!(" ({why})") };
    format!(
        "The dismissal of {} by {}{why} ended on {}.",
        context.day(decision.at),
        short(&decision.by),
        context.day(end.at),
    )
}

fn why(decision: &ShownDecision) -> String {
    let note = Some(short(&decision.note)).filter(|note| !note.is_empty());
    let note = note.map(|note| format!("“{note}”"));
    let reason = decision.reason.filter(|reason| *reason != DismissalReason::Other);
    let parts = reason.map(|reason| reason.in_words().to_owned()).into_iter().chain(note);
    parts.collect::<Vec<_>>().join(", ")
}

fn changed(end: &EndOfDismissal) -> String {
    let all: Vec<String> = end.because.iter().map(|text| plain::line(text)).collect();
    plain::shorten(&all.join("; "), MAX_CHANGED_CHARS)
}

fn short(text: &str) -> String {
    plain::shorten(&plain::line(text), MAX_NOTE_CHARS)
}
