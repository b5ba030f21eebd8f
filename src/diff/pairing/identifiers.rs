//! Reads from free text what identifies a party: numbers of papers and registers, dates of birth
//! and founding, aliases.
//!
//! The text is the remarks and ids columns of the CSL: segments parted by `;`, such as `Passport
//! A1180173 (Kenya) expires 20 Aug 2017`, `DOB 12 Mar 1971`, `a.k.a. 'TUNCO'`, `Linked To: EVIL
//! CORP`.

use crate::diff::pairing::name::words;
use crate::domain::Entry;

/// What the columns say of a party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub numbers: Vec<Number>,
    pub birth_dates: Vec<String>,
    /// The dates are those on which a company began.
    pub is_founding: bool,
    pub aliases: Vec<String>,
    /// Every other segment, in words.
    pub phrases: Vec<String>,
}

/// A number of a paper or a register.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number {
    /// `passport`, `tax id`, `registration number`; with the country that stands beside it.
    pub kind: String,
    /// Letters and digits only.
    pub value: String,
}

impl Number {
    /// A party has one of these, so that another one speaks for another party. Passports, sites and
    /// calls change.
    pub fn is_for_life(&self) -> bool {
        !FLEETING.iter().any(|fleeting| self.kind.contains(fleeting))
    }

    /// Sisters share one: the site, the calls and the letters of a group go to all of it.
    pub fn is_a_groups(&self) -> bool {
        ["email", "website", "phone", "fax", "address"]
            .iter()
            .any(|shared| self.kind.contains(shared))
    }

    /// The country whose paper or register it is of, where one is named.
    pub fn country(&self) -> Option<&str> {
        self.kind.split_once(" of ").map(|(_, country)| country)
    }

    /// `registration number 1037825043200`
    pub fn in_words(&self) -> String {
        format!("{} {}", self.kind, self.value)
    }
}

const FLEETING: [&str; 11] = [
    "passport",
    "email",
    "website",
    "phone",
    "telephone",
    "fax",
    "mmsi",
    "call sign",
    "license",
    "account",
    "address",
];

impl Facts {
    pub fn of(entry: &Entry) -> Self {
        Self::of_segments(entry, |_| true)
    }

    /// The facts of those segments alone that `is_wanted`, and of all that [`has_mark`]: most rows
    /// of a long list have nothing that is asked for, and reading costs.
    pub fn of_segments(entry: &Entry, is_wanted: impl Fn(&str) -> bool) -> Self {
        let mut facts = Self::default();
        let wanted =
            |text| segments(text).filter(|segment| is_wanted(segment) || has_mark(segment));
        for segment in wanted(&entry.remarks) {
            facts.read(segment);
        }
        for (key, text) in &entry.other {
            match key.as_str() {
                "ids" => wanted(text).for_each(|segment| facts.read(segment)),
                "dates_of_birth" => {
                    segments(text).for_each(|segment| facts.birth_dates.extend(date(segment)))
                }
                "call_sign" => {
                    facts.numbers.push(Number { kind: "call sign".into(), value: compact(text) })
                }
                "title" | "places_of_birth" | "vessel_owner" => {
                    facts.phrases.extend(wanted(text).map(|s| words(s).join(" ")))
                }
                _ => {}
            }
        }
        facts.phrases.retain(|phrase| !phrase.is_empty());
        for list in [&mut facts.birth_dates, &mut facts.aliases, &mut facts.phrases] {
            list.sort_unstable();
            list.dedup();
        }
        facts.numbers.sort_unstable();
        facts.numbers.dedup();
        facts
    }

    /// Whether both have a number that a party has for life.
    pub fn share_a_number(&self, other: &Self) -> bool {
        self.numbers.iter().any(|number| number.is_for_life() && other.numbers.contains(number))
    }

    /// In words, what a party has for life and is another one here and there. None where another
    /// such number or a whole date of birth is the same: then the other was corrected.
    pub fn contradictions(&self, other: &Self) -> Vec<String> {
        let is_shared_date = self
            .birth_dates
            .iter()
            .any(|date| date.len() == WHOLE_DATE && other.birth_dates.contains(date));
        if self.share_a_number(other) || is_shared_date {
            return Vec::new();
        }
        let mut contradictions = Vec::new();
        for number in self.numbers.iter().filter(|number| number.is_for_life()) {
            if let Some(contrary) =
                other.numbers.iter().find(|contrary| contrary.kind == number.kind)
            {
                contradictions.push(format!(
                    "different {} ({} and {})",
                    number.kind, number.value, contrary.value
                ));
            }
        }
        if is_other_date(&self.birth_dates, &other.birth_dates) {
            contradictions.push(format!(
                "different dates of birth ({} and {})",
                self.birth_dates.join(", "),
                other.birth_dates.join(", ")
            ));
        }
        contradictions
    }

    fn read(&mut self, segment: &str) {
        let lower = segment.to_lowercase();
        let lower = lower.strip_prefix("alt. ").unwrap_or(&lower);
        if ["a.k.a.", "f.k.a.", "n.k.a.", "aka ", "fka "].iter().any(|mark| lower.starts_with(mark))
        {
            let alias = segment.split_once(' ').map_or("", |(_, rest)| rest);
            self.aliases.push(
                alias
                    .trim_matches(|c: char| c.is_whitespace() || "'\"‘’“”.".contains(c))
                    .to_owned(),
            );
        } else if let Some(rest) = lower.strip_prefix("dob ") {
            self.birth_dates.extend(date(rest));
        } else if let Some(founded) = lower.strip_prefix("organization established date ") {
            // The day on which a party began, be it a person or a company.
            self.birth_dates.extend(date(founded));
            self.is_founding = true;
        } else if let Some(number) = number(lower) {
            self.numbers.push(number);
        } else {
            self.phrases.push(words(lower).join(" "));
        }
    }
}

/// Whether a segment begins as an alias or a date does: what is read of it is another text than its
/// own words and numbers.
pub fn has_mark(segment: &str) -> bool {
    // The letters with which the marks begin: most segments begin with another.
    if !segment.as_bytes().first().is_some_and(|byte| b"afndo".contains(&byte.to_ascii_lowercase()))
    {
        return false;
    }
    let begins = |text: &str, mark: &str| {
        text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark))
    };
    let rest = segment.get("alt. ".len()..).filter(|_| begins(segment, "alt. ")).unwrap_or(segment);
    ["a.k.a.", "f.k.a.", "n.k.a.", "aka ", "fka ", "dob ", "organization established date "]
        .iter()
        .any(|mark| begins(rest, mark))
}

/// The length of `1971-03-12`.
pub const WHOLE_DATE: usize = 10;

/// Whether both lists have dates and no two of them agree: `1971` agrees with `1971-03-12`.
fn is_other_date(one: &[String], other: &[String]) -> bool {
    let agree = |a: &String, b: &String| a.starts_with(b.as_str()) || b.starts_with(a.as_str());
    !one.is_empty() && !other.is_empty() && !one.iter().any(|a| other.iter().any(|b| agree(a, b)))
}

fn segments(text: &str) -> impl Iterator<Item = &str> {
    text.split(';')
        .map(|segment| segment.trim().trim_end_matches('.'))
        .filter(|segment| !segment.is_empty())
}

/// So many words may stand before a number as its label; more are a sentence that has a number in
/// it.
const LABEL_WORDS: usize = 5;

/// Fewer digits identify nobody.
const LEAST_DIGITS: usize = 4;

fn number(segment: &str) -> Option<Number> {
    let mut label: Vec<String> = Vec::new();
    let mut tokens =
        segment.split(|c: char| c.is_whitespace() || c == ',').filter(|token| !token.is_empty());
    let value = loop {
        let token = tokens.next()?;
        let digits = token.chars().filter(char::is_ascii_digit).count();
        let is_named =
            label.last().is_some_and(|last| matches!(last.as_str(), "website" | "address" | "bic"));
        if !label.is_empty()
            && !token.starts_with('(')
            && (digits >= LEAST_DIGITS
                || (is_named && token.contains(['.', '@']))
                || label.last().is_some_and(|l| l == "bic"))
        {
            break compact(token);
        }
        label.extend(words(token));
        if label.len() > LABEL_WORDS {
            return None;
        }
    };
    if label.iter().any(|word| is_of_a_phrase(word))
        || (is_year(&value) && !label.iter().any(|word| is_of_a_number(word)))
    {
        return None;
    }
    label.retain(|word| word != "no" && word != "alt");
    let mut kind = label.join(" ");
    if kind.is_empty() {
        return None;
    }
    if label.iter().any(|word| word == "imo") {
        "imo".clone_into(&mut kind);
    } else if let Some(first) = tokens.next().and_then(|next| next.strip_prefix('(')) {
        // As far as its bracket goes: two countries begin with `United`.
        let mut country = words(first);
        let mut is_open = !first.contains(')');
        while let Some(next) = tokens.next().filter(|_| is_open) {
            country.extend(words(next));
            is_open = !next.contains(')');
        }
        kind = format!("{kind} of {}", country.join(" "));
    }
    Some(Number { kind, value })
}

/// What such a word stands before is a law, a date, a make or another party: thousands of rows
/// share it, and none has it alone.
fn is_of_a_phrase(word: &str) -> bool {
    const WORDS: [&str; 30] = [
        "arrested",
        "built",
        "cfr",
        "circa",
        "date",
        "dated",
        "determination",
        "directive",
        "directives",
        "eo",
        "information",
        "law",
        "linked",
        "manufacture",
        "manufactured",
        "model",
        "models",
        "order",
        "pob",
        "regulation",
        "regulations",
        "resolution",
        "sanctions",
        "section",
        "sections",
        "since",
        "tonnage",
        "until",
        "year",
        "years",
    ];
    WORDS.binary_search(&word).is_ok() || (word.len() == 3 && MONTHS.contains(&word))
}

/// Whether a word says that a number follows, so that even what looks like a year is one.
fn is_of_a_number(word: &str) -> bool {
    [
        "no",
        "number",
        "id",
        "identification",
        "passport",
        "registration",
        "imo",
        "license",
        "licence",
        "reg",
    ]
    .contains(&word)
}

fn is_year(value: &str) -> bool {
    value.len() == 4
        && (value.starts_with("18") || value.starts_with("19") || value.starts_with("20"))
}

fn compact(text: &str) -> String {
    words(text).concat()
}

/// `1971-03-12`, `1971-03` or `1971` of `12 Mar 1971`, `circa 1971`, `1971-03-12`.
fn date(text: &str) -> Option<String> {
    let words = words(text);
    let has_four_digits =
        |word: &String| word.len() == 4 && word.chars().all(|c| c.is_ascii_digit());
    let at = words.iter().position(has_four_digits)?;
    let year = words.get(at)?;
    let number = |word: Option<&String>| {
        word.and_then(|w| w.parse::<u8>().ok()).filter(|n| (1..=31).contains(n))
    };
    if let (Some(month), day) = (number(words.get(at + 1)), number(words.get(at + 2))) {
        return Some(day.map_or_else(
            || format!("{year}-{month:02}"),
            |day| format!("{year}-{month:02}-{day:02}"),
        ));
    }
    let month = at
        .checked_sub(1)
        .and_then(|b| words.get(b))
        .and_then(|word| MONTHS.iter().position(|month| word.starts_with(month)));
    let Some(month) = month.map(|index| index + 1) else { return Some(year.clone()) };
    let day = at.checked_sub(2).and_then(|b| number(words.get(b)));
    Some(
        day.map_or_else(
            || format!("{year}-{month:02}"),
            |day| format!("{year}-{month:02}-{day:02}"),
        ),
    )
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;

    fn facts(remarks: &str) -> Facts {
        let mut entry = Entry::named(ListCode::SDN, "X");
        remarks.clone_into(&mut entry.remarks);
        Facts::of(&entry)
    }

    #[test]
    fn remarks_are_read_by_their_kinds() {
        let facts = facts(
            "DOB 12 Mar 1971; alt. DOB 1972; POB Riyadh, Saudi Arabia; Passport A484824 (Egypt) \
             issued 18 Jan 1984; Tax ID No. 7718989383 (Russia); a.k.a. 'TARIQ'; IMO 7406784.",
        );
        assert_eq!(facts.birth_dates, ["1971-03-12", "1972"]);
        assert_eq!(facts.aliases, ["TARIQ"]);
        assert_eq!(facts.phrases, ["pob riyadh saudi arabia"]);
        let numbers: Vec<String> = facts.numbers.iter().map(Number::in_words).collect();
        assert_eq!(
            numbers,
            ["imo 7406784", "passport of egypt a484824", "tax id of russia 7718989383"]
        );
    }

    #[test]
    fn a_sentence_with_a_number_in_it_is_a_phrase() {
        let facts = facts(
            "Secondary sanctions risk: North Korea Sanctions Regulations, sections 510.201 and \
             510.210",
        );
        assert_eq!(facts.numbers, []);
        assert_eq!(facts.phrases.len(), 1);
    }

    #[test]
    fn err_a_law_a_date_a_make_or_another_party_is_no_number_of_the_party() {
        for remark in [
            "Executive Order 13662 Directive Determination - Subject to Directive 1",
            "Listing Date (EO 14024 Directive 3): 24 Feb 2022",
            "Effective Date (EO 14024 Directive 3): 26 Mar 2022",
            "Aircraft Manufacture Date 1982",
            "Aircraft Model B747SP4",
            "Vessel Year of Build 1998",
            "Linked To: 1425 BRICKELL AVENUE 64E LLC",
            "arrested 30 Sep 2001",
            "Sanctioned under 31 CFR 589201",
            "Active since 1999",
            "Minister of Trade 2005",
        ] {
            let facts = facts(remark);
            assert_eq!((facts.numbers.len(), facts.phrases.len()), (0, 1), "{remark}: {facts:?}");
        }
    }

    #[test]
    fn ok_a_number_keeps_its_label_and_its_whole_country() {
        for (remark, expected) in [
            (
                "Registration Number 1998 (Hong Kong) issued 2001",
                "registration number of hong kong 1998",
            ),
            ("License 668722 (United Arab Emirates)", "license of united arab emirates 668722"),
            (
                "Aircraft Manufacturer's Serial Number (MSN) 22021",
                "aircraft manufacturers serial number msn 22021",
            ),
            ("SWIFT/BIC MOSWRUMM", "swift bic moswrumm"),
        ] {
            let numbers: Vec<String> = facts(remark).numbers.iter().map(Number::in_words).collect();
            assert_eq!(numbers, [expected]);
        }
    }

    #[test]
    fn only_a_number_for_life_outweighs_a_contradiction() {
        let with = |rest: &str, tax: &str| facts(&format!("{rest}; Tax ID No. {tax} (Russia)"));
        for (rest, expected) in [
            ("Website www.alder.example", 1),
            ("Phone 74951234567", 1),
            ("Email Address a@alder.example", 1),
            ("Passport A484824 (Egypt)", 1),
            ("Executive Order 13662 Directive Determination", 1),
            ("Registration Number 1027700160 (Russia)", 0),
        ] {
            assert_eq!(
                with(rest, "7718989383").contradictions(&with(rest, "7736659589")).len(),
                expected,
                "{rest}"
            );
        }
    }
}
