//! The hash of a word, and of the word with each letter left out. It is the same in every run and
//! on every machine, so it may be stored. Words of one hash are compared, so that nothing depends
//! on it.

/// The hash is a polynomial in this number, whose inverse follows.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
const INVERSE: u64 = 0xf1de_83e1_9937_733d;

fn add(hash: u64, letter: u8) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(u64::from(letter) + 1)
}

/// The hash of some letters.
pub fn hash(letters: impl IntoIterator<Item = u8>) -> u64 {
    letters.into_iter().fold(0, add)
}

/// The upper half of the hash of a text, mixed once more.
pub fn short_hash(text: &str) -> u32 {
    u32::try_from(hash(text.bytes()).wrapping_mul(BASE) >> 32).unwrap_or_default()
}

/// Calls `each` with the hash of a word, and of the word with each letter left out.
pub fn deletions(word: &str, each: &mut impl FnMut(u64)) {
    let whole = hash(word.bytes());
    each(whole);
    let length = u32::try_from(word.len()).unwrap_or(u32::MAX);
    // What one more letter before the rest of the word would be multiplied by.
    let mut after = BASE.wrapping_pow(length);
    let (mut before, mut last) = (0u64, None);
    for letter in word.bytes() {
        after = after.wrapping_mul(INVERSE);
        let with = add(before, letter);
        if last != Some(letter) {
            let rest = whole.wrapping_sub(with.wrapping_mul(after));
            each(before.wrapping_mul(after).wrapping_add(rest));
        }
        (before, last) = (with, Some(letter));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_less_gives_the_hash_of_the_shorter_word() {
        assert_eq!(BASE.wrapping_mul(INVERSE), 1);
        let hashes = |word: &str| {
            let mut hashes = Vec::new();
            deletions(word, &mut |hash| hashes.push(hash));
            hashes
        };
        let whole = |word: &str| hash(word.bytes());
        let expected = ["alder", "lder", "ader", "aler", "aldr", "alde"].map(whole);
        assert_eq!(hashes("alder"), expected);
        assert_eq!(
            hashes("aal"),
            ["aal", "al", "aa"].map(whole),
            "equal letters are left out once"
        );
        assert_eq!(hashes(""), [0]);
    }

    #[test]
    fn a_stored_hash_is_the_same_in_another_version() {
        assert_eq!(["alder", "birch", ""].map(short_hash), [868_374_756, 763_469_629, 0]);
    }
}
