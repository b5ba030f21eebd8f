//! What changed in a revised entry, field by field, as it was and as it is now.

use crate::deliver::plain;
use crate::deliver::wording::count::{counted, enumeration};
use crate::deliver::wording::entry::field::{has_several_values, label, other_keys, values};
use crate::deliver::wording::{Row, footnote};
use crate::domain::word_diff::{Span, SpanKind, word_diff, word_similarity};
use crate::domain::{Change, Entry};

/// Two values that share more of their words than this are one value that was edited.
const MIN_LIKENESS: f64 = 0.5;

/// In the order in which a reader needs them.
const FIELDS: [&str; 12] = [
    "footnotes",
    "name",
    "form",
    "countries",
    "aliases",
    "addresses",
    "license_requirement",
    "license_policy",
    "end_date",
    "remarks",
    "start_date",
    "citations",
];

/// One row for each field that differs, and one that counts what did not change. `rule_is_named`:
/// the message names the rule, so that its citation is not repeated for each entry.
pub fn rows(before: &Entry, after: &Entry, rule_is_named: bool) -> Vec<Row> {
    let keys = differing(before, after);
    let follows_from_rule = |key: &String| matches!(key.as_str(), "citations" | "start_date");
    let omits = rule_is_named && !keys.iter().all(follows_from_rule);
    let mut rows: Vec<Row> = keys
        .iter()
        .filter(|key| !(omits && follows_from_rule(key)))
        .map(|key| row(key, before, after))
        .collect();
    rows.extend(unchanged(before, after));
    rows
}

/// What a reader should notice first: `Footnote 4 added; 2 aliases added, addresses revised`.
pub fn brief(change: &Change, before: &Entry) -> String {
    let after = &change.entry;
    let (added, removed) = footnotes(before, after);
    let mut parts: Vec<String> = Vec::new();
    parts.extend(added.iter().map(|mark| format!("Footnote {mark} added")));
    parts.extend(removed.iter().map(|mark| format!("Footnote {mark} removed")));
    let keys = differing(before, after);
    // A citation or a publisher's column is worth a word only if nothing else changed.
    let is_minor = |key: &&String| {
        key.starts_with("other.") || matches!(key.as_str(), "citations" | "start_date")
    };
    let major: Vec<String> = keys
        .iter()
        .filter(|key| !is_minor(key) && *key != "footnotes")
        .map(|key| what_happened(key, before, after))
        .collect();
    parts.extend(major);
    if parts.is_empty() && keys == ["citations"] {
        return "only a citation of a rule is new".to_owned();
    }
    if parts.is_empty() {
        parts.extend(keys.iter().map(|key| what_happened(key, before, after)));
    }
    if parts.is_empty() { "revised".to_owned() } else { parts.join(", ") }
}

/// The footnotes that the revision added, and those that it removed.
pub fn footnotes(before: &Entry, after: &Entry) -> (Vec<String>, Vec<String>) {
    let only_in = |these: &Entry, those: &Entry| -> Vec<String> {
        these
            .footnotes
            .iter()
            .filter(|mark| !those.footnotes.contains(mark))
            .map(|mark| plain::line(mark))
            .collect()
    };
    (only_in(after, before), only_in(before, after))
}

/// The keys of the fields whose values differ, apart from their order.
pub fn differing(before: &Entry, after: &Entry) -> Vec<String> {
    let keys = FIELDS.iter().map(|key| (*key).to_owned()).chain(other_keys(&[before, after]));
    keys.filter(|key| {
        let (mut old, mut new) = (values(before, key), values(after, key));
        old.sort_unstable();
        new.sort_unstable();
        old != new
    })
    .collect()
}

/// `2 aliases added`, `address deleted`, `license requirement revised`.
fn what_happened(key: &str, before: &Entry, after: &Entry) -> String {
    let (old, new) = (values(before, key), values(after, key));
    let name = label(key);
    let noun = if key == "citations" { name } else { name.to_lowercase() };
    let (deleted, inserted) = (only_in(&old, &new), only_in(&new, &old));
    match (deleted.len(), inserted.len()) {
        (0, count) if has_several_values(key) => format!("{} added", quantity(key, count)),
        (count, 0) if has_several_values(key) => format!("{} deleted", quantity(key, count)),
        _ => format!("{noun} revised"),
    }
}

fn row(key: &str, before: &Entry, after: &Entry) -> Row {
    if key == "footnotes" {
        return footnote_row(before, after);
    }
    let (old, new) = (values(before, key), values(after, key));
    let (mut deleted, inserted) = (only_in(&old, &new), only_in(&new, &old));
    let what = match (deleted.is_empty(), inserted.is_empty()) {
        (true, false) if has_several_values(key) => " added",
        (false, true) if has_several_values(key) => " deleted",
        _ => "",
    };
    let (mut was, mut now) = (Vec::new(), Vec::new());
    // A single value is always compared with the other single value. In a list, each value is
    // compared with the most similar one.
    let single = deleted.len() == 1 && inserted.len() == 1 && !has_several_values(key);
    for value in inserted {
        let best = deleted
            .iter()
            .enumerate()
            .map(|(at, candidate)| (at, word_similarity(candidate, &value)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        match best {
            Some((at, alike)) if single || alike > MIN_LIKENESS => {
                let spans = word_diff(&deleted.remove(at), &value);
                was.push(side(&spans, SpanKind::Inserted));
                now.push(side(&spans, SpanKind::Deleted));
            }
            _ => now.push(vec![Span::new(SpanKind::Inserted, value)]),
        }
    }
    was.extend(deleted.into_iter().map(|value| vec![Span::new(SpanKind::Deleted, value)]));
    Row { label: format!("{}{what}", label(key)), lines: Vec::new(), was, now }
}

/// The footnotes in words, because a mark alone says nothing.
fn footnote_row(before: &Entry, after: &Entry) -> Row {
    let (added, removed) = footnotes(before, after);
    let line = |mark: &String, what: &str, kind: SpanKind| {
        vec![Span::new(kind, footnote::explained(after.list, mark, what))]
    };
    let lines = added
        .iter()
        .map(|mark| line(mark, "added", SpanKind::Inserted))
        .chain(removed.iter().map(|mark| line(mark, footnote::REMOVED, SpanKind::Deleted)))
        .collect();
    Row { label: label("footnotes"), lines, was: Vec::new(), now: Vec::new() }
}

/// One side of a difference: the spans without those that only the other side has.
fn side(spans: &[Span], other: SpanKind) -> Vec<Span> {
    spans.iter().filter(|span| span.kind != other).cloned().collect()
}

/// The values of one list that the other one does not have, each once.
fn only_in(these: &[String], those: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for value in these {
        if !those.contains(value) && !found.contains(value) {
            found.push(value.clone());
        }
    }
    found
}

/// `3 aliases, 2 addresses, license requirement and license review policy`
fn unchanged(before: &Entry, after: &Entry) -> Option<Row> {
    let mut parts: Vec<String> = Vec::new();
    for key in ["aliases", "addresses"] {
        let (old, new) = (values(before, key), values(after, key));
        let count = new.iter().filter(|value| old.contains(value)).count();
        parts.extend((count > 0).then(|| quantity(key, count)));
    }
    for key in ["license_requirement", "footnotes", "license_policy"] {
        let (old, new) = (values(before, key), values(after, key));
        parts.extend((!new.is_empty() && old == new).then(|| label(key).to_lowercase()));
    }
    let text = enumeration(&parts);
    (!parts.is_empty()).then(|| Row {
        label: "Unchanged".to_owned(),
        lines: vec![vec![Span::new(SpanKind::Equal, text)]],
        was: Vec::new(),
        now: Vec::new(),
    })
}

/// `2 aliases`, `1 address`
fn quantity(key: &str, count: usize) -> String {
    let noun = match key {
        "aliases" => "alias",
        "addresses" => "address",
        "countries" => "country",
        _ => "citation",
    };
    counted(count, noun)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;

    fn entry(change: impl Fn(&mut Entry)) -> Entry {
        let mut entry = Entry {
            aliases: vec!["AWK".into(), "Alder".into()],
            addresses: vec!["14 Example Prospekt, Moscow".into()],
            license_requirement: "For all items".into(),
            ..Entry::named(ListCode::EL, "Alder Works")
        };
        change(&mut entry);
        entry
    }

    fn marked(lines: &[Vec<Span>]) -> Vec<String> {
        let mark = |span: &Span| match span.kind {
            SpanKind::Equal => span.text.clone(),
            SpanKind::Deleted => format!("[-{}-]", span.text),
            SpanKind::Inserted => format!("{{+{}+}}", span.text),
        };
        lines.iter().map(|line| line.iter().map(mark).collect()).collect()
    }

    /// Each row as `LABEL: lines | was | now`.
    #[track_caller]
    fn check(change: impl Fn(&mut Entry), expected: &[&str]) {
        let rows: Vec<String> = rows(&entry(|_| {}), &entry(change), false)
            .iter()
            .map(|row| {
                let parts = [&row.lines, &row.was, &row.now].map(|lines| marked(lines).join("; "));
                format!("{}: {}", row.label, parts.join(" | "))
            })
            .collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn only_values_that_differ_are_shown_and_the_others_are_counted() {
        check(
            |entry| entry.aliases = vec!["Alder".into(), "Alder Group".into(), "AWK".into()],
            &[
                "Aliases added:  |  | {+Alder Group+}",
                "Unchanged: 2 aliases, 1 address and license requirement |  | ",
            ],
        );
        check(
            |entry| entry.addresses = vec!["14 Example Prospekt, Building 2, Moscow".into()],
            &[
                "Addresses:  | 14 Example Prospekt, Moscow | 14 Example Prospekt, {+Building 2, \
                 +}Moscow",
                "Unchanged: 2 aliases and license requirement |  | ",
            ],
        );
        check(
            |entry| entry.aliases.clear(),
            &[
                "Aliases deleted:  | [-AWK-]; [-Alder-] | ",
                "Unchanged: 1 address and license requirement |  | ",
            ],
        );
    }

    #[test]
    fn a_footnote_is_stated_in_words_and_the_requirement_word_by_word() {
        check(
            |entry| {
                entry.footnotes = vec!["4".into()];
                entry.license_requirement = "For all items subject to the EAR".into();
            },
            &[
                "Footnotes: {+Footnote 4 added: foreign-made items are controlled too, 15 CFR \
                 734.9(e)(2)+} |  | ",
                "License requirement:  | For all items | For all items{+ subject to the EAR+}",
                "Unchanged: 2 aliases and 1 address |  | ",
            ],
        );
    }

    #[test]
    fn the_citation_of_a_named_rule_is_shown_only_if_nothing_else_changed() {
        let before = entry(|_| {});
        let cited =
            |entry: &mut Entry| entry.citations = vec![crate::domain::Citation::page(88, 2)];
        let labels = |after: &Entry| -> Vec<String> {
            rows(&before, after, true).into_iter().map(|row| row.label).collect()
        };
        let alone = entry(cited);
        assert_eq!(labels(&alone), ["Federal Register citations added", "Unchanged"]);
        let with_alias = Entry { aliases: vec!["AWK".into()], ..alone };
        assert_eq!(labels(&with_alias), ["Aliases deleted", "Unchanged"]);
    }

    #[test]
    fn another_order_is_no_difference() {
        let turned = entry(|entry| entry.aliases.reverse());
        assert!(differing(&entry(|_| {}), &turned).is_empty());
    }

    #[test]
    fn the_brief_names_footnotes_first_and_citations_last() {
        let before = entry(|_| {});
        let brief_of = |change: &dyn Fn(&mut Entry)| {
            let after = entry(change);
            let change = crate::deliver::sample::change(
                crate::domain::ChangeKind::Revised,
                crate::domain::Severity::High,
                Some(before.clone()),
                after,
            );
            brief(&change, &before)
        };
        let cited = |entry: &mut Entry| {
            entry.citations = vec![crate::domain::Citation::page(88, 2)];
        };
        assert_eq!(brief_of(&cited), "only a citation of a rule is new");
        let all = |entry: &mut Entry| {
            cited(entry);
            entry.footnotes = vec!["4".into()];
            entry.aliases.push("AW".into());
            entry.license_requirement = "For some items".into();
        };
        assert_eq!(brief_of(&all), "Footnote 4 added, 1 alias added, license requirement revised");
    }
}
