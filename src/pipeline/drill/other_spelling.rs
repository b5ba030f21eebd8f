//! One listed name as somebody else might write it.

use unicode_normalization::UnicodeNormalization;

use crate::pipeline::drill::dice::Dice;
use crate::pipeline::drill::spelling_kind::SpellingKind;

/// Legal forms at the end of a name, in letters alone, with the ways to write each. Forms of one
/// line mean the same.
const LEGAL_FORMS: &[&[(&str, &str)]] = &[
    &[
        ("coltd", "Co., Ltd."),
        ("companylimited", "Company Limited"),
        ("limited", "Limited"),
        ("ltd", "Ltd."),
    ],
    &[("llc", "L.L.C."), ("ooo", "OOO")],
    &[("inc", "Inc."), ("incorporated", "Incorporated")],
    &[("corp", "Corp."), ("corporation", "Corporation")],
    &[("jsc", "JSC"), ("ao", "AO")],
    &[("gmbh", "GmbH")],
    &[("fze", "FZE")],
    &[("pteltd", "Pte. Ltd.")],
];
/// What is added to a name without a legal form.
const ADDED_FORMS: &[&str] = &["Co., Ltd.", "LLC", "Ltd."];
/// The most words of a legal form.
const MOST_FORM_WORDS: usize = 2;
/// Usual abbreviations in trade names.
const SHORT: &[(&str, &str)] = &[
    ("technology", "Tech"),
    ("technologies", "Tech"),
    ("international", "Intl"),
    ("research", "Res"),
    ("institute", "Inst"),
    ("university", "Univ"),
    ("electronics", "Elec"),
    ("electronic", "Elec"),
    ("engineering", "Eng"),
    ("company", "Co"),
    ("corporation", "Corp"),
    ("industries", "Ind"),
    ("industry", "Ind"),
    ("science", "Sci"),
    ("development", "Dev"),
    ("trading", "Trdg"),
    ("manufacturing", "Mfg"),
    ("group", "Grp"),
    ("limited", "Ltd"),
];
/// Letters that romanizations of Russian, Chinese, Arabic and Persian write in two ways.
const ROMANIZED: &[(&str, &str)] = &[
    ("yu", "iu"),
    ("ya", "ia"),
    ("kh", "h"),
    ("zh", "j"),
    ("ts", "tz"),
    ("iy", "y"),
    ("ou", "u"),
    ("oo", "u"),
    ("ee", "i"),
    ("ph", "f"),
    ("q", "k"),
    ("w", "v"),
    ("x", "ks"),
    ("y", "i"),
];
/// English words that nobody romanizes.
const ENGLISH: &[&str] = &[
    "company",
    "technology",
    "technologies",
    "technical",
    "factory",
    "industry",
    "military",
    "university",
    "joint",
    "stock",
    "country",
    "security",
    "quality",
    "energy",
    "city",
    "society",
    "deputy",
    "ministry",
    "laboratory",
    "library",
    "academy",
    "agency",
    "supply",
    "delivery",
    "safety",
    "property",
    "facility",
    "electricity",
    "machinery",
    "battery",
    "foundry",
    "assembly",
];
/// The fewest letters of a word in which a typing error is made, and of one that is romanized.
const TYPO_LETTERS: usize = 6;
const ROMANIZED_LETTERS: usize = 5;

/// Letters and digits alone, in lower case and without diacritics: equal for names that are equal.
pub fn key(text: &str) -> String {
    text.nfkd().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The name in another spelling. `rare` is the key of its rarest word. `None` if the name offers no
/// place for such a change. A kind that does not write names gives `None`.
pub fn of(kind: SpellingKind, name: &str, rare: &str, dice: &mut Dice) -> Option<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let made = match kind {
        SpellingKind::Same => same(name, dice),
        SpellingKind::Space => space(&words, dice)?,
        SpellingKind::Legal => legal(name, &words, dice)?,
        SpellingKind::Order => order(&words, dice)?,
        SpellingKind::Typo => typo(&words, dice)?,
        SpellingKind::Romanized => romanized(&words, dice)?,
        SpellingKind::Short => words.iter().map(|word| short(word)).collect::<Vec<_>>().join(" "),
        SpellingKind::Dropped => dropped(&words, rare, dice)?,
        _ => return None,
    };
    (kind == SpellingKind::Same || made != name).then_some(made)
}

fn same(name: &str, dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => name.to_uppercase(),
        1 => name.to_lowercase(),
        _ => name.to_owned(),
    }
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.chars().all(char::is_alphabetic)
}

fn space(words: &[&str], dice: &mut Dice) -> Option<String> {
    let pairs: Vec<usize> = words
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair.iter().all(|word| is_word(word)))
        .map(|(at, _)| at)
        .collect();
    let at = *dice.pick(&pairs)?;
    let joined = format!("{}{}", words.get(at)?, words.get(at + 1)?.to_lowercase());
    let before = words.get(..at)?.iter().copied();
    let after = words.get(at + 2..)?.iter().copied();
    Some(before.chain([joined.as_str()]).chain(after).collect::<Vec<_>>().join(" "))
}

/// How many words at the end are a legal form, and the group of equal forms.
fn legal_form(words: &[&str]) -> Option<(usize, &'static [(&'static str, &'static str)])> {
    (1..=MOST_FORM_WORDS).rev().filter(|count| *count < words.len()).find_map(|count| {
        let form = key(&words.get(words.len() - count..)?.concat());
        let group = LEGAL_FORMS.iter().find(|group| group.iter().any(|(key, _)| *key == form))?;
        Some((count, *group))
    })
}

fn legal(name: &str, words: &[&str], dice: &mut Dice) -> Option<String> {
    let Some((count, group)) = legal_form(words) else {
        return (words.len() > 1)
            .then_some(())
            .and_then(|()| Some(format!("{name} {}", dice.pick(ADDED_FORMS)?)));
    };
    let (bare, form) = words.split_at_checked(words.len() - count)?;
    if bare.len() < 2 {
        return None;
    }
    let bare = bare.join(" ").trim_end_matches([',', ' ']).to_owned();
    let form = key(&form.concat());
    let others: Vec<&str> =
        group.iter().filter(|(key, _)| *key != form).map(|(_, written)| *written).collect();
    match dice.pick(&others) {
        Some(other) if dice.below(2) == 0 => Some(format!("{bare} {other}")),
        _ => Some(bare),
    }
}

fn order(words: &[&str], dice: &mut Dice) -> Option<String> {
    let bare = words.split_at_checked(words.len() - legal_form(words).map_or(0, |it| it.0))?.0;
    if bare.len() < 3 {
        return None;
    }
    let (first, last) = bare.split_at_checked(1 + dice.below(bare.len() - 1))?;
    let turned = [last, first].concat().join(" ");
    Some(turned.trim_matches([',', ' ']).to_owned())
}

fn typo(words: &[&str], dice: &mut Dice) -> Option<String> {
    let long = |word: &&str| is_word(word) && word.chars().count() >= TYPO_LETTERS;
    replaced(words, long, dice, |word, dice| {
        let mut letters: Vec<char> = word.chars().collect();
        let at = 1 + dice.below(letters.len().saturating_sub(3));
        match dice.below(3) {
            0 => letters.swap(at, at + 1),
            1 => {
                letters.remove(at);
            }
            _ => letters.insert(at, *letters.get(at)?),
        }
        Some(letters.into_iter().collect())
    })
}

fn romanized(words: &[&str], dice: &mut Dice) -> Option<String> {
    let open = |word: &&str| {
        is_word(word)
            && word.len() >= ROMANIZED_LETTERS
            && word.is_ascii()
            && !ENGLISH.contains(&word.to_ascii_lowercase().as_str())
            && ROMANIZED.iter().any(|(from, _)| word.to_ascii_lowercase().contains(from))
    };
    replaced(words, open, dice, |word, dice| {
        let lower = word.to_ascii_lowercase();
        let pairs: Vec<&(&str, &str)> =
            ROMANIZED.iter().filter(|(from, _)| lower.contains(from)).collect();
        let (from, to) = dice.pick(&pairs)?;
        let made = lower.replacen(from, to, 1);
        let mut letters = made.chars();
        let first = letters.next()?.to_ascii_uppercase();
        Some(std::iter::once(first).chain(letters).collect())
    })
}

/// The words with one of the fitting ones replaced.
fn replaced(
    words: &[&str],
    fits: impl Fn(&&str) -> bool,
    dice: &mut Dice,
    replace: impl Fn(&str, &mut Dice) -> Option<String>,
) -> Option<String> {
    let fitting: Vec<usize> =
        words.iter().enumerate().filter(|(_, word)| fits(word)).map(|(at, _)| at).collect();
    let at = *dice.pick(&fitting)?;
    let new = replace(words.get(at)?, dice)?;
    let word = |(place, word): (usize, &&str)| {
        if place == at { new.clone() } else { (*word).to_owned() }
    };
    Some(words.iter().enumerate().map(word).collect::<Vec<_>>().join(" "))
}

fn short(word: &str) -> String {
    let lower = word.trim_matches([',', '.']).to_lowercase();
    SHORT.iter().find(|(long, _)| *long == lower).map_or(word, |(_, short)| short).to_owned()
}

fn dropped(words: &[&str], rare: &str, dice: &mut Dice) -> Option<String> {
    if words.len() < 4 {
        return None;
    }
    let common: Vec<usize> = (1..words.len())
        .filter(|at| words.get(*at).is_some_and(|word| key(word) != rare))
        .collect();
    let gone = *dice.pick(&common)?;
    let kept = words.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, word)| *word);
    Some(kept.collect::<Vec<_>>().join(" "))
}

/// The name of another party: its rarest word is replaced by another rare word.
pub fn sister(name: &str, rare: &str, other: &str) -> Option<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    if words.len() < 3 || rare.len() < 4 || other == rare {
        return None;
    }
    let word = |word: &&str| if key(word) == rare { other.to_owned() } else { (*word).to_owned() };
    let made = words.iter().map(word).collect::<Vec<_>>().join(" ");
    (made != name).then_some(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All spellings of a name that any dice make.
    fn check(kind: SpellingKind, name: &str, expected: &[&str]) {
        let mut made: Vec<String> = (0..200)
            .filter_map(|seed| of(kind, name, "tianshan", &mut Dice::of(&seed.to_string())))
            .collect();
        made.sort();
        made.dedup();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(made, expected, "{kind:?} {name}");
    }

    #[test]
    fn ok_each_kind_makes_one_change() {
        use SpellingKind::*;
        check(Same, "Alder AO", &["ALDER AO", "alder ao", "Alder AO"]);
        check(Space, "Alder Birch Co.", &["Alderbirch Co."]);
        check(
            Legal,
            "Tianshan Trading Co., Ltd.",
            &[
                "Tianshan Trading",
                "Tianshan Trading Company Limited",
                "Tianshan Trading Limited",
                "Tianshan Trading Ltd.",
            ],
        );
        check(
            Legal,
            "Alder Works",
            &["Alder Works Co., Ltd.", "Alder Works LLC", "Alder Works Ltd."],
        );
        check(Order, "Alder Birch Cedar LLC", &["Birch Cedar Alder", "Cedar Alder Birch"]);
        check(Short, "Alder Technology Institute,", &["Alder Tech Inst"]);
        check(Romanized, "Zhukov Company", &["Jukov Company"]);
        check(
            Dropped,
            "Alder Birch Tianshan Works",
            &["Alder Birch Tianshan", "Alder Tianshan Works"],
        );
        let mut dice = Dice::of("typo");
        let made = of(Typo, "Tianshan LLC", "", &mut dice).unwrap();
        assert!(made != "Tianshan LLC" && made.ends_with("LLC") && made.starts_with('T'), "{made}");
    }

    #[test]
    fn err_names_without_a_place_for_the_change() {
        use SpellingKind::*;
        for (kind, name) in [
            (Space, "Alder"),
            (Space, "A-1 B-2"),
            (Legal, "Alder"),
            (Legal, "Alder LLC"),
            (Order, "Alder Birch LLC"),
            (Typo, "Alder AO"),
            (Romanized, "Company Alder"),
            (Short, "Alder Works"),
            (Dropped, "Alder Birch Works"),
            (Address, "Alder Birch Works"),
        ] {
            check(kind, name, &[]);
        }
        for name in ["", " ", "\u{202e}", "西安電子"] {
            for kind in SpellingKind::ALL {
                let _ = of(*kind, name, "", &mut Dice::of("x"));
            }
        }
    }

    #[test]
    fn a_sister_has_another_rare_word() {
        assert_eq!(
            sister("Tianshan Trading Works", "tianshan", "Sinno").as_deref(),
            Some("Sinno Trading Works")
        );
        assert_eq!(sister("Tianshan Works", "tianshan", "Sinno"), None);
        assert_eq!(sister("A B C", "b", "Sinno"), None);
    }
}
