//! The wording of the reader's own counterparties: which may be listed, why, and what was compared.

use std::collections::HashSet;

use crate::deliver::plain;
use crate::deliver::shown_matches::Shown;
use crate::deliver::wording::content::{MatchText, Matches};
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::{enumeration, number, plural, verb};
use crate::deliver::wording::decided_match;
use crate::deliver::wording::subject::MAX_SUBJECT_CHARS;
use crate::deliver::wording::{Fact, MessageContent, NextStep, country};
use crate::domain::matching::screening::{ScreenedWatchlist, WatchlistProblemKind};
use crate::domain::{
    Alert, AlertBody, Band, ChangeKind, Entry, Form, MatchState, PossibleMatch, Screening,
};

/// The most matches that the body of a message shows. The attachments and `matches list` have all.
/// So many take at most half of what mail readers show of a page.
pub const MAX_SHOWN: usize = 40;
/// The most characters of a name, of one side of a comparison, and of all reasons.
const MAX_NAME_CHARS: usize = 160;
const MAX_COMPARED_CHARS: usize = 240;
const MAX_REASONS_CHARS: usize = 500;
/// The most characters of the reasons in a match of one line.
const MAX_BRIEF_CHARS: usize = 120;
/// What no match does not mean. Every message with a comparison says it, in these words.
const NO_CLEARANCE: &str = "No match is not a clearance: ownership, end use, other lists and \
                            unlisted aliases were not checked.";

/// What a message says of the reader's counterparties. `None` if it says nothing.
pub fn matches(
    alert: &Alert,
    shown: &[Shown<'_>],
    screening: Option<&Screening>,
    context: &Context<'_>,
) -> Option<Matches> {
    if shown.is_empty() && screening.is_none_or(|screening| screening.watchlists.is_empty()) {
        return None;
    }
    let watchlists = screening.map(|screening| screening.watchlists.as_slice()).unwrap_or_default();
    let of_file =
        |name: &str| shown.iter().filter(|shown| shown.found.watchlist == name).collect::<Vec<_>>();
    let all = |text: String| {
        let page = format!("/matches?alert={}&ended=true", alert.alert_id);
        context.next_step(text, &page, "entitywatch matches list".to_owned())
    };
    Some(Matches {
        title: title(shown),
        shown: if shown.len() > MAX_SHOWN {
            let all: Vec<&Shown<'_>> = one_for_each(shown, |shown| party_of(&shown.found));
            all.into_iter().take(MAX_SHOWN).map(|shown| text(alert, shown, context)).collect()
        } else {
            shown.iter().map(|shown| text(alert, shown, context)).collect()
        },
        rest: shown.len().checked_sub(MAX_SHOWN).filter(|more| *more > 0).map(|more| {
            all(format!("… and {} more possible {}", number(more), plural(more, "match")))
        }),
        all: all("All possible matches".to_owned()),
        more: shown.len().saturating_sub(MAX_SHOWN),
        compared: watchlists
            .iter()
            .map(|given| compared(given, &of_file(&given.watchlist), context))
            .collect(),
        problems: watchlists.iter().filter_map(|given| problem(given, context)).collect(),
    })
}

/// The first match of each counterparty, and then the others: if there is no room for all, each
/// counterparty is named before any has a second line.
pub fn first_of_each(all: &[MatchText]) -> Vec<&MatchText> {
    one_for_each(all, |found| found.heading.clone())
}

fn one_for_each<T, K: Eq + std::hash::Hash>(all: &[T], party: impl Fn(&T) -> K) -> Vec<&T> {
    let mut known = HashSet::new();
    let (first, more): (Vec<&T>, Vec<&T>) = all.iter().partition(|one| known.insert(party(one)));
    first.into_iter().chain(more).collect()
}

fn party_of(found: &PossibleMatch) -> (String, String) {
    (found.watchlist.clone(), found.counterparty.id.clone())
}

/// `1 confirmed party of ours and 2 possible matches with our counterparties (1 strong)`. Empty if
/// there is none.
fn title(shown: &[Shown<'_>]) -> String {
    let confirmed = match confirmed(shown.iter()) {
        0 => None,
        count => Some(format!("{} of ours", confirmed_parties(count))),
    };
    let possible = shown.iter().filter(|shown| !is_confirmed(shown));
    let strong = possible.clone().filter(|shown| shown.found.band == Band::Strong).count();
    let all = possible.count();
    let strong = match strong {
        0 => String::new(),
        strong if strong == all => " (strong)".to_owned(),
        strong => format!(" ({} strong)", number(strong)),
    };
    let matches = plural(all, "match");
    let possible = (all > 0)
        .then(|| format!("{} possible {matches} with our counterparties{strong}", number(all)));
    confirmed.into_iter().chain(possible).collect::<Vec<_>>().join(" and ")
}

fn is_confirmed(shown: &Shown<'_>) -> bool {
    shown.found.state == MatchState::Confirmed
}

fn confirmed<'a>(shown: impl Iterator<Item = &'a Shown<'a>>) -> usize {
    shown.filter(|shown| is_confirmed(shown)).count()
}

fn confirmed_parties(count: usize) -> String {
    format!("{} confirmed {}", number(count), plural(count, "party"))
}

/// `28 more possible matches are not shown here`
pub fn not_shown(count: usize) -> String {
    let is = verb(count, "is", "are");
    format!("{} more possible {} {is} not shown here", number(count), plural(count, "match"))
}

/// Puts the matches into the subject, before what happened.
pub fn put_into_subject(content: &mut MessageContent) {
    let Some(matches) = content.matches.as_ref().filter(|matches| !matches.title.is_empty()) else {
        return;
    };
    let subject = format!("{}: {}", matches.title, content.subject);
    content.subject = plain::shorten(&subject, MAX_SUBJECT_CHARS);
}

/// `Compared by name and address with 2,613 counterparties of customers.csv (dated June 29, 2022),
/// lists EL: 2 possible matches. No match is not a clearance: …`
fn compared(given: &ScreenedWatchlist, shown: &[&Shown<'_>], context: &Context<'_>) -> String {
    let lists: Vec<&str> = given.lists.iter().map(|list| list.as_str()).collect();
    let dated = given
        .dated
        .map_or_else(|| "never read".to_owned(), |dated| format!("dated {}", context.day(dated)));
    let confirmed = shown.iter().filter(|shown| is_confirmed(shown)).count();
    let count = given.undecided.unwrap_or(shown.len() - confirmed);
    let wait = match (given.undecided, count) {
        (None, _) => "",
        (Some(_), 1) => " waits for a decision",
        (Some(_), _) => " wait for a decision",
    };
    let mut found = vec![format!("{} possible {}{wait}", number(count), plural(count, "match"))];
    if confirmed > 0 {
        found.push(confirmed_parties(confirmed));
    }
    if given.dismissed > 0 {
        let were = verb(given.dismissed, "was", "were");
        found.push(format!("{} that {were} dismissed", number(given.dismissed)));
    }
    format!(
        "Compared by name and address with {} {} of {} ({dated}), lists {}: {}. {NO_CLEARANCE}",
        number(given.counterparties),
        plural(given.counterparties, "counterparty"),
        file(given),
        lists.join(", "),
        enumeration(&found),
    )
}

/// `The counterparty file customers.csv cannot be read since …`
fn problem(given: &ScreenedWatchlist, context: &Context<'_>) -> Option<String> {
    let problem = given.problem.as_ref()?;
    let in_use = given.dated.map_or_else(
        || "Nothing of it was compared.".to_owned(),
        |dated| match problem.kind {
            WatchlistProblemKind::Old => {
                format!("Its content of {} was compared.", context.moment(dated))
            }
            _ => format!(
                "The content that was in use before, of {}, was compared instead.",
                context.moment(dated)
            ),
        },
    );
    Some(format!(
        "The counterparty file {} {}, since {}. {} {in_use}",
        file(given),
        state(problem.kind),
        context.moment(problem.since),
        sentence(&context.prose(&problem.detail)),
    ))
}

/// What is wrong with a counterparty file, after its name.
pub fn state(kind: WatchlistProblemKind) -> &'static str {
    match kind {
        WatchlistProblemKind::Unreadable => "is missing or cannot be read",
        WatchlistProblemKind::Malformed => "is not a counterparty file",
        WatchlistProblemKind::Old => "is too old",
        WatchlistProblemKind::OnHold => "is on hold",
        WatchlistProblemKind::Rejected => "was rejected",
        WatchlistProblemKind::RowsLeftOut => "has rows that could not be read",
        WatchlistProblemKind::Incomplete => "could be read only in part",
    }
}

/// An error or a detail as a sentence of its own.
pub fn sentence(detail: &str) -> String {
    let mut letters = detail.trim_end_matches('.').chars();
    letters
        .next()
        .map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

fn file(given: &ScreenedWatchlist) -> String {
    plain::shorten(&plain::line(&given.file), MAX_NAME_CHARS)
}

fn text(alert: &Alert, shown: &Shown<'_>, context: &Context<'_>) -> MatchText {
    let found = &shown.found;
    let short = |text: &str| plain::shorten(&plain::line(text), MAX_NAME_CHARS);
    let party = &found.counterparty;
    let heading = format!("{} {}", short(&party.id), short(&party.name)).trim().to_owned();
    let heading = match party.country.as_str() {
        "" => heading,
        code => format!("{heading} ({})", short(&country::names(&[code.to_owned()]))),
    };
    let entry = entry(alert, shown);
    let is_confirmed = found.state == MatchState::Confirmed;
    let (label, verb) = if is_confirmed { ("Is", "is") } else { ("May be", "may be") };
    let mut facts = vec![Fact::new(label, entry.clone())];
    facts.extend(decided_match::facts(found, context));
    facts.push(Fact::new("Because", reasons(found, MAX_REASONS_CHARS)));
    if !is_said(found) {
        facts.push(Fact::new("Compared", both_sides(found)));
    }
    if !party.owner.is_empty() {
        facts.push(Fact::new("Owner", short(&party.owner)));
    }
    let id = found.match_id.as_str();
    let page = context.link(&format!("/matches/{id}"));
    let text = match page {
        Some(_) => "look at both sides".to_owned(),
        None => format!("entitywatch matches show {id}"),
    };
    let label = if is_confirmed { "Details" } else { "Decide" };
    facts.push(Fact::linked(label, text.clone(), page.clone()));
    let owner = match party.owner.as_str() {
        "" => String::new(),
        owner => format!("; owner: {}", short(owner)),
    };
    MatchText {
        heading,
        band: band(found),
        strong: found.band == Band::Strong,
        facts,
        brief: format!(
            "{verb} {entry}: {}{}{owner}",
            decided_match::brief(found, context),
            reasons(found, MAX_BRIEF_CHARS)
        ),
        decide: NextStep { text, command: None, link: page },
    }
}

/// Whether the two names that were compared are those that the message shows anyway.
fn is_said(found: &PossibleMatch) -> bool {
    let is_name_of_entry = |entry: &Entry| {
        entry.form == Form::Party && entry.name.trim() == found.compared.entry.trim()
    };
    found.compared.counterparty.is_empty()
        || (found.compared.counterparty.trim() == found.counterparty.name.trim()
            && found.entry.as_deref().is_some_and(is_name_of_entry))
}

fn band(found: &PossibleMatch) -> String {
    let band = match found.band {
        Band::Strong => "Strong match",
        Band::Review => "For review",
        Band::None => "Weak match",
    };
    let state = match found.state {
        MatchState::Open => "",
        MatchState::Confirmed => return "Confirmed party of ours".to_owned(),
        MatchState::Dismissed => ", dismissed before",
        MatchState::Stale if found.has_expired() => ", dismissed before, and the dismissal ended",
        MatchState::Stale => ", dismissed before, but what that rested on has changed",
    };
    format!("{band}{state}")
}

/// `Connec Electronic Ltd. (United Kingdom), added`
fn entry(alert: &Alert, shown: &Shown<'_>) -> String {
    let found = &shown.found;
    let Some(entry) = &found.entry else { return "an entry".to_owned() };
    let name = match entry.form {
        // The reasons name them all.
        _ if shown.change.is_none() && !found.sharing.is_empty() => {
            format!("one of {} entries at one address", number(found.sharing.len()))
        }
        Form::Party => plain::shorten(&plain::line(&entry.name), MAX_NAME_CHARS),
        Form::Address => plain::shorten(
            &plain::line(entry.addresses.first().unwrap_or(&entry.name)),
            MAX_NAME_CHARS,
        ),
    };
    let countries = country::names(&entry.countries);
    let is_ordered = matches!(alert.body, AlertBody::RuleFiled(_) | AlertBody::RulePublished(_));
    let returned = alert.body.list_changed().map(|data| data.returned.as_slice());
    let is_relisted =
        shown.change.is_some_and(|change| returned.unwrap_or_default().contains(&change.change_id));
    let happened = match (shown.change.map(|change| change.kind), is_ordered) {
        (None, _) => "",
        (Some(ChangeKind::Added), false) if is_relisted => ", listed again",
        (Some(ChangeKind::Added), false) => ", added",
        (Some(ChangeKind::Revised), false) => ", revised",
        (Some(ChangeKind::Removed), false) => ", no longer listed",
        (Some(ChangeKind::Added), true) => ", to be added",
        (Some(ChangeKind::Revised), true) => ", to be revised",
        (Some(ChangeKind::Removed), true) => ", to be removed",
    };
    format!("{name} ({countries}), {}{happened}", entry.list.title())
}

fn both_sides(found: &PossibleMatch) -> String {
    let short = |text: &str| plain::shorten(&plain::line(text), MAX_COMPARED_CHARS);
    format!("“{}” with “{}”", short(&found.compared.counterparty), short(&found.compared.entry))
}

fn reasons(found: &PossibleMatch, max_chars: usize) -> String {
    // The reasons mark words as code, which a message does not.
    let reasons = found.reasons.iter().map(|reason| quoted(&plain::line(reason)));
    plain::shorten(&reasons.collect::<Vec<_>>().join("; "), max_chars)
}

/// Backquotes as quotation marks: every other one opens.
fn quoted(text: &str) -> String {
    let mut parts = text.split('`');
    let mut quoted = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        quoted.push(if at % 2 == 0 { '“' } else { '”' });
        quoted.push_str(part);
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::{sample, wording};
    use crate::domain::matching::decision::{DecisionKind, DismissalReason};
    use crate::domain::matching::shown_decision::{EndOfDismissal, ShownDecision};

    fn content(name: &str, change: impl FnOnce(&mut Screening)) -> MessageContent {
        let alert = sample::find(name).unwrap();
        let mut screening = sample::screening(&alert);
        change(&mut screening);
        wording::content_with(&alert, Some(&screening), &sample::settings(None))
    }

    #[test]
    fn the_subject_counts_the_matches_and_names_no_counterparty() {
        let content = content("list.changed, real size", |_| {});
        assert!(
            content.subject.starts_with(
                "2 possible matches with our counterparties (1 strong): Entity List: 41 added"
            ),
            "{}",
            content.subject
        );
        assert!(content.subject.chars().count() <= MAX_SUBJECT_CHARS);
        for shown in &sample::screening(&sample::rule_of_june_2022()).matches {
            assert!(!content.subject.contains(&shown.found.counterparty.name));
        }
    }

    #[test]
    fn what_was_compared_is_said_in_the_words_of_the_contract() {
        let with = content("list.changed", |_| {}).matches.unwrap();
        let sentence = "Compared by name and address with 2,613 counterparties of customers.csv \
                        (dated June 29, 2022), lists EL: 2 possible matches. No match is not a \
                        clearance: ownership, end use, other lists and unlisted aliases were not \
                        checked.";
        assert_eq!(with.compared, [sentence]);
        let without = content("list.changed", |screening| screening.matches.clear());
        let matches = without.matches.unwrap();
        assert!(matches.compared[0].contains("lists EL: 0 possible matches. No match"));
        assert_eq!((matches.title.as_str(), matches.shown.len()), ("", 0));
        assert!(without.subject.starts_with("Entity List: "), "{}", without.subject);
        let never = content("list.changed", |screening| {
            screening.watchlists.iter_mut().for_each(|given| given.dated = None);
        });
        assert!(never.matches.unwrap().compared[0].contains("(never read)"));
    }

    #[test]
    fn a_match_names_the_counterparty_the_entry_the_owner_and_the_reasons() {
        let matches = content("list.changed", |_| {}).matches.unwrap();
        let first = &matches.shown[0];
        assert!(first.heading.starts_with("C00017 CONNEC EXAMPLE ("), "{}", first.heading);
        assert!(first.brief.contains("may be") && first.brief.contains("owner: Ann Example"));
        assert_eq!((first.band.as_str(), first.strong), ("Strong match", true));
        let fact = |label: &str| {
            first.facts.iter().find(|fact| fact.label == label).map(|fact| fact.text.as_str())
        };
        assert!(fact("May be").unwrap().ends_with(", Entity List, added"), "{:?}", fact("May be"));
        assert!(fact("Because").unwrap().contains("the same words"));
        assert_eq!(fact("Compared"), None, "the message shows both names anyway");
        assert_eq!(fact("Owner"), Some("Ann Example"));
    }

    #[test]
    fn one_counterparty_and_one_match_are_written_in_the_singular() {
        let one = content("list.changed", |screening| {
            screening.watchlists[0].counterparties = 1;
            screening.matches.truncate(1);
        });
        let matches = one.matches.unwrap();
        let sentence = &matches.compared[0];
        assert!(sentence.contains("with 1 counterparty of customers.csv"), "{sentence}");
        assert!(sentence.contains(": 1 possible match. No match"), "{sentence}");
        assert!(matches.title.starts_with("1 possible match with our"), "{}", matches.title);
    }

    #[test]
    fn what_was_compared_is_left_out_if_both_names_are_shown_anyway() {
        let compared = |change: &dyn Fn(&mut PossibleMatch)| {
            let content = content("list.changed", |screening| {
                for shown in &mut screening.matches {
                    let name = &mut shown.found.counterparty.name;
                    name.clone_from(&shown.found.compared.counterparty);
                    change(&mut shown.found);
                }
            });
            let matches = content.matches.unwrap();
            matches.shown[0].facts.iter().any(|fact| fact.label == "Compared")
        };
        let names = |found: &mut PossibleMatch| {
            found.compared.entry = sample_entry_name(found);
        };
        assert!(!compared(&names));
        assert!(compared(&|found| found.compared.entry = "an alias".into()));
        assert!(compared(&|found| {
            names(found);
            found.compared.counterparty = "another name".into();
        }));
    }

    /// The name of the entry of the change that the match belongs to.
    fn sample_entry_name(found: &PossibleMatch) -> String {
        let alert = sample::find("list.changed").unwrap();
        let shown = crate::deliver::shown_matches::of(&alert, Some(&sample::screening(&alert)));
        let own = shown.iter().find(|shown| shown.found.match_id == found.match_id).unwrap();
        own.found.entry.as_ref().unwrap().name.clone()
    }

    #[test]
    fn a_problem_of_a_counterparty_file_is_said() {
        for kind in [
            WatchlistProblemKind::Unreadable,
            WatchlistProblemKind::Malformed,
            WatchlistProblemKind::Old,
            WatchlistProblemKind::OnHold,
            WatchlistProblemKind::Rejected,
            WatchlistProblemKind::RowsLeftOut,
            WatchlistProblemKind::Incomplete,
        ] {
            let matches = content("list.changed", |screening| {
                screening.watchlists[0].problem = Some(sample::watchlist_problem(kind));
            })
            .matches
            .unwrap();
            assert_eq!(matches.problems.len(), 1);
            let problem = &matches.problems[0];
            assert!(
                problem.contains("customers.csv") && problem.contains(state(kind)),
                "{problem}"
            );
            assert!(problem.contains("June 29, 2022"), "what was compared instead: {problem}");
        }
    }

    #[test]
    fn many_matches_are_cut_and_counted() {
        let matches = content("list.changed", |screening| {
            let shown = screening.matches[0].clone();
            screening.matches = (0..100)
                .map(|n| {
                    let mut shown = shown.clone();
                    shown.found.match_id = crate::domain::MatchId::of([n.to_string().as_str()]);
                    shown
                })
                .collect();
        })
        .matches
        .unwrap();
        assert_eq!((matches.shown.len(), MAX_SHOWN), (40, 40));
        assert_eq!(matches.rest.unwrap().text, "… and 60 more possible matches");
        assert!(matches.title.starts_with("100 possible matches"), "{}", matches.title);
    }

    fn decided(state: MatchState, ended: Option<EndOfDismissal>) -> MessageContent {
        content("list.changed", |screening| {
            screening.matches.truncate(1);
            let found = &mut screening.matches[0].found;
            found.state = state;
            let decision = if state == MatchState::Confirmed {
                DecisionKind::Confirmed
            } else {
                DecisionKind::Dismissed
            };
            found.decision = Some(Box::new(ShownDecision {
                decision,
                by: "Bo Example".into(),
                at: jiff::Timestamp::constant(1_656_000_000, 0),
                reason: (decision == DecisionKind::Dismissed)
                    .then_some(DismissalReason::DifferentIndustry),
                note: "a bakery".into(),
                ended,
            }));
        })
    }

    fn fact<'a>(content: &'a MessageContent, label: &str) -> Option<&'a str> {
        let first = &content.matches.as_ref().unwrap().shown[0];
        first.facts.iter().find(|fact| fact.label == label).map(|fact| fact.text.as_str())
    }

    #[test]
    fn a_confirmed_party_is_called_ours_and_not_possibly_ours() {
        let content = decided(MatchState::Confirmed, None);
        assert!(
            content.subject.starts_with("1 confirmed party of ours: Entity List: "),
            "{}",
            content.subject
        );
        let matches = content.matches.as_ref().unwrap();
        assert_eq!(matches.title, "1 confirmed party of ours");
        assert_eq!(matches.shown[0].band, "Confirmed party of ours");
        assert!(fact(&content, "Is").unwrap().contains(", Entity List, "));
        assert_eq!(fact(&content, "May be"), None);
        assert_eq!(fact(&content, "Confirmed"), Some("by Bo Example, June 23, 2022: “a bakery”"));
        assert!(matches.shown[0].brief.starts_with("is "), "{}", matches.shown[0].brief);
        let compared = &matches.compared[0];
        assert!(compared.contains(": 0 possible matches and 1 confirmed party. No"), "{compared}");
    }

    #[test]
    fn a_confirmed_party_beside_possible_matches_is_counted_apart() {
        let content = content("list.changed", |screening| {
            screening.matches[0].found.state = MatchState::Confirmed;
            screening.watchlists[0].dismissed = 3;
        });
        let matches = content.matches.unwrap();
        assert_eq!(
            matches.title,
            "1 confirmed party of ours and 1 possible match with our counterparties"
        );
        let expected = "1 possible match, 1 confirmed party and 3 that were dismissed. No match";
        assert!(matches.compared[0].contains(expected), "{}", matches.compared[0]);
    }

    #[test]
    fn what_was_dismissed_is_counted() {
        let content = content("list.changed", |screening| {
            screening.matches.clear();
            screening.watchlists[0].dismissed = 1;
        });
        let compared = &content.matches.unwrap().compared[0];
        let expected = ": 0 possible matches and 1 that was dismissed. No match";
        assert!(compared.contains(expected), "{compared}");
    }

    #[test]
    fn a_confirmed_party_that_is_relisted_is_called_listed_again() {
        let alert = sample::find("list.changed, relisted");
        let alert = alert.unwrap_or_else(|| {
            let mut alert = sample::find("list.changed").unwrap();
            if let AlertBody::ListChanged(data) = &mut alert.body {
                data.returned = data.changes.iter().map(|c| c.change_id.clone()).collect();
            }
            alert
        });
        let screening = sample::screening(&alert);
        let content = wording::content_with(&alert, Some(&screening), &sample::settings(None));
        assert!(fact(&content, "May be").unwrap().ends_with(", Entity List, listed again"));
    }

    #[test]
    fn a_stale_match_says_who_dismissed_it_and_what_has_changed() {
        let end = EndOfDismissal {
            at: jiff::Timestamp::constant(1_687_600_000, 0),
            expired: false,
            because: vec!["the entry has another name: “Cedarholm”".into()],
        };
        let content = decided(MatchState::Stale, Some(end));
        assert_eq!(
            fact(&content, "Dismissed before"),
            Some("by Bo Example, June 23, 2022: another industry, “a bakery”")
        );
        let changed = "the entry has another name: “Cedarholm”";
        assert_eq!(fact(&content, "Changed since"), Some(changed));
        assert!(content.matches.unwrap().shown[0].brief.contains(changed));
    }

    #[test]
    fn an_expired_dismissal_has_ended_and_no_change_is_named() {
        let end = EndOfDismissal {
            at: jiff::Timestamp::constant(1_687_600_000, 0),
            expired: true,
            because: vec!["the dismissal has expired".into()],
        };
        let content = decided(MatchState::Stale, Some(end));
        assert_eq!(
            fact(&content, "Dismissed before"),
            Some(
                "The dismissal of June 23, 2022 by Bo Example (another industry, “a bakery”) ended \
                 on June 24, 2023."
            )
        );
        let shown = &content.matches.as_ref().unwrap().shown[0];
        assert!(!shown.band.contains("changed"), "{}", shown.band);
        assert_eq!(fact(&content, "Changed since"), None);
    }

    #[test]
    fn if_not_all_are_shown_each_counterparty_has_a_line_before_any_has_a_second_one() {
        let matches = content("list.changed", |screening| {
            let shown = screening.matches[0].clone();
            screening.matches = (0..100)
                .map(|n| {
                    let mut shown = shown.clone();
                    shown.found.match_id = crate::domain::MatchId::of([n.to_string().as_str()]);
                    if n >= 97 {
                        shown.found.counterparty.id = format!("LAST{n}");
                    }
                    shown
                })
                .collect();
        })
        .matches
        .unwrap();
        let headings: Vec<&str> = matches.shown.iter().map(|m| m.heading.as_str()).collect();
        assert_eq!(headings.len(), MAX_SHOWN);
        assert!(headings[1].starts_with("LAST97") && headings[3].starts_with("LAST99"));
    }

    #[test]
    fn a_match_of_several_entries_at_one_address_names_none_of_them_alone() {
        let mut alert = sample::find("watchlist.matched").unwrap();
        if let AlertBody::WatchlistMatched(data) = &mut alert.body {
            data.matches[0].sharing = (0..6).map(|n| format!("Alder Works {n}")).collect();
        }
        let content = wording::alert_content(&alert, &sample::settings(None));
        let expected = "one of 6 entries at one address (United Kingdom), Entity List";
        assert_eq!(fact(&content, "May be"), Some(expected));
    }

    #[test]
    fn backquotes_become_quotation_marks() {
        assert_eq!(quoted("the word `a` means `b`"), "the word “a” means “b”");
        assert_eq!((quoted("none"), quoted("`")), ("none".to_owned(), "“".to_owned()));
    }
}
