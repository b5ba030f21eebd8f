//! The best assignment overall between old rows and new rows that may be one.

use std::collections::BTreeMap;

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

/// A pair that may be one, and how much speaks for it (above zero; larger is better).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    pub before: usize,
    pub after: usize,
    pub weight: f64,
}

/// The set of edges that has the greatest weight together, no row in two of them; in the order of
/// `before`.
///
/// Rows that no edge connects are assigned apart from one another. Where more than [`EXACT_ROWS`]
/// rows hang together, the heaviest edge goes first, so that the time stays bounded.
pub fn best(edges: &[Edge]) -> Vec<Edge> {
    let mut chosen = Vec::new();
    for component in components(edges) {
        let (befores, afters) =
            (ranks(component.iter().map(|e| e.before)), ranks(component.iter().map(|e| e.after)));
        if let [edge] = component.as_slice() {
            chosen.push(*edge);
        } else if befores.len().max(afters.len()) > EXACT_ROWS {
            chosen.extend(heaviest_first(component));
        } else {
            chosen.extend(exact(&component, &befores, &afters));
        }
    }
    chosen.sort_unstable_by_key(|edge| (edge.before, edge.after));
    chosen
}

/// Up to here an exact assignment takes a few milliseconds.
const EXACT_ROWS: usize = 200;

/// Weights become whole numbers by this factor.
const PRECISION: f64 = 10_000.0;

fn exact(
    component: &[Edge],
    befores: &BTreeMap<usize, usize>,
    afters: &BTreeMap<usize, usize>,
) -> Vec<Edge> {
    // A column for each old row stands for "none of them"; without it there could be more rows than
    // columns.
    let mut weights = Matrix::new(befores.len(), afters.len() + befores.len(), 0_i64);
    let mut edge_at: BTreeMap<(usize, usize), Edge> = BTreeMap::new();
    for edge in component {
        let (Some(&row), Some(&column)) = (befores.get(&edge.before), afters.get(&edge.after))
        else {
            continue;
        };
        #[expect(clippy::cast_possible_truncation, reason = "a weight is some tens")]
        let weight = (edge.weight * PRECISION).round() as i64;
        if let Some(cell) = weights.get_mut((row, column)) {
            *cell = weight;
        }
        edge_at.insert((row, column), *edge);
    }
    let (_, columns) = kuhn_munkres(&weights);
    columns.into_iter().enumerate().filter_map(|place| edge_at.get(&place).copied()).collect()
}

fn heaviest_first(mut component: Vec<Edge>) -> Vec<Edge> {
    component.sort_by(|a, b| {
        b.weight.total_cmp(&a.weight).then((a.before, a.after).cmp(&(b.before, b.after)))
    });
    let (mut befores, mut afters) =
        (std::collections::HashSet::new(), std::collections::HashSet::new());
    component.retain(|edge| {
        let free = !befores.contains(&edge.before) && !afters.contains(&edge.after);
        if free {
            befores.insert(edge.before);
            afters.insert(edge.after);
        }
        free
    });
    component
}

fn ranks(rows: impl Iterator<Item = usize>) -> BTreeMap<usize, usize> {
    let sorted: std::collections::BTreeSet<usize> = rows.collect();
    sorted.into_iter().enumerate().map(|(rank, row)| (row, rank)).collect()
}

fn components(edges: &[Edge]) -> Vec<Vec<Edge>> {
    // Old rows stand before new ones in one numbering.
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
    fn the_best_whole_beats_the_best_first_pair() {
        let edges = [edge(0, 0, 10.0), edge(0, 1, 9.0), edge(1, 0, 9.0)];
        assert_eq!(best(&edges), [edge(0, 1, 9.0), edge(1, 0, 9.0)]);
    }

    #[test]
    fn more_old_rows_than_new_ones_leave_some_alone() {
        let edges = [edge(0, 0, 1.0), edge(1, 0, 2.0), edge(2, 0, 1.5)];
        assert_eq!(best(&edges), [edge(1, 0, 2.0)]);
    }

    #[test]
    fn nothing_gives_nothing() {
        assert_eq!(best(&[]), []);
    }

    #[test]
    fn a_large_component_is_assigned_by_the_heaviest_edge() {
        let edges: Vec<Edge> = (0..=EXACT_ROWS)
            .flat_map(|row| [edge(row, row, 2.0), edge(row, row + 1, 1.0)])
            .collect();
        let chosen = best(&edges);
        assert_eq!(chosen.len(), EXACT_ROWS + 1);
        assert!(chosen.iter().all(|e| e.before == e.after));
    }
}
