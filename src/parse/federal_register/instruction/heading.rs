//! The country heading that an instruction names: `Under CHINA, PEOPLE'S REPUBLIC OF, by adding`.

use crate::domain::country::iso_of_heading;

/// The words before a heading, in lower case.
const INTRODUCTIONS: [&str; 3] = ["under ", "the heading ", "destination of "];

/// The longest heading, in bytes.
const LONGEST_HEADING: usize = 80;

/// The country heading that the orders of the text are for.
pub fn heading_of(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mut places: Vec<usize> = INTRODUCTIONS
        .iter()
        .flat_map(|words| lower.match_indices(words).map(|(at, _)| at))
        .collect();
    places.sort_unstable();
    for at in places {
        if at > 0 && lower.as_bytes().get(at - 1).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let words = lower.get(at..)?;
        let length =
            INTRODUCTIONS.iter().find(|start| words.starts_with(**start)).map_or(0, |w| w.len());
        let mut rest = text.get(at + length..)?.trim_start();
        for filler in [
            "the destination of ",
            "the destination ",
            "the country of ",
            "the entry for ",
            "the entries for ",
            "the heading for ",
            "the heading of ",
            "the heading ",
            "the ",
        ] {
            if rest.get(..filler.len()).is_some_and(|start| start.eq_ignore_ascii_case(filler)) {
                rest = rest.get(filler.len()..)?;
            }
        }
        let rest = rest.trim_start_matches(['“', '"']);
        // The longest text up to a comma, colon or verb that is a country:
        // `CHINA, PEOPLE'S REPUBLIC OF, by adding`.
        let ends = rest
            .char_indices()
            .filter(|(_, c)| matches!(c, ',' | ':' | ';' | '.' | '—' | '”' | '"'))
            .map(|(end, _)| end);
        let words = [" by ", " in ", " is ", " add", " remov", " revis"]
            .into_iter()
            .flat_map(|word| rest.match_indices(word))
            .map(|(end, _)| end);
        let mut ends: Vec<usize> =
            ends.chain(words).chain([rest.len()]).filter(|end| *end <= LONGEST_HEADING).collect();
        ends.sort_unstable();
        let known = ends
            .iter()
            .rev()
            .filter_map(|end| rest.get(..*end))
            .find(|heading| iso_of_heading(heading).is_some());
        if let Some(heading) = known {
            return Some(heading.trim_matches([' ', ',', ':', ';', '.', '—']).to_owned());
        }
    }
    None
}
