//! The clauses of an instruction, one for each verb: `adding …`, `by removing …`.

use crate::parse::federal_register::instruction::Order;
use crate::parse::federal_register::instruction::quotation::quotations;

/// The text split at its verbs. Verbs inside quotations do not count.
pub fn clauses_of(text: &str) -> Vec<(Order, &str)> {
    const VERBS: &[(&str, Order)] = &[
        ("adding", Order::Add),
        ("revising", Order::Revise),
        ("correcting", Order::Revise),
        ("amending", Order::Revise),
        ("removing", Order::Remove),
        ("add ", Order::Add),
        ("revise ", Order::Revise),
        ("remove ", Order::Remove),
    ];
    let mut starts: Vec<(usize, Order)> = Vec::new();
    let quotations = quotations(text);
    for (verb, order) in VERBS {
        for capital in [verb.to_string(), capitalized(verb)] {
            for (at, _) in text.match_indices(&capital) {
                let inside = quotations.iter().any(|(from, to)| (*from..*to).contains(&at));
                let word = text
                    .get(..at)
                    .is_none_or(|head| !head.ends_with(|c: char| c.is_alphanumeric()));
                if !inside && word {
                    starts.push((at, *order));
                }
            }
        }
    }
    starts.sort_unstable_by_key(|(at, _)| *at);
    let ends: Vec<usize> = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]).collect();
    starts
        .iter()
        .zip(ends)
        .map(|((from, order), to)| (*order, text.get(*from..to).unwrap_or_default()))
        .collect()
}

/// Whether the clause mentions an entry.
pub fn speaks_of_entries(clause: &str) -> bool {
    let lower = clause.to_lowercase();
    ["entry", "entries", "entit", "address"].iter().any(|word| lower.contains(word))
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
