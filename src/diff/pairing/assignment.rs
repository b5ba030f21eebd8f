//! The best overall assignment of old rows to new rows that may be one entry. Knows no rows, only
//! their places and weights.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

use crate::diff::pairing::weights::{ASSIGNMENT_STEPS, MAX_EXACT_ROWS};

/// A pair that may be one entry, and its weight (above zero; larger is better).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    pub before: usize,
    pub after: usize,
    pub weight: f64,
}

/// The set of edges with the greatest total weight, where each row is in one edge at most. Sorted
/// by `before`.
///
/// Rows that no edges connect are assigned independently. Where more than [`MAX_EXACT_ROWS`] rows
/// are connected, the heaviest edges are chosen first, so that the time stays bounded.
pub fn best(edges: &[Edge]) -> Vec<Edge> {
    let mut chosen = Vec::new();
    for component in components(edges) {
        let (befores, afters) =
            (ranks(component.iter().map(|e| e.before)), ranks(component.iter().map(|e| e.after)));
        if let [edge] = component.as_slice() {
            chosen.push(*edge);
        } else if befores.len().max(afters.len()) > MAX_EXACT_ROWS {
            chosen.extend(heaviest_first(component));
        } else {
            chosen.extend(exact(&component, &befores, &afters));
        }
    }
    chosen.sort_unstable_by_key(|edge| (edge.before, edge.after));
    chosen
}

fn exact(
    component: &[Edge],
    befores: &BTreeMap<usize, usize>,
    afters: &BTreeMap<usize, usize>,
) -> Vec<Edge> {
    // Each old row has an extra column that means "no new row". Without these columns, there could
    // be more rows than columns, which the algorithm does not allow.
    let mut weights = Matrix::new(befores.len(), afters.len() + befores.len(), 0_i64);
    let mut edge_at: BTreeMap<(usize, usize), Edge> = BTreeMap::new();
    for edge in component {
        let (Some(&row), Some(&column)) = (befores.get(&edge.before), afters.get(&edge.after))
        else {
            continue;
        };
        #[expect(clippy::cast_possible_truncation, reason = "a weight is a few tens")]
        let weight = (edge.weight * ASSIGNMENT_STEPS).round() as i64;
        if let Some(cell) = weights.get_mut((row, column)) {
            *cell = weight;
        }
        edge_at.insert((row, column), *edge);
    }
    let (_, columns) = kuhn_munkres(&weights);
    columns.into_iter().enumerate().filter_map(|cell| edge_at.get(&cell).copied()).collect()
}

fn heaviest_first(mut component: Vec<Edge>) -> Vec<Edge> {
    component.sort_by(|a, b| {
        b.weight.total_cmp(&a.weight).then((a.before, a.after).cmp(&(b.before, b.after)))
    });
    let (mut befores, mut afters) = (HashSet::new(), HashSet::new());
    component.retain(|edge| {
        let is_free = !befores.contains(&edge.before) && !afters.contains(&edge.after);
        if is_free {
            befores.insert(edge.before);
            afters.insert(edge.after);
        }
        is_free
    });
    component
}

/// Each row once, numbered from 0 in order.
fn ranks(rows: impl Iterator<Item = usize>) -> BTreeMap<usize, usize> {
    let sorted: BTreeSet<usize> = rows.collect();
    sorted.into_iter().enumerate().map(|(rank, row)| (row, rank)).collect()
}

/// The edges, grouped by the rows that they connect.
fn components(edges: &[Edge]) -> Vec<Vec<Edge>> {
    // Old and new rows are numbered together, old rows first.
    let befores = edges.iter().map(|e| e.before + 1).max().unwrap_or(0);
    let rows = befores + edges.iter().map(|e| e.after + 1).max().unwrap_or(0);
    let mut parents: Vec<usize> = (0..rows).collect();
    for edge in edges {
        let (one, other) =
            (root(&mut parents, edge.before), root(&mut parents, befores + edge.after));
        if let Some(parent) = parents.get_mut(one.max(other)) {
            *parent = one.min(other);
        }
    }
    let mut by_root: BTreeMap<usize, Vec<Edge>> = BTreeMap::new();
    for edge in edges {
        by_root.entry(root(&mut parents, edge.before)).or_default().push(*edge);
    }
    by_root.into_values().collect()
}

/// The root of a row in a union-find forest. Shortens the path to it.
fn root(parents: &mut [usize], mut row: usize) -> usize {
    while let Some(&parent) = parents.get(row) {
        if parent == row {
            break;
        }
        let grandparent = parents.get(parent).copied().unwrap_or(parent);
        if let Some(slot) = parents.get_mut(row) {
            *slot = grandparent;
        }
        row = grandparent;
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(before: usize, after: usize, weight: f64) -> Edge {
        Edge { before, after, weight }
    }

    #[test]
    fn the_best_total_beats_the_best_single_pair() {
        let edges = [edge(0, 0, 10.0), edge(0, 1, 9.0), edge(1, 0, 9.0)];
        assert_eq!(best(&edges), [edge(0, 1, 9.0), edge(1, 0, 9.0)]);
    }

    #[test]
    fn more_old_rows_than_new_ones_leave_some_unassigned() {
        let edges = [edge(0, 0, 1.0), edge(1, 0, 2.0), edge(2, 0, 1.5)];
        assert_eq!(best(&edges), [edge(1, 0, 2.0)]);
    }

    #[test]
    fn no_edges_give_no_pairs() {
        assert_eq!(best(&[]), []);
    }

    #[test]
    fn a_large_component_is_assigned_by_the_heaviest_edges() {
        let edges: Vec<Edge> = (0..=MAX_EXACT_ROWS)
            .flat_map(|row| [edge(row, row, 2.0), edge(row, row + 1, 1.0)])
            .collect();
        let chosen = best(&edges);
        assert_eq!(chosen.len(), MAX_EXACT_ROWS + 1);
        assert!(chosen.iter().all(|e| e.before == e.after));
    }
}
