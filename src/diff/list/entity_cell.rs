//! The Entity cell of the eCFR. An entry keeps it (`other.entity`) where the end of the name in it
//! is uncertain.
//!
//! Knows that a name and its addresses may be cut from one text in two ways. The cut has no effect
//! on which entry is which, nor on what differs. If two rows have the same cell, or if the cell of
//! one begins with the name that is marked in the other, only the cut differs.

use std::borrow::Cow;

use crate::diff::list::editorial::without_typography;
use crate::diff::list::unordered::same_members;
use crate::domain::Entry;

/// The key of `Entry::other` that holds the cell.
pub const CELL: &str = "entity";

/// The key of `Entry::other` for the subordinate parties, which are cut from the cell too.
pub const SUBORDINATES: &str = "subordinate_parties";

/// The cell, if its cut is uncertain.
pub fn cell(entry: &Entry) -> Option<&str> {
    entry.other.get(CELL).filter(|cell| !cell.is_empty())
}

/// Whether both rows are cut from the same cell.
pub fn is_same(one: &Entry, other: &Entry) -> bool {
    cell(one).is_some() && cell(one) == cell(other)
}

/// The possible names in a cell: each beginning that ends at a comma or semicolon, and the entire
/// text without its final period.
pub fn possible_names(cell: &str) -> impl Iterator<Item = &str> {
    let entire = std::iter::once(cell.trim_end_matches('.'));
    cell.match_indices([',', ';']).filter_map(|(at, _)| cell.get(..at)).chain(entire)
}

/// The two rows with their cells cut in the same way, as far as the cells allow it: the old row cut
/// like the new one, or the new row cut like the old one.
pub fn aligned<'a>(before: &'a Entry, after: &'a Entry) -> (Cow<'a, Entry>, Cow<'a, Entry>) {
    let (mut old, mut new) = (Cow::Borrowed(before), Cow::Borrowed(after));
    match (cell(before), cell(after)) {
        (Some(one), Some(other)) if one == other => old = Cow::Owned(cut_like(before, after)),
        (Some(text), None) => old = recut(before, text, after).map_or(old, Cow::Owned),
        (None, Some(text)) => new = recut(after, text, before).map_or(new, Cow::Owned),
        _ => {}
    }
    (old, new)
}

/// The row with everything that is cut from the cell taken from `other`.
fn cut_like(row: &Entry, other: &Entry) -> Entry {
    let mut row = row.clone();
    row.form = other.form;
    row.name.clone_from(&other.name);
    row.aliases.clone_from(&other.aliases);
    row.addresses.clone_from(&other.addresses);
    row.remarks.clone_from(&other.remarks);
    match other.other.get(SUBORDINATES) {
        Some(parties) => row.other.insert(SUBORDINATES, parties),
        None => row.other.remove(SUBORDINATES),
    }
    row
}

/// The row cut after the name of `marked`. `None` if its cell does not begin with that name, or was
/// cut there already.
fn recut(row: &Entry, cell: &str, marked: &Entry) -> Option<Entry> {
    if row.name == marked.name || !possible_names(cell).any(|name| name == marked.name) {
        return None;
    }
    let rest = cell.strip_prefix(marked.name.as_str())?;
    let mut row = row.clone();
    row.name.clone_from(&marked.name);
    row.form = marked.form;
    row.addresses = addresses(rest);
    let joined = |addresses: &[String]| without_typography(&addresses.join(" "));
    if joined(&row.addresses) == joined(&marked.addresses)
        || same_members(&row.addresses, &marked.addresses)
    {
        row.addresses.clone_from(&marked.addresses);
    }
    Some(row)
}

/// The addresses in the rest of a cell, without references such as `(See alternate address …)`.
fn addresses(rest: &str) -> Vec<String> {
    let mut text = rest.to_owned();
    while let Some(at) = text.find("(See ").or_else(|| text.find("(see ")) {
        let end = text
            .get(at..)
            .and_then(|bracket| bracket.find(')'))
            .map_or(text.len(), |close| at + close + 1);
        text.replace_range(at..end, "");
    }
    let part = |part: &str| {
        let part = part.trim().trim_start_matches([',', ' ']);
        part.strip_prefix("and ")
            .unwrap_or(part)
            .trim()
            .trim_end_matches(['.', ',', ' '])
            .to_owned()
    };
    text.split(';').map(part).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::compare;
    use crate::domain::{Change, Citation, ListCode};

    fn row(name: &str, aliases: &[&str], addresses: &[&str], cell: Option<&str>) -> Entry {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let mut row = Entry::named(ListCode::EL, name);
        (row.aliases, row.addresses, row.countries) =
            (texts(aliases), texts(addresses), vec!["RU".into()]);
        row.citations = vec![Citation::page(81, 5)];
        row.other = cell.map(|cell| (CELL, cell)).into_iter().collect();
        row
    }

    fn fields(changes: &[Change]) -> Vec<(&str, bool, Vec<&str>)> {
        changes
            .iter()
            .map(|change| {
                (
                    change.kind.as_str(),
                    change.editorial,
                    change.fields.iter().map(|field| field.field.as_str()).collect(),
                )
            })
            .collect()
    }

    const CELL_TEXT: &str = "Ivan Petrov, Institute of Glass, Perm, Russia.";

    fn cut_short() -> Entry {
        row("Ivan Petrov", &[], &["Institute of Glass, Perm, Russia"], Some(CELL_TEXT))
    }

    fn cut_long() -> Entry {
        row("Ivan Petrov, Institute of Glass", &[], &["Perm, Russia"], Some(CELL_TEXT))
    }

    #[test]
    fn ok_another_cut_is_not_a_change_and_hides_none() {
        assert_eq!(compare(&[cut_short()], &[cut_long()]), []);
        let mut amended = cut_long();
        amended.citations.push(Citation::page(87, 9));
        let changes = compare(&[cut_short()], &[amended]);
        assert_eq!(fields(&changes), [("revised", false, vec!["citations"])]);
        assert!(changes[0].matched.as_ref().unwrap().certain);
    }

    #[test]
    fn ok_an_alias_line_that_marks_the_name_is_the_only_change() {
        let marked =
            row("Ivan Petrov, Institute of Glass", &["I. Petrov"], &["Perm, Russia"], None);
        let changes = compare(&[cut_short()], std::slice::from_ref(&marked));
        assert_eq!(fields(&changes), [("revised", false, vec!["aliases"])]);
        assert!(changes[0].matched.as_ref().unwrap().certain);
        assert_eq!(
            fields(&compare(&[marked], &[cut_short()])),
            [("revised", false, vec!["aliases"])]
        );
        let same_cut =
            row("Ivan Petrov", &["I. Petrov"], &["Institute of Glass, Perm, Russia"], None);
        assert_eq!(
            fields(&compare(&[cut_short()], &[same_cut])),
            [("revised", false, vec!["aliases"])]
        );
    }

    #[test]
    fn ok_another_letter_in_a_name_cut_elsewhere_is_one_change() {
        let whole =
            row("Glass Corporation, Alder Works", &["Alder"], &["5 Dock Road, Perm, Russia"], None);
        let cell = "Glass Corporatiion, Alder Works, 5 Dock Road, Perm, Russia.";
        let cut =
            row("Glass Corporatiion", &[], &["Alder Works, 5 Dock Road, Perm, Russia"], Some(cell));
        let renamed =
            "Glass Corporation, Alder Works Group Holdings Co., Ltd., 5 Dock Road, Perm, Russia.";
        let mut longer = row(
            "Glass Corporation",
            &[],
            &["Alder Works Group Holdings Co.", "Ltd., 5 Dock Road, Perm, Russia"],
            Some(renamed),
        );
        longer.citations.push(Citation::page(87, 9));
        for after in [cut, longer] {
            for (before, after) in [(&whole, &after), (&after, &whole)] {
                let changes = compare(std::slice::from_ref(before), std::slice::from_ref(after));
                assert_eq!(changes.len(), 1, "{changes:#?}");
            }
        }
    }

    #[test]
    fn ok_a_change_in_a_part_is_not_repeated_for_the_cell() {
        let moved = row(
            "Ivan Petrov",
            &[],
            &["Institute of Steel, Perm, Russia"],
            Some("Ivan Petrov, Institute of Steel, Perm, Russia."),
        );
        assert_eq!(
            fields(&compare(&[cut_short()], &[moved])),
            [("revised", false, vec!["addresses"])]
        );
    }

    #[test]
    fn ok_a_change_in_no_part_is_shown_for_the_cell() {
        let with =
            |cell: &str| row("Ivan Petrov", &[], &["Institute of Glass, Perm, Russia"], Some(cell));
        let reset = with("Ivan Petrov, Institute of Glass, Perm, Russia");
        assert_eq!(
            fields(&compare(&[cut_short()], &[reset])),
            [("revised", true, vec!["other.entity"])]
        );
        let lost = with("Ivan Petrov, Institute of Glass, Perm, Russia, and his heirs.");
        assert_eq!(
            fields(&compare(&[cut_short()], &[lost])),
            [("revised", false, vec!["other.entity"])]
        );
    }
}
