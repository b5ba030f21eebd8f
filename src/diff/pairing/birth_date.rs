//! Dates of birth and founding in free text, as precise as they are published.
//!
//! A date is `1971-03-12`, `1971-03` or `1971`.

use crate::diff::pairing::name::words;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The length of `1971-03-12`.
const FULL_DATE_LENGTH: usize = 10;

/// Reads `12 Mar 1971`, `circa 1971` or `1971-03-12`.
pub fn read_date(text: &str) -> Option<String> {
    let words = words(text);
    let has_four_digits =
        |word: &String| word.len() == 4 && word.chars().all(|c| c.is_ascii_digit());
    let at = words.iter().position(has_four_digits)?;
    let year = words.get(at)?;
    let number = |word: Option<&String>| {
        word.and_then(|w| w.parse::<u8>().ok()).filter(|n| (1..=31).contains(n))
    };
    if let (Some(month), day) = (number(words.get(at + 1)), number(words.get(at + 2))) {
        return Some(with_day(year, usize::from(month), day));
    }
    let month = at
        .checked_sub(1)
        .and_then(|before| words.get(before))
        .and_then(|word| MONTHS.iter().position(|month| word.starts_with(month)));
    let Some(month) = month.map(|index| index + 1) else { return Some(year.clone()) };
    Some(with_day(year, month, at.checked_sub(2).and_then(|before| number(words.get(before)))))
}

fn with_day(year: &str, month: usize, day: Option<u8>) -> String {
    day.map_or_else(|| format!("{year}-{month:02}"), |day| format!("{year}-{month:02}-{day:02}"))
}

/// Whether a word is a month of three letters.
pub fn is_month(word: &str) -> bool {
    word.len() == 3 && MONTHS.contains(&word)
}

/// Whether a date has a day.
pub fn is_full_date(date: &str) -> bool {
    date.len() == FULL_DATE_LENGTH
}

/// Whether any two dates of both lists are the same, as far as both are precise: `1971` agrees
/// with `1971-03-12`.
pub fn any_agree(one: &[String], other: &[String]) -> bool {
    let agree = |a: &String, b: &String| a.starts_with(b.as_str()) || b.starts_with(a.as_str());
    one.iter().any(|a| other.iter().any(|b| agree(a, b)))
}
