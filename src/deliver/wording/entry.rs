//! The wording of one change: the entry whole, with what changed in it word by word.

use serde_json::Value;

use crate::deliver::plain;
use crate::deliver::wording::count::enumeration;
use crate::deliver::wording::{EntryText, Row, country, footnote};
use crate::domain::change::MOST_OF_A_DOUBT;
use crate::domain::country::name_in_messages;
use crate::domain::pages::Kept;
use crate::domain::word_diff::{Span, SpanKind, word_diff, word_similarity};
use crate::domain::{Change, ChangeKind, Entry, Form, Match, RowFate, Severity};

/// Two values of a list that share more of their words than this are one value that was changed.
const ALIKE: f64 = 0.5;
/// Columns that say where the publisher's page is: shown only where they changed.
const UNTOLD_COLUMNS: [&str; 2] = ["source_list_url", "source_information_url"];

pub fn text(change: &Change, several_lists: bool) -> EntryText {
    let mut countries = country::names(&change.entry.countries);
    if several_lists {
        countries = format!("{countries}; {}", change.entry.list.title());
    }
    EntryText {
        heading: heading(&change.entry),
        countries,
        brief: brief(change),
        grave: change.severity == Severity::High && change.kind == ChangeKind::Revised,
        rows: rows(change),
        notes: notes(change),
    }
}

/// The entry by its name alone: all else was told when its rule was.
pub fn announced(change: &Change, several_lists: bool) -> EntryText {
    EntryText {
        brief: "as announced".to_owned(),
        rows: Vec::new(),
        notes: Vec::new(),
        grave: false,
        ..text(change, several_lists)
    }
}

/// The entry by its name alone, of a list of documents.
pub fn named(change: &Change) -> EntryText {
    let done = match change.kind {
        ChangeKind::Added => "Added",
        ChangeKind::Revised => "Revised",
        ChangeKind::Removed => "Removed",
    };
    let whole = text(change, false);
    EntryText {
        heading: format!("{done}: {}", whole.heading),
        brief: String::new(),
        rows: Vec::new(),
        notes: Vec::new(),
        grave: false,
        ..whole
    }
}

fn heading(entry: &Entry) -> String {
    let name = plain::line(&entry.name);
    match entry.form {
        Form::Party => name,
        Form::Address => format!("Address alone, whoever is there: {name}"),
    }
}

fn brief(change: &Change) -> String {
    let entry = &change.entry;
    if change.row_fate() == Some(RowFate::Gone) {
        return "a row of this name is no longer listed".to_owned();
    }
    if change.kind == ChangeKind::Revised {
        let fields: Vec<String> =
            change.fields.iter().map(|field| label(&field.field).to_lowercase()).collect();
        return if fields.is_empty() {
            "revised".to_owned()
        } else {
            format!("{} revised", enumeration(&fields))
        };
    }
    let mut told: Vec<String> = entry
        .footnotes
        .iter()
        .map(|footnote| format!("footnote {}", plain::line(footnote)))
        .collect();
    if !entry.license_policy.is_empty() {
        told.push(plain::line(&entry.license_policy));
    }
    told.join(", ")
}

fn rows(change: &Change) -> Vec<Row> {
    let (after, before) = (&change.entry, change.before.as_ref());
    let mut keys: Vec<String> = Vec::new();
    if before.is_some_and(|before| before.name != after.name) {
        keys.push("name".to_owned());
    }
    let fixed = [
        "aliases",
        "addresses",
        "countries",
        "license_requirement",
        "footnotes",
        "license_policy",
        "citations",
        "start_date",
        "end_date",
        "remarks",
    ];
    keys.extend(fixed.map(str::to_owned));
    let columns =
        after.other.keys().chain(before.into_iter().flat_map(|before| before.other.keys()));
    let mut columns: Vec<String> = columns.map(|column| format!("other.{column}")).collect();
    columns.sort_unstable();
    columns.dedup();
    keys.extend(columns);
    if before.is_some_and(|before| before.form != after.form) {
        keys.push("form".to_owned());
    }
    keys.iter().filter_map(|key| row(key, change)).collect()
}

fn row(key: &str, change: &Change) -> Option<Row> {
    let now = values(&change.entry, key);
    let was = change.before.as_ref().map(|before| values(before, key));
    let changed = was.as_ref().is_some_and(|was| *was != now);
    // The countries stand beside the name already.
    let untold = key == "countries"
        || key.strip_prefix("other.").is_some_and(|column| UNTOLD_COLUMNS.contains(&column));
    if !changed && (now.is_empty() || untold) {
        return None;
    }
    let lines = match was {
        Some(was) if changed => compared(&was, &now),
        _ => now.into_iter().map(|value| vec![Span::new(SpanKind::Equal, value)]).collect(),
    };
    Some(Row { label: label(key), changed, lines })
}

/// The values of a field, each a clean line.
fn values(entry: &Entry, key: &str) -> Vec<String> {
    let clean = |values: &[String]| -> Vec<String> {
        values.iter().map(|value| plain::line(value)).collect()
    };
    let one = |value: &str| -> Vec<String> {
        if value.is_empty() { Vec::new() } else { vec![plain::line(value)] }
    };
    match key {
        "name" => one(&entry.name),
        "aliases" => clean(&entry.aliases),
        "addresses" => clean(&entry.addresses),
        "countries" => {
            entry.countries.iter().map(|code| name_in_messages(code).to_owned()).collect()
        }
        "license_requirement" => one(&entry.license_requirement),
        "license_policy" => one(&entry.license_policy),
        "footnotes" => entry
            .footnotes
            .iter()
            .map(|mark| footnote::explained(entry.list, &plain::line(mark)))
            .collect(),
        "citations" => {
            entry.citations.iter().map(|citation| plain::line(&citation.to_string())).collect()
        }
        "start_date" => one(entry.start_date.as_deref().unwrap_or_default()),
        "end_date" => one(entry.end_date.as_deref().unwrap_or_default()),
        "remarks" => one(&entry.remarks),
        "form" => vec![if entry.form == Form::Party {
            "a party".to_owned()
        } else {
            "an address alone".to_owned()
        }],
        other => one(other
            .strip_prefix("other.")
            .and_then(|column| entry.other.get(column))
            .map_or("", String::as_str)),
    }
}

/// What is, in its order, with what it was; then what is no more.
fn compared(was: &[String], now: &[String]) -> Vec<Vec<Span>> {
    let mut gone: Vec<&String> = was.iter().filter(|value| !now.contains(value)).collect();
    let mut lines = Vec::new();
    for value in now {
        if was.contains(value) {
            lines.push(vec![Span::new(SpanKind::Equal, value)]);
            continue;
        }
        // A field of one value each is compared whatever it is; of lists, what is most alike.
        let single = was.len() == 1 && now.len() == 1;
        let best = gone
            .iter()
            .enumerate()
            .map(|(at, old)| (at, word_similarity(old, value)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        match best {
            Some((at, alike)) if single || alike > ALIKE => {
                lines.push(word_diff(gone.remove(at), value))
            }
            _ => lines.push(vec![Span::new(SpanKind::Inserted, value)]),
        }
    }
    lines.extend(gone.into_iter().map(|value| vec![Span::new(SpanKind::Deleted, value)]));
    lines
}

fn label(key: &str) -> String {
    let known = match key {
        "name" => "Name",
        "aliases" => "Aliases",
        "addresses" => "Addresses",
        "countries" => "Countries",
        "license_requirement" => "Licence requirement",
        "license_policy" => "Licence review policy",
        "footnotes" => "Footnotes",
        "citations" => "Citations",
        "start_date" => "Listed from",
        "end_date" => "Listed until",
        "remarks" => "Remarks",
        "form" => "What it is",
        other => {
            let column =
                plain::line(&other.strip_prefix("other.").unwrap_or(other).replace('_', " "));
            let mut letters = column.chars();
            return letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect())
                .unwrap_or_default();
        }
    };
    known.to_owned()
}

fn notes(change: &Change) -> Vec<String> {
    let mut notes = Vec::new();
    let names = |names: &[String]| {
        enumeration(&names.iter().map(|name| plain::line(name)).collect::<Vec<_>>())
    };
    notes.extend(change.matched.as_ref().map(|matched| match_note(change, matched)));
    if !change.possibly_now.is_empty() {
        notes.push(format!(
            "It may now be listed as {}, which is shown as added: it is not certain that they are \
             the same.",
            names(&change.possibly_now)
        ));
    }
    if !change.possibly_was.is_empty() {
        notes.push(format!(
            "It may be what was listed as {}, which is missing now: it is not certain that they \
             are the same.",
            names(&change.possibly_was)
        ));
    }
    notes.extend(change.corroboration.iter().map(|text| plain::line(text)));
    notes
}

/// Why the two rows were taken for one entry. The words follow `certain`: what is certain is never
/// told as a guess, and a guess never as certain.
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
                // An addition cites no rule that was cited before.
                Some(before) if cites_all_rules(before, &change.entry) => {
                    "Compare both before you rely on it."
                }
                _ if matched.row == Some(RowFate::Folded) => {
                    "It may be a removal: check it as one."
                }
                _ => "It may be a new listing: check it as one.",
            };
            format!(
                "Probably the same entry as before, but not certainly (match score {percent} \
                 %){because}. {advice}"
            )
        }
    }
}

fn cites_all_rules(before: &Entry, after: &Entry) -> bool {
    let kept = Kept::of(&before.citations, &after.citations);
    kept.rules() > 0 && kept.lost.is_empty() && before.name != after.name
}

/// The JSON value of a field as text, for tables: `a; b`.
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => plain::line(text),
        Value::Array(values) => values.iter().map(value_text).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;
    use crate::domain::{Citation, ListCode};

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
    fn the_words_follow_whether_the_match_is_certain() {
        let evidence = || vec!["similar names".to_owned()];
        let (old, new) = (["81 FR 61595"], ["89 FR 51653"]);
        check(Match::certain(evidence()), &old, &old, "The same entry as before: similar names.");
        check(Match::certain(Vec::new()), &old, &old, "The same entry as before.");
        check(
            Match::doubtful(1.0, evidence()),
            &old,
            &["81 FR 61601", "89 FR 51653"],
            "Probably the same entry as before, but not certainly (match score 99 %): similar \
             names. Compare both before you rely on it.",
        );
        check(
            Match { score: 1.0, ..Match::doubtful(1.0, evidence()) },
            &old,
            &new,
            "Probably the same entry as before, but not certainly (match score 99 %): similar \
             names. It may be a new listing: check it as one.",
        );
    }

    #[test]
    fn of_a_row_that_is_gone_is_said_that_the_name_is_still_listed() {
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
