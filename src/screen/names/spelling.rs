//! How differently a word may be spelled: romanization drift and typing errors.
//!
//! The [`skeleton`] writes the usual variants of romanized Chinese, Russian, Arabic, Persian and
//! Turkish words alike. Sources of the variants: BGN/PCGN and ALA-LC romanization tables, ISO 9,
//! ICAO Doc 9303 part 3 section 6 (Cyrillic), Hanyu Pinyin and Wade-Giles.

use std::sync::LazyLock;

/// Pairs of letters that romanization systems exchange, longest first, applied from left to right.
const DRIFT: &[(&str, &str)] = &[
    ("eyev", "ev"),
    ("ayev", "aev"),
    ("oyev", "oev"),
    ("iyev", "ev"),
    ("eev", "ev"),
    ("iev", "ev"),
    ("shch", "s"),
    ("tsch", "c"),
    ("sch", "s"),
    ("dzh", "j"),
    ("tekh", "tek"),
    ("tech", "tek"),
    ("tehn", "tekn"),
    ("tch", "c"),
    ("kh", "h"),
    ("gh", "g"),
    ("zh", "j"),
    ("ch", "c"),
    ("sh", "s"),
    ("th", "t"),
    ("dh", "d"),
    ("ph", "f"),
    ("ts", "z"),
    ("tz", "z"),
    ("dj", "j"),
    ("ck", "k"),
    ("cz", "z"),
    ("ks", "x"),
    ("qu", "kv"),
    ("iyu", "iu"),
    ("iya", "ia"),
    ("oo", "u"),
    ("ou", "u"),
    ("ee", "i"),
    ("ie", "e"),
    ("ye", "e"),
    ("yo", "e"),
    ("ey", "ei"),
    ("ay", "ai"),
];

/// The pairs by the first letter of what they replace: a word has dozens of places to look them up.
static DRIFT_BY_LETTER: LazyLock<[Vec<(&'static str, &'static str)>; 26]> = LazyLock::new(|| {
    let of = |letter: u8| {
        DRIFT.iter().copied().filter(|(from, _)| from.as_bytes().first() == Some(&letter)).collect()
    };
    std::array::from_fn(|at| of(b'a' + u8::try_from(at).unwrap_or_default()))
});

/// The word as all its usual romanizations spell it. Digits stay.
pub fn skeleton(word: &str) -> String {
    single(&folded(word))
}

/// A word with what [`DRIFT`] replaces.
fn folded(word: &str) -> String {
    let drift = &*DRIFT_BY_LETTER;
    let mut folded = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(letter) = rest.chars().next() {
        let place = usize::try_from(u32::from(letter).wrapping_sub(u32::from('a')));
        let pairs = place.ok().and_then(|place| drift.get(place)).map_or(&[][..], Vec::as_slice);
        if let Some((from, to)) = pairs.iter().find(|(from, _)| rest.starts_with(from)) {
            folded.push_str(to);
            rest = rest.get(from.len()..).unwrap_or_default();
            continue;
        }
        folded.push(match letter {
            'q' | 'c' => 'k',
            'w' => 'v',
            'y' => 'i',
            other => other,
        });
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
    }
    folded
}

/// Doubled letters, but not digits, are one.
fn single(folded: &str) -> String {
    let mut single = String::with_capacity(folded.len());
    for letter in folded.chars() {
        if !single.ends_with(letter) || letter.is_ascii_digit() {
            single.push(letter);
        }
    }
    single
}

/// The first letter and the consonants of a skeleton without `h`: `mmd` of `mohamed` and `muhamad`.
pub fn consonants(skeleton: &str) -> String {
    let letters = skeleton.bytes().enumerate();
    letters
        .filter(|(at, letter)| is_consonant_at(*at, *letter))
        .map(|(_, letter)| char::from(letter))
        .collect()
}

/// Whether [`consonants`] keeps the letter at this place.
pub fn is_consonant_at(at: usize, letter: u8) -> bool {
    at == 0 || !matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'h')
}

/// The first letter of a word as all acronyms write it: KRET stands for words with C.
pub fn initial(letter: char) -> char {
    match letter {
        'c' | 'q' => 'k',
        'w' => 'v',
        other => other,
    }
}

/// Which letters a word has, one bit each.
pub fn letters(word: &[u8]) -> u64 {
    word.iter().fold(0, |bits, letter| bits | 1 << (letter % 64))
}

/// How many insertions, deletions, replacements and exchanges of neighbors turn one word into the
/// other (optimal string alignment), if at most two.
pub fn distance(one: &str, other: &str) -> Option<usize> {
    const LIMIT: usize = 2;
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    if one.len().abs_diff(other.len()) > LIMIT {
        return None;
    }
    // Each error changes at most two letters, so most words are ruled out without a comparison.
    if (letters(one) ^ letters(other)).count_ones() > 2 * u32::try_from(LIMIT).unwrap_or(2) {
        return None;
    }
    while let (Some((first, rest)), Some((against, others))) =
        (one.split_first(), other.split_first())
        && first == against
    {
        (one, other) = (rest, others);
    }
    while let (Some((last, rest)), Some((against, others))) = (one.split_last(), other.split_last())
        && last == against
    {
        (one, other) = (rest, others);
    }
    if one.is_empty() || other.is_empty() {
        return Some(one.len().max(other.len()));
    }
    let width = other.len() + 1;
    let (mut before, mut last): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..width).collect());
    for (row, letter) in one.iter().enumerate() {
        let mut next = Vec::with_capacity(width);
        next.push(row + 1);
        for (column, against) in other.iter().enumerate() {
            let at = |line: &[usize], place: usize| line.get(place).copied().unwrap_or(LIMIT + 1);
            let mut best = (at(&last, column) + usize::from(letter != against))
                .min(at(&last, column + 1) + 1)
                .min(at(&next, column) + 1);
            let exchanged = row > 0
                && column > 0
                && one.get(row - 1) == Some(against)
                && other.get(column - 1) == Some(letter);
            if exchanged {
                best = best.min(at(&before, column - 1) + 1);
            }
            next.push(best);
        }
        if next.iter().min().is_some_and(|least| *least > LIMIT) {
            return None;
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().filter(|found| *found <= LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_romanizations_of_one_word_have_one_skeleton() {
        for (one, other) in [
            ("khalid", "halid"),
            ("urumqi", "urumki"),
            ("danoush", "danush"),
            ("edward", "edvard"),
            ("mohammad", "mohamad"),
            ("anastasiya", "anastasiia"),
            ("shuletskiy", "shuletzkiy"),
            ("khurshid", "hurshid"),
            ("tekhnika", "tehnika"),
            ("zhukov", "jukov"),
            ("huawei", "huavei"),
            ("yitu", "iitu"),
            ("yeliseyev", "eliseev"),
            ("infotech", "infotec"),
            ("tekhno", "techno"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
    }

    #[test]
    fn err_other_words_have_another_skeleton() {
        for (one, other) in
            [("khalid", "walid"), ("huawei", "huahui"), ("norma", "narma"), ("11", "1")]
        {
            assert_ne!(skeleton(one), skeleton(other), "{one} {other}");
        }
    }

    #[test]
    fn ok_vowels_differ_in_romanized_arabic() {
        assert_eq!(consonants(&skeleton("mohammed")), consonants(&skeleton("muhamad")));
        assert_ne!(consonants("ali"), consonants("oli"), "the first letter stays");
    }

    #[test]
    fn distances_of_at_most_two() {
        for (one, other, expected) in [
            ("same", "same", Some(0)),
            ("kunilov", "kunnilov", Some(1)),
            ("meridians", "mreidians", Some(1)),
            ("abcd", "abxx", Some(2)),
            ("abcd", "wxyz", None),
            ("mreidian", "meridians", Some(2)),
            ("alderwood", "olderwoods", Some(2)),
            ("wood", "woods", Some(1)),
            ("", "ab", Some(2)),
            ("", "abc", None),
        ] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }
}
