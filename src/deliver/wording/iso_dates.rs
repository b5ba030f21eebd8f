//! Turns the dates and times in a text of another stage into words.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::deliver::wording::time;

/// `as of 2022-06-29` becomes `as of June 29, 2022`. A text without such dates is unchanged.
pub fn in_words(text: &str, zone: &TimeZone) -> String {
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let begins = !words.ends_with(|c: char| c.is_alphanumeric() || c == '-');
        let token = if begins && character.is_ascii_digit() { token(rest) } else { "" };
        let (taken, written) = match read(token, zone) {
            Some(date) => (token.len(), date),
            None => (character.len_utf8(), character.to_string()),
        };
        words.push_str(&written);
        rest = rest.get(taken..).unwrap_or_default();
    }
    words
}

/// The characters of a date or time at the beginning of a text.
fn token(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | ':' | '.')))
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_end_matches(['.', ':'])
}

fn read(token: &str, zone: &TimeZone) -> Option<String> {
    /// `2022-06-28`
    const DATE_CHARS: usize = 10;
    if token.len() == DATE_CHARS {
        return token.parse::<Date>().ok().map(time::date);
    }
    let is_time = token.len() > DATE_CHARS && token.contains('T') && token.ends_with('Z');
    is_time.then(|| token.parse::<Timestamp>().ok()).flatten().map(|at| time::moment(at, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(in_words(text, &TimeZone::UTC), expected);
    }

    #[test]
    fn ok_dates_and_times_are_written_in_words() {
        check("as of 2022-06-29, as Acme", "as of June 29, 2022, as Acme");
        check("It was 2022-06-27.", "It was June 27, 2022.");
        check("since 2022-06-29T12:47:03Z it", "since June 29, 2022, 12:47 UTC it");
        check("2022-06-29", "June 29, 2022");
    }

    #[test]
    fn err_other_numbers_are_kept() {
        for text in ["FR Doc. 2022-14069", "1-2022-06-29", "2022-06-299", "2022-13-01", "12:30", ""]
        {
            check(text, text);
        }
    }
}
