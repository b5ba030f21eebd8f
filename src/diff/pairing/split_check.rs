//! Rows and checks for the tests of rows that are split or folded.

use crate::diff::compare;
use crate::domain::{Change, ChangeKind, Citation, Entry, ListCode};

pub const PLACE: &str = "1 Dock Road, Beijing, CN";

/// A row of the Entity List in China. `pages` are the pages of volume 80 that it cites.
pub fn row(name: &str, aliases: &[&str], addresses: &[&str], pages: &[u32]) -> Entry {
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    Entry {
        aliases: texts(aliases),
        addresses: texts(addresses),
        countries: vec!["CN".into()],
        citations: pages.iter().map(|page| Citation::page(80, *page)).collect(),
        ..Entry::named(ListCode::EL, name)
    }
}

/// Splits `old` into two `parts`, and folds the parts into `old`. If the parts are not recognized,
/// the split adds `added` rows and the fold removes `removed` rows, or says that a row of the name
/// is missing.
pub fn check(old: &Entry, parts: &[Entry], added: usize, removed: usize) {
    for (before, after, kind, expected) in [
        (std::slice::from_ref(old), parts, ChangeKind::Added, added),
        (parts, std::slice::from_ref(old), ChangeKind::Removed, removed),
    ] {
        let changes: Vec<Change> = compare(before, after);
        let of_kind = changes.iter().filter(|change| change.kind == kind).count();
        assert_eq!((changes.len(), of_kind), (2, expected), "{changes:#?}");
    }
}

/// The parts are recognized when the row is split and when they are folded.
pub fn both_ways(old: &Entry, parts: &[Entry]) {
    check(old, parts, 0, 0);
}
