//! Reads Federal Register citations in all the forms that publishers use. Knows text only, not what
//! was published when.
//!
//! `80 FR 69852`, `80FR 69852`, `81.F.R. 22576 4/18/2016`, `76 FR 50407 (8/15/2011)`,
//! `77 FR 58006 (no. 182)`, `87 FR 38925, 6/30/22.`, `82 F.R. 16788, 16789 4/6/2017`,
//! `76 FR no. 242 pg. 78146`, and several of them, separated by commas, semicolons, `and`, or
//! nothing.

use std::mem;

use jiff::civil::Date;

use crate::domain::Citation;
use crate::domain::citation::{DatedCitation, year_of_volume};
use crate::domain::month::MONTHS;
use crate::domain::pages::MOST_PAGES_WITHIN_A_CITATION;

/// If no volume is known, a two-digit year means the year nearest to this one.
const YEAR_WITHOUT_VOLUME: i16 = 2020;

/// The citations in a text, in published order, each once.
///
/// A text that cannot be read as volume and page is kept as published:
/// `76 FR No. 197 (10/12/2011)`, `Vol. 86, No. 71, 04/15/2021`, `88 FR`.
pub fn citations(text: &str) -> Vec<DatedCitation> {
    let mut found = Vec::new();
    let mut unread_from = 0;
    let mut follows_word = false;
    for (at, character) in text.char_indices() {
        let is_within_word = mem::replace(&mut follows_word, character.is_alphanumeric());
        if at < unread_from || is_within_word || !character.is_ascii_digit() {
            continue;
        }
        let mut cursor = Cursor(text.get(at..).unwrap_or_default());
        if let Some((volume, pages, date)) = cursor.pages_and_date() {
            keep_unread(text.get(unread_from..at).unwrap_or_default(), &mut found);
            unread_from = text.len() - cursor.0.len();
            for page in pages {
                push(&mut found, Citation::page(volume, page), date);
            }
        }
    }
    keep_unread(text.get(unread_from..).unwrap_or_default(), &mut found);
    found
}

fn push(found: &mut Vec<DatedCitation>, citation: Citation, date: Option<Date>) {
    match found.iter_mut().find(|known| known.citation == citation) {
        Some(known) => known.date = known.date.or(date),
        None => found.push(DatedCitation { citation, date }),
    }
}

/// Keeps the text between two citations, if it is more than a conjunction.
fn keep_unread(text: &str, found: &mut Vec<DatedCitation>) {
    for part in text.split(';') {
        let mut part = part
            .trim_start_matches(|c: char| c.is_whitespace() || ",.)]&".contains(c))
            .trim_end_matches(|c: char| c.is_whitespace() || ",&".contains(c));
        for conjunction in ["and", "&", "Vol."] {
            part = part
                .strip_prefix(conjunction)
                .filter(|rest| rest.is_empty() || rest.starts_with(' ') && conjunction == "and")
                .unwrap_or(part)
                .trim();
            part = part
                .strip_suffix(conjunction)
                .filter(|rest| rest.is_empty() || rest.ends_with(' '))
                .unwrap_or(part)
                .trim_end_matches(|c: char| c.is_whitespace() || c == ',');
        }
        // A date alone cites nothing: it is a repeated date, or a second one next to a citation.
        let is_bare_date =
            part.contains('/') && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'/');
        if part.chars().any(char::is_alphanumeric) && !is_bare_date {
            push(found, Citation::AsPublished(part.to_owned()), only_date(part));
        }
    }
}

/// The date in a text, if there is exactly one.
fn only_date(text: &str) -> Option<Date> {
    let mut dates = text.char_indices().filter(|(at, character)| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        character.is_ascii_digit()
            && !before.is_some_and(|before| before.is_ascii_digit() || before == '/')
    });
    let mut found = dates.by_ref().filter_map(|(at, _)| Cursor(text.get(at..)?).date(None)?);
    found.next().filter(|_| found.next().is_none())
}

/// The text that is still to be read.
#[derive(Clone, Copy)]
struct Cursor<'a>(&'a str);

impl Cursor<'_> {
    /// Reads `80 FR 69852` with further pages, the issue and the date. If the text is not a
    /// citation, the cursor does not move.
    fn pages_and_date(&mut self) -> Option<(u16, Vec<u32>, Option<Date>)> {
        let mut ahead = *self;
        let volume: u16 = ahead.digits(5)?.parse().ok()?;
        ahead.skip(" .\t\n\r\u{a0}");
        ahead.letter('f')?;
        ahead.skip(". ");
        ahead.letter('r')?;
        if ahead.0.starts_with(|c: char| c.is_alphanumeric() && !c.is_ascii_digit()) {
            return None;
        }
        ahead.skip(" .\t\n\r\u{a0}");
        ahead.issue_before_page();
        let mut pages = vec![ahead.page()?];
        let mut date = None;
        loop {
            if date.is_none()
                && let Some(further) = ahead.further_page(&pages)
            {
                pages.extend(further);
            } else if ahead.issue().is_some() {
            } else if date.is_none()
                && let Some(read) = ahead.date_after_page(volume)
            {
                // A date that no calendar has is skipped like any other date.
                date = Some(read);
            } else {
                break;
            }
        }
        *self = ahead;
        Some((volume, pages, date.flatten()))
    }

    fn skip(&mut self, characters: &str) {
        self.0 = self.0.trim_start_matches(|c| characters.contains(c));
    }

    fn letter(&mut self, letter: char) -> Option<()> {
        self.0 = self.0.strip_prefix([letter, letter.to_ascii_uppercase()])?;
        Some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let (start, rest) = self.0.split_at_checked(word.len())?;
        start.eq_ignore_ascii_case(word).then(|| self.0 = rest)
    }

    /// Up to `most` digits, if no further digit follows.
    fn digits(&mut self, most: usize) -> Option<&str> {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) =
            self.0.split_at_checked(count).filter(|_| (1..=most).contains(&count))?;
        self.0 = rest;
        Some(digits)
    }

    /// A page, with or without a thousands comma. A number that continues as a date is not a page.
    fn page(&mut self) -> Option<u32> {
        let mut ahead = *self;
        let mut page: u32 = ahead.digits(6)?.parse().ok()?;
        let mut after_comma = ahead;
        if (1..=199).contains(&page)
            && after_comma.0.starts_with(',')
            && let Some(rest) = after_comma.0.get(1..)
        {
            after_comma.0 = rest;
            if let Some(thousand) = after_comma
                .digits(3)
                .filter(|digits| digits.len() == 3)
                .and_then(|digits| digits.parse::<u32>().ok())
            {
                page = page * 1000 + thousand;
                ahead = after_comma;
            }
        }
        if ahead.0.starts_with(|c: char| c == '/' || c.is_alphanumeric()) {
            return None;
        }
        *self = ahead;
        Some(page)
    }

    /// `, 16789` or `-16789` after the first page: further pages of one document. The end of a
    /// range is not a citation of its own, so it gives `None`.
    fn further_page(&mut self, pages: &[u32]) -> Option<Option<u32>> {
        let last = *pages.last()?;
        let mut ahead = *self;
        ahead.skip(" ");
        if let Some(rest) = ahead.0.strip_prefix(['-', '–']) {
            ahead.0 = rest;
            ahead.skip(" ");
            ahead.page()?;
            *self = ahead;
            return Some(None);
        }
        ahead.0 = ahead.0.strip_prefix(',')?;
        ahead.skip(" ");
        let page = ahead
            .page()
            .filter(|page| *page > last && page - last <= MOST_PAGES_WITHIN_A_CITATION)?;
        let mut after = ahead;
        after.skip(" .");
        if after.letter('f').is_some() {
            // This number is the volume of the next citation.
            return None;
        }
        *self = ahead;
        Some(Some(page))
    }

    /// `no. 242 pg. ` before a page.
    fn issue_before_page(&mut self) {
        let mut ahead = *self;
        if ahead.issue().is_some() {
            ahead.skip(" ,");
            if ["pages", "page", "pg", "pp", "p"].iter().any(|word| ahead.word(word).is_some()) {
                ahead.skip(" .");
                *self = ahead;
            }
        }
    }

    /// `(no. 182)`, ` No. 195`
    fn issue(&mut self) -> Option<()> {
        let mut ahead = *self;
        ahead.skip(" ,(");
        ahead.word("no")?;
        ahead.skip(" .");
        ahead.digits(3)?;
        if !ahead.0.starts_with(char::is_alphanumeric) {
            ahead.0 = ahead.0.strip_prefix(')').unwrap_or(ahead.0);
            *self = ahead;
            return Some(());
        }
        None
    }

    /// A date after a citation, with or without parentheses.
    fn date_after_page(&mut self, volume: u16) -> Option<Option<Date>> {
        let mut ahead = *self;
        ahead.skip(" ,;(\t\n\r\u{a0}");
        let date = ahead.date(Some(volume))?;
        ahead.skip(" ");
        ahead.0 = ahead.0.strip_prefix(')').unwrap_or(ahead.0);
        *self = ahead;
        Some(date)
    }

    /// `6/30/22`, `6/30/2022`, `June 30, 2022`; The inner `None` is a date that no calendar has.
    fn date(&mut self, volume: Option<u16>) -> Option<Option<Date>> {
        let mut ahead = *self;
        let (month, day) = if ahead.0.starts_with(|c: char| c.is_ascii_digit()) {
            let month: i8 = ahead.digits(2)?.parse().ok()?;
            ahead.0 = ahead.0.strip_prefix('/')?;
            let day: i8 = ahead.digits(2)?.parse().ok()?;
            ahead.0 = ahead.0.strip_prefix('/')?;
            (month, day)
        } else {
            let month = ahead.month_name()?;
            let day: i8 = ahead.digits(2)?.parse().ok()?;
            ahead.skip(", ");
            (month, day)
        };
        let digits = ahead.digits(4)?;
        let (is_short, year) = (digits.len() <= 2, digits.parse::<i16>().ok()?);
        *self = ahead;
        let year = if is_short { year_of(year, volume) } else { year };
        Some(Date::new(year, month, day).ok())
    }

    fn month_name(&mut self) -> Option<i8> {
        let length = self.0.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (name, rest) = self.0.split_at_checked(length).filter(|_| length >= 3)?;
        let name = name.to_ascii_lowercase();
        let month = MONTHS.iter().position(|month| {
            month.to_ascii_lowercase().starts_with(&name) || name == "sept" && *month == "September"
        })?;
        self.0 = rest;
        self.skip(" .");
        i8::try_from(month + 1).ok()
    }
}

/// The year that two digits mean. The volume gives the century.
fn year_of(two_digits: i16, volume: Option<u16>) -> i16 {
    let near = i32::from(volume.map_or(YEAR_WITHOUT_VOLUME, year_of_volume));
    let (last_century, this_century) = (1900 + two_digits, 2000 + two_digits);
    if (i32::from(last_century) - near).abs() < (i32::from(this_century) - near).abs() {
        last_century
    } else {
        this_century
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each citation, with ` @ date` where it has one.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let read: Vec<String> = citations(text)
            .into_iter()
            .map(|dated| {
                assert_eq!(
                    Citation::from_text(&dated.citation.to_string()),
                    dated.citation,
                    "{text}"
                );
                dated.date.map_or_else(
                    || dated.citation.to_string(),
                    |date| format!("{} @ {date}", dated.citation),
                )
            })
            .collect();
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn ok_a_line_break_before_a_volume_is_not_part_of_a_citation() {
        check("8 F.    \n  Vol.", &["8 F."]);
    }

    #[test]
    fn ok_volume_and_page() {
        for text in [
            "80 FR 69852",
            "80FR 69852",
            "80 FR  69852 ",
            "80 fr 69852",
            "80 F.R. 69852",
            "80.F.R. 69852",
            "80 F.R 69852",
            "80F.R.69852",
        ] {
            check(text, &["80 FR 69852"]);
        }
        check("87 FR 38,925", &["87 FR 38925"]);
        check("76 FR no. 242 pg. 78146", &["76 FR 78146"]);
    }

    #[test]
    fn ok_with_date_or_issue() {
        check("86 F.R. 16578 3/30/2021", &["86 FR 16578 @ 2021-03-30"]);
        check("88 F.R. 48789, 7/28/2023", &["88 FR 48789 @ 2023-07-28"]);
        check("76 FR 50407 (8/15/2011)", &["76 FR 50407 @ 2011-08-15"]);
        check("74 FR 36516 (2/24/09", &["74 FR 36516 @ 2009-02-24"]);
        check("77 FR 61249 No. 195", &["77 FR 61249"]);
        check("77 FR 58006 (no. 182)", &["77 FR 58006"]);
        check("46 F.R. 46154 9/17/81", &["46 FR 46154 @ 1981-09-17"]);
        check("87 FR 38925, June 30, 2022.", &["87 FR 38925 @ 2022-06-30"]);
        check("87 FR 38925, 13/45/22.", &["87 FR 38925"]);
    }

    #[test]
    fn ok_several() {
        check("75 FR 36516, 77 FR 58006 (no. 182)", &["75 FR 36516", "77 FR 58006"]);
        check(
            "66 FR 24266;70 FR 54629;75 FR 78877",
            &["66 FR 24266", "70 FR 54629", "75 FR 78877"],
        );
        check(
            "81 FR 64696 and 84 FR 40241, 87 FR 62202",
            &["81 FR 64696", "84 FR 40241", "87 FR 62202"],
        );
        check(
            "68 F.R. 38290 6/27/03 71 F.R. 38843 7/10/06",
            &["68 FR 38290 @ 2003-06-27", "71 FR 38843 @ 2006-07-10"],
        );
        check(
            "87 FR 8182, 2/14/22. 87 FR 38925, 6/30/22.",
            &["87 FR 8182 @ 2022-02-14", "87 FR 38925 @ 2022-06-30"],
        );
        check(
            "63 FR 64322, 11/19/98, 65 FR 14444, 03/17/00, 77 FR 58006 (no. 182)",
            &["63 FR 64322 @ 1998-11-19", "65 FR 14444 @ 2000-03-17", "77 FR 58006"],
        );
        check("84 FR 40241, 84 FR 40241", &["84 FR 40241"]);
        check(
            "82 F.R. 16788, 16789 4/6/2017",
            &["82 FR 16788 @ 2017-04-06", "82 FR 16789 @ 2017-04-06"],
        );
        check("82 FR 16788-16789, 83 FR 1", &["82 FR 16788", "83 FR 1"]);
        check("80 FR 80, 81 FR 14953", &["80 FR 80", "81 FR 14953"]);
        check(
            "86 FR 66277, 5/18/2022, 5/18/2022; 87 FR 30173 11/222/2021",
            &["86 FR 66277 @ 2022-05-18", "87 FR 30173"],
        );
        check("", &[]);
    }

    #[test]
    fn err_a_text_that_cannot_be_read_is_kept_as_published() {
        check("76 FR No. 197 (10/12/2011)", &["76 FR No. 197 (10/12/2011) @ 2011-10-12"]);
        check("Vol. 86, No. 71, 04/15/2021", &["Vol. 86, No. 71, 04/15/2021 @ 2021-04-15"]);
        check(
            "Notice 1958, Vol. 59, No. 44, 3/07/94",
            &["Notice 1958, Vol. 59, No. 44, 3/07/94 @ 1994-03-07"],
        );
        check("66 FR 24266; 75 FR 78877; 88 FR", &["66 FR 24266", "75 FR 78877", "88 FR"]);
        check("76 FR 78146 (12/16/11) 77 FR ", &["76 FR 78146 @ 2011-12-16", "77 FR"]);
        check(
            "68 F.R. 38290 6/27/03 72 F.R. 1/30/07",
            &["68 FR 38290 @ 2003-06-27", "72 F.R. 1/30/07 @ 2007-01-30"],
        );
        check(
            "82 F.R. 2312 1/9/2017, F.R. 30823 7/3/2017, 82 F.R. 61745",
            &["82 FR 2312 @ 2017-01-09", "F.R. 30823 7/3/2017 @ 2017-07-03", "82 FR 61745"],
        );
        check(
            "66 F.R. 47630 9/13/01, NEW NOTICE TO COME",
            &["66 FR 47630 @ 2001-09-13", "NEW NOTICE TO COME"],
        );
        check("to be published", &["to be published"]);
        check(
            "88 FR [INSERT FR PAGE NUMBER AND 2/27/2023]",
            &["88 FR [INSERT FR PAGE NUMBER AND 2/27/2023] @ 2023-02-27"],
        );
        check("999999 FR 5", &["999999 FR 5"]);
    }
}
