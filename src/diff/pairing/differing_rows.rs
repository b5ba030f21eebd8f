//! The rows that one comparison has to pair.

use crate::domain::Entry;

/// Rows in an order of their contents, so that the order in the lists decides nothing.
#[derive(Clone, Debug, Default)]
pub struct DifferingRows<'a> {
    /// Old rows whose content the new list does not have.
    pub old: Vec<&'a Entry>,
    /// The place of each of these rows in the old list.
    pub old_places: Vec<usize>,
    /// New rows whose content the old list does not have; from `unchanged_from` on, the unchanged
    /// rows that have the name of a row in `old`.
    pub listed: Vec<&'a Entry>,
    pub unchanged_from: usize,
}

impl<'a> DifferingRows<'a> {
    /// `old` has each row with its place in the old list.
    pub fn new(
        old: Vec<(usize, &'a Entry)>,
        new: Vec<&'a Entry>,
        unchanged: Vec<&'a Entry>,
    ) -> Self {
        let (old_places, old) = old.into_iter().unzip();
        let unchanged_from = new.len();
        let mut listed = new;
        listed.extend(unchanged);
        Self { old, old_places, listed, unchanged_from }
    }

    /// The new rows whose content the old list does not have.
    pub fn new_rows(&self) -> &[&'a Entry] {
        self.listed.get(..self.unchanged_from).unwrap_or(&self.listed)
    }

    pub fn unchanged_rows(&self) -> &[&'a Entry] {
        self.listed.get(self.unchanged_from..).unwrap_or_default()
    }
}
