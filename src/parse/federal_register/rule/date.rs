//! The dates that a rule prints, in words or in figures.

use jiff::civil::Date;

use crate::domain::month::MONTHS;

/// The first date in words (`February 24, 2023`) after a word. An empty word matches the start of
/// the text.
pub fn date_after(text: &str, word: &str) -> Option<Date> {
    let rest = text.get(text.find(word)?..)?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    words.windows(3).find_map(|window| {
        let [month, day, year] = window else { return None };
        let month = MONTHS.iter().position(|name| name == month)?;
        let day: i8 = day.trim_end_matches(',').parse().ok()?;
        let year: String = year.chars().take_while(char::is_ascii_digit).collect();
        Date::new(year.parse().ok()?, i8::try_from(month + 1).ok()?, day).ok()
    })
}

/// A citation cell without the placeholder for the rule's own page
/// (`88 FR [INSERT FR PAGE NUMBER AND 2/27/2023]`), and the date that is printed with the
/// placeholder.
pub fn without_placeholder(text: &str) -> (String, Option<Date>) {
    let Some(open) = text.find('[') else { return (text.to_owned(), None) };
    let close =
        text.get(open..).and_then(|rest| rest.find(']')).map_or(text.len(), |at| open + at + 1);
    let before = text.get(..open).unwrap_or_default().trim_end();
    let before = before
        .strip_suffix("FR")
        .map_or(before, |head| head.trim_end().trim_end_matches(|c: char| c.is_ascii_digit()));
    let inner = text.get(open..close).unwrap_or_default();
    let after = text.get(close..).unwrap_or_default();
    let date =
        numeric_date(inner).or_else(|| numeric_date(after)).or_else(|| date_after(inner, ""));
    (before.trim_end_matches([' ', ',', ';']).to_owned(), date)
}

/// The first date in figures (`2/27/2023` or `2/27/23`) of a text.
fn numeric_date(text: &str) -> Option<Date> {
    text.split(|c: char| !c.is_ascii_digit() && c != '/').find_map(|word| {
        let mut numbers = word.split('/').map(str::parse::<i16>);
        let (month, day, year) =
            (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
        let year = if year < 100 { 2000 + year } else { year };
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    })
}
