//! The wording of alerts about counterparty files: new matches, and a file that is not up to date.

use crate::deliver::plain;
use crate::deliver::shown_matches::Shown;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::counted;
use crate::deliver::wording::matches::{sentence, state};
use crate::deliver::wording::operator::empty_content;
use crate::deliver::wording::subject::MAX_SUBJECT_CHARS;
use crate::deliver::wording::{Fact, MessageContent, NextStep, steps};
use crate::domain::alert::{WatchlistFailing, WatchlistMatched};
use crate::domain::matching::screening::WatchlistProblemKind;
use crate::domain::{Cause, HoldId, MatchState};

/// Counterparties of one file that may be listed entries, and why they come up now.
pub fn matched(
    data: &WatchlistMatched,
    shown: &[Shown<'_>],
    context: &Context<'_>,
) -> MessageContent {
    let name = plain::line(&data.watchlist);
    let is_confirmed = |shown: &Shown<'_>| shown.found.state == MatchState::Confirmed;
    let are_confirmed = !shown.is_empty() && shown.iter().all(is_confirmed);
    let (title, lead) = match are_confirmed.then(|| followed(data.cause, &name)).flatten() {
        Some(followed) => followed,
        None if data.expired => expired(&name),
        None => because(data.cause, &name),
    };
    let mut content = empty_content(title, context);
    content.subject = plain::shorten(&content.title, MAX_SUBJECT_CHARS);
    content.lead = lead;
    let list = format!("entitywatch matches list --watchlist {}", data.watchlist);
    let undecided = page_of(&data.watchlist, "&state=undecided");
    content.next_steps = vec![if are_confirmed {
        let page = page_of(&data.watchlist, "&state=confirmed");
        context.next_step("Look at each confirmed party", &page, list.clone())
    } else {
        context.next_step("Look at each match, and decide", &undecided, list.clone())
    }];
    if context.public_url.is_none() && !are_confirmed {
        content.next_steps.extend([
            NextStep::command(
                "If it is the listed party",
                "entitywatch matches confirm ID --by YOUR-NAME",
            ),
            NextStep::command(
                "If it is another party",
                "entitywatch matches dismiss ID --by YOUR-NAME --reason CODE --note TEXT",
            ),
        ]);
    }
    content.full_alert = context.next_step("All matches", &page_of(&data.watchlist, ""), list);
    content.evidence = vec![Fact::new("Counterparty file", name)];
    content
}

/// The page of the matches of a counterparty file.
fn page_of(watchlist: &str, more: &str) -> String {
    let name: String = url::form_urlencoded::byte_serialize(watchlist.as_bytes()).collect();
    format!("/matches?watchlist={name}{more}")
}

/// The title and the lead of matches whose dismissals have ended with time.
fn expired(name: &str) -> (String, String) {
    let title = format!("Dismissals of matches with {name} have ended");
    let lead = format!(
        "Dismissals of possible matches with counterparties of {name} have reached their time \
         limit and ended, and nothing else has changed. Each match needs a decision again."
    );
    (title, lead)
}

/// The title and the lead of a cause that concerns only confirmed parties. `None`: it cannot.
fn followed(cause: Cause, name: &str) -> Option<(String, String)> {
    let parties = format!("entries that a person confirmed as counterparties of {name}");
    let (title, lead) = match cause {
        Cause::EntryAdded => (
            format!("Confirmed parties of {name} are listed again"),
            format!("These are {parties}. They are on a list again."),
        ),
        Cause::EntryRevised => (
            format!("Entries of confirmed parties of {name} were changed"),
            format!("These are {parties}. Their entries were changed."),
        ),
        Cause::EntryRemoved => (
            format!("Confirmed parties of {name} are no longer listed"),
            format!(
                "These are {parties}. They are no longer on their list. What that means for \
                 earlier decisions must be decided by a person."
            ),
        ),
        Cause::RuleFiled => (
            format!("A rule that was filed concerns confirmed parties of {name}"),
            format!("These are {parties}. A rule that was filed orders changes of their entries."),
        ),
        Cause::RulePublished => (
            format!("A published rule concerns confirmed parties of {name}"),
            format!("These are {parties}. A published rule orders changes of their entries."),
        ),
        _ => return None,
    };
    Some((title, lead))
}

/// The title and the lead of a cause.
fn because(cause: Cause, name: &str) -> (String, String) {
    let (title, lead) = match cause {
        Cause::FirstScreening => (
            format!("First comparison of {name}"),
            format!(
                "The counterparty file {name} was compared with the lists for the first time. \
                 Later messages have only what is new."
            ),
        ),
        Cause::CounterpartyAdded => (
            format!("Counterparties were added to {name}"),
            format!("Counterparties that were added to {name} may be listed."),
        ),
        Cause::CounterpartyRevised => (
            format!("Counterparties of {name} were changed"),
            format!("Counterparties of {name} whose rows were changed may be listed."),
        ),
        Cause::ListAdded => (
            format!("A list was added for {name}"),
            format!("The counterparties of {name} were compared with a list for the first time."),
        ),
        Cause::MatcherChanged => (
            format!("A new version compared {name}"),
            format!(
                "This version of entitywatch compares in another way. It was applied to {name}, \
                 and these matches are new. The lists may be unchanged."
            ),
        ),
        Cause::EntryAdded => (
            format!("New entries concern {name}"),
            format!("Entries that were added to a list may be counterparties of {name}."),
        ),
        Cause::EntryRevised => (
            format!("Changed entries concern {name}"),
            format!("Entries that were changed may be counterparties of {name}."),
        ),
        Cause::EntryRemoved => (
            format!("Entries that concern {name} are no longer listed"),
            format!(
                "Entries that may be counterparties of {name} are no longer on their list. What \
                 that means for earlier decisions is for a person to decide."
            ),
        ),
        Cause::RuleFiled => (
            format!("A rule that was filed concerns {name}"),
            format!("A rule that was filed orders entries that may be counterparties of {name}."),
        ),
        Cause::RulePublished => (
            format!("A published rule concerns {name}"),
            format!("A published rule orders entries that may be counterparties of {name}."),
        ),
    };
    (title, lead)
}

/// A counterparty file that is not up to date, or is well again. It says nothing of counterparties.
pub fn failing(data: &WatchlistFailing, context: &Context<'_>) -> MessageContent {
    let name = plain::line(&data.watchlist);
    let title = match &data.problem {
        Some(problem) => format!("The counterparty file {name} {}", state(problem.kind)),
        None => format!("The counterparty file {name} is up to date again"),
    };
    let mut content = empty_content(title, context);
    content.subject = plain::shorten(&format!("entitywatch: {}", content.title), MAX_SUBJECT_CHARS);
    let has_unread = data.problem.as_ref().is_some_and(|problem| {
        use WatchlistProblemKind::{Incomplete, RowsLeftOut};
        matches!(problem.kind, RowsLeftOut | Incomplete)
    });
    let in_use = match data.in_use_from {
        Some(_) if has_unread => {
            "They are not compared in full, and each alert to its readers says so. The other rows \
             are in use."
        }
        Some(_) => "Its last good content stays in use, and each alert to its readers says so.",
        None => "Nothing of it is in use, and each alert to its readers says so.",
    };
    content.lead = match &data.problem {
        Some(problem) => format!("{} {in_use}", sentence(&context.prose(&problem.detail))),
        None => "Its content is read and compared as before.".to_owned(),
    };
    content.facts.push(Fact::new("Since", context.moment(data.failing_since)));
    if data.problem.is_none() {
        content.facts.push(Fact::new("Up to date again", context.moment(data.at)));
    }
    if let Some(from) = data.in_use_from {
        let rows = counted(data.counterparties_in_use, "row");
        let text = format!("{rows}, written {}", context.moment(from));
        content.facts.push(Fact::new("In use", text));
    }
    if let Some(problem) = &data.problem {
        content.next_steps.push(context.next_step(
            advice(problem.kind),
            "/watchlists",
            "entitywatch watchlists".to_owned(),
        ));
        if let Some(hold) = &data.hold_id {
            content.next_steps.extend(decisions(hold, context));
        }
    }
    content.full_alert = context.next_step(
        "State of the counterparty files",
        "/watchlists",
        "entitywatch watchlists".to_owned(),
    );
    content
}

/// What a person does with a file on hold.
fn decisions(hold: &HoldId, context: &Context<'_>) -> Vec<NextStep> {
    if let Some(page) = context.link(&format!("/holds/{hold}")) {
        return vec![steps::linked("Look at what would be removed, and accept or reject it", page)];
    }
    vec![
        NextStep::command(
            "Look at what would be removed",
            format!("entitywatch holds show {hold}"),
        ),
        NextStep::command(
            "If the file is right, accept it",
            format!("entitywatch holds accept {hold} --by YOUR-NAME --reason TEXT"),
        ),
        NextStep::command(
            "If it is wrong, reject it",
            format!("entitywatch holds reject {hold} --by YOUR-NAME --reason TEXT"),
        ),
    ]
}

fn advice(kind: WatchlistProblemKind) -> &'static str {
    match kind {
        WatchlistProblemKind::Unreadable => {
            "Put the file in its place, or let the daemon read it. Look at its state"
        }
        WatchlistProblemKind::Malformed => {
            "Export the file again as CSV, TSV or XLSX with a header. Look at its state"
        }
        WatchlistProblemKind::Old => {
            "Find out why the export of the file did not run. Look at its state"
        }
        WatchlistProblemKind::OnHold => {
            "Find out why so many rows changed or are missing. Look at its state"
        }
        WatchlistProblemKind::Rejected => "Export the file again. Look at its state",
        WatchlistProblemKind::RowsLeftOut | WatchlistProblemKind::Incomplete => {
            "Find out which rows could not be read and why, and export the file again"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;
    use crate::deliver::wording::alert_content;
    use crate::domain::AlertBody;

    #[test]
    fn each_cause_has_its_own_words() {
        let mut titles: Vec<String> = Cause::ALL
            .iter()
            .map(|cause| {
                let mut alert = sample::find("watchlist.matched").unwrap();
                if let AlertBody::WatchlistMatched(data) = &mut alert.body {
                    data.cause = *cause;
                }
                let content = alert_content(&alert, &sample::settings(None));
                assert!(
                    content
                        .subject
                        .starts_with("1 possible match with our counterparties (strong): "),
                    "{}",
                    content.subject
                );
                assert!(content.lead.ends_with('.'), "{}", content.lead);
                content.title
            })
            .collect();
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), Cause::ALL.len());
    }

    #[test]
    fn dismissals_that_ended_and_confirmed_parties_have_their_own_words() {
        let content = |change: &dyn Fn(&mut WatchlistMatched)| {
            let mut alert = sample::find("watchlist.matched").unwrap();
            if let AlertBody::WatchlistMatched(data) = &mut alert.body {
                change(data);
            }
            alert_content(&alert, &sample::settings(None))
        };
        let expired = content(&|data| data.expired = true);
        assert_eq!(expired.title, "Dismissals of matches with customers have ended");
        assert!(expired.lead.contains("nothing else has changed"), "{}", expired.lead);
        for cause in [Cause::EntryAdded, Cause::EntryRevised, Cause::EntryRemoved] {
            let confirmed = content(&|data| {
                data.cause = cause;
                data.matches[0].state = MatchState::Confirmed;
            });
            assert!(confirmed.subject.starts_with("1 confirmed party of ours: "));
            assert!(confirmed.lead.contains("a person confirmed"), "{}", confirmed.lead);
            let all = format!("{} {}", confirmed.title, confirmed.lead);
            assert!(!all.contains("may be") && !all.contains("possible"), "{all}");
        }
    }

    #[test]
    fn an_alert_to_operators_says_what_is_wrong_and_what_stays_in_use() {
        let shown = |name: &str| {
            let content = alert_content(&sample::find(name).unwrap(), &sample::settings(None));
            assert!(content.matches.is_none());
            format!("{}\n{}\n{:?}", content.title, content.lead, content.facts)
        };
        let failing = shown("watchlist.failing");
        assert!(failing.contains("customers is missing or cannot be read"), "{failing}");
        assert!(failing.contains("Its last good content stays in use"), "{failing}");
        assert!(failing.contains("2,613 rows"), "{failing}");
        let mut on_hold = sample::find("watchlist.failing").unwrap();
        if let AlertBody::WatchlistFailing(data) = &mut on_hold.body {
            data.hold_id = Some(crate::domain::HoldId("hld_1".into()));
        }
        let content = alert_content(&on_hold, &sample::settings(None));
        let steps = format!("{:?}", content.next_steps);
        for command in ["holds show hld_1", "holds accept hld_1", "holds reject hld_1"] {
            assert!(steps.contains(command), "{steps}");
        }
        let recovered = shown("watchlist.failing, recovered");
        assert!(recovered.contains("is up to date again"), "{recovered}");
    }
}
