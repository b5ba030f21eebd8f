//! The wording of alerts about counterparty files.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::counted;
use crate::deliver::wording::operator::empty_content;
use crate::deliver::wording::subject::MAX_SUBJECT_CHARS;
use crate::deliver::wording::{Fact, MessageContent};
use crate::domain::PossibleMatch;
use crate::domain::alert::{WatchlistFailing, WatchlistMatched};

/// Counterparties of one file that may be listed entries.
pub fn matched(data: &WatchlistMatched, context: &Context<'_>) -> MessageContent {
    let mut content = empty_content("Possible matches".to_owned(), context);
    if !data.matches.is_empty() {
        let count = data.matches.len();
        let matches = if count == 1 { "possible match" } else { "possible matches" };
        content.title = format!("{count} {matches} with our counterparties");
    }
    content.subject = plain::shorten(&content.title, MAX_SUBJECT_CHARS);
    content.facts_title = "Possible matches".to_owned();
    content.facts = data.matches.iter().map(fact).collect();
    content
}

fn fact(found: &PossibleMatch) -> Fact {
    let entry = found.entry.as_ref().map(|entry| entry.name.as_str()).unwrap_or_default();
    Fact::new(
        &plain::line(&format!("{} {}", found.counterparty.id, found.counterparty.name)),
        plain::line(&format!("{}, {}: {}", found.band.as_str(), entry, found.reasons.join("; "))),
    )
}

/// A counterparty file that is not up to date, or is well again.
pub fn failing(data: &WatchlistFailing, context: &Context<'_>) -> MessageContent {
    let name = plain::line(&data.watchlist);
    let title = match &data.problem {
        Some(problem) => format!("Counterparty file {name}: {}", problem.kind.as_str()),
        None => format!("Counterparty file {name} is up to date again"),
    };
    let mut content = empty_content(title, context);
    content.subject = plain::shorten(&format!("entitywatch: {}", content.title), MAX_SUBJECT_CHARS);
    let is_well = || "The file is read and compared again.".to_owned();
    content.lead = data.problem.as_ref().map_or_else(is_well, |problem| {
        format!("{} The last good content stays in use.", plain::line(&problem.detail))
    });
    content.facts = vec![
        Fact::new("Since", context.moment(data.failing_since)),
        Fact::new("In use", counted(data.counterparties_in_use, "row")),
    ];
    content
}
