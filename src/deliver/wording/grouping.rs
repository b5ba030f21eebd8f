//! Groups entries with identical terms, so that the terms are stated once.

use crate::deliver::wording::{EntryGroup, EntryText, Row, entry};
use crate::domain::word_diff::SpanKind;

/// Groups the entries by their license requirement, footnotes and license review policy, with what
/// changed in them. The groups are in the order of their first entries. An entry whose terms no
/// other entry has keeps them itself.
pub fn grouped(entries: Vec<EntryText>) -> Vec<EntryGroup> {
    let mut groups: Vec<(Vec<Row>, Vec<EntryText>)> = Vec::new();
    for entry in entries {
        let terms: Vec<Row> =
            entry.rows.iter().filter(|row| entry::is_term(&row.label)).cloned().collect();
        match groups.iter_mut().find(|(shared, _)| *shared == terms) {
            Some((_, group)) => group.push(entry),
            None => groups.push((terms, vec![entry])),
        }
    }
    groups
        .into_iter()
        .map(|(terms, mut entries)| {
            if terms.is_empty() || entries.len() < 2 {
                return EntryGroup { shared: Vec::new(), entries };
            }
            let has_footnotes = terms.iter().any(states_footnotes);
            for entry in &mut entries {
                entry.rows.retain(|row| !entry::is_term(&row.label));
                // The brief of an addition is its footnotes.
                if has_footnotes {
                    entry.brief.clear();
                }
            }
            EntryGroup { shared: terms, entries }
        })
        .collect()
}

/// Whether a row has the footnotes as they are, and not as a revision changed them.
fn states_footnotes(row: &Row) -> bool {
    row.label == entry::label("footnotes")
        && row.lines.iter().flatten().all(|span| span.kind == SpanKind::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::word_diff::Span;

    fn row(label: &str, text: &str) -> Row {
        Row {
            label: label.to_owned(),
            lines: vec![vec![Span::new(SpanKind::Equal, text)]],
            was: Vec::new(),
            now: Vec::new(),
        }
    }

    fn entry(name: &str, requirement: &str) -> EntryText {
        EntryText {
            heading: name.to_owned(),
            countries: "China".to_owned(),
            brief: String::new(),
            high_severity: false,
            rows: vec![row("Aliases", name), row("License requirement", requirement)],
            cautions: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn terms_of_two_entries_are_stated_once_and_those_of_one_stay_with_it() {
        let groups = grouped(vec![
            entry("A", "all items"),
            entry("B", "some items"),
            entry("C", "all items"),
        ]);
        let [both, single] = groups.as_slice() else { panic!("{groups:?}") };
        assert_eq!(both.shared, [row("License requirement", "all items")]);
        let names: Vec<&str> = both.entries.iter().map(|entry| entry.heading.as_str()).collect();
        assert_eq!(names, ["A", "C"]);
        assert!(both.entries.iter().all(|entry| entry.rows.len() == 1));
        assert!(single.shared.is_empty());
        assert_eq!(single.entries[0].rows.len(), 2);
    }

    #[test]
    fn entries_without_terms_are_one_group_that_shares_nothing() {
        let mut plain = [entry("A", ""), entry("B", "")];
        plain.iter_mut().for_each(|entry| entry.rows.clear());
        let groups = grouped(plain.to_vec());
        assert_eq!((groups.len(), groups[0].shared.len(), groups[0].entries.len()), (1, 0, 2));
    }
}
