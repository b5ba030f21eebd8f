//! The rows that stayed as they were and have the name of a row that is gone: whether a name is
//! still listed.

use std::collections::HashSet;

use crate::diff::list::content::Hashed;
use crate::diff::list::editorial::folded;
use crate::diff::pairing::fast_hash::MixerState;
use crate::domain::Entry;

/// Of the rows in both lists those that have a name of `gone`, each content once, in the order of
/// `gone`'s contents.
pub fn kept<'a>(gone: &[&Entry], olds: &[Hashed<'a>], news: &[Hashed<'a>]) -> Vec<&'a Entry> {
    if gone.is_empty() {
        return Vec::new();
    }
    let names: HashSet<String> =
        gone.iter().map(|entry| folded(&entry.name)).filter(|name| !name.is_empty()).collect();
    let keys: HashSet<u64, MixerState> = names.iter().map(|name| letters_of(name)).collect();
    let is_named = |row: &&Hashed<'_>| {
        let name = &row.content.0.name;
        keys.contains(&name_key(name)) && names.contains(&folded(name))
    };
    let before: HashSet<&Hashed<'_>, MixerState> = olds.iter().filter(is_named).collect();
    if before.is_empty() {
        return Vec::new();
    }
    let mut seen: HashSet<&Hashed<'_>, MixerState> = HashSet::default();
    let named = news.iter().filter(is_named);
    let mut kept: Vec<&Entry> = named
        .filter(|row| before.contains(row) && seen.insert(row))
        .map(|row| row.content.0)
        .collect();
    kept.sort_by(|a, b| crate::diff::list::content::in_order(a, b));
    kept
}

/// A number that names have in common if they are one name, however it is set. Other names may
/// share it.
pub fn name_key(name: &str) -> u64 {
    // Folding every name of a long list costs more than looking at its letters.
    if name.is_ascii() { letters_of(name) } else { letters_of(&folded(name)) }
}

/// A hash of the ASCII letters and digits of a text, whatever stands between them and whatever
/// their case.
fn letters_of(text: &str) -> u64 {
    let letters = text.bytes().filter(u8::is_ascii_alphanumeric);
    letters.fold(0, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3).rotate_left(7)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::list::content::hashed;
    use crate::domain::ListCode;

    fn check(name: &str, gone: &str, expected: bool) {
        let row = Entry::named(ListCode::EL, name);
        let (before, after) =
            (vec![Entry::named(ListCode::EL, gone), row.clone()], vec![row.clone()]);
        let (olds, news) = (hashed(&before), hashed(&after));
        assert_eq!(
            kept(&[&Entry { remarks: "gone".into(), ..before[0].clone() }], &olds, &news) == [&row],
            expected,
            "{name} | {gone}"
        );
    }

    #[test]
    fn a_name_that_is_set_in_another_way_is_the_name() {
        check("Alpha Works", "ALPHA  Works.", true);
        check("Alpha Works", "Alpha Works", true);
        check("Xi’an Works", "Xi'an Works", true);
        check("Xi'an Works", "Xi’an Works", true);
        check("Alpha Works", "Alpha Work", false);
        check("", "", false);
    }
}
