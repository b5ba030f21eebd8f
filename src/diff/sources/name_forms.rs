//! The forms in which another source may write a name, and how similar two spellings must be.
//!
//! Knows texts. Must not know entries.

use rapidfuzz::distance::levenshtein;

use crate::diff::pairing::filler_words::is_filler_word;
use crate::diff::pairing::name::words;

/// The least share of equal letters of two spellings of one name, from 0 to 1. It applies only to
/// names that have another property in common, such as the rule or the parent.
pub const LEAST_SIMILARITY: f64 = 0.8;

/// The forms by which a name is looked up: its words in their order and sorted, with and without
/// its short form in parentheses.
pub fn lookup_forms(text: &str) -> Vec<String> {
    let text = without_reference(text);
    let mut forms = Vec::new();
    for text in [text.to_owned(), without_short_form(text)] {
        let mut words = distinctive_words(&text);
        forms.push(words.concat());
        words.sort_unstable();
        forms.push(words.join(" "));
    }
    forms.sort_unstable();
    forms.dedup();
    forms.retain(|form| !form.is_empty());
    forms
}

/// The words of a text that are no legal forms such as `Ltd.` and no function words such as `of`.
/// All words if there are no others.
pub fn distinctive_words(text: &str) -> Vec<String> {
    let all = words(text);
    let distinctive: Vec<String> =
        all.iter().filter(|word| !is_filler_word(word)).cloned().collect();
    if distinctive.is_empty() { all } else { distinctive }
}

/// Whether two texts have the same digits in the same order. Sister institutes often differ in
/// nothing but a number.
pub fn same_digits(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    digits(one) == digits(other)
}

/// The share of letters that two spellings have in common, from 0 to 1.
pub fn similarity(one: &str, other: &str) -> f64 {
    levenshtein::normalized_similarity(one.chars(), other.chars())
}

/// The text without its `(See alternate address under …)`, which one publisher leaves in a name or
/// an alias.
fn without_reference(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    let at = lower.find("(see ").or_else(|| lower.find("[see "));
    at.and_then(|at| text.get(..at)).filter(|head| !head.trim().is_empty()).unwrap_or(text)
}

/// `Ash Works (AW)` → `Ash Works`. Other text in parentheses, such as `(Shenzhen)`, distinguishes
/// sister companies and stays.
fn without_short_form(text: &str) -> String {
    let Some((head, rest)) = text.split_once('(') else { return text.to_owned() };
    let Some((inside, tail)) = rest.split_once(')') else { return text.to_owned() };
    let is_short_form =
        inside.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '.' | '-' | '&'));
    if is_short_form { format!("{head}{tail}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_short_form_is_optional_and_a_place_is_not() {
        assert!(lookup_forms("Ash Works (AW)").contains(&"ashworks".to_owned()));
        assert!(!lookup_forms("Ash Works (Shenzhen)").contains(&"ashworks".to_owned()));
        assert!(
            lookup_forms("Ash Works (See alternate address under Oman)")
                .contains(&"ashworks".to_owned())
        );
    }
}
