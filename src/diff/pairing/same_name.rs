//! Pairs rows that are one entry for certain: by a true id, or by an equal name within the list.
//!
//! Knows what names, ids, citations, countries and addresses a row has; weighs nothing. A
//! publisher's row may split in two: that is found here, where several new rows have one name.
//! `fold` finds the reverse.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::list::editorial::{folded, is_broken, is_repaired};
use crate::diff::list::entity_cell;
use crate::diff::pairing::assignment::{Edge, best};
use crate::diff::pairing::identifiers::Facts;
use crate::diff::pairing::split::{Moved, moved, shares_citation};
use crate::domain::pages::Kept;
use crate::domain::{Citation, Entry, ListCode, Match, RowFate};

/// An old row and a new row that are one entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    pub before: usize,
    pub after: usize,
    pub matched: Match,
}

/// Whether `entity_number` is the publisher's own, stable number of an entry in this list: OFAC's
/// are.
pub fn has_true_id(list: ListCode) -> bool {
    matches!(
        list,
        ListCode::SDN
            | ListCode::SSI
            | ListCode::CMIC
            | ListCode::CAP
            | ListCode::MBS
            | ListCode::PLC
            | ListCode::FSE
    )
}

/// The pairs that are certain. A row is in more than one of them only where rows were split or
/// folded.
pub fn pair(gone: &[&Entry], come: &[&Entry]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let by_id = |entry: &Entry| {
        has_true_id(entry.list).then(|| entry.other.get("entity_number").cloned()).flatten()
    };
    for (id, (befores, afters)) in groups(gone, come, &pairs, by_id) {
        pairs.extend(
            Group {
                gone,
                come,
                befores,
                afters,
                told_by: format!("same number of the publisher, {id}"),
                is_true_id: true,
            }
            .pairs(),
        );
    }
    let by_cell = |entry: &Entry| entity_cell::cell(entry).map(str::to_owned);
    for (_, (befores, afters)) in groups(gone, come, &pairs, by_cell) {
        pairs.extend(
            Group {
                gone,
                come,
                befores,
                afters,
                told_by: "same cell as published".into(),
                is_true_id: false,
            }
            .pairs(),
        );
    }
    let by_name = |entry: &Entry| Some(folded(&entry.name)).filter(|name| !name.is_empty());
    for (_, (befores, afters)) in groups(gone, come, &pairs, by_name) {
        pairs.extend(
            Group { gone, come, befores, afters, told_by: "same name".into(), is_true_id: false }
                .pairs(),
        );
    }
    pairs.extend(repaired(gone, come, &pairs));
    pairs.extend(marked(gone, come, &pairs));
    pairs
}

/// Larger groups of one name (an empty one, say) are left to what else the rows have.
const LARGEST_GROUP: usize = 40_000;

type Rows = (Vec<usize>, Vec<usize>);

/// Rows of both sides that are in no pair yet, by their key, where both sides have one.
fn groups(
    gone: &[&Entry],
    come: &[&Entry],
    pairs: &[Pair],
    key: impl Fn(&Entry) -> Option<String>,
) -> BTreeMap<String, Rows> {
    let (old, new) = taken(pairs);
    let mut groups: BTreeMap<String, Rows> = BTreeMap::new();
    for (at, entry) in gone.iter().enumerate().filter(|(at, _)| !old.contains(at)) {
        if let Some(key) = key(entry) {
            groups.entry(key).or_default().0.push(at);
        }
    }
    for (at, entry) in come.iter().enumerate().filter(|(at, _)| !new.contains(at)) {
        if let Some(rows) = key(entry).and_then(|key| groups.get_mut(&key)) {
            rows.1.push(at);
        }
    }
    groups.retain(|_, (befores, afters)| {
        !afters.is_empty() && befores.len().saturating_mul(afters.len()) <= LARGEST_GROUP
    });
    groups
}

/// The rows that pairs have used, old and new.
pub fn taken(pairs: &[Pair]) -> (BTreeSet<usize>, BTreeSet<usize>) {
    (pairs.iter().map(|pair| pair.before).collect(), pairs.iter().map(|pair| pair.after).collect())
}

/// So many names are compared for each row, on average.
const REPAIRS_OF_A_ROW: usize = 50;

/// Rows of which one has a marked name, and the other a cell that begins with it but was cut
/// elsewhere.
fn marked(gone: &[&Entry], come: &[&Entry], pairs: &[Pair]) -> Vec<Pair> {
    let (old, new) = taken(pairs);
    let mut by_name: BTreeMap<&str, Rows> = BTreeMap::new();
    for (rows, used, is_new) in [(gone, &old, false), (come, &new, true)] {
        for (at, entry) in rows
            .iter()
            .enumerate()
            .filter(|(at, entry)| !used.contains(at) && entity_cell::cell(entry).is_none())
        {
            let rows = by_name.entry(entry.name.as_str()).or_default();
            if is_new { rows.1.push(at) } else { rows.0.push(at) }
        }
    }
    let mut edges: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (rows, used, is_new) in [(gone, &old, false), (come, &new, true)] {
        for (at, entry) in rows.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
            for (befores, afters) in entity_cell::cell(entry)
                .into_iter()
                .flat_map(entity_cell::possible_names)
                .filter_map(|name| by_name.get(name))
            {
                if is_new {
                    edges.extend(befores.iter().map(|before| (*before, at)));
                } else {
                    edges.extend(afters.iter().map(|after| (at, *after)));
                }
            }
        }
    }
    let told_by =
        "same name: the cell of one begins with the name that is marked in the other".to_owned();
    paired(gone, come, edges, &told_by)
}

/// The best of these pairs, where nothing speaks against them.
fn paired(
    gone: &[&Entry],
    come: &[&Entry],
    edges: BTreeSet<(usize, usize)>,
    told_by: &str,
) -> Vec<Pair> {
    let weighed = |(before, after): (usize, usize)| {
        let (old, new) = (gone.get(before)?, come.get(after)?);
        may_be_one(old, new).then(|| Edge { before, after, weight: affinity(old, new) })
    };
    let edges: Vec<Edge> = edges.into_iter().filter_map(weighed).collect();
    let pair = |edge: Edge| {
        let matched =
            judged(gone.get(edge.before)?, come.get(edge.after)?, vec![told_by.to_owned()]);
        Some(Pair { before: edge.before, after: edge.after, matched })
    };
    best(&edges).into_iter().filter_map(pair).collect()
}

/// Rows whose names are one but for a broken character that was repaired (or broken).
fn repaired(gone: &[&Entry], come: &[&Entry], pairs: &[Pair]) -> Vec<Pair> {
    let (old, new) = taken(pairs);
    // A name is looked up by the longer of its sound ends.
    let mut by_end: BTreeMap<(bool, String), Rows> = BTreeMap::new();
    let mut lengths: BTreeSet<(bool, usize)> = BTreeSet::new();
    let sides = [(gone, &old, false), (come, &new, true)];
    for (rows, used, is_new) in sides {
        for (at, entry) in rows
            .iter()
            .enumerate()
            .filter(|(at, entry)| !used.contains(at) && entry.name.contains(is_broken))
        {
            if let Some((is_tail, end)) = sound_end(&entry.name) {
                lengths.insert((is_tail, end.chars().count()));
                let rows = by_end.entry((is_tail, end)).or_default();
                if is_new { rows.1.push(at) } else { rows.0.push(at) }
            }
        }
    }
    // Names that share an end with very many are left to what else the rows have: comparing all
    // would grow with the square.
    let (mut edges, mut left) =
        (BTreeSet::new(), (gone.len() + come.len()).saturating_mul(REPAIRS_OF_A_ROW));
    for (rows, used, is_new) in sides {
        for (at, entry) in rows.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
            let name: Vec<char> = folded(&entry.name).chars().collect();
            for &(is_tail, length) in &lengths {
                let end = if is_tail {
                    name.len().checked_sub(length).and_then(|from| name.get(from..))
                } else {
                    name.get(..length)
                };
                let Some((befores, afters)) =
                    end.and_then(|end| by_end.get(&(is_tail, end.iter().collect())))
                else {
                    continue;
                };
                let Some(rest) =
                    left.checked_sub(if is_new { befores.len() } else { afters.len() })
                else {
                    continue;
                };
                left = rest;
                if is_new {
                    edges.extend(
                        befores
                            .iter()
                            .filter(|b| {
                                gone.get(**b).is_some_and(|g| is_repaired(&g.name, &entry.name))
                            })
                            .map(|b| (*b, at)),
                    );
                } else {
                    edges.extend(
                        afters
                            .iter()
                            .filter(|a| {
                                come.get(**a).is_some_and(|c| is_repaired(&c.name, &entry.name))
                            })
                            .map(|a| (at, *a)),
                    );
                }
            }
        }
    }
    paired(gone, come, edges, "same name but for a broken character")
}

/// The longer of what stands before the first broken character and after the last, if it is long
/// enough to look up by.
fn sound_end(name: &str) -> Option<(bool, String)> {
    let name = folded(name);
    let head = name.split(is_broken).next().unwrap_or_default();
    let tail = name.rsplit(is_broken).next().unwrap_or_default();
    let is_tail = tail.len() > head.len();
    let end = if is_tail { tail } else { head };
    (end.len() > 1).then(|| (is_tail, end.to_owned()))
}

/// Rows of one name or one id.
struct Group<'a> {
    gone: &'a [&'a Entry],
    come: &'a [&'a Entry],
    befores: Vec<usize>,
    afters: Vec<usize>,
    told_by: String,
    is_true_id: bool,
}

impl Group<'_> {
    fn pairs(&self) -> Vec<Pair> {
        let mut edges = Vec::new();
        for &before in &self.befores {
            for &after in &self.afters {
                let (Some(old), Some(new)) = (self.gone.get(before), self.come.get(after)) else {
                    continue;
                };
                // Where a name repeats, another birth date or number tells its bearers apart.
                let is_apart = || {
                    !self.is_alone() && !Facts::of(old).contradictions(&Facts::of(new)).is_empty()
                };
                if self.is_true_id || (may_be_one(old, new) && !is_apart()) {
                    edges.push(Edge { before, after, weight: affinity(old, new) });
                }
            }
        }
        let chosen = best(&edges);
        let mut pairs: Vec<Pair> =
            chosen.iter().map(|edge| self.pair(edge.before, edge.after, None)).collect();
        pairs.extend(self.splits(&chosen));
        pairs
    }

    fn pair(&self, before: usize, after: usize, part: Option<(String, bool)>) -> Pair {
        let mut evidence = vec![self.told_by.clone()];
        let (Some(old), Some(new)) = (self.gone.get(before), self.come.get(after)) else {
            return Pair { before, after, matched: Match::certain(evidence) };
        };
        evidence.extend(Kept::of(&old.citations, &new.citations).in_words());
        if !self.is_alone() {
            evidence.push(
                "the closest of the rows of this name by citations, country and address".into(),
            );
        }
        let is_part = part.is_some();
        let is_sure = part.as_ref().is_none_or(|(_, is_sure)| *is_sure);
        evidence.extend(part.map(|(words, _)| words));
        let mut matched =
            if self.is_true_id { Match::certain(evidence) } else { judged(old, new, evidence) };
        if !is_sure {
            (matched.certain, matched.score) = (false, SCORE_AGAINST_FACTS);
        }
        matched.row = is_part.then_some(RowFate::Split);
        Pair { before, after, matched }
    }

    fn is_alone(&self) -> bool {
        self.befores.len() == 1 && self.afters.len() == 1
    }

    /// New rows that have what an old row lost to them.
    fn splits(&self, chosen: &[Edge]) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for &after in
            self.afters.iter().filter(|after| !chosen.iter().any(|edge| edge.after == **after))
        {
            let whole = chosen.iter().find_map(|edge| {
                let (old, rest, part) = (
                    self.gone.get(edge.before)?,
                    self.come.get(edge.after)?,
                    self.come.get(after)?,
                );
                moved(old, rest, part).map(|moved| (edge.before, moved))
            });
            if let Some((before, Moved { what, is_own })) = whole {
                let words = format!(
                    "part of a row that was split: it has {what}, which the other part lost"
                );
                pairs.push(self.pair(before, after, Some((words, is_own))));
            }
        }
        pairs
    }
}

/// Whether nothing speaks against two rows of one name being one entry.
fn may_be_one(old: &Entry, new: &Entry) -> bool {
    may_be_alike(old, new) && !is_elsewhere(old, new)
}

/// Whether two rows have the same number of the publisher, kind and form, as far as they have any.
pub fn may_be_alike(old: &Entry, new: &Entry) -> bool {
    let differ = |key: &str| matches!((old.other.get(key), new.other.get(key)), (Some(one), Some(other)) if folded(one) != folded(other));
    let is_another_number = has_true_id(old.list) && differ("entity_number");
    old.form == new.form && !is_another_number && !differ("type")
}

/// Cites no rule that the old row cited, as an addition does: an amended entry keeps its first
/// citation.
fn is_cited_anew(old: &Entry, new: &Entry) -> bool {
    let has_page = |entry: &Entry| {
        entry.citations.iter().any(|citation| matches!(citation, Citation::Page { .. }))
    };
    has_page(old) && has_page(new) && !shares_citation(old, new)
}

/// Cited anew, and at another place: a new listing of the name.
fn is_elsewhere(old: &Entry, new: &Entry) -> bool {
    let apart = |one: &[String], other: &[String]| {
        !one.is_empty()
            && !other.is_empty()
            && !one.iter().any(|text| other.iter().any(|o| folded(o) == folded(text)))
    };
    is_cited_anew(old, new)
        && (apart(&old.countries, &new.countries) || apart(&old.addresses, &new.addresses))
}

/// How much two rows of one name have in common besides; always above zero.
pub fn affinity(old: &Entry, new: &Entry) -> f64 {
    let citations =
        |entry: &Entry| entry.citations.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut affinity = 1.0;
    affinity += 8.0 * overlap(&citations(old), &citations(new));
    affinity += 6.0 * overlap(&old.addresses, &new.addresses);
    affinity += 4.0 * overlap(&old.countries, &new.countries);
    affinity += 2.0 * overlap(&old.aliases, &new.aliases);
    affinity += f64::from(u8::from(old.remarks == new.remarks))
        + f64::from(u8::from(old.start_date == new.start_date));
    affinity += f64::from(u8::from(old.other == new.other))
        + 0.5 * f64::from(u8::from(old.name == new.name));
    let (one, other) = (Facts::of(old), Facts::of(new));
    affinity
        + if one.numbers.iter().any(|number| other.numbers.contains(number)) { 8.0 } else { 0.0 }
}

/// 0 to 1: what two lists have in common against all that they have; nothing at all is alike.
#[expect(clippy::cast_precision_loss, reason = "counts of addresses")]
fn overlap(one: &[String], other: &[String]) -> f64 {
    let fold = |texts: &[String]| texts.iter().map(|text| folded(text)).collect::<BTreeSet<_>>();
    let (one, other) = (fold(one), fold(other));
    let all = one.union(&other).count();
    if all == 0 { 1.0 } else { one.intersection(&other).count() as f64 / all as f64 }
}

/// A match that is certain, if nothing speaks against it. Else it is a corrected birth date, or
/// another bearer of the name; an entry whose citation was corrected, or one that is listed anew:
/// shown as a revision, as loudly as an addition.
fn judged(old: &Entry, new: &Entry, mut evidence: Vec<String>) -> Match {
    let mut against = Facts::of(old).contradictions(&Facts::of(new));
    if is_cited_anew(old, new) {
        against.push("none of the old citations is left".into());
    }
    if against.is_empty() {
        return Match::certain(evidence);
    }
    evidence.append(&mut against);
    Match::doubtful(SCORE_AGAINST_FACTS, evidence)
}

/// Of rows that have one name and something that speaks against their being one, or little that
/// speaks for it.
const SCORE_AGAINST_FACTS: f64 = 0.75;
