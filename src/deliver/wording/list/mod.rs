//! The wording of a list change with its entries, under one rule or none.

mod classification;
mod facts;
mod lead;
mod notes;
mod sections;
mod title;

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::index::index;
use crate::deliver::wording::{Fact, MessageContent, authority, country};
use crate::domain::Change;
use crate::domain::alert::ListChanged;
use facts::facts;
use lead::lead;
use notes::notes;
use sections::sections;
use title::{subject, title};

pub fn content(data: &ListChanged, context: &Context<'_>) -> MessageContent {
    let source = plain::line(&data.source);
    let lists = lists(&data.changes);
    let counts = country::counts(&data.changes);
    let title = title(data, &lists, &source);
    MessageContent {
        subject: subject(data, &title, &counts),
        lead: lead(data, &lists, &source),
        banner: None,
        cautions: notes(data, &source, context),
        quotes: Vec::new(),
        instructions: Vec::new(),
        index: index(&data.changes),
        notes: Vec::new(),
        countries: counts.into_iter().map(|(name, count)| format!("{name} {count}")).collect(),
        facts: facts(data, &source, context),
        sections: sections(data, &source),
        next_steps: Vec::new(),
        full_alert: context.next_step(
            "This alert with all its entries",
            &format!("/alerts/{}", data.alert_id),
            format!("entitywatch alerts --id {}", data.alert_id),
        ),
        evidence: evidence(data),
        title,
    }
}

/// `Entity List`, or the codes of several lists.
fn lists(changes: &[Change]) -> String {
    match authority::lists(changes).as_slice() {
        [] => "Watched lists".to_owned(),
        [only] => only.title().to_owned(),
        several => several.iter().map(|list| list.as_str()).collect::<Vec<_>>().join(", "),
    }
}

fn evidence(data: &ListChanged) -> Vec<Fact> {
    let mut evidence = vec![
        Fact::new("Sequence", format!("{} of {}", data.sequence, plain::line(&data.source))),
        Fact::new("SHA-256 of the list", data.snapshot.sha256.as_str()),
    ];
    evidence.extend(
        data.previous
            .as_ref()
            .map(|previous| Fact::new("SHA-256 of the list before", previous.sha256.as_str())),
    );
    evidence.push(Fact::new("Journal head", data.journal_head.as_str()));
    evidence
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::deliver::sample;
    use crate::domain::alert::Announced;
    use crate::domain::{AlertBody, AlertId, ChangeKind, ListCode};

    fn content_of(change: impl FnOnce(&mut ListChanged)) -> MessageContent {
        let AlertBody::ListChanged(mut data) = sample::rule_of_june_2022().body else {
            panic!("expected a list change")
        };
        change(&mut data);
        content(&data, &Context { zone: &TimeZone::UTC, public_url: None })
    }

    #[test]
    fn a_change_whose_rule_is_unknown_says_so() {
        let content = content_of(|data| (data.rule, data.attributed) = (None, None));
        assert!(content.lead.contains("No rule found yet"), "{}", content.lead);
        assert!(
            content
                .facts
                .iter()
                .any(|fact| (fact.label.as_str(), fact.text.as_str())
                    == ("Rule", "no rule found yet"))
        );
    }

    #[test]
    fn a_removal_uses_the_wording_of_its_own_list() {
        // Words that are true only of lists under the Export Administration Regulations.
        let of_export_law = [
            "General Prohibition",
            "CFR",
            "Federal Register",
            "rule",
            "Entity List",
            "Part 744",
            "footnote",
            "license",
        ];
        for list in ListCode::ALL.iter().copied() {
            let content = content_of(|data| {
                (data.rule, data.attributed) = (None, None);
                data.changes.retain(|change| change.kind == ChangeKind::Removed);
                data.changes.iter_mut().for_each(|change| {
                    let name = change.entry.name.clone();
                    change.entry = crate::domain::Entry {
                        footnotes: vec!["4".into()],
                        ..crate::domain::Entry::named(list, &name)
                    };
                });
                data.summary = crate::domain::Summary::of(&data.changes);
                data.total = data.summary;
            });
            let mut text =
                vec![content.subject.clone(), content.title.clone(), content.lead.clone()];
            text.extend(content.cautions.iter().chain(&content.notes).cloned());
            text.extend(content.facts.iter().map(|fact| format!("{}: {}", fact.label, fact.text)));
            text.extend(content.sections.iter().filter_map(|section| section.note.clone()));
            let text = text.join("\n");
            assert!(
                text.contains(list.title()) && text.contains(authority::terms(list).authority),
                "{list}: {text}"
            );
            if list.agency() == "Bureau of Industry and Security" {
                assert!(text.contains("15 CFR 736.2(b)(5)"), "{list}: {text}");
            } else {
                for words in of_export_law {
                    assert!(!text.contains(words), "{list} says `{words}`: {text}");
                }
                let rows = format!("{:?}", content.sections);
                assert!(rows.contains("Footnote 4") && !rows.contains("734.9"), "{list}: {rows}");
            }
        }
    }

    #[test]
    fn a_missing_rule_is_noted_only_for_lists_that_rules_change() {
        let lead = |lists: [ListCode; 2]| {
            content_of(|data| {
                (data.rule, data.attributed) = (None, None);
                data.changes.truncate(2);
                data.changes
                    .iter_mut()
                    .zip(lists)
                    .for_each(|(change, list)| change.entry.list = list);
            })
            .lead
        };
        assert!(
            lead([ListCode::EL, ListCode::EL])
                .ends_with("No rule found yet: none is cited for it.")
        );
        assert!(
            lead([ListCode::EL, ListCode::SDN])
                .ends_with("No rule found yet: none is cited for the changes of the Entity List.")
        );
        assert!(lead([ListCode::UVL, ListCode::MEU]).ends_with("No new rule is cited for it."));
        assert!(!lead([ListCode::SDN, ListCode::DTC]).contains("cited"));
    }

    #[test]
    fn a_fully_announced_change_is_not_a_further_part() {
        let announce = |count: usize| {
            content_of(|data| {
                let changes = data
                    .changes
                    .iter()
                    .take(count)
                    .map(|change| change.change_id.clone())
                    .collect();
                data.follows = Some(AlertId::of(["rule.filed"]));
                data.announced = Some(Announced {
                    alert_id: AlertId::of(["rule.filed"]),
                    at: data.observed_at,
                    changes,
                });
            })
        };
        let (whole, one) = (announce(usize::MAX), announce(1));
        assert!(whole.title.starts_with("Entity List (as announced): "), "{}", whole.title);
        assert!(one.title.starts_with("Entity List: "), "{}", one.title);
        let shows = |content: &MessageContent, what: &str| {
            content.cautions.iter().chain(&content.notes).any(|note| note.contains(what))
        };
        assert!(
            shows(&one, "csl now shows 1 entry of that rule.")
                && shows(&whole, "csl now shows 9 entries of that rule.")
        );
        let follows = content_of(|data| data.follows = Some(AlertId::of(["rule.filed"])));
        assert!(shows(&follows, "which reported the rule"), "{:?}", follows.notes);
    }
}
