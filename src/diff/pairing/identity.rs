//! Which entry is which: pairs the old and new rows of one list that are one entry.
//!
//! Knows rows that differ; what is equal in content never gets here. The publisher's row ids are no
//! identity: the CSL makes them of name and citations, so that an amended entry has a new one and
//! an edited one the old.

use std::collections::{BTreeMap, HashSet};

use crate::diff::pairing::assignment::{Edge, best};
use crate::diff::pairing::candidates::candidates;
use crate::diff::pairing::evidence::{Weight, weigh};
use crate::diff::pairing::profile::{Feature, Profile};
use crate::diff::pairing::rarity::Rarity;
use crate::diff::pairing::same_name::{
    Pair, taken, {self},
};
use crate::diff::pairing::{fold, split};
use crate::diff::parallel::side_by_side_if_many;
use crate::domain::{Entry, Match};

/// What became of the rows that differ. Numbers are places in the slices that were given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Identity {
    /// Certain ones and such as evidence speaks for. A row is in several only where rows were
    /// split or folded.
    pub pairs: Vec<Pair>,
    pub removed: Vec<usize>,
    pub added: Vec<usize>,
    /// A row that is gone and an added row that may be one, the likeliest first.
    pub possible: Vec<(usize, usize)>,
}

/// Pairs rows that are gone with rows that have come, both in an order that their contents decide.
///
/// Between its beginning and its end the list before is counted, for what is rare in it.
pub struct Identification<'a> {
    pairs: Vec<Pair>,
    /// Rows that are in no certain pair.
    left: Vec<usize>,
    arrived: Vec<usize>,
    old: Vec<Profile<'a>>,
    new: Vec<Profile<'a>>,
    rarity: Rarity,
    /// Rows that are weighed have been counted already.
    counted: HashSet<usize>,
}

impl<'a> Identification<'a> {
    /// Finds what is certain.
    ///
    /// `listed` has the rows that have come, up to `kept_from`, and behind them the rows of a name
    /// of `gone` that stayed as they were.
    pub fn begin(gone: &[&'a Entry], listed: &[&'a Entry], kept_from: usize) -> Self {
        let come = listed.get(..kept_from).unwrap_or(listed);
        let mut pairs = same_name::pair(gone, come);
        pairs.extend(fold::folded_rows(gone, listed, kept_from, &pairs));
        let (old, new) = taken(&pairs);
        let left: Vec<usize> = (0..gone.len()).filter(|at| !old.contains(at)).collect();
        let arrived: Vec<usize> = (0..kept_from).filter(|at| !new.contains(at)).collect();
        let mut begun = Self {
            pairs,
            left,
            arrived,
            old: Vec::new(),
            new: Vec::new(),
            rarity: Rarity::default(),
            counted: HashSet::new(),
        };
        if begun.is_open() {
            begun.old = profiles(&begun.left, gone);
            begun.new = profiles(&begun.arrived, come);
            begun.rarity = Rarity::of_wanted(wanted(&begun.old, &begun.new));
            for profile in &begun.old {
                begun.rarity.count(&profile.features);
                begun.counted.insert(place(profile.entry));
            }
        }
        begun
    }

    /// Whether rows are left on both sides, so that they have to be weighed.
    pub fn is_open(&self) -> bool {
        !self.left.is_empty() && !self.arrived.is_empty()
    }

    /// Counts rows of the list before.
    pub fn count(&mut self, rows: &[Entry]) {
        if !self.is_open() {
            return;
        }
        let counted = &self.counted;
        let count = |rows: &[Entry], rarity: &mut Rarity| {
            rows.iter()
                .filter(|entry| !counted.contains(&place(entry)))
                .for_each(|entry| rarity.count_entry(entry));
        };
        let (some, others) = rows.split_at(rows.len() / 2);
        let mut beside = self.rarity.beside();
        side_by_side_if_many(
            rows.len(),
            || count(some, &mut beside),
            || count(others, &mut self.rarity),
        );
        self.rarity.add(&beside);
    }

    /// What counts further rows of the list before, and is given back with [`add`](Self::add).
    pub fn counter(&self) -> Option<Rarity> {
        self.is_open().then(|| self.rarity.beside())
    }

    pub fn add(&mut self, counted: &Rarity) {
        self.rarity.add(counted);
    }

    /// Weighs what is left, and sees where rows were split or folded under other names, and where a
    /// row is gone while its name is still listed. The slices are those of the beginning.
    pub fn finish(self, gone: &[&Entry], listed: &[&Entry], kept_from: usize) -> Identity {
        let mut identity = self.one_to_one();
        let parts = split::parts(gone, listed, &identity.pairs, &identity.removed, &identity.added);
        let (old, new) = taken(&parts);
        identity.removed.retain(|at| !old.contains(at));
        identity.added.retain(|at| !new.contains(at));
        identity.possible.retain(|(before, after)| !old.contains(before) && !new.contains(after));
        identity.pairs.extend(parts);
        let lost = fold::gone_rows(gone, listed, kept_from, &identity.pairs, &identity.removed);
        let (old, _) = taken(&lost);
        identity.removed.retain(|at| !old.contains(at));
        identity.pairs.extend(lost);
        identity
    }

    /// Pairs whole rows: those of one name, and those that evidence speaks for.
    fn one_to_one(self) -> Identity {
        let Self { mut pairs, left, arrived, old, new, rarity, .. } = self;
        let weighed = weigh_all(&old, &new, &rarity);
        let decided = decide(&weighed);

        let at = |places: &[usize], place: usize| places.get(place).copied().unwrap_or_default();
        let (decided_old, decided_new): (Vec<usize>, Vec<usize>) = decided.iter().copied().unzip();
        for (before, after) in &decided {
            if let Some(weight) = weighed.get(&(*before, *after)) {
                let matched = Match::doubtful(score(weight.net()), weight.words.clone());
                pairs.push(Pair {
                    before: at(&left, *before),
                    after: at(&arrived, *after),
                    matched,
                });
            }
        }
        let (decided_old, decided_new) = (sorted(decided_old), sorted(decided_new));
        let is_open = |(before, after): &(usize, usize)| {
            decided_old.binary_search(before).is_err() && decided_new.binary_search(after).is_err()
        };
        let possible = likeliest(
            weighed
                .iter()
                .filter(|(pair, weight)| is_open(pair) && is_possible(weight))
                .map(|(pair, weight)| (*pair, weight)),
        );
        Identity {
            pairs,
            removed: (0..left.len())
                .filter(|place| decided_old.binary_search(place).is_err())
                .map(|place| at(&left, place))
                .collect(),
            added: (0..arrived.len())
                .filter(|place| decided_new.binary_search(place).is_err())
                .map(|place| at(&arrived, place))
                .collect(),
            possible: possible
                .into_iter()
                .map(|(before, after)| (at(&left, before), at(&arrived, after)))
                .collect(),
        }
    }
}

/// Bits above which two rows are taken for one. A pair at random is two with some ten bits, the
/// size of a list's changes against one another. The days of 2021 of a real sanctions list
/// (`tests/it/diff.rs`) give the same matches from 8 to 18 bits, and with a margin of 1 to 6.
const REVISION_BITS: f64 = 10.0;

/// So much more must speak for a pair than for the next candidate.
const MARGIN_BITS: f64 = 3.0;

/// What speaks for a pair, and what is left of it when the half of what speaks against it is taken
/// away.
const POSSIBLE_FOR_BITS: f64 = 6.0;
const POSSIBLE_LEFT_BITS: f64 = 1.0;

/// Of each row, so many possible partners are named.
const NAMED_PARTNERS: usize = 3;

fn is_possible(weight: &Weight) -> bool {
    !weight.unlike
        && weight.for_bits >= POSSIBLE_FOR_BITS
        && weight.for_bits - weight.against_bits / 2.0 >= POSSIBLE_LEFT_BITS
}

/// Where a row is kept, which tells it from one that says the same.
fn place(entry: &Entry) -> usize {
    std::ptr::from_ref(entry).addr()
}

fn profiles<'a>(places: &[usize], rows: &[&'a Entry]) -> Vec<Profile<'a>> {
    places.iter().filter_map(|at| rows.get(*at)).map(|entry| Profile::of(entry)).collect()
}

/// The features of which it will be asked how rare they are: few, so that a long list is counted
/// fast.
fn wanted<'f>(old: &'f [Profile<'_>], new: &'f [Profile<'_>]) -> impl Iterator<Item = &'f Feature> {
    let features =
        |profiles: &'f [Profile<'_>]| profiles.iter().flat_map(|profile| &profile.features);
    let (olds, news): (HashSet<&Feature>, HashSet<&Feature>) =
        (features(old).collect(), features(new).collect());
    let is_wanted = move |feature: &&Feature| {
        feature.0.counts_alone() || olds.contains(feature) && news.contains(feature)
    };
    features(old).chain(features(new)).filter(is_wanted)
}

type Weighed = BTreeMap<(usize, usize), Weight>;

fn weigh_all(old: &[Profile<'_>], new: &[Profile<'_>], rarity: &Rarity) -> Weighed {
    let weighed = |pairs: &[(usize, usize)]| {
        let mut weighed = Weighed::new();
        for (before, after) in pairs {
            if let (Some(old), Some(new)) = (old.get(*before), new.get(*after)) {
                let weight = weigh(old, new, rarity);
                if is_possible(&weight) || weight.net() >= REVISION_BITS {
                    weighed.insert((*before, *after), weight);
                }
            }
        }
        weighed
    };
    let pairs = candidates(old, new, rarity);
    let (some, others) = pairs.split_at(pairs.len() / 2);
    let (some, mut others) =
        side_by_side_if_many(pairs.len(), || weighed(some), || weighed(others));
    others.extend(some);
    others
}

/// The pairs that are taken for one: of the best assignment overall, those above the threshold that
/// nothing contradicts and that stand out from what else either row could have been.
fn decide(weighed: &Weighed) -> Vec<(usize, usize)> {
    let edges: Vec<Edge> = weighed
        .iter()
        .filter(|(_, weight)| weight.net() > 0.0)
        .map(|(&(before, after), weight)| Edge {
            before,
            after,
            weight: if weight.contrary { weight.net().min(1.0) } else { weight.net() },
        })
        .collect();
    let chosen = best(&edges);
    let by_before: BTreeMap<usize, Edge> = chosen.iter().map(|edge| (edge.before, *edge)).collect();
    let by_after: BTreeMap<usize, Edge> = chosen.iter().map(|edge| (edge.after, *edge)).collect();
    // A rival that is spoken for by something much better is none.
    let is_spoken_for = |rival: &Edge, by: Option<&Edge>| {
        by.is_some_and(|better| better.weight >= rival.weight + MARGIN_BITS)
    };
    let mut strongest_rival: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for rival in &edges {
        let of_before = by_before.get(&rival.before).filter(|edge| {
            edge.after != rival.after && !is_spoken_for(rival, by_after.get(&rival.after))
        });
        let of_after = by_after.get(&rival.after).filter(|edge| {
            edge.before != rival.before && !is_spoken_for(rival, by_before.get(&rival.before))
        });
        for edge in of_before.into_iter().chain(of_after) {
            let strongest = strongest_rival.entry((edge.before, edge.after)).or_insert(0.0);
            *strongest = strongest.max(rival.weight);
        }
    }
    chosen
        .into_iter()
        .filter(|edge| {
            let rival = strongest_rival.get(&(edge.before, edge.after)).copied().unwrap_or(0.0);
            edge.weight >= REVISION_BITS && edge.weight - rival >= MARGIN_BITS
        })
        .map(|edge| (edge.before, edge.after))
        .collect()
}

/// Of each row its best partners, the likeliest first.
fn likeliest<'a>(open: impl Iterator<Item = ((usize, usize), &'a Weight)>) -> Vec<(usize, usize)> {
    let mut open: Vec<((usize, usize), &Weight)> = open.collect();
    open.sort_by(|a, b| b.1.net().total_cmp(&a.1.net()).then(a.0.cmp(&b.0)));
    let (mut of_before, mut of_after): (BTreeMap<usize, usize>, BTreeMap<usize, usize>) =
        (BTreeMap::new(), BTreeMap::new());
    open.retain(|((before, after), _)| {
        let (olds, news) =
            (of_before.entry(*before).or_default(), of_after.entry(*after).or_default());
        let is_named = *olds < NAMED_PARTNERS && *news < NAMED_PARTNERS;
        if is_named {
            *olds += 1;
            *news += 1;
        }
        is_named
    });
    open.into_iter().map(|(pair, _)| pair).collect()
}

/// 0 to 1: one half at a bit for every second candidate pair, three quarters and more above the
/// threshold.
fn score(bits: f64) -> f64 {
    let score = 1.0 / (1.0 + (-(bits - 6.0) / 2.0).exp2());
    (score * 1000.0).round() / 1000.0
}

fn sorted(mut places: Vec<usize>) -> Vec<usize> {
    places.sort_unstable();
    places
}
