//! The names that one cell holds: other names after `a.k.a.`, acronyms in parentheses, and
//! addresses that a publisher left in the cell.

use super::around::without;
use super::legal_form::is_form;
use super::letters::words;
use super::rarity::is_common;
use super::scripts::in_latin;
use super::word::Name;
use crate::domain::character_reference::decoded;
use crate::domain::country;
use crate::screen::countries::code_of_name;

/// What introduces another name of the same party.
const OTHER_NAME: [&str; 12] = [
    "a.k.a.,",
    "a.k.a.",
    "a.k.a",
    "f.k.a.,",
    "f.k.a.",
    "f.k.a",
    "d.b.a.",
    "d/b/a",
    "n.k.a.",
    "formerly known as",
    "also known as",
    "f/k/a",
];
/// What introduces a note to the reader. It ends the name.
const NOTES: [&str; 4] = ["(see ", "see also ", "see alternate", "the following"];
/// An acronym has this many letters at least.
const ACRONYM_LETTERS: usize = 3;

/// An acronym that the first letters of the name do not spell has this many letters at least.
const UNPROVEN_LETTERS: usize = 4;

/// One way to read a published name.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    pub text: String,
    /// What was left out: a text in parentheses that is neither an acronym of the name nor in it
    /// already. Two names that differ in it are not the same.
    pub left_out: String,
    /// The highest score that a match of this variant may have.
    pub most: f32,
}

/// The score of a name of which something was left out.
const PARTLY_READ: f32 = 0.95;
/// The score of a text in quotes by itself: `Star` of `Plant “Star”`, which many have.
const QUOTED: f32 = 0.72;
/// The score of a name around which something is written: another branch is not the same party.
const INSIDE: f32 = 0.83;

/// A cell is read as far as this, in bytes. The longest published name has 211. A longer text has
/// any number of ways to read it.
const MOST_BYTES: usize = 4_000;
/// A word that is a name by itself has this many letters at least.
const DISTINCT_LETTERS: usize = 5;

/// The ways to read the name of a counterparty, the whole first. Never empty if the text has a
/// letter.
pub fn of(text: &str) -> Vec<Variant> {
    let mut found = of_listed(text);
    for at in 0..found.len() {
        let whole = found.get(at).filter(|variant| variant.left_out.is_empty());
        if let Some(bare) = whole.and_then(|variant| without(&variant.text)) {
            let most = if bare.left_out.is_empty() { PARTLY_READ } else { INSIDE };
            add_without(&mut found, bare.name, &bare.left_out, most);
        }
    }
    found
}

/// The ways to read a published name, in which nothing is written around names.
pub fn of_listed(text: &str) -> Vec<Variant> {
    let end = text.floor_char_boundary(MOST_BYTES);
    let text = decoded(text.get(..end).unwrap_or(text));
    let text = in_latin(&text);
    let mut found = Vec::new();
    for part in text.split(';').flat_map(|part| other_names(without_note(part))) {
        // A closing parenthesis that nothing opened is left from a note.
        let closing = part.contains('(');
        let part = part
            .trim_matches(|letter: char| !(letter.is_alphanumeric() || closing && letter == ')'));
        if !part.chars().any(char::is_alphanumeric) {
            continue;
        }
        add(&mut found, part.to_owned());
        parenthesized(part, &mut found);
        match before_address(part) {
            Some(name) => add(&mut found, name.to_owned()),
            None => parted_by_comma(part, &mut found),
        }
        quoted(part, &mut found);
    }
    found
}

fn add(found: &mut Vec<Variant>, text: String) {
    add_without(found, text, "", 1.0);
}

fn add_without(found: &mut Vec<Variant>, text: String, left_out: &str, most: f32) {
    if !found.iter().any(|known| known.text == text) {
        found.push(Variant { text, left_out: left_out.to_owned(), most });
    }
}

/// The byte at which an ASCII pattern in lower case begins, whatever the case of the text.
fn find(text: &str, pattern: &str) -> Option<usize> {
    let (text, pattern) = (text.as_bytes(), pattern.as_bytes());
    let first = pattern.first()?;
    let mut windows = text.windows(pattern.len());
    windows.position(|window| {
        window.first().is_some_and(|letter| letter.eq_ignore_ascii_case(first))
            && window.eq_ignore_ascii_case(pattern)
    })
}

fn without_note(text: &str) -> &str {
    let end = NOTES.iter().filter_map(|note| find(text, note)).filter(|at| *at > 0).min();
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

fn other_names(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    if !may_have_other_name(text) {
        return vec![text];
    }
    loop {
        let next = OTHER_NAME
            .iter()
            .filter_map(|mark| Some((word_start(rest, mark)?, mark.len())))
            .min_by_key(|(at, length)| (*at, usize::MAX - *length));
        let Some((at, length)) = next else { break };
        parts.extend(rest.get(..at));
        rest = rest.get(at + length..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}

/// Whether one of [`OTHER_NAME`] may stand in the text: each has `.k.`, `.b.`, or the like with
/// slashes, or `known as`.
fn may_have_other_name(text: &str) -> bool {
    let is_mark =
        |part: &[u8]| matches!(part, [b'.' | b'/', b'k' | b'K' | b'b' | b'B', b'.' | b'/']);
    text.as_bytes().windows(3).any(is_mark) || find(text, "known as").is_some()
}

/// Where a mark stands that does not begin inside a word.
fn word_start(text: &str, mark: &str) -> Option<usize> {
    let at = find(text, mark)?;
    let before = text.get(..at)?.chars().next_back();
    let after = text.get(at + mark.len()..)?.chars().next();
    let apart = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    (apart(before) && apart(after)).then_some(at)
}

/// The name before an address that stands in the same cell: `Sever Ltd. 4 Quay Street, Kerch,
/// Ukraine`.
fn before_address(text: &str) -> Option<&str> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let start = text.match_indices([',', '.']).map(|(at, _)| at).find(|at| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let country = rest.rsplit(',').next().unwrap_or_default();
        rest.starts_with(' ')
            && rest.bytes().any(|byte| byte.is_ascii_digit())
            && rest.matches(',').count() >= 2
            && is_country(country)
    })?;
    text.get(..start).filter(|name| name.len() > 2)
}

/// Whether the last words of the last part of an address are a country, without a postal code.
fn is_country(text: &str) -> bool {
    let words: Vec<&str> =
        text.split(' ').filter(|word| word.chars().all(char::is_alphabetic)).collect();
    (0..words.len()).any(|start| {
        let name = words.get(start..).unwrap_or_default().join(" ");
        country::iso_of_heading(&name.to_uppercase()).is_some()
    })
}

/// The name without what stands in parentheses; and if that is an acronym of the words before it,
/// the acronym alone and the name with the acronym instead of those words.
fn parenthesized(text: &str, found: &mut Vec<Variant>) {
    let Some((before, rest)) = text.split_once('(') else { return };
    let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
    let (before, inside, after) = (before.trim(), inside.trim(), after.trim());
    let without = format!("{before} {after}");
    if words(&without).is_empty() {
        return;
    }
    let acronym = words(inside).first().cloned().unwrap_or_default();
    let repeated = words(inside).iter().all(|word| words(&without).contains(word));
    if acronym.len() >= ACRONYM_LETTERS && is_initials(&acronym, &words(before)) {
        add(found, format!("{inside} {after}").trim().to_owned());
        add(found, without.trim().to_owned());
    } else if repeated {
        add(found, without.trim().to_owned());
    } else {
        let own = words_that_count(inside);
        let is_place = code_of_name(&words(inside).join(" ")).is_some();
        let is_distinct_part = own.len() > 1 && own.iter().any(|word| is_distinct(word));
        if !is_place && (is_distinct_part || is_acronym(&own, inside)) {
            add_without(found, inside.to_owned(), &without, QUOTED);
        }
    }
    add_without(found, without.trim().to_owned(), inside, PARTLY_READ);
}

/// A party and its part: `Alder University, Birch Institute`, `Alder Corporation, Plant Birch`.
/// Each is a name, if it has a word that not many have.
fn parted_by_comma(text: &str, found: &mut Vec<Variant>) {
    let Some((head, tail)) = text.split_once(", ").filter(|(head, _)| !head.contains('(')) else {
        return;
    };
    let other = words_that_count(tail);
    if other.is_empty() {
        return;
    }
    let own = words_that_count(head);
    if own.is_empty() {
        return;
    }
    // A family name before a comma is not a name.
    if own.len() > 1 && own.iter().any(|word| !is_common(word)) {
        add_without(found, head.to_owned(), tail, PARTLY_READ);
    }
    if own.len() > 1 && other.len() > 1 && other.iter().any(|word| !is_common(word)) {
        add_without(found, tail.to_owned(), head, PARTLY_READ);
    } else if own.len() > 1 && other.iter().any(|word| is_distinct(word)) {
        add_without(found, tail.to_owned(), head, QUOTED);
    }
}

/// The words of a name without its legal form.
fn words_that_count(text: &str) -> Vec<String> {
    if is_form(&words(text)) {
        return Vec::new();
    }
    Name::of(text).words.into_iter().map(|word| word.sense).collect()
}

/// One word in capitals: the acronym of the name in another language.
fn is_acronym(own: &[String], inside: &str) -> bool {
    let lower = inside.chars().any(char::is_lowercase);
    matches!(own, [word] if !lower && word.len() >= UNPROVEN_LETTERS && !is_common(word))
}

/// A word that may be a name by itself.
fn is_distinct(word: &str) -> bool {
    word.len() >= DISTINCT_LETTERS && !is_common(word)
}

/// The text in quotes, which is the name proper of many Russian companies.
fn quoted(text: &str, found: &mut Vec<Variant>) {
    const OPENING: [char; 7] = ['“', '«', '"', '„', '\'', '‘', '`'];
    const CLOSING: [char; 6] = ['”', '»', '"', '“', '\'', '’'];
    let Some(start) = text.match_indices(OPENING).map(|(at, mark)| at + mark.len()).find(|at| {
        let mark = text.get(..*at).and_then(|before| before.chars().next_back());
        let before = text.get(..at - mark.map_or(0, char::len_utf8)).unwrap_or_default();
        before.chars().next_back().is_none_or(|letter| !letter.is_alphanumeric())
    }) else {
        return;
    };
    let inside = text.get(start..).unwrap_or_default();
    let end = inside.char_indices().find(|(at, letter)| {
        let after = inside.get(at + letter.len_utf8()..).unwrap_or_default();
        CLOSING.contains(letter) && after.chars().next().is_none_or(|next| !next.is_alphanumeric())
    });
    // The closing quote at the end of a name was taken off with its punctuation.
    let inside = end.and_then(|(end, _)| inside.get(..end)).unwrap_or(inside);
    if inside.is_empty() {
        return;
    }
    let rest = text.replacen(inside, " ", 1);
    let own = words_that_count(inside);
    if own.iter().any(|word| is_distinct(word)) && !words_that_count(&rest).is_empty() {
        add_without(found, inside.to_owned(), &rest, QUOTED);
    }
}

/// Whether an acronym consists of first letters of the words, in their order, from the first word
/// on.
pub fn is_initials(acronym: &str, words: &[String]) -> bool {
    let mut letters = acronym.chars().peekable();
    let starts = words.first().and_then(|word| word.chars().next());
    if starts.is_none() || letters.peek().copied() != starts {
        return false;
    }
    for word in words {
        if letters.peek().copied() == word.chars().next() {
            letters.next();
        }
    }
    letters.peek().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = of(text).into_iter().map(|variant| variant.text).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn ok_names_after_aka_are_names() {
        check("Alder, OOO (f.k.a., Birch OAO)", &["Alder, OOO", "Birch OAO"]);
        check("Alder Works (a.k.a.", &["Alder Works"]);
        check("Alder", &["Alder"]);
        check("Makala", &["Makala"]);
    }

    #[test]
    fn ok_an_acronym_in_parentheses_stands_for_the_words_before_it() {
        check(
            "Alder Science Group (ASG) 3rd Academy",
            &[
                "Alder Science Group (ASG) 3rd Academy",
                "ASG 3rd Academy",
                "Alder Science Group 3rd Academy",
            ],
        );
    }

    #[test]
    fn ok_an_acronym_of_another_language_in_parentheses_is_a_name() {
        check(
            "Alder Institute (VNIITA)",
            &["Alder Institute (VNIITA)", "VNIITA", "Alder Institute"],
        );
    }

    #[test]
    fn ok_another_text_in_parentheses_may_be_left_out() {
        check("Alder (Dongguan) Ltd", &["Alder (Dongguan) Ltd", "Alder Ltd"]);
    }

    #[test]
    fn ok_an_address_in_the_cell_is_no_name() {
        check(
            "Alder Ltd. 4 Quay Street, Moscow 105066, Russia",
            &["Alder Ltd. 4 Quay Street, Moscow 105066, Russia", "Alder Ltd"],
        );
        check("Alder, Birch, Russia", &["Alder, Birch, Russia"]);
        check("Alder Ltd (See alternate addresses under Pakistan)", &["Alder Ltd"]);
    }

    #[test]
    fn ok_parts_of_a_party_are_names_and_a_legal_form_after_a_comma_is_none() {
        check(
            "Alderwood University, Birchwood Institute",
            &[
                "Alderwood University, Birchwood Institute",
                "Alderwood University",
                "Birchwood Institute",
            ],
        );
        check("Alderwood Works, S.A. de C.V.", &["Alderwood Works, S.A. de C.V"]);
        check("Alderwood, Ann", &["Alderwood, Ann"]);
    }

    #[test]
    fn ok_a_text_in_quotes_is_a_name_of_a_low_score() {
        let found = of("Production Association “Alderwood”");
        assert_eq!(found[1].text, "Alderwood");
        assert!(found[1].most < 0.8);
        check("Plant “Star”", &["Plant “Star"]);
    }

    #[test]
    fn ok_what_is_written_around_a_name_is_left_out() {
        let found = of("Alder Works Moscow Branch");
        assert_eq!(
            (found[1].text.as_str(), found[1].left_out.as_str()),
            ("alder works", "moscow branch")
        );
        assert!(found[1].most < 0.88);
        assert_eq!(of_listed("Alder Works Moscow Branch").len(), 1);
        let found = of("Messrs. Alder Works");
        assert_eq!((found[1].text.as_str(), found[1].left_out.as_str()), ("alder works", ""));
    }

    #[test]
    fn ok_character_references_and_other_scripts_are_read_first() {
        check("Alder &amp; Sons&nbsp;Ltd", &["Alder & Sons Ltd"]);
        check("Alder &amp; Sons; Birch", &["Alder & Sons", "Birch"]);
        let found = of("北京森诺公司");
        let words: Vec<&str> = found[0].text.split_whitespace().collect();
        assert_eq!(words, ["beijing", "森诺", "gong", "si"]);
    }

    #[test]
    fn ok_hostile_texts() {
        check("", &[]);
        check("()", &[]);
        check("((((", &[]);
        check(")))", &[]);
        check("a.k.a.", &[]);
        check("é(é", &["é(é", "é"]);
    }

    #[test]
    fn every_mark_of_another_name_is_looked_for() {
        for mark in OTHER_NAME {
            assert!(may_have_other_name(&format!("Alder {} Birch", mark.to_uppercase())), "{mark}");
        }
        assert!(!may_have_other_name("Alder Works Co., Ltd."));
    }

    #[test]
    fn initials_may_skip_words() {
        let words = ["china", "electronics", "technology", "group", "corporation"];
        let words = words.map(str::to_owned);
        assert!(is_initials("cetc", &words) && is_initials("cetgc", &words));
        assert!(!is_initials("ctec", &words) && !is_initials("etc", &words));
    }
}
