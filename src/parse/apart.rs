//! Which rows of two documents have to be looked at: those that the two do not share.

use std::collections::HashSet;

use super::Mark;

/// For each row of `one` and of `other`, by their marks, whether it has to be looked at.
///
/// Beside the rows that only one of them has, these are the rows of a name that such a row has: one that is set in another way
/// may say the same as a row that both have.
pub fn apart(one: &[Mark], other: &[Mark]) -> (Vec<bool>, Vec<bool>) {
    let contents = |marks: &[Mark]| marks.iter().map(|mark| mark.content).collect::<HashSet<_>>();
    let (ones, others) = (contents(one), contents(other));
    let only_in_one = one.iter().filter(|mark| !others.contains(&mark.content));
    let only_in_other = other.iter().filter(|mark| !ones.contains(&mark.content));
    let names: HashSet<u64> = only_in_one.chain(only_in_other).map(|mark| mark.name).collect();
    let of = |marks: &[Mark]| marks.iter().map(|mark| names.contains(&mark.name)).collect();
    (of(one), of(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(rows: &[(u8, u8)]) -> Vec<Mark> {
        rows.iter().map(|(content, name)| Mark { content: [*content; 16], name: u64::from(*name) }).collect()
    }

    #[test]
    fn rows_of_one_side_come_with_all_of_their_name() {
        let (one, other) = apart(&marks(&[(1, 1), (2, 2), (3, 3)]), &marks(&[(3, 3), (1, 1), (4, 1)]));
        assert_eq!((one, other), (vec![true, true, false], vec![false, true, true]));
    }

    #[test]
    fn two_documents_of_the_same_rows_have_none() {
        let (one, other) = (marks(&[(1, 1), (2, 2)]), marks(&[(2, 2), (1, 1), (1, 1)]));
        assert_eq!(apart(&one, &other), (vec![false; 2], vec![false; 3]));
    }
}
