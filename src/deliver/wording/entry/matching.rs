//! What is known about the match of two rows, and about other entries that may be the same.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::enumeration;
use crate::deliver::wording::entry::other_sources::{self, Shown};
use crate::domain::change::MOST_OF_A_DOUBT;
use crate::domain::pages::Kept;
use crate::domain::{Change, ChangeKind, Entry, Match, RowFate};

/// The most characters of another entry's name.
const MAX_NAME_CHARS: usize = 200;

/// What is uncertain about a change.
pub fn cautions(change: &Change, context: &Context<'_>) -> Vec<String> {
    let mut cautions = Vec::new();
    let names = |names: &[String]| {
        enumeration(
            &names
                .iter()
                .map(|name| format!("“{}”", plain::shorten(&plain::line(name), MAX_NAME_CHARS)))
                .collect::<Vec<_>>(),
        )
    };
    cautions.extend(
        change
            .matched
            .as_ref()
            .filter(|matched| !matched.certain)
            .map(|matched| match_note(change, matched)),
    );
    if !change.possibly_now.is_empty() {
        cautions.push(format!(
            "It may now be listed as {}, which is shown as added. It is not certain that they are \
             the same.",
            names(&change.possibly_now)
        ));
    }
    if !change.possibly_was.is_empty() {
        let shown = if change.kind == ChangeKind::Added {
            "It may have been listed before"
        } else {
            "It may be the entry that was listed before"
        };
        cautions.push(format!(
            "{shown} as {}, which is no longer listed. It is not certain that they are the same.",
            names(&change.possibly_was)
        ));
    }
    cautions.extend(other_sources::sentences(change, context).into_iter().filter_map(|shown| {
        match shown {
            Shown::Listed(sentence) => Some(sentence),
            Shown::Other(_) => None,
        }
    }));
    cautions
}

/// What else is known: the evidence of a certain match, and what other sources show.
pub fn notes(change: &Change, context: &Context<'_>) -> Vec<String> {
    let matched = change.matched.as_ref().filter(|matched| matched.certain);
    // If name and countries are as before, nobody doubts that the entry is the same.
    let is_renamed = change.before.as_ref().is_some_and(|before| {
        (&before.name, &before.countries) != (&change.entry.name, &change.entry.countries)
    });
    let matched = matched.filter(|matched| is_renamed || matched.row.is_some());
    let mut notes: Vec<String> =
        matched.map(|matched| match_note(change, matched)).into_iter().collect();
    notes.extend(other_sources::sentences(change, context).into_iter().filter_map(|shown| {
        match shown {
            Shown::Listed(_) => None,
            Shown::Other(sentence) => Some(sentence),
        }
    }));
    notes
}

/// Why two rows were matched as one entry. The words follow `certain`: a certain match is never
/// worded as a guess, and a guess is never worded as certain.
fn match_note(change: &Change, matched: &Match) -> String {
    let evidence =
        matched.evidence.iter().map(|text| plain::line(text)).collect::<Vec<_>>().join("; ");
    let because = if evidence.is_empty() { String::new() } else { format!(": {evidence}") };
    match (matched.certain, matched.row) {
        (true, Some(RowFate::Gone)) => {
            format!("A row of this entry is no longer listed{because}. The name is still listed.")
        }
        (false, Some(RowFate::Gone)) => {
            format!(
                "The name is still listed, but one of its rows is not{because}. It may have been \
                 the listing of another party: check it as a removal."
            )
        }
        (true, _) => format!("The same entry as before{because}."),
        (false, _) => {
            let percent = (matched.score.min(MOST_OF_A_DOUBT) * 100.0).round();
            let advice = match &change.before {
                // A new party would not cite a rule that was cited before.
                Some(before) if cites_all_rules(before, &change.entry) => {
                    "Compare both before you rely on it."
                }
                _ if matched.row == Some(RowFate::Folded) => {
                    "It may be a removal: check it as one."
                }
                _ => "It may be a new listing: check it as one.",
            };
            format!(
                "Probably the same entry as before, but not certainly (match score \
                 {percent}%){because}. {advice}"
            )
        }
    }
}

fn cites_all_rules(before: &Entry, after: &Entry) -> bool {
    let kept = Kept::of(&before.citations, &after.citations);
    kept.rules() > 0 && kept.lost.is_empty() && before.name != after.name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;
    use crate::domain::{Citation, ListCode, Severity};

    fn check(matched: Match, was_cited: &[&str], is_cited: &[&str], expected: &str) {
        let row = |name: &str, cited: &[&str]| Entry {
            citations: cited.iter().map(|text| Citation::from_text(text)).collect(),
            ..Entry::named(ListCode::EL, name)
        };
        let (before, after) = (row("Alder Works", was_cited), row("Elder Works", is_cited));
        let change = sample::change(ChangeKind::Revised, Severity::High, Some(before), after);
        assert_eq!(match_note(&change, &matched), expected);
    }

    #[test]
    fn a_certain_match_is_a_note_only_if_the_name_changed_and_a_doubtful_one_is_a_caution() {
        let settings = sample::settings(None);
        let context = Context {
            zone: &settings.timezone,
            public_url: None,
            source_titles: &settings.source_titles,
            instructions: &[],
        };
        let found = |name: &str, matched: Match| {
            let mut change = sample::change(
                ChangeKind::Revised,
                Severity::High,
                Some(Entry::named(ListCode::EL, "Alder Works")),
                Entry::named(ListCode::EL, name),
            );
            change.matched = Some(matched);
            (cautions(&change, &context).len(), notes(&change, &context).len())
        };
        assert_eq!(found("Alder Works", Match::certain(vec!["equal name".into()])), (0, 0));
        assert_eq!(found("Elder Works", Match::certain(vec!["same id".into()])), (0, 1));
        assert_eq!(found("Elder Works", Match::doubtful(0.9, Vec::new())), (1, 0));
    }

    #[test]
    fn the_wording_follows_the_certainty_of_the_match() {
        let evidence = || vec!["similar names".to_owned()];
        let (old, new) = (["81 FR 61595"], ["89 FR 51653"]);
        check(Match::certain(evidence()), &old, &old, "The same entry as before: similar names.");
        check(Match::certain(Vec::new()), &old, &old, "The same entry as before.");
        check(
            Match::doubtful(1.0, evidence()),
            &old,
            &["81 FR 61601", "89 FR 51653"],
            "Probably the same entry as before, but not certainly (match score 99%): similar \
             names. Compare both before you rely on it.",
        );
        check(
            Match { score: 1.0, ..Match::doubtful(1.0, evidence()) },
            &old,
            &new,
            "Probably the same entry as before, but not certainly (match score 99%): similar \
             names. It may be a new listing: check it as one.",
        );
    }

    #[test]
    fn a_removed_row_of_a_listed_name_says_that_the_name_is_still_listed() {
        let gone = |matched: Match| Match { row: Some(RowFate::Gone), ..matched };
        let evidence = || vec!["one of two rows of this name is gone".to_owned()];
        check(
            gone(Match::certain(evidence())),
            &[],
            &[],
            "A row of this entry is no longer listed: one of two rows of this name is gone. The \
             name is still listed.",
        );
        check(
            gone(Match::doubtful(0.75, evidence())),
            &[],
            &[],
            "The name is still listed, but one of its rows is not: one of two rows of this name \
             is gone. It may have been the listing of another party: check it as a removal.",
        );
    }
}
