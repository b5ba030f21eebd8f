//! Decides which old row is which new row.
//!
//! The publisher's row ids are no identity. The Consolidated Screening List derives them from the
//! name and the citations, so that an amended entry gets a new id while an edited entry keeps its
//! id. Rows with equal content never get here.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;

use crate::diff::pairing::differing_rows::DifferingRows;
use crate::diff::pairing::evidence::in_words;
use crate::diff::pairing::feature::Feature;
use crate::diff::pairing::feature_counter::FeatureCounter;
use crate::diff::pairing::folded_rows;
use crate::diff::pairing::pair::{Pair, paired_new, paired_old};
use crate::diff::pairing::profile::Profile;
use crate::diff::pairing::rarity::Rarity;
use crate::diff::pairing::renamed_parts::renamed_parts;
use crate::diff::pairing::same_name;
use crate::diff::pairing::selection::{
    Weighed, score, select_possible, select_revisions, weigh_candidates,
};
use crate::diff::parallel::side_by_side_if_many;
use crate::domain::{Entry, Match};

/// What each differing row is. Numbers are places in [`DifferingRows`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Identity {
    /// Certain pairs and pairs by evidence. A row is in several pairs only where rows were split or
    /// folded.
    pub pairs: Vec<Pair>,
    pub removed: Vec<usize>,
    pub added: Vec<usize>,
    /// Removed rows and added rows that are possibly one entry, the most likely first.
    pub possible: Vec<(usize, usize)>,
}

/// The rows of a comparison whose certain pairs are known, and whose other rows wait until their
/// features are counted in the whole old list.
pub struct CertainPairs<'a> {
    rows: DifferingRows<'a>,
    pairs: Vec<Pair>,
    /// Places of the rows in no pair.
    unpaired_old: Vec<usize>,
    unpaired_new: Vec<usize>,
    /// Of the unpaired rows, if both sides have some.
    profiles: Option<Profiles<'a>>,
}

/// The unpaired rows, ready to be weighed when the old list is counted.
struct Profiles<'a> {
    old: Vec<Profile<'a>>,
    new: Vec<Profile<'a>>,
    counter: FeatureCounter,
}

impl<'a> CertainPairs<'a> {
    /// Finds the certain pairs, and counts the rows of `before`: the old list, or the part of it
    /// that is loaded.
    pub fn find(rows: DifferingRows<'a>, before: &[Entry]) -> Self {
        let mut pairs = same_name::pair(&rows);
        pairs.extend(folded_rows::folded_rows(&rows, &pairs));
        let (old, new) = (paired_old(&pairs), paired_new(&pairs));
        let unpaired_old: Vec<usize> = (0..rows.old.len()).filter(|at| !old.contains(at)).collect();
        let unpaired_new: Vec<usize> =
            (0..rows.unchanged_from).filter(|at| !new.contains(at)).collect();
        let has_both = !unpaired_old.is_empty() && !unpaired_new.is_empty();
        let profiles = has_both.then(|| {
            let (old, new) =
                (profiles(&unpaired_old, &rows.old), profiles(&unpaired_new, &rows.listed));
            let mut counter = FeatureCounter::of_wanted(wanted(&old, &new));
            let place = |at: &usize| rows.old_places.get(*at).copied();
            let profiled = unpaired_old.iter().filter_map(place).collect();
            count_list(&mut counter, &old, before, &profiled);
            Profiles { old, new, counter }
        });
        Self { rows, pairs, unpaired_old, unpaired_new, profiles }
    }

    /// A counter for rows of the old list that are not loaded, to be [added](Self::add) after it
    /// has counted. `None` where no row is weighed, so that nothing needs to be counted.
    pub fn counter(&self) -> Option<FeatureCounter> {
        self.profiles.as_ref().map(|profiles| profiles.counter.empty_copy())
    }

    pub fn add(&mut self, counted: &FeatureCounter) {
        if let Some(profiles) = &mut self.profiles {
            profiles.counter.add(counted);
        }
    }

    /// Weighs the unpaired rows, and finds rows that were split or folded under other names and
    /// removed rows whose name is still listed.
    pub fn decide(self) -> (DifferingRows<'a>, Identity) {
        let Self { rows, pairs, unpaired_old, unpaired_new, profiles } = self;
        let mut identity = match profiles {
            Some(profiles) => by_evidence(pairs, &unpaired_old, &unpaired_new, profiles),
            None => {
                let possible = Vec::new();
                Identity { pairs, removed: unpaired_old, added: unpaired_new, possible }
            }
        };
        let parts = renamed_parts(&rows, &identity.pairs, &identity.removed, &identity.added);
        let (old, new) = (paired_old(&parts), paired_new(&parts));
        identity.removed.retain(|at| !old.contains(at));
        identity.added.retain(|at| !new.contains(at));
        identity.possible.retain(|(before, after)| !old.contains(before) && !new.contains(after));
        identity.pairs.extend(parts);
        let still_listed =
            folded_rows::rows_of_listed_names(&rows, &identity.pairs, &identity.removed);
        let old = paired_old(&still_listed);
        identity.removed.retain(|at| !old.contains(at));
        identity.pairs.extend(still_listed);
        (rows, identity)
    }
}

/// Adds the pairs that the evidence supports.
fn by_evidence(
    mut pairs: Vec<Pair>,
    unpaired_old: &[usize],
    unpaired_new: &[usize],
    Profiles { old, new, counter }: Profiles<'_>,
) -> Identity {
    let weighed: Weighed = weigh_candidates(&old, &new, &Rarity::of(counter));
    let revisions = select_revisions(&weighed);
    let place = |(before, after): (usize, usize)| {
        Some((unpaired_old.get(before).copied()?, unpaired_new.get(after).copied()?))
    };
    for pair in &revisions {
        if let (Some(weight), Some((before, after))) = (weighed.get(pair), place(*pair)) {
            let matched = Match::doubtful(score(weight.net()), in_words(&weight.evidence));
            pairs.push(Pair { before, after, matched });
        }
    }
    let (revised_old, revised_new): (HashSet<usize>, HashSet<usize>) =
        revisions.into_iter().unzip();
    let possible = select_possible(&weighed, |(before, after)| {
        !revised_old.contains(before) && !revised_new.contains(after)
    });
    let rest = |rows: &[usize], revised: &HashSet<usize>| {
        let open = rows.iter().enumerate().filter(|(at, _)| !revised.contains(at));
        open.map(|(_, row)| *row).collect::<Vec<_>>()
    };
    Identity {
        pairs,
        removed: rest(unpaired_old, &revised_old),
        added: rest(unpaired_new, &revised_new),
        possible: possible.into_iter().filter_map(place).collect(),
    }
}

fn profiles<'a>(places: &[usize], rows: &[&'a Entry]) -> Vec<Profile<'a>> {
    places.iter().filter_map(|at| rows.get(*at)).map(|entry| Profile::of(entry)).collect()
}

/// The features whose rarity matters. They are few, so that a long list is counted fast.
fn wanted<'f>(old: &'f [Profile<'_>], new: &'f [Profile<'_>]) -> impl Iterator<Item = &'f Feature> {
    let features =
        |profiles: &'f [Profile<'_>]| profiles.iter().flat_map(|profile| &profile.features);
    let (olds, news): (HashSet<&Feature>, HashSet<&Feature>) =
        (features(old).collect(), features(new).collect());
    let is_wanted = move |feature: &&Feature| {
        feature.0.is_weighed_alone() || olds.contains(feature) && news.contains(feature)
    };
    features(old).chain(features(new)).filter(is_wanted)
}

/// Counts the profiles, and the rows of the old list at all other places than those `profiled`.
fn count_list(
    counter: &mut FeatureCounter,
    profiles: &[Profile<'_>],
    before: &[Entry],
    profiled: &HashSet<usize, FxBuildHasher>,
) {
    for profile in profiles {
        counter.count(&profile.features);
    }
    let count = |rows: &[Entry], from: usize, counter: &mut FeatureCounter| {
        rows.iter()
            .enumerate()
            .filter(|(at, _)| !profiled.contains(&(from + at)))
            .for_each(|(_, entry)| counter.count_entry(entry));
    };
    let half = before.len() / 2;
    let (first, second) = before.split_at(half);
    let mut copy = counter.empty_copy();
    side_by_side_if_many(
        before.len(),
        || count(first, 0, &mut copy),
        || count(second, half, counter),
    );
    counter.add(&copy);
}
