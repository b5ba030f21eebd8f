//! When a rule takes effect, by its date and its own words. Legal dates have no time zone.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::strtime;

use crate::deliver::plain;
use crate::deliver::wording::count::enumeration;
use crate::deliver::wording::{Fact, Quote, time};
use crate::domain::month::MONTHS;

/// The most characters shown of one sentence about a date.
const MAX_SENTENCE_CHARS: usize = 500;

/// The effective dates of a rule.
pub struct Effective {
    /// Each once, the first one first.
    dates: Vec<Date>,
    /// The sentences of the rule about its effective dates, if there are several dates.
    sentences: Vec<String>,
    today: Date,
}

impl Effective {
    /// `date` is the rule's first effective date, and `text` what it says about its dates. Both are
    /// compared with the day in Washington at `now`.
    pub fn of(date: Option<Date>, text: Option<&str>, now: Timestamp) -> Self {
        let sentences: Vec<String> = sentences(text.unwrap_or_default())
            .into_iter()
            .filter(|s| is_about_effect(s))
            .collect();
        let mut dates: Vec<Date> =
            sentences.iter().flat_map(|sentence| dates_in(sentence)).chain(date).collect();
        dates.sort_unstable();
        dates.dedup();
        // One date in the text that differs from that of the register is not a second date.
        if let ([_, _], Some(date)) = (dates.as_slice(), date)
            && sentences.iter().all(|sentence| !dates_in(sentence).contains(&date))
        {
            dates = vec![date];
        }
        let today = now.to_zoned(time::legal_zone()).date();
        Self { dates, sentences, today }
    }

    pub fn is_known(&self) -> bool {
        !self.dates.is_empty()
    }

    /// Whether the effective date of the rule, or of its first part, has come.
    pub fn has_begun(&self) -> bool {
        self.dates.first().is_some_and(|date| *date <= self.today)
    }

    /// `, effective June 28, 2022`, for a title. Empty if the date is unknown.
    pub fn phrase(&self) -> String {
        let Some(first) = self.dates.first() else { return String::new() };
        let parts = if self.dates.len() > 1 { " in parts from" } else { "" };
        format!(", effective{parts} {}", time::date(*first))
    }

    /// `Its effective date is June 28, 2022.` Empty if the date is unknown. Only the date is
    /// stated: whether the rule is in force is a legal question.
    pub fn sentence(&self) -> String {
        match self.dates.as_slice() {
            [] => String::new(),
            [date] if *date == self.today => {
                format!("Its effective date is today, {}.", time::date(*date))
            }
            [date] => format!("Its effective date is {}.", time::date(*date)),
            several => {
                let dates: Vec<String> = several.iter().map(|date| time::date(*date)).collect();
                format!(
                    "It has several effective dates: {}. What each date is for is stated below.",
                    several_dates(&dates)
                )
            }
        }
    }

    /// The date, if there is one.
    pub fn fact(&self) -> Option<Fact> {
        match self.dates.as_slice() {
            [date] => Some(Fact::new("Effective", time::date(*date))),
            _ => None,
        }
    }

    /// If there are several dates: the rule's words about what each is for.
    pub fn quotes(&self) -> Vec<Quote> {
        match self.dates.as_slice() {
            [] | [_] => Vec::new(),
            _ => self.sentences.iter().map(|sentence| quote(sentence)).collect(),
        }
    }
}

/// Dates contain commas, so that several are joined with `and`.
fn several_dates(dates: &[String]) -> String {
    match dates {
        [one, other] => format!("{one}, and {other}"),
        dates => enumeration(dates),
    }
}

fn quote(sentence: &str) -> Quote {
    let label = match dates_in(sentence).as_slice() {
        [date] => format!("Effective {}", time::date(*date)),
        _ => "Effective dates".to_owned(),
    };
    Quote { label, text: plain::shorten(sentence, MAX_SENTENCE_CHARS), verbatim: true }
}

/// Whether a sentence says when something takes effect, and not when comments are due.
fn is_about_effect(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    let words = ["effective", "effect ", "in effect", "applicable", "expire"];
    words.iter().any(|word| lower.contains(word)) && !dates_in(sentence).is_empty()
}

/// The dates of a text, in the form `June 28, 2022`, each once.
fn dates_in(text: &str) -> Vec<Date> {
    let mut dates: Vec<Date> = Vec::new();
    for (at, _) in text.char_indices().filter(|(_, c)| c.is_ascii_uppercase()) {
        let rest = text.get(at..).unwrap_or_default();
        if !MONTHS.iter().any(|month| rest.starts_with(month)) {
            continue;
        }
        let parsed = strtime::BrokenDownTime::parse_prefix("%B %d, %Y", rest);
        let date = parsed.ok().and_then(|(time, _)| time.to_date().ok());
        dates.extend(date.filter(|date| !dates.contains(date)));
    }
    dates
}

/// The sentences of a text. A period after an abbreviation or a number does not end one.
fn sentences(text: &str) -> Vec<String> {
    const ABBREVIATIONS: [&str; 8] = ["No", "Nos", "Supp", "Sec", "U.S", "Doc", "a.m", "p.m"];
    let text = plain::line(text);
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(". ") {
        let before = text.get(start..at).unwrap_or_default();
        let after = text.get(at + 2..).unwrap_or_default();
        let last = before.rsplit(' ').next().unwrap_or_default();
        if ABBREVIATIONS.contains(&last) || !after.starts_with(char::is_uppercase) {
            continue;
        }
        sentences.push(format!("{before}."));
        start = at + 2;
    }
    sentences.extend(text.get(start..).filter(|rest| !rest.is_empty()).map(str::to_owned));
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// 9 a.m. in Washington.
    fn at(day: Date) -> Timestamp {
        day.at(9, 0, 0, 0).to_zoned(time::legal_zone()).unwrap().timestamp()
    }

    fn effective(text: &str, today: Date) -> Effective {
        Effective::of(Some(date(2022, 6, 28)), Some(text), at(today))
    }

    #[test]
    fn one_date_is_in_the_future_or_the_past() {
        let text = "This rule is effective June 28, 2022. Comments are due July 5, 2022.";
        let before = effective(text, date(2022, 6, 27));
        assert_eq!(before.phrase(), ", effective June 28, 2022");
        assert_eq!(before.sentence(), "Its effective date is June 28, 2022.");
        let on_the_day = effective(text, date(2022, 6, 28));
        assert_eq!(on_the_day.phrase(), ", effective June 28, 2022");
        assert_eq!(on_the_day.sentence(), "Its effective date is today, June 28, 2022.");
        let after = effective(text, date(2022, 6, 30));
        assert_eq!(after.sentence(), "Its effective date is June 28, 2022.");
        assert!(after.fact().is_some() && after.quotes().is_empty());
    }

    #[test]
    fn each_of_several_dates_is_shown_with_its_sentence() {
        let several = effective(
            "This rule is effective June 28, 2022. Supplement No. 4 as amended by instruction 3 is \
             effective July 28, 2022. Comments must be received by August 1, 2022.",
            date(2022, 6, 27),
        );
        assert_eq!(several.phrase(), ", effective in parts from June 28, 2022");
        assert!(several.sentence().contains("dates: June 28, 2022, and July 28, 2022."));
        assert!(several.fact().is_none());
        let quotes: Vec<(String, String)> =
            several.quotes().into_iter().map(|quote| (quote.label, quote.text)).collect();
        let expected = [
            ("Effective June 28, 2022", "This rule is effective June 28, 2022."),
            (
                "Effective July 28, 2022",
                "Supplement No. 4 as amended by instruction 3 is effective July 28, 2022.",
            ),
        ];
        assert_eq!(quotes, expected.map(|(label, text)| (label.to_owned(), text.to_owned())));
    }

    #[test]
    fn two_dates_in_one_sentence_are_quoted_together() {
        let both = effective(
            "This rule is effective June 28, 2022, except for paragraph (b), which is effective \
             July 28, 2022.",
            date(2022, 6, 27),
        );
        let [quote] = both.quotes().try_into().unwrap();
        assert_eq!(quote.label, "Effective dates");
    }

    #[test]
    fn the_date_of_the_register_wins_over_one_other_date_of_the_text() {
        let one = effective("This rule is effective June 27, 2022.", date(2022, 6, 30));
        assert_eq!(one.phrase(), ", effective June 28, 2022");
        let none = Effective::of(None, None, at(date(2022, 6, 30)));
        assert!(!none.is_known() && none.phrase().is_empty() && none.fact().is_none());
    }
}
