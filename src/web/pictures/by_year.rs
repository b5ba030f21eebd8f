//! How many entries were added and removed in each year, by country.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{ChangeKind, ListCode, utc_day};
use crate::web::catalog::changes::{ChangeLine, Changes};

/// A year of a country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct YearRow {
    pub list: ListCode,
    pub year: i16,
    /// The code of the country. Null for entries of unknown country.
    pub country: Option<String>,
    pub added: usize,
    pub removed: usize,
}

/// The years with a change, each with its countries. An entry of several countries counts in each.
/// A change that several sources show counts once.
pub fn rows(changes: &Changes, list: ListCode) -> Vec<YearRow> {
    let mut counts: BTreeMap<(i16, &str), (usize, usize)> = BTreeMap::new();
    for (year, line) in counted(changes, list) {
        for country in changes.countries(line) {
            let count = counts.entry((year, country)).or_default();
            add(count, line.kind);
        }
    }
    let row = |((year, country), (added, removed)): ((i16, &str), (usize, usize))| YearRow {
        list,
        year,
        country: (!country.is_empty()).then(|| country.to_owned()),
        added,
        removed,
    };
    counts.into_iter().map(row).collect()
}

/// The additions and removals of each year from the first to the last, of all countries together.
/// An entry of several countries counts once.
pub fn totals(changes: &Changes, list: ListCode) -> Vec<(i16, usize, usize)> {
    let mut counts: BTreeMap<i16, (usize, usize)> = BTreeMap::new();
    for (year, line) in counted(changes, list) {
        add(counts.entry(year).or_default(), line.kind);
    }
    let (Some(first), Some(last)) = (counts.keys().next(), counts.keys().next_back()) else {
        return Vec::new();
    };
    let year = |year| {
        let (added, removed) = counts.get(&year).copied().unwrap_or_default();
        (year, added, removed)
    };
    (*first..=*last).map(year).collect()
}

fn add((added, removed): &mut (usize, usize), kind: ChangeKind) {
    match kind {
        ChangeKind::Added => *added += 1,
        ChangeKind::Removed => *removed += 1,
        ChangeKind::Revised => {}
    }
}

/// The additions and removals, each with its year.
fn counted(changes: &Changes, list: ListCode) -> impl Iterator<Item = (i16, &ChangeLine)> {
    let mut seen = BTreeSet::new();
    changes
        .all()
        .iter()
        .filter(move |line| {
            line.list == list && line.kind != ChangeKind::Revised && seen.insert(line.shown_as)
        })
        .map(|line| (utc_day(line.observed_at).year(), line))
}
