//! What the reader of a list change can do.

use crate::deliver::wording::content::is_web_address;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::list::classification::{Classification, Novelty, Topic};
use crate::deliver::wording::{NextStep, authority, steps};
use crate::domain::alert::ListChanged;
use crate::domain::{Change, ChangeKind, Severity};

/// The rules of the Bureau of Industry and Security, the newest first.
const RULES_URL: &str = "https://www.federalregister.gov/agencies/industry-and-security-bureau";

pub fn next_steps(
    data: &ListChanged,
    classification: &Classification<'_>,
    context: &Context<'_>,
) -> Vec<NextStep> {
    let mut next: Vec<NextStep> = match classification.topic() {
        Topic::Correction => correction(data, context),
        Topic::Differences => vec![steps::plain(
            "Consider screening against both readings until the sources agree; your counsel \
             decides",
        )],
        Topic::AsAnnounced => {
            vec![steps::plain("If you acted on the earlier alert, there is nothing more to do")]
        }
        Topic::Editorial => vec![steps::plain("There is nothing to do")],
        Topic::Footnotes(_) => vec![steps::plain(
            "Consider checking which foreign-made items you send to these parties, and holding \
             them; your counsel decides",
        )],
        Topic::Relisting | Topic::FullEntries | Topic::Changes => {
            of_changes(&data.changes, classification)
        }
    };
    if data.unconfirmed {
        next.push(steps::plain(
            "Confirm these changes on the publisher's page before you rely on them",
        ));
    }
    next.extend(read_the_rule(data, classification));
    next
}

fn of_changes(changes: &[Change], classification: &Classification<'_>) -> Vec<NextStep> {
    let needs_action: Vec<&Change> = changes
        .iter()
        .filter(|change| classification.novelty(change) != Novelty::Announced)
        .collect();
    let has = |kind: ChangeKind| {
        needs_action.iter().any(|change| change.kind == kind && !change.editorial)
    };
    let mut next = Vec::new();
    if has(ChangeKind::Added) {
        next.push(steps::plain(steps::ADDITIONS));
    }
    if has(ChangeKind::Revised) {
        let is_severe = needs_action
            .iter()
            .any(|change| change.kind == ChangeKind::Revised && change.severity == Severity::High);
        next.push(steps::plain(if is_severe && !has(ChangeKind::Added) {
            steps::SEVERE_REVISIONS
        } else {
            steps::REVISIONS
        }));
    }
    next.extend(authority::removal_note(changes).map(steps::plain));
    if has(ChangeKind::Removed) && authority::removal_note(changes).is_none() {
        next.push(steps::plain(steps::REMOVALS));
    }
    next
}

fn correction(data: &ListChanged, context: &Context<'_>) -> Vec<NextStep> {
    let day = data.corrects_at.map_or_else(
        || "the earlier message".to_owned(),
        |at| format!("the message of {}", context.day(at)),
    );
    let mut next =
        vec![steps::plain(format!("Review what was done because of {day}; your counsel decides"))];
    if data.changes.iter().any(|change| change.kind == ChangeKind::Added) {
        next.push(steps::plain("Treat the entries that are on the list as listed all along"));
    }
    next
}

fn read_the_rule(data: &ListChanged, classification: &Classification<'_>) -> Option<NextStep> {
    let link = data.rule.as_ref().and_then(|rule| rule.url.clone());
    match link.filter(|link| is_web_address(link)) {
        Some(link) => Some(steps::linked("Read the rule", link)),
        None if classification.lacks_rule() && classification.topic() != Topic::Editorial => {
            Some(steps::linked("Look for the rule in the Federal Register", RULES_URL.to_owned()))
        }
        None => None,
    }
}
