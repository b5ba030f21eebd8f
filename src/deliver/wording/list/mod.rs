//! The wording of a list change with its entries, under one rule or none.

mod classification;
mod facts;
mod lead;
mod next_steps;
mod notes;
mod list_groups;
mod title;

use crate::deliver::plain;
use crate::deliver::wording::change_group::{index, sections};
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::{counted, enumeration};
use crate::deliver::wording::effective::Effective;
use crate::deliver::wording::entry::EntryScope;
use crate::deliver::wording::rule_facts::{reference, savings_clause};
use crate::deliver::wording::subject::subject;
use crate::deliver::wording::{Fact, MessageContent, Quote, authority, country};
use crate::domain::alert::ListChanged;
use crate::domain::{Change, ListCode};
use classification::{Classification, Topic};
use facts::facts;
use lead::{LeadInput, lead};
use list_groups::list_groups;
use next_steps::next_steps;
use notes::{cautions, notes};
use title::{TitleInput, short_title, title};

pub fn content(data: &ListChanged, context: &Context<'_>) -> MessageContent {
    let source = context.source(&data.source);
    let classification = &Classification::of(data);
    let excerpt = data.rule_text.as_ref().filter(|_| data.rule.is_some());
    let effective = Effective::of(
        data.rule.as_ref().and_then(|rule| rule.effective_on),
        excerpt.and_then(|text| text.effective_text.as_deref()),
        data.observed_at,
    );
    let lists = lists(&data.changes);
    let counts = country::counts(&data.changes);
    let input = TitleInput { data, classification, lists: &lists, source: &source, context };
    let headline = title(&input);
    // A difference between sources and a correction have no effective date of their own.
    let phrase = match classification.topic() {
        Topic::Correction | Topic::Differences | Topic::Relisting | Topic::Editorial => {
            String::new()
        }
        _ => effective.phrase(),
    };
    let reference = reference(data.rule.as_ref());
    // The title of a designation has the countries.
    let named_countries = match classification.topic() {
        Topic::Footnotes(_) => &[][..],
        _ => counts.as_slice(),
    };
    let groups = list_groups(data, classification, &source, context);
    let scope = EntryScope {
        several_lists: authority::lists(&data.changes).len() > 1,
        rule_is_named: data.rule.is_some(),
        context,
    };
    MessageContent {
        subject: subject(
            &[headline.clone(), short_title(&input)],
            &phrase,
            reference.as_deref(),
            named_countries,
        ),
        banner: None,
        matches: None,
        title: format!("{headline}{phrase}"),
        lead: lead(&LeadInput {
            data,
            classification,
            lists: &with_article(&lists),
            source: &source,
            effective: &effective,
            context,
        }),
        cautions: cautions(data, classification, &source),
        facts_title: if data.rule.is_some() { "The rule" } else { "Facts" }.to_owned(),
        facts: facts(data, &effective, &source, context),
        quotes: quotes(data, classification, &effective),
        next_steps: next_steps(data, classification, context),
        instructions: context.instructions.to_vec(),
        countries: counts.into_iter().map(|(name, count)| format!("{name} {count}")).collect(),
        index: index(&groups),
        sections: sections(&groups, &source.named(), scope),
        notes: notes(data, classification, &source, context),
        full_alert: context.next_step(
            "This alert with all its entries",
            &format!("/alerts/{}", data.alert_id),
            format!("entitywatch alerts --id {}", data.alert_id),
        ),
        evidence: evidence(data, context),
    }
}

/// What each of several dates of the rule is for, and its savings clause. A correction and a
/// difference are not about the rule.
fn quotes(
    data: &ListChanged,
    classification: &Classification<'_>,
    effective: &Effective,
) -> Vec<Quote> {
    let is_about_rule = data.rule.is_some()
        && !matches!(
            classification.topic(),
            Topic::Correction | Topic::Differences | Topic::Editorial
        );
    if !is_about_rule {
        return Vec::new();
    }
    let excerpt = data.rule_text.as_ref();
    let clause =
        savings_clause(excerpt.and_then(|text| text.savings_clause.as_deref()), excerpt.is_some());
    effective.quotes().into_iter().chain([clause]).collect()
}

/// `Entity List`, `Entity List and Unverified List`, `3 lists`
fn lists(changes: &[Change]) -> String {
    match authority::lists(changes).as_slice() {
        [] => "Watched lists".to_owned(),
        few @ ([_] | [_, _]) => {
            enumeration(&few.iter().map(|list| list.title().to_owned()).collect::<Vec<_>>())
        }
        many => counted(many.len(), "list"),
    }
}

/// `the Entity List`, `3 lists`
fn with_article(lists: &str) -> String {
    let is_titled = ListCode::ALL.iter().any(|list| lists.starts_with(list.title()));
    if is_titled { format!("the {lists}") } else { lists.to_lowercase() }
}

/// Identifiers and hashes, for the record.
fn evidence(data: &ListChanged, context: &Context<'_>) -> Vec<Fact> {
    let alert = |label: &str, id: &crate::domain::AlertId| {
        Fact::linked(label, id.as_str(), context.link(&format!("/alerts/{id}")))
    };
    let mut evidence: Vec<Fact> = Vec::new();
    evidence.extend(data.corrects.as_ref().map(|id| alert("Corrects alert", id)));
    evidence
        .extend(data.announced.as_ref().map(|told| alert("Announced in alert", &told.alert_id)));
    evidence.extend(data.follows.as_ref().map(|id| alert("Follows alert", id)));
    evidence.push(Fact::new("Source", plain::line(&data.source)));
    evidence.push(Fact::new("Sequence", data.sequence.to_string()));
    evidence.push(Fact::new("SHA-256 of the list", data.snapshot.sha256.as_str()));
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
    use super::*;
    use crate::deliver::{sample, wording};
    use crate::domain::alert::Announced;
    use crate::domain::{Alert, AlertBody, AlertId, ChangeKind, Entry, Summary};

    fn changed(name: &str, change: impl FnOnce(&mut ListChanged)) -> MessageContent {
        let mut alert = sample_of(name);
        let (AlertBody::ListChanged(data) | AlertBody::ListCorrected(data)) = &mut alert.body
        else {
            panic!("expected a list change, but got {name}")
        };
        change(data);
        wording::alert_content(&alert, &sample::settings(None))
    }

    fn sample_of(name: &str) -> Alert {
        let mut samples = sample::all().into_iter();
        samples.find(|(known, _)| *known == name).map(|(_, alert)| alert).unwrap()
    }

    #[track_caller]
    fn check_subject(name: &str, expected: &str) {
        assert_eq!(changed(name, |_| {}).subject, expected);
    }

    #[test]
    fn a_subject_says_what_the_reader_must_know() {
        check_subject(
            "list.changed, real size",
            "Entity List: 41 added, 13 revised, effective June 28, 2022 (87 FR 38920): China, \
             Russia, Pakistan and 6 more",
        );
        check_subject(
            "list.changed, footnote designation",
            "Footnote 4 designation: Aldermere Microsystems Co., Ltd. (China), effective June 29, \
             2022 (87 FR 77505)",
        );
        check_subject(
            "list.corrected",
            "Correction: 2 entries reported missing on July 5 are on the list: China and Germany",
        );
        check_subject(
            "list.changed, differences",
            "eCFR and Consolidated Screening List differ on 2 entries already reported (87 FR \
             38920): China",
        );
        check_subject(
            "list.changed, full entries",
            "Full entries now available: 6 added, effective June 28, 2022 (87 FR 38920): China",
        );
        check_subject(
            "list.changed, as announced",
            "Consolidated Screening List shows 6 entries announced on June 28, effective June 28, \
             2022 (87 FR 38920): China",
        );
        check_subject("list.changed, relisted", "Entity List: 2 entries relisted: China");
        check_subject(
            "list.changed, unconfirmed",
            "Entity List, unconfirmed: 2 added, effective June 28, 2022 (87 FR 38920): China",
        );
        check_subject(
            "list.changed, no rule",
            "Entity List: 1 added, 1 no longer on the Consolidated Screening List, no rule found \
             yet: China and Germany",
        );
    }

    #[test]
    fn nothing_is_called_added_that_was_listed_before() {
        for name in [
            "list.corrected",
            "list.changed, differences",
            "list.changed, relisted",
            "list.changed, as announced",
        ] {
            let content = changed(name, |_| {});
            let text = format!("{} {} {}", content.subject, content.title, content.lead);
            assert!(!text.contains("added"), "{name}: {text}");
        }
    }

    #[test]
    fn every_subject_has_at_most_120_characters() {
        for (name, alert) in sample::all() {
            let content = wording::alert_content(&alert, &sample::settings(None));
            assert!(content.subject.chars().count() <= 120, "{name}: {}", content.subject);
        }
    }

    #[test]
    fn a_source_is_called_by_its_title_and_its_name_is_evidence() {
        for (name, alert) in sample::all() {
            let content = wording::alert_content(&alert, &sample::settings(None));
            let evidence = content.evidence.clone();
            let shown = serde_json::to_string(&MessageContent { evidence: Vec::new(), ..content });
            let shown = shown.unwrap();
            for source in ["csl", "ecfr", "rules"] {
                let words = shown.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_');
                // A command needs the name.
                let in_command = shown.matches(&format!("--source {source}")).count();
                let count = words.filter(|word| *word == source).count();
                // So does the site of the eCFR.
                let in_link = shown.matches(&format!("www.{source}.gov")).count();
                let is_noun = source == "rules" && shown.contains("rules of the last");
                assert!(
                    count == in_command + in_link || is_noun,
                    "{name} says `{source}`: {shown}"
                );
            }
            assert!(!evidence.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_legal_date_does_not_shift_with_the_zone_of_the_readers() {
        for zone in ["Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"] {
            let mut settings = sample::settings(None);
            settings.timezone = jiff::tz::TimeZone::get(zone).unwrap().into();
            let content = wording::alert_content(&sample_of("list.changed, real size"), &settings);
            assert!(content.subject.contains("effective June 28, 2022"), "{}", content.subject);
            let fact = |label: &str| {
                let fact = content.facts.iter().find(|fact| fact.label == label);
                fact.map(|fact| fact.text.clone()).unwrap_or_default()
            };
            assert_eq!(fact("Effective"), "June 28, 2022", "{zone}");
            assert_eq!(fact("Published"), "June 30, 2022", "{zone}");
        }
    }

    #[test]
    fn a_change_whose_rule_is_unknown_says_so() {
        let content = changed("list.changed, no rule", |_| {});
        assert!(content.lead.ends_with("No rule found yet for these changes."), "{}", content.lead);
        assert!(content.facts.iter().all(|fact| fact.label != "Rule"));
        assert!(content.next_steps.iter().any(|step| step.text.contains("Look for the rule")));
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
            let content = changed("list.changed", |data| {
                (data.rule, data.rule_text, data.attributed) = (None, None, None);
                data.changes.retain(|change| change.kind == ChangeKind::Removed);
                data.changes.iter_mut().for_each(|change| {
                    let name = change.entry.name.clone();
                    change.entry =
                        Entry { footnotes: vec!["4".into()], ..Entry::named(list, &name) };
                    change.corroboration.clear();
                });
                data.summary = Summary::of(&data.changes);
                data.total = data.summary;
            });
            let mut text =
                vec![content.subject.clone(), content.title.clone(), content.lead.clone()];
            text.extend(content.cautions.iter().chain(&content.notes).cloned());
            text.extend(content.facts.iter().map(|fact| format!("{}: {}", fact.label, fact.text)));
            text.extend(content.sections.iter().filter_map(|section| section.note.clone()));
            text.extend(content.next_steps.iter().map(|step| step.text.clone()));
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
                assert!(!rows.contains("734.9"), "{list}: {rows}");
            }
        }
    }

    #[test]
    fn a_missing_rule_is_noted_only_for_lists_that_rules_change() {
        let lead = |lists: [ListCode; 2]| {
            changed("list.changed", |data| {
                (data.rule, data.rule_text, data.attributed) = (None, None, None);
                data.changes.truncate(2);
                data.changes
                    .iter_mut()
                    .zip(lists)
                    .for_each(|(change, list)| change.entry.list = list);
            })
            .lead
        };
        assert!(lead([ListCode::EL, ListCode::EL]).contains("No rule found yet"));
        assert!(
            lead([ListCode::EL, ListCode::SDN])
                .ends_with("No rule found yet for the changes of the Entity List.")
        );
        assert!(lead([ListCode::UVL, ListCode::MEU]).ends_with("No new rule is cited."));
        assert!(!lead([ListCode::SDN, ListCode::DTC]).contains("rule"));
    }

    #[test]
    fn a_partly_announced_change_counts_what_is_new_apart() {
        let content = changed("list.changed, as announced", |data| {
            data.announced.iter_mut().for_each(|announced: &mut Announced| {
                announced.changes.truncate(4);
            });
        });
        assert!(
            content.title.starts_with("Entity List: 2 added, 4 as announced, effective"),
            "{}",
            content.title
        );
        let titles: Vec<&str> =
            content.sections.iter().map(|section| section.title.as_str()).collect();
        assert_eq!(titles, ["Added (2)", "Added as announced (4)"]);
        assert!(content.notes.iter().any(|note| note.contains("announced on June 28, 2022")));
    }

    #[test]
    fn a_list_with_fewer_rows_than_its_rule_says_why() {
        let content = changed("list.changed, fewer rows than the rule", |_| {});
        let note = content.notes.first().unwrap();
        assert!(
            note.starts_with("The rule orders 41 added; this message has 40 added. ")
                && note.contains("has one row where the rule lists several countries: “Aldermere"),
            "{note}"
        );
        let same = changed("list.changed, real size", |_| {});
        assert!(same.notes.is_empty(), "{:?}", same.notes);
    }

    #[test]
    fn a_row_with_two_countries_explains_a_rule_that_was_not_read() {
        let content = changed("list.changed, fewer rows than the rule", |data| {
            data.rule_text = None;
            data.changes.iter_mut().take(1).for_each(|change| {
                change.entry.countries = vec!["RU".into(), "VN".into()];
            });
        });
        let note = content.notes.first().unwrap();
        assert!(
            note.starts_with("The rule may count 41 additions, because ")
                && note.ends_with("several countries: “Aldermere Electronics Co., Ltd.”."),
            "{note}"
        );
        // The rule lists Hong Kong under China.
        let content = changed("list.changed, fewer rows than the rule", |data| {
            data.rule_text = None;
            data.changes.iter_mut().take(1).for_each(|change| {
                change.entry.countries = vec!["CN".into(), "HK".into()];
            });
        });
        assert!(content.notes.is_empty(), "{:?}", content.notes);
    }

    #[test]
    fn terms_are_stated_once_for_their_group() {
        let content = changed("list.changed, real size", |_| {});
        let added = &content.sections[0];
        assert_eq!((added.title.as_str(), added.count()), ("Added (41)", 41));
        assert!(added.groups.len() <= 4, "{}", added.groups.len());
        assert!(
            added.groups.iter().all(|group| group.entries.len() < 2 || !group.shared.is_empty())
        );
        // The entries with a footnote come first.
        assert!(added.groups[0].shared.iter().any(|row| row.label == "Footnotes"));
        let names: usize = content
            .index
            .iter()
            .flat_map(|group| &group.places)
            .map(|place| place.names.len())
            .sum();
        assert_eq!(names, 54);
    }

    #[test]
    fn an_address_without_a_name_is_named_by_the_address_everywhere() {
        let content = changed("list.changed, address", |_| {});
        let expected =
            "Any party at Unit 9, 8/F, Poplar House, 7 Long Road, Kowloon (listed as Address 01)";
        assert_eq!(content.index[0].places[0].names, [expected]);
        assert_eq!(content.sections[0].groups[0].entries[0].heading, expected);
        // The rule is known only by its page.
        assert!(content.lead.ends_with("Its effective date is in the rule."), "{}", content.lead);
        assert!(content.quotes[0].text.contains("was not read"));
    }

    #[test]
    fn the_instructions_of_the_company_are_shown() {
        let mut settings = sample::settings(None);
        settings.instructions = vec!["Call the desk.".to_owned()];
        let content = wording::alert_content(&sample_of("list.changed"), &settings);
        assert_eq!(content.instructions, ["Call the desk."]);
        let operator = wording::alert_content(&sample_of("source.failing"), &settings);
        assert!(operator.instructions.is_empty());
    }

    #[test]
    fn a_change_of_the_rules_alert_follows_it() {
        let follows = changed("list.changed", |data| data.follows = Some(AlertId::of(["x"])));
        assert!(
            follows.notes.iter().any(|note| note.contains("follows the alert about the rule")),
            "{:?}",
            follows.notes
        );
        assert!(follows.evidence.iter().any(|fact| fact.label == "Follows alert"));
    }
}
