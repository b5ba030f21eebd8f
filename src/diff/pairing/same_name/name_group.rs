//! Pairs the rows of one name, one cell or one stable number, and finds rows that were split.

use crate::diff::pairing::affinity::affinity;
use crate::diff::pairing::assignment::{Edge, best};
use crate::diff::pairing::compatibility::{can_be_one_entry, match_by_name};
use crate::diff::pairing::differing_rows::DifferingRows;
use crate::diff::pairing::evidence::{Evidence, in_words};
use crate::diff::pairing::facts::Facts;
use crate::diff::pairing::pair::{Pair, RowGroup};
use crate::diff::pairing::split_part::{Moved, moved};
use crate::diff::pairing::weights::DOUBTFUL_NAME_SCORE;
use crate::domain::pages::Kept;
use crate::domain::{Entry, Match, RowFate};

/// Rows with one name, one cell or one stable number.
pub struct NameGroup<'r, 'a> {
    pub rows: &'r DifferingRows<'a>,
    pub group: RowGroup,
    /// What the rows have in common.
    pub reason: Evidence,
    pub has_stable_number: bool,
}

impl NameGroup<'_, '_> {
    /// The best pairs of the group, and the parts of rows that were split.
    pub fn pairs(&self) -> Vec<Pair> {
        let mut edges = Vec::new();
        for &before in &self.group.old {
            for &after in &self.group.new {
                if let Some((old, new)) = self.entries(before, after)
                    && self.can_pair(old, new)
                {
                    edges.push(Edge { before, after, weight: affinity(old, new) });
                }
            }
        }
        let chosen = best(&edges);
        let mut pairs: Vec<Pair> =
            chosen.iter().map(|edge| self.pair(edge.before, edge.after, None)).collect();
        pairs.extend(self.split_parts(&chosen));
        pairs
    }

    fn can_pair(&self, old: &Entry, new: &Entry) -> bool {
        // Where a name repeats, another birth date or number means another party of this name.
        let is_other_party =
            || !self.is_single_pair() && !Facts::of(old).contradictions(&Facts::of(new)).is_empty();
        self.has_stable_number || (can_be_one_entry(old, new) && !is_other_party())
    }

    /// `part`: what the new row took, where it is a part of the old row.
    fn pair(&self, before: usize, after: usize, part: Option<Moved>) -> Pair {
        let mut evidence = vec![self.reason.clone()];
        let Some((old, new)) = self.entries(before, after) else {
            return Pair { before, after, matched: Match::certain(in_words(&evidence)) };
        };
        let kept = Kept::of(&old.citations, &new.citations).in_words();
        evidence.extend(kept.map(Evidence::OldRulesStillCited));
        if !self.is_single_pair() {
            evidence.push(Evidence::ClosestOfName);
        }
        let is_part = part.is_some();
        let is_sure = part.as_ref().is_none_or(|moved| moved.is_own);
        evidence.extend(part.map(|moved| Evidence::SplitFromNamesake(moved.detail)));
        let mut matched = if self.has_stable_number {
            Match::certain(in_words(&evidence))
        } else {
            match_by_name(old, new, evidence)
        };
        if !is_sure {
            (matched.certain, matched.score) = (false, DOUBTFUL_NAME_SCORE);
        }
        matched.row = is_part.then_some(RowFate::Split);
        Pair { before, after, matched }
    }

    /// The new rows without a pair that have what an old row lost.
    fn split_parts(&self, chosen: &[Edge]) -> Vec<Pair> {
        let has_pair = |after: usize| chosen.iter().any(|edge| edge.after == after);
        let mut pairs = Vec::new();
        for &after in self.group.new.iter().filter(|after| !has_pair(**after)) {
            let split = chosen.iter().find_map(|edge| {
                let (old, rest) = self.entries(edge.before, edge.after)?;
                let moved = moved(old, rest, self.rows.listed.get(after)?)?;
                Some((edge.before, moved))
            });
            pairs.extend(split.map(|(before, moved)| self.pair(before, after, Some(moved))));
        }
        pairs
    }

    fn is_single_pair(&self) -> bool {
        self.group.old.len() == 1 && self.group.new.len() == 1
    }

    fn entries(&self, before: usize, after: usize) -> Option<(&Entry, &Entry)> {
        Some((self.rows.old.get(before).copied()?, self.rows.listed.get(after).copied()?))
    }
}
