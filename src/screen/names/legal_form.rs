//! Legal forms: recognized in the languages of the lists, by the table `legal_forms.txt`.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::meaning;
use super::spelling::{distance, letters};
use super::table::lines;

/// The most words of a legal form.
const LONGEST: usize = 8;

static FORMS: LazyLock<FxHashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut forms = FxHashMap::default();
    for (class, phrases) in lines(include_str!("../tables/legal_forms.txt")) {
        for phrase in phrases.split("; ") {
            forms.entry(phrase.trim()).or_insert(class);
        }
    }
    forms
});

static PARTS: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| FORMS.keys().flat_map(|phrase| phrase.split(' ')).collect());

/// In a shorter word of a legal form, a typing error cannot be distinguished from a name. In
/// letters.
const ERROR_FROM: usize = 6;

/// A long word of a legal form, with the letters that it has.
struct LongWord {
    text: &'static str,
    letters: u64,
}

/// The long words of legal forms by their length, in the order of the alphabet.
static LONG_WORDS: LazyLock<FxHashMap<usize, Vec<LongWord>>> = LazyLock::new(|| {
    let mut words: Vec<&str> =
        PARTS.iter().copied().filter(|word| word.len() >= ERROR_FROM).collect();
    words.sort_unstable();
    let mut long: FxHashMap<usize, Vec<LongWord>> = FxHashMap::default();
    for text in words {
        let word = LongWord { text, letters: letters(text.as_bytes()) };
        long.entry(text.len()).or_default().push(word);
    }
    long
});

/// A word of a legal form of so many letters is recognized with two typing errors, because no name
/// is like it: `organichernnoi`. In letters.
const TWO_ERRORS_FROM: usize = 12;

/// The word of a legal form that this is, but for one typing error: `limitted` is `limited`.
pub fn without_error(word: &str) -> Option<&'static str> {
    if word.len() < ERROR_FROM - 1 || word.len() >= ERROR_FROM && is_part(word) {
        return None;
    }
    let own = letters(word.as_bytes());
    let one_error = |known: &&LongWord| {
        (known.letters ^ own).count_ones() <= 2 && distance(word, known.text) == Some(1)
    };
    // A letter is left out more often than it is added.
    let lengths = (word.len() - 1..=word.len() + 1).rev();
    let near = lengths.filter_map(|length| LONG_WORDS.get(&length)).flatten();
    let right = near.into_iter().find(one_error).map(|known| known.text);
    let right = right.or_else(|| with_two_errors(word))?;
    meaning::of_word(word).is_none().then_some(right)
}

fn with_two_errors(word: &str) -> Option<&'static str> {
    if word.len() < TWO_ERRORS_FROM - 2 {
        return None;
    }
    let alike = |known: &&LongWord| {
        known.text.bytes().next() == word.bytes().next() && distance(word, known.text).is_some()
    };
    let lengths = TWO_ERRORS_FROM.max(word.len() - 2)..=word.len() + 2;
    let near = lengths.filter_map(|length| LONG_WORDS.get(&length)).flatten();
    near.into_iter().find(alike).map(|known| known.text)
}

/// Whether this is a word of a legal form, alone or with others.
pub fn is_part(word: &str) -> bool {
    PARTS.contains(word)
}

/// Takes the legal forms out of the words of a name, which may have a typing error in them. Returns
/// the other words as they are written, and the classes of the forms, sorted, each once. If nothing
/// else is left, the words are the name itself.
pub fn split(words: Vec<String>) -> (Vec<String>, Vec<&'static str>) {
    let right: Vec<String> = words
        .iter()
        .map(|word| without_error(word).map_or_else(|| word.clone(), str::to_owned))
        .collect();
    let (mut rest, mut classes) = (Vec::with_capacity(words.len()), Vec::new());
    let mut at = 0;
    while at < words.len() {
        if let Some((length, class)) = longest(&right, at) {
            classes.push(class);
            at += length;
        } else {
            rest.extend(words.get(at).cloned());
            at += 1;
        }
    }
    if rest.is_empty() {
        return (words, Vec::new());
    }
    classes.sort_unstable();
    classes.dedup();
    (rest, classes)
}

/// Whether the words are nothing but legal forms.
pub fn is_form(words: &[String]) -> bool {
    let mut at = 0;
    while at < words.len() {
        let Some((length, _)) = longest(words, at) else { return false };
        at += length;
    }
    true
}

/// The longest legal form that begins at this word: how many words, and its class.
fn longest(words: &[String], at: usize) -> Option<(usize, &'static str)> {
    if !words.get(at).is_some_and(|word| is_part(word)) {
        return None;
    }
    let mut phrase = String::new();
    let mut found = None;
    let next = words.iter().skip(at).take(LONGEST).take_while(|word| is_part(word));
    for (length, word) in next.enumerate() {
        if length > 0 {
            phrase.push(' ');
        }
        phrase.push_str(word);
        // One letter with a word after it is an initial, not the end of a form.
        if let Some(class) = FORMS.get(phrase.as_str()) {
            found = Some((length + 1, *class));
        }
    }
    // Two letters at the beginning are more often a name or a title: `AS Roma`, `SA Kim`.
    let first = words.get(at).map_or(0, String::len);
    let never_first = words.get(at).is_some_and(|word| AFTER_THE_NAME.contains(&word.as_str()));
    let short = found.is_some_and(|(length, _)| length == 1) && (first <= 2 || never_first);
    let formal = words.get(at).is_some_and(|word| BEFORE_THE_NAME.contains(&word.as_str()));
    if short && at == 0 && words.len() > 1 && !formal { None } else { found }
}

/// Forms of two letters that stand before the name.
const BEFORE_THE_NAME: [&str; 5] = ["ao", "cv", "gp", "dp", "pt"];
/// Longer forms that begin a name only as a part of it: `SAS Institute`.
const AFTER_THE_NAME: [&str; 9] =
    ["bsc", "gbr", "opc", "pcl", "prat", "sas", "sau", "snc", "persero"];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, rest: &str, classes: &[&str]) {
        let (words, found) = split(super::super::letters::words(name));
        assert_eq!((words.join(" ").as_str(), found.as_slice()), (rest, classes), "{name}");
    }

    #[test]
    fn ok_forms_of_many_languages() {
        check("Sinno Electronics Co., Ltd.", "sinno electronics", &["limited"]);
        check("Sinno Dianzi Youxian Gongsi", "sinno dianzi", &["limited"]);
        check("Obshchestvo S Ogranichennoi Otvetstvennostyu 'Sever'", "sever", &["liability"]);
        check("Obshcestvo S Organichernnoi Otvetstvennostyu Sever", "sever", &["liability"]);
        check("Sever, OOO", "sever", &["liability"]);
        check("AO Sever", "sever", &["stock"]);
        check("Aktsionernoe Obshchestvo Sever", "sever", &["stock"]);
        check("Otkrytoe Aktsionernoe Obshchestvo Sever", "sever", &["open-stock"]);
        check("Deniz Ltd. Sti.", "deniz", &["limited"]);
        check("Eco Biochem Sdn Bhd", "eco biochem", &["limited"]);
        check("Kral GmbH", "kral", &["liability"]);
        check("Alder F.Z.E.", "alder", &["free-zone"]);
        check("INVERSIONES SOL, S.A. DE C.V.", "inversiones sol", &["stock"]);
    }

    #[test]
    fn ok_forms_of_europe_the_gulf_the_former_soviet_union_and_asia() {
        for (form, class) in [
            ("mbH", "liability"),
            ("UG (haftungsbeschränkt)", "liability"),
            ("BVBA", "liability"),
            ("S.L.U.", "liability"),
            ("spol. s r.o.", "liability"),
            ("ehf", "liability"),
            ("G.K.", "liability"),
            ("ОсОО", "liability"),
            ("SAS", "stock"),
            ("Zrt.", "stock"),
            ("AD", "stock"),
            ("QSC", "stock"),
            ("Q.P.S.C.", "stock"),
            ("B.S.C.", "stock"),
            ("B.S.C. (c)", "stock"),
            ("S.A.O.G.", "stock"),
            ("Public Company Limited", "stock"),
            ("CV", "partnership"),
            ("VOF", "partnership"),
            ("S.n.c.", "partnership"),
            ("Sp. z o.o. Sp. k.", "partnership"),
            ("Stiftung", "foundation"),
            ("ЧУП", "unitary"),
            ("State-Owned Foreign Trade Unitary Enterprise", "unitary"),
            ("Einzelunternehmen", "sole trader"),
        ] {
            check(&format!("Alderwood {form}"), "alderwood", &[class]);
        }
    }

    #[test]
    fn err_a_form_that_follows_names_is_not_one_before_a_name() {
        check("SAS Institute", "sas institute", &[]);
        check("A. D. Alder", "a d alder", &[]);
    }

    #[test]
    fn ok_a_name_of_nothing_but_forms_keeps_its_words() {
        check("Company Limited", "company limited", &[]);
        check("Profin Estates Limitted", "profin estates", &["limited"]);
        check("", "", &[]);
        let is_form = |text: &str| is_form(&super::super::letters::words(text));
        assert!(is_form("S.A. DE C.V.") && is_form("Co., Ltd.") && is_form("SA") && is_form(""));
        assert!(!is_form("Alder Ltd") && !is_form("Alder"));
    }

    #[test]
    fn ok_a_typing_error_in_a_long_word() {
        for (wrong, right) in
            [("limitted", "limited"), ("comany", "company"), ("corporaiton", "corporation")]
        {
            assert_eq!(without_error(wrong), Some(right), "{wrong}");
        }
        for word in ["limited", "united", "sinno", "lmt", ""] {
            assert_eq!(without_error(word), None, "{word}");
        }
    }

    #[test]
    fn err_two_letters_before_a_name_are_no_form() {
        check("SA Kim", "sa kim", &[]);
        check("Kim SA", "kim", &["stock"]);
    }
}
