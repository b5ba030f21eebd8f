//! Which words of two names are the same, and what is left over.

use crate::screen::index::asked_name::AskedName;
use crate::screen::index::listed_name::ListedName;
use crate::screen::index::vocabulary::Agreement;
use crate::screen::names::pieces::made_of;
use crate::screen::names::spelling::initial;
use crate::screen::names::word::{Kind, Word};

/// The first letters of words are this much of them: `Ahmad S.` and `Ahmad Saleh`.
pub const INITIAL: f32 = 0.55;
/// An acronym that the first letters of words spell, by its letters. Three letters are often
/// chance.
pub const ACRONYM_FROM: usize = 3;
/// Words that are less alike than this may be other words.
const SURE_SPELLING: f32 = 0.95;
/// In a word of so few letters, a typing error makes another word.
const SHORT_WORD: usize = 4;
const ACRONYMS: [f32; 3] = [0.55, 0.70, 0.85];

/// Why a link holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    Same,
    Spelling,
    Abbreviation,
    Initial,
    NearMeaning,
    OtherForm,
    /// The counterparty has the acronym, or the entry has it.
    Acronym,
    /// The same, of syllables, or of the first letters of the Russian words.
    Pieces,
}

/// Words of the counterparty that are words of the entry.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    pub asked: (usize, usize),
    pub listed: (usize, usize),
    pub likeness: f32,
    pub why: Why,
}

/// What two names have in common. Weights are in nats.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own that the score weighs")]
pub struct Alignment {
    pub links: Vec<Link>,
    /// The weight of what is the same, in each name.
    pub common: (f32, f32),
    /// The weight of what only one has.
    pub only: (f32, f32),
    /// The heaviest single word that only one has.
    pub heaviest: (f32, f32),
    /// Both have numbers, and each has one that the other lacks.
    pub numbers_differ: bool,
    /// One has a number that the other lacks.
    pub number_left: bool,
    /// The linked words stand in another order.
    pub turned: bool,
    /// One word stands in the place of another, between the same words.
    pub in_place: bool,
    /// Each has a short word that the other lacks.
    pub short_replaced: bool,
    /// One name is a word that the first letters of all words of the other spell: so many letters.
    pub spelled: Option<usize>,
    /// No word is the same: what is linked is only spelled alike, or near in meaning.
    pub guessed: bool,
}

/// Aligns the words of two names: the heaviest and most alike first.
pub fn align(asked: &AskedName, listed: &ListedName) -> Alignment {
    let mut candidates: Vec<(f32, Link)> = Vec::new();
    for span in &listed.spans {
        for (place, likeness, agreement) in
            asked.by_group.get(&span.group).map(Vec::as_slice).unwrap_or_default()
        {
            let Some(own) = asked.spans.get(*place) else { continue };
            let listed_at = (usize::from(span.start), usize::from(span.length));
            if own.length > 1 && listed_at.1 > 1 {
                continue;
            }
            let why = match agreement {
                Agreement::Same => Why::Same,
                Agreement::Spelling => Why::Spelling,
                Agreement::Abbreviation => Why::Abbreviation,
                Agreement::NearMeaning => Why::NearMeaning,
                Agreement::OtherForm => Why::OtherForm,
            };
            let gain = likeness * own.weight.min(weight_of(&listed.weights, listed_at));
            let link = Link {
                asked: (own.start, own.length),
                listed: listed_at,
                likeness: *likeness,
                why,
            };
            candidates.push((gain, link));
        }
    }
    candidates.sort_by(|(a, one), (b, other)| {
        b.total_cmp(a).then((one.asked, one.listed).cmp(&(other.asked, other.listed)))
    });
    let mut taken = Taken::default();
    let mut links: Vec<Link> = Vec::new();
    for (_, link) in candidates {
        if taken.take(link.asked, link.listed) {
            links.push(link);
        }
    }
    acronyms(asked, listed, &mut taken, &mut links);
    pieces(asked, listed, &mut taken, &mut links);
    initials(asked, listed, &mut taken, &mut links);
    measure(asked, listed, links, &taken)
}

/// The words that are linked already: a name has at most 24.
#[derive(Default)]
struct Taken {
    asked: u64,
    listed: u64,
}

impl Taken {
    fn take(&mut self, asked: (usize, usize), listed: (usize, usize)) -> bool {
        let (one, other) = (bits(asked), bits(listed));
        let free = self.asked & one == 0 && self.listed & other == 0;
        if free {
            self.asked |= one;
            self.listed |= other;
        }
        free
    }
}

fn bits((start, length): (usize, usize)) -> u64 {
    (0..length).fold(0, |bits, at| bits | 1u64.checked_shl(to_u32(start + at)).unwrap_or(0))
}

fn to_u32(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn weight_of(weights: &[f32], (start, length): (usize, usize)) -> f32 {
    weights.iter().skip(start).take(length).sum()
}

fn is_free(bits_taken: u64, at: usize) -> bool {
    bits_taken & bits((at, 1)) == 0
}

/// Links a word with the neighboring words whose first letters spell it.
fn acronyms(asked: &AskedName, listed: &ListedName, taken: &mut Taken, links: &mut Vec<Link>) {
    let (own, other) = (&asked.name.words, &listed.name.words);
    for (at, word) in own.iter().enumerate() {
        if is_free(taken.asked, at)
            && let Some(run) = spelled_by(&word.text, other, taken.listed)
            && taken.take((at, 1), run)
        {
            links.push(Link {
                asked: (at, 1),
                listed: run,
                likeness: acronym(&word.text),
                why: Why::Acronym,
            });
        }
    }
    for (at, word) in other.iter().enumerate() {
        if is_free(taken.listed, at)
            && let Some(run) = spelled_by(&word.text, own, taken.asked)
            && taken.take(run, (at, 1))
        {
            links.push(Link {
                asked: run,
                listed: (at, 1),
                likeness: acronym(&word.text),
                why: Why::Acronym,
            });
        }
    }
}

/// Links a word with the neighboring words of whose beginnings it is made.
fn pieces(asked: &AskedName, listed: &ListedName, taken: &mut Taken, links: &mut Vec<Link>) {
    let (own, other) = (&asked.name.words, &listed.name.words);
    let russian = listed.is_translated;
    let made = |bits: u32, at: usize| bits & 1u32.checked_shl(to_u32(at)).unwrap_or(0) != 0;
    for (at, word) in own.iter().enumerate().filter(|(at, _)| made(asked.pieces.may_be_made, *at)) {
        if is_free(taken.asked, at)
            && listed.pieces.may_make(&word.text, other, russian)
            && let Some(run) =
                made_of(&word.text, other, russian, |there| is_free(taken.listed, there))
            && taken.take((at, 1), run)
        {
            let likeness = acronym(&word.text);
            links.push(Link { asked: (at, 1), listed: run, likeness, why: Why::Pieces });
        }
    }
    let made_there = |at: usize| made(listed.pieces.may_be_made, at);
    for (at, word) in other.iter().enumerate().filter(|(at, _)| made_there(*at)) {
        if is_free(taken.listed, at)
            && asked.pieces.may_make(&word.text, own, russian)
            && let Some(run) =
                made_of(&word.text, own, russian, |there| is_free(taken.asked, there))
            && taken.take(run, (at, 1))
        {
            let likeness = acronym(&word.text);
            links.push(Link { asked: run, listed: (at, 1), likeness, why: Why::Pieces });
        }
    }
}

fn acronym(text: &str) -> f32 {
    let letters = text.len().saturating_sub(ACRONYM_FROM).min(ACRONYMS.len() - 1);
    ACRONYMS.get(letters).copied().unwrap_or_default()
}

fn spelled_by(acronym: &str, words: &[Word], taken: u64) -> Option<(usize, usize)> {
    let length = acronym.len();
    if length < ACRONYM_FROM || length > words.len() {
        return None;
    }
    (0..=words.len() - length).find_map(|start| {
        let run = words.iter().enumerate().skip(start).take(length);
        let fits = run.zip(acronym.chars()).all(|((at, word), letter)| {
            is_free(taken, at) && word.text.chars().next().map(initial) == Some(initial(letter))
        });
        fits.then_some((start, length))
    })
}

/// Links the initial of a person with a word that begins with it.
fn initials(asked: &AskedName, listed: &ListedName, taken: &mut Taken, links: &mut Vec<Link>) {
    let (own, other) = (&asked.name.words, &listed.name.words);
    for (at, word) in own.iter().enumerate() {
        for (there, against) in other.iter().enumerate() {
            let one_is_letter = (word.kind == Kind::Letter) != (against.kind == Kind::Letter);
            let numbers = word.kind == Kind::Number || against.kind == Kind::Number;
            let begins = word.text.bytes().next() == against.text.bytes().next();
            if one_is_letter
                && !numbers
                && begins
                && is_free(taken.asked, at)
                && is_free(taken.listed, there)
                && taken.take((at, 1), (there, 1))
            {
                let (asked, listed) = ((at, 1), (there, 1));
                links.push(Link { asked, listed, likeness: INITIAL, why: Why::Initial });
            }
        }
    }
}

fn measure(asked: &AskedName, listed: &ListedName, links: Vec<Link>, taken: &Taken) -> Alignment {
    let mut common = (0.0, 0.0);
    for link in &links {
        common.0 += link.likeness * weight_of(&asked.weights, link.asked);
        common.1 += link.likeness * weight_of(&listed.weights, link.listed);
    }
    let left = |weights: &[f32], bits_taken: u64| {
        let free = weights.iter().enumerate().filter(|(at, _)| is_free(bits_taken, *at));
        free.map(|(_, weight)| *weight).fold(0.0, f32::max)
    };
    let has_number = |words: &[Word], bits_taken: u64| {
        words
            .iter()
            .enumerate()
            .any(|(at, word)| word.kind == Kind::Number && is_free(bits_taken, at))
    };
    let left_numbers =
        (has_number(&asked.name.words, taken.asked), has_number(&listed.name.words, taken.listed));
    let only_free = |words: &[Word], bits_taken: u64| {
        let mut free = words.iter().enumerate().filter(|(at, _)| is_free(bits_taken, *at));
        let first = free.next().filter(|(_, word)| word.kind != Kind::Number);
        first.filter(|_| free.next().is_none()).map(|(at, _)| at)
    };
    let free = only_free(&asked.name.words, taken.asked);
    let in_place = free.is_some()
        && free == only_free(&listed.name.words, taken.listed)
        && asked.name.words.len() == listed.name.words.len();
    let has_short = |words: &[Word], bits_taken: u64| {
        let mut all = words.iter().enumerate();
        all.any(|(at, word)| is_free(bits_taken, at) && word.text.len() <= SHORT_WORD)
    };
    let short_replaced =
        has_short(&asked.name.words, taken.asked) && has_short(&listed.name.words, taken.listed);
    let guessed = links.iter().all(|link| {
        let spelled = link.why == Why::Spelling && link.likeness < SURE_SPELLING;
        spelled || matches!(link.why, Why::Abbreviation | Why::Initial | Why::NearMeaning)
    });
    let words = (asked.name.words.len(), listed.name.words.len());
    let whole = |link: &&Link| {
        matches!(link.why, Why::Acronym | Why::Pieces)
            && link.asked == (0, words.0)
            && link.listed == (0, words.1)
    };
    let one_word = if words.0 == 1 { &asked.name.words } else { &listed.name.words };
    let letters = one_word.first().map_or(0, |word| word.text.len());
    let spelled = links.iter().find(whole).map(|_| letters);
    let mut order = links.clone();
    order.sort_by_key(|link| link.asked);
    let turned = !order.is_sorted_by_key(|link| link.listed);
    Alignment {
        only: (asked.weight - common.0, listed.weight - common.1),
        heaviest: (left(&asked.weights, taken.asked), left(&listed.weights, taken.listed)),
        numbers_differ: left_numbers == (true, true),
        number_left: left_numbers != (false, false),
        common,
        links,
        turned,
        in_place,
        short_replaced,
        spelled,
        guessed,
    }
}
