//! Whether two rows have the same content: all compared fields are equal. The order of their
//! aliases and addresses has no meaning.

use std::hash::{BuildHasher, Hash, Hasher};

use rustc_hash::FxBuildHasher;

use crate::diff::list::entity_cell;
use crate::diff::list::unordered::same_members;
use crate::domain::{Entry, OtherColumns};

/// A row, compared and hashed by its content. The publisher's id and the order inside its lists do
/// not count.
pub struct Content<'a>(pub &'a Entry);

/// A content with its hash, so that the hash is computed once for several tables.
#[derive(PartialEq, Eq)]
pub struct Hashed<'a> {
    hash: u64,
    pub content: Content<'a>,
}

/// A number that rows of the same content share. Other rows may share it too.
pub fn content_key(entry: &Entry) -> u64 {
    FxBuildHasher.hash_one(Content(entry))
}

/// Whether two rows say the same, even if their text was cut in other places.
pub fn is_same_content(one: &Entry, other: &Entry) -> bool {
    Content(one) == Content(other)
}

pub fn hashed(rows: &[Entry]) -> Vec<Hashed<'_>> {
    rows.iter()
        .map(|entry| Hashed {
            hash: FxBuildHasher.hash_one(Content(entry)),
            content: Content(entry),
        })
        .collect()
}

impl Hash for Hashed<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash.hash(state);
    }
}

impl PartialEq for Content<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.0, other.0);
        // Two cuts of one cell are the same content.
        let same_parts = entity_cell::is_same(a, b) && same_apart_from_cuts(&a.other, &b.other)
            || a.name == b.name
                && a.form == b.form
                && a.remarks == b.remarks
                && a.other == b.other
                && same_members(&a.aliases, &b.aliases)
                && same_members(&a.addresses, &b.addresses);
        same_parts
            && a.list == b.list
            && a.license_requirement == b.license_requirement
            && a.license_policy == b.license_policy
            && a.start_date == b.start_date
            && a.end_date == b.end_date
            && same_members(&a.countries, &b.countries)
            && same_members(&a.footnotes, &b.footnotes)
            && same_members(&a.citations, &b.citations)
    }
}

impl Eq for Content<'_> {}

impl Hash for Content<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let entry = self.0;
        for text in [&entry.license_requirement, &entry.license_policy] {
            text.hash(state);
        }
        (&entry.start_date, &entry.end_date).hash(state);
        // Summed, because the order does not count. Countries and footnotes follow from the fields
        // that are hashed.
        let citations = entry.citations.iter().map(|citation| FxBuildHasher.hash_one(citation));
        citations.fold(0_u64, u64::wrapping_add).hash(state);
        if let Some(cell) = entity_cell::cell(entry) {
            cell.hash(state);
            return;
        }
        (&entry.name, &entry.remarks, &entry.other).hash(state);
        for list in [&entry.aliases, &entry.addresses] {
            list.iter()
                .fold(list.len() as u64, |sum, text| sum.wrapping_add(FxBuildHasher.hash_one(text)))
                .hash(state);
        }
    }
}

fn same_apart_from_cuts(one: &OtherColumns, other: &OtherColumns) -> bool {
    fn uncut(columns: &OtherColumns) -> impl Iterator<Item = (&str, &str)> {
        columns.iter().filter(|(key, _)| *key != entity_cell::SUBORDINATES)
    }
    uncut(one).eq(uncut(other))
}

/// An order of rows by content, so that their order in the document has no effect.
pub fn in_order(one: &Entry, other: &Entry) -> std::cmp::Ordering {
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort_unstable();
        list
    };
    let citations = |entry: &Entry| {
        let mut citations = entry.citations.clone();
        citations.sort_unstable();
        citations
    };
    (one.list, &one.name)
        .cmp(&(other.list, &other.name))
        .then_with(|| citations(one).cmp(&citations(other)))
        .then_with(|| one.countries.cmp(&other.countries))
        .then_with(|| sorted(&one.addresses).cmp(&sorted(&other.addresses)))
        .then_with(|| one.other.cmp(&other.other))
        .then_with(|| one.remarks.cmp(&other.remarks))
        .then_with(|| sorted(&one.aliases).cmp(&sorted(&other.aliases)))
        .then_with(|| one.license_requirement.cmp(&other.license_requirement))
        .then_with(|| one.license_policy.cmp(&other.license_policy))
        .then_with(|| (&one.start_date, &one.end_date).cmp(&(&other.start_date, &other.end_date)))
        .then_with(|| one.footnotes.cmp(&other.footnotes))
        .then_with(|| (one.form as u8).cmp(&(other.form as u8)))
}
