//! The wording of changes of a list: one rule, or none, with its entries.

use crate::deliver::plain;
use crate::deliver::wording::count::{counted, enumeration, sentence, summary};
use crate::deliver::wording::{Account, Fact, Section, Writer, authority, country, entry, time};
use crate::domain::alert::ListChanged;
use crate::domain::{Attribution, Change, ChangeKind, ListCode, Rule};

/// The longest subject that every mail reader still shows whole.
const LONGEST_SUBJECT_CHARS: usize = 120;
const NOT_KNOWN: &str = "not known yet";

pub fn account(data: &ListChanged, writer: &Writer<'_>) -> Account {
    let source = plain::line(&data.source);
    let lists = lists(&data.changes);
    let counts = country::counts(&data.changes);
    let title = title(data, &lists, &source);
    Account {
        subject: subject(data, &title, &counts),
        lead: lead(data, &lists, &source),
        notes: notes(data, &source, writer),
        countries: counts.into_iter().map(|(name, count)| format!("{name} {count}")).collect(),
        facts: facts(data, &source, writer),
        sections: sections(data, &source),
        steps: Vec::new(),
        whole: writer.step(
            "This alert with all its entries",
            &format!("/alerts/{}", data.alert_id),
            format!("entitywatch alerts --id {}", data.alert_id),
        ),
        evidence: evidence(data),
        title,
    }
}

/// `Entity List`, or for several lists their codes.
fn lists(changes: &[Change]) -> String {
    match authority::lists(changes).as_slice() {
        [] => "Watched lists".to_owned(),
        [only] => only.title().to_owned(),
        several => several.iter().map(|list| list.as_str()).collect::<Vec<_>>().join(", "),
    }
}

fn title(data: &ListChanged, lists: &str, source: &str) -> String {
    let kind = match data {
        _ if data.corrects.is_some() => " correction",
        _ if differs(data) => " (differences)",
        _ if data.unconfirmed => " (unconfirmed)",
        _ if !data.changes.is_empty() && announced(data) == data.changes.len() => " (as announced)",
        _ if data.rule_alerted_before > 0 && data.follows.is_some() => " (further part)",
        _ => "",
    };
    format!("{lists}{kind}: {}", summary(&data.summary, source))
}

/// How many of the changes the rule's own alert told.
fn announced(data: &ListChanged) -> usize {
    let Some(announced) = &data.announced else { return 0 };
    data.changes.iter().filter(|change| announced.changes.contains(&change.change_id)).count()
}

/// Another source has shown these changes before, but not all of what stands here.
fn differs(data: &ListChanged) -> bool {
    !data.changes.is_empty() && data.changes.iter().all(|change| change.confirms.is_some())
}

fn subject(data: &ListChanged, title: &str, counts: &[(String, usize)]) -> String {
    let citation = data
        .rule
        .as_ref()
        .and_then(|rule| rule.citation.as_deref())
        .map(|text| format!(" — {}", plain::line(text)));
    let fixed = format!("{title}{}", citation.unwrap_or_default());
    let mut names: Vec<&str> = counts.iter().map(|(name, _)| name.as_str()).take(3).collect();
    let more = counts.len() > names.len();
    while !names.is_empty() {
        let subject = format!(
            "{fixed} ({}{})",
            names.join(", "),
            if more || names.len() < counts.len() { ", …" } else { "" }
        );
        if subject.chars().count() <= LONGEST_SUBJECT_CHARS {
            return subject;
        }
        names.pop();
    }
    plain::shorten(&fixed, LONGEST_SUBJECT_CHARS)
}

fn lead(data: &ListChanged, lists: &str, source: &str) -> String {
    let citation = data.rule.as_ref().and_then(|rule| rule.citation.as_deref()).map(plain::line);
    let what = format!("{lists}: {}", sentence(&data.summary, source));
    let why = match (&citation, data.attributed) {
        (Some(citation), Some(Attribution::Presumed)) => {
            format!("under {citation}, in part presumed (see below)")
        }
        (Some(citation), _) => format!("under {citation}"),
        (None, _) if data.rule.is_some() => "under the rule named below".to_owned(),
        (None, _) if is_all_back(data) => {
            return format!(
                "{what}. What is back is as it was before it went: the rules that it cites \
                 ordered its first listing."
            );
        }
        (None, _) => return format!("{what}.{}", uncited(data)),
    };
    format!("{what}, {why}.")
}

/// A word on the missing rule, of those lists alone whose entries cite the rules that change them.
fn uncited(data: &ListChanged) -> String {
    let lists = authority::lists(&data.changes);
    let cited: Vec<String> = lists
        .iter()
        .filter(|list| authority::terms(**list).amended_by_rules)
        .map(|list| format!("the {}", list.title()))
        .collect();
    let whose = if cited.len() == lists.len() {
        "it".to_owned()
    } else {
        format!("the changes of {}", enumeration(&cited))
    };
    match (cited.is_empty(), awaits_a_rule(data)) {
        (true, _) => String::new(),
        (false, true) => format!(" No rule found yet: none is cited for {whose}."),
        (false, false) => format!(" No new rule is cited for {whose}."),
    }
}

/// The entries that are back as they were before they went.
fn back(data: &ListChanged) -> impl Iterator<Item = &Change> {
    data.changes.iter().filter(|change| data.returned.contains(&change.change_id))
}

fn is_all_back(data: &ListChanged) -> bool {
    !data.changes.is_empty() && back(data).count() == data.changes.len()
}

/// The Entity List is changed by rules alone, but for the publisher's own mistakes and their
/// mending.
fn awaits_a_rule(data: &ListChanged) -> bool {
    data.rule.is_none()
        && data.corrects.is_none()
        && !is_all_back(data)
        && data.changes.iter().any(|change| change.entry.list == ListCode::EL && !change.editorial)
}

fn notes(data: &ListChanged, source: &str, writer: &Writer<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(first) = &data.corrects {
        notes.push(format!(
            "Correction of alert {first}: what it told has been undone in {source}, and no rule \
             explains it. Check what was done because of that alert."
        ));
    }
    if differs(data) {
        notes.push(format!(
            "Known from another source: what is new in {source} are only the differences that \
             stand at each entry."
        ));
    }
    if data.unconfirmed {
        notes.push(format!(
            "Unconfirmed: {source} lost more entries at the same time than is plausible, so this \
             file may be faulty. What is missing from it is held back and not told here."
        ));
    }
    if data.attributed == Some(Attribution::Presumed) {
        notes.push(
            "Presumed: some of these changes cite no new rule. They were seen together with this \
             one alone and are presumed to be part of it."
                .to_owned(),
        );
    }
    if let Some(announced) = &data.announced {
        let count = self::announced(data);
        notes.push(format!(
            "As announced on {} (alert {}): {source} now shows {} of that rule.{}",
            writer.moment(announced.at),
            announced.alert_id,
            counted(count, "entry"),
            if count < data.changes.len() {
                " What was not told then is shown in full."
            } else {
                ""
            }
        ));
    } else if let Some(went) = data.follows.as_ref().filter(|_| is_all_back(data)) {
        notes.push(format!(
            "This follows alert {went}, which told that it was no longer in {source}."
        ));
    } else if let Some(first) = data.follows.as_ref().filter(|_| data.rule_alerted_before == 0) {
        notes.push(format!("This follows alert {first}, which told of the rule."));
    } else if let Some(first) = &data.follows {
        notes.push(format!(
            "This is a further part of what alert {first} told: {}.",
            rule_progress(data)
        ));
    } else if data.rule_in_baseline > 0 || data.rule_alerted_before > 0 {
        notes.push(format!("Of this rule, {}.", rule_progress(data)));
    }
    if !is_all_back(data) && back(data).next().is_some() {
        let names: Vec<String> = back(data).map(|change| plain::line(&change.entry.name)).collect();
        let (are, they) = if names.len() == 1 {
            ("is", "it was before it")
        } else {
            ("are", "they were before they")
        };
        notes.push(format!(
            "Back, and as {they} went: {} {are} listed by the rules of the first listing.",
            enumeration(&names)
        ));
    }
    if data.accepted_at.is_some() {
        notes.push(
            "These changes were held as implausible until a person accepted them.".to_owned(),
        );
    }
    if data.total != data.summary {
        notes.push(format!(
            "Your routes select these; in all there were: {}.",
            summary(&data.total, source)
        ));
    }
    notes
}

fn rule_progress(data: &ListChanged) -> String {
    let was = |count: usize| if count == 1 { "was" } else { "were" };
    let mut told = vec![format!(
        "{} {} alerted before",
        counted(data.rule_alerted_before, "entry"),
        was(data.rule_alerted_before)
    )];
    if data.rule_in_baseline > 0 {
        told.push(format!(
            "{} {} already in the baseline and never alerted",
            data.rule_in_baseline,
            was(data.rule_in_baseline)
        ));
    }
    enumeration(&told)
}

/// The rule and the four clocks; what is not known is said, so that nobody reads its absence as an
/// answer.
fn facts(data: &ListChanged, source: &str, writer: &Writer<'_>) -> Vec<Fact> {
    let mut facts = data.rule.as_ref().map(|rule| rule_facts(rule, writer)).unwrap_or_default();
    if awaits_a_rule(data) {
        facts.push(Fact::new("Rule", "no rule found yet"));
    }
    facts.push(Fact::new("First seen", format!("{} in {source}", writer.moment(data.observed_at))));
    if let Some(accepted_at) = data.accepted_at {
        facts.push(Fact::new("Accepted", writer.moment(accepted_at)));
    }
    if let Some(as_of) = data.snapshot.as_of {
        facts.push(Fact::new("List as of", time::date(as_of)));
    }
    let lists = authority::lists(&data.changes);
    if !lists.is_empty() {
        facts.push(Fact::new("Authority", authority::authorities(&lists)));
    }
    facts
}

pub(super) fn rule_facts(rule: &Rule, writer: &Writer<'_>) -> Vec<Fact> {
    let named: Vec<String> =
        [&rule.citation, &rule.title].into_iter().flatten().map(|text| plain::line(text)).collect();
    let date =
        |date: Option<jiff::civil::Date>| date.map_or_else(|| NOT_KNOWN.to_owned(), time::date);
    let filed = rule.filed_at.map_or_else(|| NOT_KNOWN.to_owned(), |at| writer.moment(at));
    let mut facts = vec![Fact::linked(
        "Rule",
        if named.is_empty() { "Federal Register".to_owned() } else { named.join(" — ") },
        rule.url.clone(),
    )];
    facts.extend(
        rule.document_number
            .as_deref()
            .map(|number| Fact::new("Document number", plain::line(number))),
    );
    facts.push(Fact::new("Filed for public inspection", filed));
    facts.push(Fact::new("Effective", date(rule.effective_on)));
    facts.push(Fact::new("Published", date(rule.published_on)));
    facts
}

fn sections(data: &ListChanged, source: &str) -> Vec<Section> {
    let several_lists =
        data.changes.windows(2).any(|pair| matches!(pair, [a, b] if a.entry.list != b.entry.list));
    let was_told = |change: &Change| {
        data.announced
            .as_ref()
            .is_some_and(|announced| announced.changes.contains(&change.change_id))
    };
    let section = |title: &str, kind: ChangeKind, editorial: bool, note: Option<String>| {
        let entries: Vec<_> = data
            .changes
            .iter()
            .filter(|change| {
                change.kind == kind
                    && (kind != ChangeKind::Revised || change.editorial == editorial)
            })
            .map(|change| {
                if was_told(change) {
                    entry::announced(change, several_lists)
                } else {
                    entry::text(change, several_lists)
                }
            })
            .collect();
        (!entries.is_empty()).then(|| Section {
            title: format!("{title} ({})", entries.len()),
            kind,
            note,
            entries,
        })
    };
    let legend = "[−…] was taken out, [+…] was put in.";
    let mut removal = format!("These entries were in {source} before and are not in it now.");
    if let Some(words) = authority::removal_note(&data.changes) {
        removal.push(' ');
        removal.push_str(&words);
    }
    [
        section("Added", ChangeKind::Added, false, None),
        section("Revised", ChangeKind::Revised, false, Some(legend.to_owned())),
        section(&format!("No longer in {source}"), ChangeKind::Removed, false, Some(removal)),
        section(
            "Editorial",
            ChangeKind::Revised,
            true,
            Some(format!("Nothing but spelling, case, spacing or punctuation changed. {legend}")),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
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
    use crate::domain::{AlertBody, AlertId};

    fn told(change: impl FnOnce(&mut ListChanged)) -> Account {
        let AlertBody::ListChanged(mut data) = sample::rule_of_june_2022().body else {
            panic!("it tells of a list")
        };
        change(&mut data);
        account(&data, &Writer { zone: &TimeZone::UTC, public_url: None })
    }

    #[test]
    fn a_change_whose_rule_is_unknown_says_so() {
        let account = told(|data| (data.rule, data.attributed) = (None, None));
        assert!(account.lead.contains("No rule found yet"), "{}", account.lead);
        assert!(
            account
                .facts
                .iter()
                .any(|fact| (fact.label.as_str(), fact.text.as_str())
                    == ("Rule", "no rule found yet"))
        );
    }

    #[test]
    fn a_removal_is_worded_in_the_words_of_its_own_list() {
        // What is true of the lists of the Export Administration Regulations alone.
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
            let account = told(|data| {
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
            let mut said =
                vec![account.subject.clone(), account.title.clone(), account.lead.clone()];
            said.extend(account.notes.iter().cloned());
            said.extend(account.facts.iter().map(|fact| format!("{}: {}", fact.label, fact.text)));
            said.extend(account.sections.iter().filter_map(|section| section.note.clone()));
            let said = said.join("\n");
            assert!(
                said.contains(list.title()) && said.contains(authority::terms(list).authority),
                "{list}: {said}"
            );
            if list.agency() == "Bureau of Industry and Security" {
                assert!(said.contains("15 CFR 736.2(b)(5)"), "{list}: {said}");
            } else {
                for words in of_export_law {
                    assert!(!said.contains(words), "{list} says `{words}`: {said}");
                }
                let rows = format!("{:?}", account.sections);
                assert!(rows.contains("Footnote 4") && !rows.contains("734.9"), "{list}: {rows}");
            }
        }
    }

    #[test]
    fn a_missing_rule_is_said_of_the_lists_that_rules_change() {
        let lead = |lists: [ListCode; 2]| {
            told(|data| {
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
    fn what_was_announced_whole_is_no_further_part() {
        let announce = |count: usize| {
            told(|data| {
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
        let shows =
            |account: &Account, what: &str| account.notes.iter().any(|note| note.contains(what));
        assert!(
            shows(&one, "csl now shows 1 entry of that rule.")
                && shows(&whole, "csl now shows 9 entries of that rule.")
        );
        let follows = told(|data| data.follows = Some(AlertId::of(["rule.filed"])));
        assert!(shows(&follows, "which told of the rule"), "{:?}", follows.notes);
    }
}
