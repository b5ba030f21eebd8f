//! A change as a list of changes shows it: short, with the words that differ, and all its sources
//! in one row. Its own page shows all of it.

use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::word_diff::{Span, SpanKind};
use crate::domain::{Change, ChangeKind, Entry};
use crate::stored_json::ChangeRow;
use crate::web::catalog::Catalog;
use crate::web::difference;

/// Letters of a text that is the same before and after, on each side of a difference.
const CONTEXT: usize = 60;
/// Lines of a field that differ. Its own page shows all.
const MOST_LINES: usize = 8;
/// Letters of one inserted or deleted text.
const MOST_OF_A_SPAN: usize = 400;
/// Aliases, addresses or citations of an entry.
const MOST_OF_A_LIST: usize = 4;
/// Letters of a text of an entry.
const MOST_OF_A_TEXT: usize = 240;

/// A field of an entry, shortened.
#[derive(Serialize)]
struct Fact {
    title: &'static str,
    texts: Vec<String>,
    /// How many are left out.
    more: usize,
}

/// A field of a revision, with the lines that differ.
#[derive(Serialize)]
struct Field {
    field: String,
    lines: Vec<Vec<Span>>,
    /// How many are left out.
    more: usize,
}

/// The rows of one change, the first source first, for the macro `line` of `change_line.html`.
/// `None` if there is no row.
pub fn line(rows: &[ChangeRow], catalog: &Catalog) -> Option<Value> {
    let first = rows.first()?;
    let with_rule = rows.iter().find(|row| row.rule.is_some());
    let entry_id = rows.iter().find_map(|row| row.change.entry.entry_id.as_ref());
    let mut line = net(&first.change);
    if let Some(line) = line.as_object_mut() {
        let known = [
            ("entry_id", json!(entry_id)),
            ("rule", json!(with_rule.and_then(|row| row.rule.as_ref()))),
            ("rule_has_page", json!(with_rule.is_some_and(|row| has_page(row, catalog)))),
            ("attributed", json!(with_rule.and_then(|row| row.attributed))),
            ("sources", json!(sources(rows))),
        ];
        line.extend(known.map(|(name, value)| (name.to_owned(), value)));
    }
    Some(line)
}

/// A change that no check recorded: the difference of two days. Otherwise like [`line`].
pub fn net(change: &Change) -> Value {
    let facts = if change.kind == ChangeKind::Revised { Vec::new() } else { facts(&change.entry) };
    json!({
        "change_id": change.change_id,
        "kind": change.kind,
        "severity": change.severity,
        "editorial": change.editorial,
        "name": change.entry.name,
        "list": change.entry.list,
        "countries": change.entry.countries,
        "entry_id": change.entry.entry_id,
        "rule": null,
        "rule_has_page": false,
        "attributed": null,
        "fields": fields(change),
        "facts": facts,
        "match": change.matched,
        "possibly_now": change.possibly_now,
        "possibly_was": change.possibly_was,
        "sources": [],
    })
}

/// Whether the document of the rule is recorded. A rule is also known from a citation alone.
fn has_page(row: &ChangeRow, catalog: &Catalog) -> bool {
    let number = row.rule.as_ref().and_then(|rule| rule.document_number.as_ref());
    number.is_some_and(|number| catalog.rules.contains(number))
}

/// What each source shows of a change, and when.
pub fn sources(rows: &[ChangeRow]) -> Vec<Value> {
    let source = |row: &ChangeRow| {
        json!({
            "source": row.source,
            "observed_at": row.observed_at,
            "accepted_at": row.accepted_at,
            "unconfirmed": row.unconfirmed,
            "backfilled": row.backfilled,
            "alert_id": row.alert_id,
            "change_id": row.change.change_id,
            "confirms": row.change.confirms.is_some(),
            "differences": row.change.differences,
        })
    };
    rows.iter().map(source).collect()
}

/// What tells an entry from others with a similar name. Its own page has its license terms.
pub fn identifying_facts(entry: &Entry) -> Value {
    let mut facts =
        vec![list("Also known as", &entry.aliases), list("Addresses", &entry.addresses)];
    facts.retain(|fact| !fact.texts.is_empty());
    json!(facts)
}

fn list(title: &'static str, texts: &[String]) -> Fact {
    Fact {
        title,
        texts: texts.iter().take(MOST_OF_A_LIST).map(|text| shortened(text)).collect(),
        more: texts.len().saturating_sub(MOST_OF_A_LIST),
    }
}

/// A short form of an entry.
fn facts(entry: &Entry) -> Vec<Fact> {
    let text = |title, text: &str| Fact { title, texts: vec![shortened(text)], more: 0 };
    let citations: Vec<String> = entry.citations.iter().map(ToString::to_string).collect();
    let mut facts = vec![
        list("Also known as", &entry.aliases),
        list("Addresses", &entry.addresses),
        text("License requirement", &entry.license_requirement),
        text("License review policy", &entry.license_policy),
        list("Citations", &citations),
    ];
    facts.retain(|fact| fact.texts.iter().any(|text| !text.is_empty()));
    facts
}

fn fields(change: &Change) -> Vec<Field> {
    let fields = change.fields.iter().map(|field| {
        let mut lines = difference::lines(&field.field, &field.before, &field.after);
        if lines.len() > 1 {
            lines.retain(|line| line.iter().any(|span| span.kind != SpanKind::Equal));
        }
        let more = lines.len().saturating_sub(MOST_LINES);
        lines.truncate(MOST_LINES);
        for line in &mut lines {
            shorten(line);
        }
        Field { field: field.field.clone(), lines, more }
    });
    fields.collect()
}

/// Leaves of what is equal only the words next to a difference.
fn shorten(line: &mut [Span]) {
    let last = line.len().saturating_sub(1);
    for (at, span) in line.iter_mut().enumerate() {
        if span.kind != SpanKind::Equal {
            span.text = cut(&span.text, MOST_OF_A_SPAN);
            continue;
        }
        let letters = span.text.chars().count();
        let (head, tail) =
            (if at == 0 { 0 } else { CONTEXT }, if at == last { 0 } else { CONTEXT });
        if last > 0 && letters > head + tail + 1 {
            let start: String = span.text.chars().take(head).collect();
            let end: String = span.text.chars().skip(letters - tail).collect();
            span.text = format!("{start}…{end}");
        }
    }
}

fn shortened(text: &str) -> String {
    cut(text, MOST_OF_A_TEXT)
}

/// The first letters of a text, with `…` if there are more.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_the_words_next_to_what_differs() {
        let long = "word ".repeat(100);
        let mut line = vec![
            Span::new(SpanKind::Equal, format!("{long}before ")),
            Span::new(SpanKind::Deleted, "old"),
            Span::new(SpanKind::Inserted, "new"),
            Span::new(SpanKind::Equal, format!(" after {long}")),
        ];
        shorten(&mut line);
        let [before, old, new, after] = line.as_slice() else { panic!("{line:?}") };
        assert!(before.text.starts_with('…') && before.text.ends_with("word before "));
        assert!(after.text.starts_with(" after word") && after.text.ends_with('…'));
        assert_eq!((old.text.as_str(), new.text.as_str()), ("old", "new"));
        assert!(before.text.chars().count() == CONTEXT + 1, "{before:?}");
        let mut short =
            vec![Span::new(SpanKind::Equal, "short"), Span::new(SpanKind::Deleted, "x")];
        shorten(&mut short);
        assert_eq!(short[0].text, "short");
    }

    #[test]
    fn an_entry_is_shown_with_some_of_its_addresses_and_how_many_are_left_out() {
        let mut entry = Entry::named(crate::domain::ListCode::EL, "Alder");
        entry.addresses = (1..=9).map(|n| format!("{n} Dock Road")).collect();
        let facts = facts(&entry);
        let [addresses] = facts.as_slice() else { panic!("only the addresses are set") };
        assert_eq!((addresses.texts.len(), addresses.more), (MOST_OF_A_LIST, 9 - MOST_OF_A_LIST));
    }
}
