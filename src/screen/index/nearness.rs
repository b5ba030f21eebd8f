//! Whether a name may match one of a few listed names: an upper bound of the score, from single
//! words.
//!
//! Reading a name in full costs about a hundred times more. Most words of a counterparty file come
//! again, so what a word may be is looked up once.

use rustc_hash::FxHashMap;

use super::initials::{INITIALS_FROM, INITIALS_TO};
use super::listed_name::{LETTER, PATRONYMIC};
use super::names::{ALIKE_BY_INITIALS, NamesIndex, TOGETHER};
use crate::screen::band::REVIEW;
use crate::screen::name_score::WEIGHTS;
use crate::screen::names::spelling::{initial, skeleton};
use crate::screen::names::word::{FILLERS, Kind, Name, is_patronymic};
use crate::screen::names::{legal_form, letters, meaning};

/// A counterparty file may have any number of different words: the memory for them is emptied at
/// this size.
const REMEMBERED_WORDS: usize = 50_000;
/// The most letters of a syllable in Hanyu Pinyin.
const SYLLABLE: usize = 6;
/// The most syllables of a trade word.
const SYLLABLES: usize = 4;
/// A listed name that is part of the counterparty's is shown from `contains` on. Its words may be
/// spelled a little differently.
const NEARLY: f32 = 0.85;
/// A part of a score that the bound does not count: a common country.
const SLACK: f32 = 1.05;

/// What one word of a counterparty may add to a score.
#[derive(Clone, Copy, Debug, Default)]
struct Token {
    /// The most that it can have in common with a listed name, in nats.
    gain: f32,
    /// What is left over of it at least.
    lost: f32,
    /// A listed word, or several written together, may begin with it.
    begins: bool,
    /// It is several listed words written together, or their acronym.
    stands_for_words: bool,
    initial: Option<char>,
}

/// What one thread remembers.
#[derive(Debug, Default)]
pub struct Remembered {
    tokens: FxHashMap<Box<str>, Token>,
    lower: String,
}

/// The names of a few entries, to ask which names are near.
#[derive(Debug)]
pub struct Nearness<'a> {
    index: &'a NamesIndex,
    /// The skeletons of listed words and names, sorted.
    skeletons: Vec<&'a str>,
}

impl<'a> Nearness<'a> {
    pub fn of(index: &'a NamesIndex) -> Self {
        let words = index.vocabulary.skeletons();
        let names = index.by_bare.keys().map(|bare| &**bare);
        let mut skeletons: Vec<&str> = words.chain(names).collect();
        skeletons.sort_unstable();
        skeletons.dedup();
        Self { index, skeletons }
    }

    /// Whether a name may reach the review band with one of the listed names.
    pub fn is_near(&self, name: &str, remembered: &mut Remembered) -> bool {
        if remembered.tokens.len() >= REMEMBERED_WORDS {
            remembered.tokens.clear();
        }
        let mut lower = std::mem::take(&mut remembered.lower);
        lower.clear();
        let simple = fold(name, &mut lower);
        if !simple {
            lower = letters::words(name).join(" ");
        }
        // The place of the first comma, in words: each side may be a name by itself.
        let comma = name.split_once(", ").map_or(0, |(head, _)| count_words(head));
        let words: Vec<&str> = lower.split(' ').filter(|word| !word.is_empty()).collect();
        let tokens: Vec<Token> =
            words.iter().map(|word| self.remembered(word, &mut remembered.tokens)).collect();
        let near = tokens.iter().any(|token| token.stands_for_words)
            || self.of_parts(&words, &tokens, comma, may_leave_out(name), remembered)
            || self.by_initials(&tokens)
            || self.written_together(&words, &tokens);
        drop(words);
        remembered.lower = lower;
        near
    }

    fn of_parts(
        &self,
        words: &[&str],
        tokens: &[Token],
        comma: usize,
        any_part: bool,
        remembered: &mut Remembered,
    ) -> bool {
        let mut tokens = tokens.to_vec();
        self.syllables(words, &mut tokens, remembered);
        if any_part {
            tokens.iter_mut().for_each(|token| token.lost = 0.0);
        }
        let (head, tail) = tokens.split_at(comma.min(tokens.len()));
        may_be_shown(&tokens) || (comma > 0 && (may_be_shown(head) || may_be_shown(tail)))
    }

    /// Trade words whose syllables are written apart.
    fn syllables(&self, words: &[&str], tokens: &mut [Token], remembered: &mut Remembered) {
        for start in 0..words.len() {
            let mut joined = String::new();
            let run = words.iter().skip(start).take(SYLLABLES);
            for (length, word) in (1..).zip(run.take_while(|word| word.len() <= SYLLABLE)) {
                joined.push_str(word);
                if length == 1 || !meaning::is_pinyin(&joined) {
                    continue;
                }
                let gain = self.remembered(&joined, &mut remembered.tokens).gain;
                for token in tokens.iter_mut().skip(start).take(length) {
                    token.lost = 0.0;
                }
                if let Some(first) = tokens.get_mut(start) {
                    first.gain += gain;
                }
            }
        }
    }

    /// Whether neighboring words have first letters that a listed word consists of.
    fn by_initials(&self, tokens: &[Token]) -> bool {
        if self.index.by_acronym.is_empty() {
            return false;
        }
        let letters: String = tokens.iter().filter_map(|token| token.initial).collect();
        let most = INITIALS_TO.min(letters.len());
        (INITIALS_FROM..=most).any(|length| {
            (0..=letters.len() - length).any(|start| {
                let run = letters.get(start..start + length).unwrap_or_default();
                let names = self.index.by_acronym.get(run);
                names.is_some_and(|names| names.len() <= ALIKE_BY_INITIALS)
            })
        })
    }

    /// Whether neighboring words are one listed word, or several of them with other spaces.
    fn written_together(&self, words: &[&str], tokens: &[Token]) -> bool {
        tokens.iter().enumerate().filter(|(_, token)| token.begins).any(|(start, _)| {
            let mut joined = String::new();
            let run = words.iter().skip(start).take(TOGETHER);
            let together = (1..).zip(run).any(|(length, word)| {
                joined.push_str(word);
                length > 1
                    && (!self.index.vocabulary.likely_together(&joined).is_empty()
                        || length == 2
                            && !self.index.vocabulary.likely_with_one_error(&joined).is_empty())
            });
            together || self.index.by_bare.contains_key(skeleton(&rest(words, start)).as_str())
        })
    }

    fn remembered(&self, word: &str, tokens: &mut FxHashMap<Box<str>, Token>) -> Token {
        if let Some(token) = tokens.get(word) {
            return *token;
        }
        let token = self.token(word);
        tokens.insert(word.into(), token);
        token
    }

    fn token(&self, text: &str) -> Token {
        let mut token = Token {
            begins: self.begins(&skeleton(text)),
            initial: text.chars().next().map(initial),
            ..Token::default()
        };
        let folded: String = text.chars().map(initial).collect();
        let lengths = INITIALS_FROM..=INITIALS_TO;
        token.stands_for_words = lengths.contains(&text.len())
            && !crate::screen::names::rarity::is_common(text)
            && self
                .index
                .by_run
                .get(folded.as_str())
                .is_some_and(|names| names.len() <= ALIKE_BY_INITIALS)
            || self.index.by_initials.contains_key(text)
            || self.index.by_whole.contains_key(text)
            || self.index.vocabulary.is_together(&skeleton(text));
        let right = legal_form::without_error(text).unwrap_or(text);
        if FILLERS.contains(&text) || legal_form::is_part(right) {
            return Token { initial: None, ..token };
        }
        for word in Name::of(text).words {
            let (gain, lost) = match word.kind {
                Kind::Letter => (LETTER, 0.0),
                _ => self.gain(&word.text, &word.sense, word.kind),
            };
            let part = if is_patronymic(&word.text) { PATRONYMIC } else { 1.0 };
            token.gain += gain;
            token.lost += lost * part;
        }
        token
    }

    /// Whether a longer listed skeleton begins with this one. Its last letter may be another one
    /// where two words meet.
    fn begins(&self, skeleton: &str) -> bool {
        let sure = skeleton.len().saturating_sub(1).max(2).min(skeleton.len());
        let start = skeleton.get(..sure).unwrap_or(skeleton);
        let from = self.skeletons.partition_point(|known| *known < start);
        let mut same =
            self.skeletons.iter().skip(from).take_while(|known| known.starts_with(start));
        same.any(|known| known.len() > skeleton.len())
    }

    fn gain(&self, text: &str, sense: &str, kind: Kind) -> (f32, f32) {
        let word = crate::screen::names::word::Word {
            text: text.to_owned(),
            sense: sense.to_owned(),
            kind,
        };
        let own = super::listed_name::of_kind(kind, self.index.plain_weight(&word));
        let likely = match kind {
            Kind::Number => {
                let group = self.index.vocabulary.group_of(sense);
                group.map(super::vocabulary::Likely::same).into_iter().collect()
            }
            _ => self.index.vocabulary.likely(text, sense),
        };
        let (mut gain, mut lost) = (0.0f32, own);
        for likely in likely {
            let parties = self.index.parties.get(likely.group as usize).copied().unwrap_or(0);
            let listed = self.index.weight_of_group(likely.group, &word, parties);
            let listed = super::listed_name::of_kind(kind, listed);
            gain = gain.max(likely.likeness * own.max(listed));
            lost = lost.min(own * (1.0 - likely.likeness));
        }
        (gain, lost)
    }
}

/// Whether words with so much in common, and so much left over, may reach the review band.
#[expect(clippy::cast_possible_truncation, reason = "a threshold of two digits")]
fn may_be_shown(tokens: &[Token]) -> bool {
    let gain: f32 = tokens.iter().map(|token| token.gain).sum();
    let lost: f32 = tokens.iter().map(|token| token.lost).sum();
    let confidence = 1.0 - (-gain / WEIGHTS.evidence).exp();
    let most = confidence * gain / (gain + WEIGHTS.only_asked * lost).max(f32::EPSILON);
    most * SLACK >= REVIEW as f32 || gain >= NEARLY * WEIGHTS.contains
}

fn rest(words: &[&str], start: usize) -> String {
    let counts = |word: &&&str| !FILLERS.contains(word) && !legal_form::is_part(word);
    words.iter().skip(start).filter(counts).copied().collect()
}

fn count_words(text: &str) -> usize {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '\'')
        .filter(|word| !word.is_empty())
        .count()
}

/// Whether a part of the name may be a name by itself: a text in parentheses or in quotes, another
/// name, the name before an address.
fn may_leave_out(name: &str) -> bool {
    let marks = ['(', ';', '"', '“', '”', '«', '„', '‘', '`', '/'];
    name.contains(marks)
        || name.contains(" '")
        || name.contains("k.a")
        || name.contains("nown as")
        || name.contains("b.a")
        || (name.matches(", ").count() >= 2 && name.bytes().any(|byte| byte.is_ascii_digit()))
}

/// Writes the words of a name in lower-case ASCII letters, with spaces between them. `false` if it
/// must be read letter by letter: another script, or letters with periods.
fn fold(name: &str, lower: &mut String) -> bool {
    let mut single = 0;
    for byte in name.bytes() {
        if !byte.is_ascii() {
            return false;
        }
        if byte.is_ascii_alphanumeric() {
            lower.push(char::from(byte.to_ascii_lowercase()));
            single += 1;
        } else if byte != b'\'' {
            if byte == b'.' && single == 1 {
                return false;
            }
            lower.push(' ');
            single = 0;
        }
    }
    true
}
