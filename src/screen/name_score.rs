//! From what two names have in common to a score.

use crate::screen::alignment::{ACRONYM_FROM, Alignment};
use crate::screen::distinctive::{is_sure, is_with_plain_words};
use crate::screen::index::asked_name::AskedName;
use crate::screen::index::listed_name::ListedName;
use crate::screen::names::spelling::distance;
use crate::screen::names::word::Word;

/// The weights of the score. They were chosen on the entries that were first listed by 2019 (see
/// `benches/README.md`), and describe how parties are written, not who they are.
#[derive(Clone, Copy, Debug)]
pub struct Weights {
    /// What only the counterparty has counts this much against.
    pub only_asked: f32,
    /// What only the entry has counts this much against.
    pub only_listed: f32,
    /// What is replaced (each has something that the other lacks) counts this much more.
    pub replaced: f32,
    /// Nats of common words at which two thirds of the confidence is reached.
    pub evidence: f32,
    /// Both have a heavier word than this that the other lacks: never strong.
    pub heavy: f32,
    /// Numbers that differ divide the score.
    pub numbers: f32,
    /// The same country, another one.
    pub same_country: f32,
    pub other_country: f32,
    /// The same country raises a match that is too weak to be shown by up to this part of its
    /// score, and never into the review band. On parties first listed from 2017 to 2019, 0.75
    /// raises the recall of aliases, at the score that 1 % of unrelated names reach, from 0.76 to
    /// 0.81.
    pub weak_same_country: f32,
    /// Another order of the words.
    pub turned: f32,
    /// A name of which the entry has more words is strong if it is this part of the weight of the
    /// entry's name, and weighs this much.
    pub covered: f32,
    pub contained: f32,
    /// An entry's name that a longer name contains is shown from the weight `contains`, or from
    /// `contains_rare` if it has a rare word and the other words of the longer name are common.
    pub contains: f32,
    pub contains_rare: f32,
    /// One word stands in the place of another, as in the names of other parties of the same town
    /// and trade: the score is multiplied by this. One of them is heavy, the other weighs
    /// `in_place_from` at least. On parties first listed from 2017 to 2019, 0.65 showed 35 % of
    /// sisters where 0.8 showed 43 %, and as many aliases. This was before `contains_rare`.
    pub in_place: f32,
    pub in_place_from: f32,
    /// Words are left over, and no word is surely the same: the score is multiplied by this. On
    /// parties first listed from 2017 to 2019, it raises the recall of aliases, at the score that
    /// 1 % of unrelated names reach, from 0.78 to 0.81.
    pub guessed: f32,
}

pub const WEIGHTS: Weights = Weights {
    only_asked: 0.65,
    only_listed: 0.28,
    replaced: 1.05,
    evidence: 4.0,
    heavy: 2.6,
    numbers: 0.56,
    same_country: 0.016,
    other_country: 0.10,
    weak_same_country: 0.75,
    turned: 0.01,
    covered: 0.5,
    contained: 5.0,
    contains: 8.0,
    contains_rare: 4.5,
    in_place: 0.65,
    in_place_from: 2.6,
    guessed: 0.8,
};

/// Equal letters: nothing else can be said against it.
const EQUAL: f32 = 1.0;
/// Equal but for spaces, fillers and the way the legal form is written.
const EQUAL_WORDS: f32 = 0.99;
/// Equal but for the legal form.
const EQUAL_BUT_FORM: f32 = 0.97;
/// The highest score of names that are not equal.
const MOST: f32 = 0.96;
/// Equal in another romanization.
const SAME_LETTERS: f32 = 0.94;
/// Equal but for one typing error, in a name of this many letters.
const ONE_ERROR: f32 = 0.90;
const ONE_ERROR_FROM: usize = 5;
/// A name of so many letters is compared by letters however common its words are.
const LONG_NAME: usize = 11;
/// A shorter name of several words has a typing error only in a word of so many letters.
const LONG_WORD: usize = 6;
/// The same words, and the same legal form, in another order.
const TURNED: f32 = 0.95;
/// All words are the same, in other spellings or words of one meaning.
const ALL_WORDS: f32 = 0.90;
/// The entry has more words, but the counterparty has the heavier part of them and no other.
const CONTAINED: f32 = 0.88;
/// One word alone must be this part of the entry's name.
const ALONE: f32 = 0.7;
/// The counterparty has all words of an entry, and more.
const CONTAINS: f32 = 0.60;
/// The same, if the entry weighs less and the other words are common. In another country it is too
/// low to be shown.
const CONTAINS_RARE: f32 = 0.58;
/// This part of a name may be left over by the likeness of its words.
const LEFT: f32 = 0.06;
/// The highest score of names that differ in a heavy word: below the strong band.
const NOT_STRONG: f32 = 0.83;
/// Names without the legal form that weigh less are too common to be a party by themselves.
const WEIGHTY: f32 = 4.0;
/// One name consists of the first letters of all words of the other: of three, four and more words.
/// Three letters are often chance: the initials of a person.
const SPELLED: [f32; 3] = [0.30, 0.50, 0.60];
/// A name of one word of so few letters is an acronym that many have.
const SHORT_NAME: usize = 3;

/// The likeness of two names, 0 to 1, without countries.
pub fn score(asked: &AskedName, listed: &ListedName, found: &Alignment, weights: &Weights) -> f32 {
    let score = score_of_words(asked, listed, found, weights);
    let score = score.min(asked.most).min(listed.most);
    match (&*asked.left_out, &*listed.left_out) {
        // The entry may say more than the counterparty.
        ("", _) => score,
        (own, other) if own == other => score,
        // The counterparty says something that the entry does not.
        _ => score.min(NOT_STRONG),
    }
}

fn score_of_words(
    asked: &AskedName,
    listed: &ListedName,
    found: &Alignment,
    weights: &Weights,
) -> f32 {
    if asked.name.whole == listed.name.whole {
        return EQUAL;
    }
    let weighty = listed.weight >= WEIGHTY;
    if asked.name.bare == listed.name.bare && listed.name.bare.len() >= ONE_ERROR_FROM {
        return if asked.name.legal == listed.name.legal { EQUAL_WORDS } else { EQUAL_BUT_FORM };
    }
    if asked.name.sorted == listed.name.sorted {
        return TURNED;
    }
    let weight = (asked.weight, listed.weight);
    let mut score = of_ratio(found.common, weight, weights);
    if !found.numbers_differ {
        let several = asked.name.words.len().min(listed.name.words.len()) >= 2;
        let is_named = || is_with_plain_words(asked, listed, found);
        score = score.max(of_coverage(found.common, weight, several, is_named, weights));
    }
    if score > NOT_STRONG && !is_sure(asked, listed, found) {
        score = NOT_STRONG;
    }
    if !found.numbers_differ && !found.number_left {
        score = score.max(as_letters(asked, listed, found, weighty));
    }
    if found.numbers_differ {
        score *= weights.numbers;
    }
    if found.turned {
        score -= weights.turned;
    }
    let heavier = found.heaviest.0.max(found.heaviest.1) > weights.heavy;
    let lighter = found.heaviest.0.min(found.heaviest.1) >= weights.in_place_from;
    if found.in_place && heavier && lighter {
        score *= weights.in_place;
    }
    let left_over = found.heaviest.0.max(found.heaviest.1) > 0.0;
    if found.guessed && left_over && score < NOT_STRONG {
        score *= weights.guessed;
    }
    if let Some(letters) = found.spelled {
        let place = letters.saturating_sub(ACRONYM_FROM).min(SPELLED.len() - 1);
        score = score.max(SPELLED.get(place).copied().unwrap_or_default());
    }
    let replaced = found.heaviest.0.min(found.heaviest.1) > weights.heavy;
    let short =
        |words: &[Word]| words.len() == 1 && words.iter().all(|word| word.text.len() <= SHORT_NAME);
    let acronym = short(&listed.name.words) || short(&asked.name.words);
    if replaced || acronym {
        score = score.min(NOT_STRONG);
    }
    score.clamp(0.0, MOST)
}

/// The highest score of two names with so much in common, whatever else differs, unless they are
/// written with the same letters. `common` and `weight` are of each name; `several`: both have
/// several words.
pub fn at_most(common: (f32, f32), weight: (f32, f32), several: bool, weights: &Weights) -> f32 {
    of_ratio(common, weight, weights).max(of_coverage(common, weight, several, || true, weights))
}

/// What only each of two names has.
fn only(common: (f32, f32), weight: (f32, f32)) -> (f32, f32) {
    ((weight.0 - common.0).max(0.0), (weight.1 - common.1).max(0.0))
}

/// What is the same against what is not.
fn of_ratio(common: (f32, f32), weight: (f32, f32), weights: &Weights) -> f32 {
    let (own, other) = only(common, weight);
    let common = f32::midpoint(common.0, common.1);
    let against =
        weights.only_asked * own + weights.only_listed * other + weights.replaced * own.min(other);
    let confidence = 1.0 - (-common / weights.evidence).exp();
    confidence * common / (common + against).max(f32::EPSILON)
}

/// One name has all words of the other.
/// `is_named` says whether the words that are the same tell parties apart, and the others do not.
fn of_coverage(
    common: (f32, f32),
    weight: (f32, f32),
    several: bool,
    is_named: impl FnOnce() -> bool,
    weights: &Weights,
) -> f32 {
    let (own, other) = only(common, weight);
    let mut score = 0.0f32;
    if several && own <= LEFT * weight.0 && other <= LEFT * weight.1 {
        score = score.max(ALL_WORDS);
    }
    let covered = common.1 / weight.1.max(f32::EPSILON);
    let enough = if several { weights.covered } else { ALONE };
    let mean = f32::midpoint(common.0, common.1);
    if own <= LEFT * weight.0 && covered >= enough && mean >= weights.contained {
        score = score.max(CONTAINED);
    }
    let has_all = other <= LEFT * weight.1;
    if has_all && weight.1 >= weights.contains {
        score = score.max(CONTAINS);
    } else if has_all && weight.1 >= weights.contains_rare && score < CONTAINS_RARE && is_named() {
        score = CONTAINS_RARE;
    }
    score
}

/// Names that are the same letter for letter but for romanization or one typing error, wherever
/// their spaces are.
fn as_letters(asked: &AskedName, listed: &ListedName, found: &Alignment, weighty: bool) -> f32 {
    let pairs = [(&*asked.skeleton, &*listed.skeleton), (&*asked.name.bare, &*listed.name.bare)];
    let length = asked.skeleton.len().min(listed.skeleton.len());
    if length < LONG_NAME && (!weighty || length < ONE_ERROR_FROM) {
        return 0.0;
    }
    if pairs.iter().any(|(own, other)| own == other) {
        return SAME_LETTERS;
    }
    // One letter of a short word is another word: `Bing Lu` and `Bing Xu`.
    let has_long_word = asked.name.words.iter().any(|word| word.text.len() >= LONG_WORD);
    let several = asked.name.words.len() > 1;
    if length < LONG_NAME && several && (!has_long_word || found.short_replaced) {
        return 0.0;
    }
    if pairs.iter().any(|(own, other)| distance(own, other) == Some(1)) { ONE_ERROR } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Entry, ListCode};
    use crate::screen::alignment::align;
    use crate::screen::index::names::{NamesIndex, Scratch};
    use crate::screen::names::variants;

    /// The best score of two names.
    fn of(asked: &str, listed: &str) -> f32 {
        let index = NamesIndex::of(&[Entry::named(ListCode::EL, listed)]);
        let scratch = &mut Scratch::default();
        let mut best = 0.0f32;
        for variant in variants::of(asked) {
            for asked in index.ask(variant, scratch) {
                for id in index.nearest(&asked, scratch) {
                    let listed = index.name(id).unwrap();
                    best = best.max(score(&asked, listed, &align(&asked, listed), &WEIGHTS));
                }
            }
        }
        best
    }

    #[test]
    fn ok_one_party_under_other_spellings_scores_high() {
        for (asked, listed) in [
            ("ALDERWOOD WORKS CO., LTD.", "Alderwood Works Co., Ltd."),
            ("Alderwood Works LLC", "Alderwood Works Co., Ltd."),
            ("Works Alderwood", "Alderwood Works"),
            ("Alder Wood Works", "Alderwood Works"),
            ("Alderwoodworks", "Alderwood Works"),
            ("Aldrewood Works", "Alderwood Works"),
            ("Khalid Nuruddin", "Halid Nurudin"),
            ("Sinno Keji Youxian Gongsi", "Sinno Technology Co., Ltd."),
            ("Zavod Alderwood, OOO", "Alderwood Plant LLC"),
            ("NII Alderwood", "Scientific Research Institute Alderwood"),
            ("Alderwood Intl Tech Corp.", "Alderwood International Technology Corporation"),
            ("Alderwood Trading", "Alderwood General Trading Company"),
            ("Alderwood Limitted", "Alderwood Limited"),
            ("Obshchestvo s Organichernnoi Otvetstvennostyu Alderwood", "Alderwood OOO"),
        ] {
            assert!(of(asked, listed) >= 0.88, "{asked} | {listed}: {}", of(asked, listed));
        }
    }

    #[test]
    fn err_another_party_in_the_same_trade_never_scores_as_the_same() {
        for (asked, listed) in [
            ("Beijing Sinno Technology Co., Ltd.", "Beijing Hwelto Technology Co., Ltd."),
            ("Alderwood Institute No. 13", "Alderwood Institute No. 14"),
            ("Alderwood (Birchgrove) Ltd.", "Alderwood (Cedarholm) Ltd."),
            ("Bing Xu", "Bing Lu"),
            ("Alderwood Fund II", "Alderwood Fund III"),
        ] {
            assert!(of(asked, listed) < 0.88, "{asked} | {listed}: {}", of(asked, listed));
        }
    }

    #[test]
    fn ok_a_listed_name_inside_a_longer_one_is_shown_and_never_strong() {
        for (asked, listed) in [
            ("Alderwood Moscow Branch", "Alderwood"),
            ("Alderwood Representative Office", "Alderwood LLC"),
            ("Alderwood Head Office", "Alderwood Electronics"),
            ("Alderwood Works - Accounts Payable", "Alderwood Works"),
            ("Alderwood Works - DUPLICATE DO NOT USE", "Alderwood Works Ltd."),
            ("Branch Office of Alderwood Works", "Alderwood Works"),
            ("c/o Alderwood Works", "Alderwood Works"),
            ("Alderwood Works, Attn: Ann Birch", "Alderwood Works"),
            ("Alderwood Works filial", "Alderwood Works"),
            ("Alderwood Zweigniederlassung Düsseldorf", "Alderwood GmbH"),
            ("Succursale de Alderwood", "Alderwood"),
            ("Ali Hassan Istanbul Şubesi", "Ali Hassan"),
            ("Hangzhou Alderwood Digital Technology Co., Ltd.", "Alderwood"),
            ("Shenzhen Alderwood Import Export", "Alderwood"),
        ] {
            let score = of(asked, listed);
            assert!((0.5..0.88).contains(&score), "{asked} | {listed}: {score}");
        }
        for (asked, listed) in [
            ("Messrs. Alderwood Works", "Alderwood Works"),
            ("M/s Alderwood Works", "Alderwood Works Ltd."),
            ("Alderwood Works 주식회사", "Alderwood Works"),
        ] {
            assert!(of(asked, listed) >= 0.88, "{asked} | {listed}: {}", of(asked, listed));
        }
    }

    #[test]
    fn err_a_listed_name_beside_another_rare_word_is_not_shown() {
        for (asked, listed) in
            [("Alderwood Birchgrove", "Alderwood"), ("Alder Birchgrove Trading", "Alder")]
        {
            assert!(of(asked, listed) < 0.5, "{asked} | {listed}: {}", of(asked, listed));
        }
    }

    #[test]
    fn err_places_and_common_words_alone_are_never_strong() {
        for (asked, listed) in [
            ("Nanjing University", "Nanjing University of Science and Technology"),
            ("Harbin University", "Harbin University of Technology"),
            (
                "University of Science and Technology of China",
                "University of Electronic Science and Technology of China",
            ),
            ("Institute of Semiconductors", "Institute of Semiconductors and Optoelectronics"),
            ("Avia Trust FZE", "Thrust Aviation FZE"),
            ("Minsk Engine Plant", "Minsk Aviation Engine Plant"),
        ] {
            assert!(of(asked, listed) < 0.88, "{asked} | {listed}: {}", of(asked, listed));
        }
        for (asked, listed) in [
            ("Micro Power Engineering", "Micro Power Engineering Group"),
            ("Advanced Marine Engineering Research", "Advanced Marine Radar Engineering Research"),
            ("QX Power Engineering", "QX Power Engineering Logistics"),
            ("Moskovskii Aviatsionnyi Institut", "Moscow Aviation Institute"),
            (
                "University of Electronic Science of China",
                "University of Electronic Science and \
             Technology of China",
            ),
        ] {
            assert!(of(asked, listed) >= 0.88, "{asked} | {listed}: {}", of(asked, listed));
        }
    }

    #[test]
    fn ok_another_writer_of_one_party_is_found() {
        for (asked, listed) in [
            ("Alder Spare Parts", "ASP Ltd."),
            ("Electronic Birch Zone Sdn Bhd", "EBZ Sdn"),
            ("KRAT", "Concern Radio Alder Technologies"),
            ("Alder Aviation Plant", "Alder Aircraft Plant"),
            ("Mike Alderwich", "Mikhail Alderwich"),
            ("Mike Davidovich", "Mikhail Davidovich"),
            ("Dr. Alderwood", "Mullah Alderwood"),
            ("VNIITA", "Alderwood Institute of Radio (JSC VNIITA)"),
        ] {
            assert!(of(asked, listed) > 0.2, "{asked} | {listed}: {}", of(asked, listed));
        }
    }

    #[test]
    fn err_a_heavy_word_in_the_place_of_another_is_another_party() {
        for (asked, listed) in [
            ("Birch Alderwood Testing Laboratory", "Birch Cedarholm Testing Laboratory"),
            ("Hangzhou Alderwood Digital Technology", "Hangzhou Cedarholm Digital Technology"),
        ] {
            assert!(of(asked, listed) < 0.50, "{asked} | {listed}: {}", of(asked, listed));
        }
    }

    #[test]
    fn err_words_that_are_only_spelled_alike_prove_little() {
        for (asked, listed) in [
            ("Kurt Carter", "Kurtti Alderwood"),
            ("Henson Chua", "Hansen Birchgrove"),
            ("Alder Orten Trading", "Alder Trading Urton"),
        ] {
            let (alike, same) = (of(asked, listed), of(asked, asked));
            assert!(alike < 0.50 && same > 0.9, "{asked} | {listed}: {alike}, {same}");
        }
    }

    #[test]
    fn err_common_words_are_no_match() {
        for (asked, listed) in [
            ("General Trading LLC", "Alderwood General Trading LLC"),
            ("Birch and Cedar", "and"),
            ("Pacific International Shipping", "Atlantic International Shipping"),
            ("Jose Garcia", "Jose Hernandez"),
        ] {
            assert!(of(asked, listed) < 0.50, "{asked} | {listed}: {}", of(asked, listed));
        }
    }

    #[test]
    fn the_weights_are_the_measured_ones() {
        let figures = [
            WEIGHTS.only_asked,
            WEIGHTS.only_listed,
            WEIGHTS.replaced,
            WEIGHTS.evidence,
            WEIGHTS.heavy,
            WEIGHTS.numbers,
            WEIGHTS.other_country,
            WEIGHTS.weak_same_country,
            WEIGHTS.in_place,
            WEIGHTS.in_place_from,
            WEIGHTS.guessed,
            WEIGHTS.contains_rare,
        ];
        let figures = format!("{figures:?}");
        assert_eq!(
            figures, "[0.65, 0.28, 1.05, 4.0, 2.6, 0.56, 0.1, 0.75, 0.65, 2.6, 0.8, 4.5]",
            "measure again: benches"
        );
    }
}
