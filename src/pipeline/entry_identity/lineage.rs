//! Carries the ids of listings along the changes of a list: from the rows before to the rows after.
//! Pure.

use std::collections::{HashMap, HashSet};

use crate::diff;
use crate::domain::same::name_key;
use crate::domain::{Change, ChangeKind, Entry, EntryId, RowFate, Sha256};

/// Gives each opened row the id of the closed row that it continues. A row that continues none
/// stays without an id.
///
/// An id is carried to one row. Of the parts of a split row, the part with the old name keeps it.
/// Of rows that were folded into one, the row with the name of the new one hands its id on.
pub fn carry_ids(closed: &[&Entry], opened: &mut [Entry], changes: &[Change]) {
    let continued = continued_rows(closed, opened, changes);
    for (entry, from) in opened.iter_mut().zip(continued) {
        if let Some(id) = from.and_then(|at| closed.get(at)).and_then(|row| row.entry_id.as_ref()) {
            entry.entry_id.get_or_insert_with(|| id.clone());
        }
    }
}

/// A closed row that an opened row may continue, the most likely first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    /// What does not change is first, then what keeps its name.
    is_changed: bool,
    is_renamed: bool,
    fate: u8,
    /// Thousandths missing from a certain match.
    doubt: u32,
    /// The contents of both rows, so that the order of rows decides nothing.
    contents: (Sha256, Sha256),
    closed: usize,
    opened: usize,
}

/// For each opened row, the place of the closed row that it continues.
fn continued_rows(closed: &[&Entry], opened: &[Entry], changes: &[Change]) -> Vec<Option<usize>> {
    if closed.is_empty() || opened.is_empty() {
        return vec![None; opened.len()];
    }
    let (before, after) = (Rows::of(closed.iter().copied()), Rows::of(opened));
    let mut claims = revised_rows(&before, &after, changes);
    claims.extend(unchanged_rows(&before, &after));
    claims.sort_unstable();
    let mut continued = Continued {
        closed,
        opened: &after.hashes,
        from: vec![None; opened.len()],
        used: HashMap::new(),
    };
    for claim in claims {
        continued.take(claim.closed, claim.opened);
    }
    // Other rows were stored with other words without a change: a cell was cut in another place, or
    // a column is new.
    let added: HashSet<Sha256> = changes
        .iter()
        .filter(|change| change.kind == ChangeKind::Added)
        .map(|change| change.entry.content_hash())
        .collect();
    let left: Vec<(usize, &Entry)> = opened
        .iter()
        .enumerate()
        .filter(|(at, _)| {
            continued.from.get(*at) == Some(&None) && !added.contains(&after.hash(*at))
        })
        .collect();
    continue_reworded(&mut continued, &left);
    continued.from
}

/// The rows that changes say are continued.
fn revised_rows(before: &Rows<'_>, after: &Rows<'_>, changes: &[Change]) -> Vec<Claim> {
    let mut claims = Vec::new();
    for change in changes.iter().filter(|change| change.row_fate() != Some(RowFate::Gone)) {
        let (ChangeKind::Revised, Some(old)) = (change.kind, &change.before) else { continue };
        let is_folded = change.row_fate() == Some(RowFate::Folded);
        let olds = before.places(old, true);
        // A row may have been folded into an unchanged row of its name, which is not opened.
        let news = after.places(&change.entry, !is_folded);
        for (closed, opened) in olds.iter().flat_map(|at| news.iter().map(move |to| (*at, *to))) {
            let score = change.matched.as_ref().map_or(1.0, |matched| matched.score);
            claims.push(Claim {
                is_changed: true,
                is_renamed: name_key(&old.name) != name_key(&change.entry.name),
                fate: match change.row_fate() {
                    None => 0,
                    Some(RowFate::Split) => 1,
                    Some(RowFate::Folded | RowFate::Gone) => 2,
                },
                doubt: doubt(score),
                contents: (before.hash(closed), after.hash(opened)),
                closed,
                opened,
            });
        }
    }
    claims
}

/// The rows whose content did not change.
fn unchanged_rows(before: &Rows<'_>, after: &Rows<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (opened, hash) in after.hashes.iter().enumerate() {
        for closed in before.by_hash.get(hash).into_iter().flatten().copied() {
            claims.push(Claim {
                is_changed: false,
                is_renamed: false,
                fate: 0,
                doubt: 0,
                contents: (hash.clone(), hash.clone()),
                closed,
                opened,
            });
        }
    }
    claims
}

/// Continues the rows `left` by the closed rows that say the same in other words, then by those of
/// their name.
fn continue_reworded(continued: &mut Continued<'_>, left: &[(usize, &Entry)]) {
    if left.is_empty() {
        return;
    }
    let closed = continued.closed;
    let mut by_content: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, row) in closed.iter().enumerate() {
        by_content.entry(diff::content_key(row)).or_default().push(at);
        by_name.entry(name_key(&row.name)).or_default().push(at);
    }
    for (at, entry) in left {
        for old in by_content.get(&diff::content_key(entry)).into_iter().flatten() {
            if closed.get(*old).is_some_and(|row| diff::is_same_content(row, entry)) {
                continued.take(*old, *at);
            }
        }
    }
    for (at, entry) in left {
        let mut namesakes = by_name.get(&name_key(&entry.name)).cloned().unwrap_or_default();
        namesakes.sort_by_key(|old| {
            closed.get(*old).is_none_or(|row| {
                row.countries != entry.countries || row.citations != entry.citations
            })
        });
        namesakes.into_iter().for_each(|old| continued.take(old, *at));
    }
}

/// Which closed row each opened row continues, so far.
struct Continued<'a> {
    closed: &'a [&'a Entry],
    /// The contents of the opened rows.
    opened: &'a [Sha256],
    from: Vec<Option<usize>>,
    /// The ids that are carried on, each with the content of the row that has it.
    used: HashMap<EntryId, Sha256>,
}

impl Continued<'_> {
    /// Lets an opened row continue a closed row, if neither is taken. Rows with the same content
    /// are one listing, so that all of them continue it.
    fn take(&mut self, closed: usize, opened: usize) {
        let id = self.closed.get(closed).and_then(|row| row.entry_id.as_ref());
        let content = self.opened.get(opened);
        let (Some(id), Some(content), Some(from)) = (id, content, self.from.get_mut(opened)) else {
            return;
        };
        let is_free = from.is_none()
            && self.used.entry(id.clone()).or_insert_with(|| content.clone()) == content;
        if is_free {
            *from = Some(closed);
        }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is at most 1000")]
fn doubt(score: f64) -> u32 {
    ((1.0 - score.clamp(0.0, 1.0)) * 1000.0).round() as u32
}

/// Rows, to be found by their content or by their name.
struct Rows<'a> {
    hashes: Vec<Sha256>,
    by_hash: HashMap<Sha256, Vec<usize>>,
    by_name: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Rows<'a> {
    fn of(rows: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut found =
            Self { hashes: Vec::new(), by_hash: HashMap::new(), by_name: HashMap::new() };
        for (at, row) in rows.into_iter().enumerate() {
            let hash = row.content_hash();
            found.by_hash.entry(hash.clone()).or_default().push(at);
            found.by_name.entry(&row.name).or_default().push(at);
            found.hashes.push(hash);
        }
        found
    }

    fn hash(&self, at: usize) -> Sha256 {
        self.hashes.get(at).cloned().unwrap_or_else(|| Sha256::of(b""))
    }

    /// The places of the rows with the content of `entry`. If there is none and `or_named`, the
    /// place of the only row with its name: the entry of a change may lack a column of the row.
    fn places(&self, entry: &Entry, or_named: bool) -> Vec<usize> {
        if let Some(places) = self.by_hash.get(&entry.content_hash()) {
            return places.clone();
        }
        match self.by_name.get(entry.name.as_str()).map(Vec::as_slice) {
            Some([only]) if or_named => vec![*only],
            _ => Vec::new(),
        }
    }
}

/// Adds to the entries of changes the ids of the rows that they show. `before` are rows of the list
/// before the changes, and `opened` the rows that they opened.
pub fn label_changes<'a>(
    changes: &mut [Change],
    before: impl Iterator<Item = &'a Entry>,
    opened: &[Entry],
) {
    let names: HashSet<String> = changes
        .iter()
        .flat_map(|change| [Some(&change.entry), change.before.as_ref()])
        .flatten()
        .filter(|entry| entry.entry_id.is_none())
        .map(|entry| entry.name.clone())
        .collect();
    let before: Vec<&Entry> = before.filter(|row| names.contains(&row.name)).collect();
    let find = |rows: &[&Entry], entry: &Entry| {
        let named: Vec<&&Entry> = rows.iter().filter(|row| row.name == entry.name).collect();
        let hash = entry.content_hash();
        named
            .iter()
            .find(|row| row.content_hash() == hash)
            .or_else(|| named.first().filter(|_| named.len() == 1))
            .and_then(|row| row.entry_id.clone())
    };
    let opened: Vec<&Entry> = opened.iter().filter(|row| names.contains(&row.name)).collect();
    for change in changes {
        if let Some(entry) = &mut change.before
            && entry.entry_id.is_none()
        {
            entry.entry_id = find(&before, entry);
        }
        if change.entry.entry_id.is_some() {
            continue;
        }
        let entry = &change.entry;
        change.entry.entry_id = match change.kind {
            ChangeKind::Removed => find(&before, entry),
            ChangeKind::Added | ChangeKind::Revised => {
                find(&opened, entry).or_else(|| find(&before, entry))
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Citation, ListCode};

    fn row(name: &str, aliases: &[&str], addresses: &[&str]) -> Entry {
        Entry {
            aliases: aliases.iter().map(ToString::to_string).collect(),
            addresses: addresses.iter().map(ToString::to_string).collect(),
            countries: vec!["CN".into()],
            citations: vec![Citation::page(80, 1000)],
            ..Entry::named(ListCode::EL, name)
        }
    }

    fn listed(id: &str, row: Entry) -> Entry {
        Entry { entry_id: Some(EntryId(id.into())), ..row }
    }

    /// The names of the rows after, each with the id that it was given.
    #[track_caller]
    fn check(before: &[Entry], after: &[Entry], expected: &[(&str, Option<&str>)]) {
        let mut changes = diff::compare(before, after);
        let mut opened = after.to_vec();
        carry_ids(&before.iter().collect::<Vec<_>>(), &mut opened, &changes);
        let found: Vec<(&str, Option<&str>)> = opened
            .iter()
            .map(|row| (row.name.as_str(), row.entry_id.as_ref().map(EntryId::as_str)))
            .collect();
        assert_eq!(found, expected, "{changes:#?}");
        label_changes(&mut changes, before.iter(), &opened);
        for change in &changes {
            let is_removed = change.kind == ChangeKind::Removed;
            assert!(!is_removed || change.entry.entry_id.is_some(), "{change:?}");
            assert!(change.before.as_ref().is_none_or(|entry| entry.entry_id.is_some()));
        }
    }

    const DOCK: &str = "1 Dock Road, Wuxi, CN";
    const QUAY: &str = "2 Quay Street, Xiamen, CN";

    #[test]
    fn ok_an_amended_or_renamed_row_keeps_its_id_whatever_the_order_of_rows() {
        let alder = listed("a", row("Alder Works", &["Elder"], &[DOCK]));
        let birch = listed("b", row("Birch Mill", &[], &[QUAY]));
        let amended = Entry { license_policy: "Denial".into(), ..row("Birch Mill", &[], &[QUAY]) };
        let renamed = row("Alderney Holding Group", &["Elder", "Alder Works"], &[DOCK]);
        check(
            &[alder.clone(), birch.clone()],
            &[amended.clone(), renamed.clone()],
            &[("Birch Mill", Some("b")), ("Alderney Holding Group", Some("a"))],
        );
        check(
            &[birch, alder],
            &[renamed, amended],
            &[("Alderney Holding Group", Some("a")), ("Birch Mill", Some("b"))],
        );
    }

    #[test]
    fn ok_the_part_with_the_old_name_keeps_the_id_of_a_split_row() {
        let whole = listed("a", row("Alder Works", &["Birch Mill"], &[DOCK, QUAY]));
        check(
            &[whole],
            &[row("Birch Mill", &[], &[QUAY]), row("Alder Works", &[], &[DOCK])],
            &[("Birch Mill", None), ("Alder Works", Some("a"))],
        );
    }

    #[test]
    fn ok_a_row_that_another_was_folded_into_keeps_its_own_id() {
        let (alder, birch) = (
            listed("a", row("Alder Works", &[], &[DOCK])),
            listed("b", row("Birch Mill", &[], &[QUAY])),
        );
        let folded = row("Alder Works", &["Birch Mill"], &[DOCK, QUAY]);
        check(&[birch, alder], &[folded], &[("Alder Works", Some("a"))]);
    }

    #[test]
    fn ok_rows_that_only_gained_a_column_keep_their_ids() {
        let before = [listed("a", row("Alder Works", &[], &[DOCK]))];
        let mut opened = vec![row("Alder Works", &[], &[DOCK])];
        opened[0].other.insert("tier", "1");
        carry_ids(&before.iter().collect::<Vec<_>>(), &mut opened, &[]);
        assert_eq!(opened[0].entry_id, before[0].entry_id);
    }

    #[test]
    fn err_an_added_row_does_not_take_the_id_of_a_removed_one() {
        check(
            &[listed("a", row("Alder Works", &[], &[DOCK]))],
            &[row("Zelkova Trading", &[], &["9 Hill, Lhasa, CN"])],
            &[("Zelkova Trading", None)],
        );
    }
}
