//! The unchanged rows that have the name of a removed row: they show that the name is still listed.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;

use crate::diff::list::content::{Hashed, in_order};
use crate::diff::list::editorial::without_typography;
use crate::diff::pairing::letter_hash::LetterHash;
use crate::domain::Entry;

/// The rows of both lists that have the name of a row in `removed`: each content once, in order of
/// their contents.
pub fn unchanged_namesakes<'a>(
    removed: &[&Entry],
    olds: &[Hashed<'a>],
    news: &[Hashed<'a>],
) -> Vec<&'a Entry> {
    if removed.is_empty() {
        return Vec::new();
    }
    let names: HashSet<String> = removed
        .iter()
        .map(|entry| without_typography(&entry.name))
        .filter(|name| !name.is_empty())
        .collect();
    let keys: HashSet<u64, FxBuildHasher> = names.iter().map(|name| LetterHash::of(name)).collect();
    let is_namesake = |row: &&Hashed<'_>| {
        let name = &row.content.0.name;
        keys.contains(&name_key(name)) && names.contains(&without_typography(name))
    };
    let before: HashSet<&Hashed<'_>, FxBuildHasher> = olds.iter().filter(is_namesake).collect();
    if before.is_empty() {
        return Vec::new();
    }
    let mut included: HashSet<&Hashed<'_>, FxBuildHasher> = HashSet::default();
    let namesakes = news.iter().filter(is_namesake);
    let mut unchanged: Vec<&Entry> = namesakes
        .filter(|row| before.contains(row) && included.insert(row))
        .map(|row| row.content.0)
        .collect();
    unchanged.sort_by(|a, b| in_order(a, b));
    unchanged
}

/// A number that all editorial variants of a name share. Other names may share it too.
pub fn name_key(name: &str) -> u64 {
    // Folding each name of a long list costs more than a hash of its letters.
    if name.is_ascii() { LetterHash::of(name) } else { LetterHash::of(&without_typography(name)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::list::content::hashed;
    use crate::domain::ListCode;

    fn check(name: &str, removed: &str, expected: bool) {
        let row = Entry::named(ListCode::EL, name);
        let (before, after) =
            (vec![Entry::named(ListCode::EL, removed), row.clone()], vec![row.clone()]);
        let (olds, news) = (hashed(&before), hashed(&after));
        let removed = Entry { remarks: "removed".into(), ..before[0].clone() };
        assert_eq!(unchanged_namesakes(&[&removed], &olds, &news) == [&row], expected, "{name}");
    }

    #[test]
    fn editorial_variants_of_a_name_are_namesakes() {
        check("Alpha Works", "ALPHA  Works.", true);
        check("Alpha Works", "Alpha Works", true);
        check("Xi’an Works", "Xi'an Works", true);
        check("Xi'an Works", "Xi’an Works", true);
        check("Alpha Works", "Alpha Work", false);
        check("", "", false);
    }
}
