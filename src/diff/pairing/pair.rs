//! Two rows that are one entry, and bookkeeping of the rows that have no pair yet.

use std::collections::BTreeSet;

use crate::diff::pairing::differing_rows::DifferingRows;
use crate::domain::{Entry, Match};

/// An old row and a new row that are one entry, by their places in [`DifferingRows`].
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    pub before: usize,
    pub after: usize,
    pub matched: Match,
}

/// The places of the old rows in any pair.
pub fn paired_old(pairs: &[Pair]) -> BTreeSet<usize> {
    pairs.iter().map(|pair| pair.before).collect()
}

/// The places of the new rows in any pair.
pub fn paired_new(pairs: &[Pair]) -> BTreeSet<usize> {
    pairs.iter().map(|pair| pair.after).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Old,
    New,
}

impl Side {
    pub fn opposite(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }

    /// The pair (old, new) of a row of this side and a row of the other side.
    pub fn with(self, row: usize, partner: usize) -> (usize, usize) {
        match self {
            Self::Old => (row, partner),
            Self::New => (partner, row),
        }
    }
}

/// Places of old and new rows that have something in common.
#[derive(Clone, Debug, Default)]
pub struct RowGroup {
    pub old: Vec<usize>,
    pub new: Vec<usize>,
}

impl RowGroup {
    pub fn push(&mut self, side: Side, row: usize) {
        match side {
            Side::Old => self.old.push(row),
            Side::New => self.new.push(row),
        }
    }

    /// The rows that a row of this side can be paired with.
    pub fn partners_of(&self, side: Side) -> &[usize] {
        match side {
            Side::Old => &self.new,
            Side::New => &self.old,
        }
    }
}

/// The changed rows in no pair: old rows first, then new ones.
pub fn unpaired<'a>(rows: &DifferingRows<'a>, pairs: &[Pair]) -> Vec<(Side, usize, &'a Entry)> {
    let (paired_old, paired_new) = (paired_old(pairs), paired_new(pairs));
    let old = rows.old.iter().enumerate().filter(|(at, _)| !paired_old.contains(at));
    let new = rows.new_rows().iter().enumerate().filter(|(at, _)| !paired_new.contains(at));
    old.map(|(at, entry)| (Side::Old, at, *entry))
        .chain(new.map(|(at, entry)| (Side::New, at, *entry)))
        .collect()
}
