//! Reads from free text what identifies a party: numbers of papers and registers, dates of birth and founding, aliases.
//!
//! The text is the remarks and ids columns of the CSL: segments parted by `;`, such as `Passport A1180173 (Kenya) expires 20
//! Aug 2017`, `DOB 12 Mar 1971`, `a.k.a. 'TUNCO'`, `Linked To: EVIL CORP`.

use super::name::words;
use crate::domain::Entry;

/// What the columns say of a party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub numbers: Vec<Number>,
    pub birth_dates: Vec<String>,
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
    /// A party has one of these, so that another one speaks for another party. Passports, sites and calls change.
    pub fn is_for_life(&self) -> bool {
        !["passport", "email", "website", "phone", "telephone", "fax", "mmsi", "call sign", "license", "account", "address"]
            .iter()
            .any(|fleeting| self.kind.contains(fleeting))
    }

    /// `registration number 1037825043200`
    pub fn in_words(&self) -> String {
        format!("{} {}", self.kind, self.value)
    }
}

impl Facts {
    pub fn of(entry: &Entry) -> Self {
        Self::of_segments(entry, |_| true)
    }

    /// The facts of those segments alone that `is_wanted`, and of all that [`has_mark`]: most rows of a long list have
    /// nothing that is asked for, and reading costs.
    pub fn of_segments(entry: &Entry, is_wanted: impl Fn(&str) -> bool) -> Self {
        let mut facts = Self::default();
        let wanted = |text| segments(text).filter(|segment| is_wanted(segment) || has_mark(segment));
        for segment in wanted(&entry.remarks) {
            facts.read(segment);
        }
        for (key, text) in &entry.other {
            match key.as_str() {
                "ids" => wanted(text).for_each(|segment| facts.read(segment)),
                "dates_of_birth" => segments(text).for_each(|segment| facts.birth_dates.extend(date(segment))),
                "call_sign" => facts.numbers.push(Number { kind: "call sign".into(), value: compact(text) }),
                "title" | "places_of_birth" | "vessel_owner" => facts.phrases.extend(wanted(text).map(|s| words(s).join(" "))),
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

    /// In words, what a party has for life and is another one here and there. None where a number or a whole date of birth is
    /// the same: then the other was corrected.
    pub fn contradictions(&self, other: &Self) -> Vec<String> {
        let is_shared_number = self.numbers.iter().any(|number| other.numbers.contains(number));
        let is_shared_date = self.birth_dates.iter().any(|date| date.len() == WHOLE_DATE && other.birth_dates.contains(date));
        if is_shared_number || is_shared_date {
            return Vec::new();
        }
        let mut contradictions = Vec::new();
        for number in self.numbers.iter().filter(|number| number.is_for_life()) {
            if let Some(contrary) = other.numbers.iter().find(|contrary| contrary.kind == number.kind) {
                contradictions.push(format!("different {} ({} and {})", number.kind, number.value, contrary.value));
            }
        }
        if is_other_date(&self.birth_dates, &other.birth_dates) {
            contradictions.push(format!("different dates of birth ({} and {})", self.birth_dates.join(", "), other.birth_dates.join(", ")));
        }
        contradictions
    }

    fn read(&mut self, segment: &str) {
        let lower = segment.to_lowercase();
        let lower = lower.strip_prefix("alt. ").unwrap_or(&lower);
        if ["a.k.a.", "f.k.a.", "n.k.a.", "aka ", "fka "].iter().any(|mark| lower.starts_with(mark)) {
            let alias = segment.split_once(' ').map_or("", |(_, rest)| rest);
            self.aliases.push(alias.trim_matches(|c: char| c.is_whitespace() || "'\"‘’“”.".contains(c)).to_owned());
        } else if let Some(rest) = lower.strip_prefix("dob ") {
            self.birth_dates.extend(date(rest));
        } else if let Some(founded) = lower.strip_prefix("organization established date ") {
            // The day on which a party began, be it a person or a company.
            self.birth_dates.extend(date(founded));
        } else if let Some(number) = number(lower) {
            self.numbers.push(number);
        } else {
            self.phrases.push(words(lower).join(" "));
        }
    }
}

/// Whether a segment begins as an alias or a date does: what is read of it is another text than its own words and numbers.
pub fn has_mark(segment: &str) -> bool {
    let begins = |text: &str, mark: &str| text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark));
    let rest = segment.get("alt. ".len()..).filter(|_| begins(segment, "alt. ")).unwrap_or(segment);
    ["a.k.a.", "f.k.a.", "n.k.a.", "aka ", "fka ", "dob ", "organization established date "].iter().any(|mark| begins(rest, mark))
}

/// The length of `1971-03-12`.
pub const WHOLE_DATE: usize = 10;

/// Whether both lists have dates and no two of them agree: `1971` agrees with `1971-03-12`.
fn is_other_date(one: &[String], other: &[String]) -> bool {
    let agree = |a: &String, b: &String| a.starts_with(b.as_str()) || b.starts_with(a.as_str());
    !one.is_empty() && !other.is_empty() && !one.iter().any(|a| other.iter().any(|b| agree(a, b)))
}

fn segments(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(|segment| segment.trim().trim_end_matches('.')).filter(|segment| !segment.is_empty())
}

/// So many words may stand before a number as its label; more are a sentence that has a number in it.
const LABEL_WORDS: usize = 5;

/// Fewer digits identify nobody.
const LEAST_DIGITS: usize = 4;

fn number(segment: &str) -> Option<Number> {
    let mut label: Vec<String> = Vec::new();
    let mut tokens = segment.split(|c: char| c.is_whitespace() || c == ',').filter(|token| !token.is_empty());
    let value = loop {
        let token = tokens.next()?;
        let digits = token.chars().filter(char::is_ascii_digit).count();
        let is_named = label.last().is_some_and(|last| matches!(last.as_str(), "website" | "address" | "bic"));
        if !label.is_empty()
            && !token.starts_with('(')
            && (digits >= LEAST_DIGITS || (is_named && token.contains(['.', '@'])) || label.last().is_some_and(|l| l == "bic"))
        {
            break compact(token);
        }
        label.extend(words(token));
        if label.len() > LABEL_WORDS {
            return None;
        }
    };
    label.retain(|word| word != "no" && word != "alt");
    let mut kind = label.join(" ");
    if kind.is_empty() {
        return None;
    }
    if label.iter().any(|word| word == "imo") {
        "imo".clone_into(&mut kind);
    } else if let Some(country) = tokens.next().and_then(|next| next.strip_prefix('(')) {
        kind = format!("{kind} of {}", words(country).join(" "));
    }
    Some(Number { kind, value })
}

fn compact(text: &str) -> String {
    words(text).concat()
}

/// `1971-03-12`, `1971-03` or `1971` of `12 Mar 1971`, `circa 1971`, `1971-03-12`.
fn date(text: &str) -> Option<String> {
    let words = words(text);
    let is_year = |word: &String| word.len() == 4 && word.chars().all(|c| c.is_ascii_digit());
    let at = words.iter().position(is_year)?;
    let year = words.get(at)?;
    let number = |word: Option<&String>| word.and_then(|w| w.parse::<u8>().ok()).filter(|n| (1..=31).contains(n));
    if let (Some(month), day) = (number(words.get(at + 1)), number(words.get(at + 2))) {
        return Some(day.map_or_else(|| format!("{year}-{month:02}"), |day| format!("{year}-{month:02}-{day:02}")));
    }
    let month = at.checked_sub(1).and_then(|b| words.get(b)).and_then(|word| MONTHS.iter().position(|month| word.starts_with(month)));
    let Some(month) = month.map(|index| index + 1) else { return Some(year.clone()) };
    let day = at.checked_sub(2).and_then(|b| number(words.get(b)));
    Some(day.map_or_else(|| format!("{year}-{month:02}"), |day| format!("{year}-{month:02}-{day:02}")))
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

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
            "DOB 12 Mar 1971; alt. DOB 1972; POB Riyadh, Saudi Arabia; Passport A484824 (Egypt) issued 18 Jan 1984; Tax ID No. 7718989383 (Russia); a.k.a. 'TARIQ'; IMO 7406784.",
        );
        assert_eq!(facts.birth_dates, ["1971-03-12", "1972"]);
        assert_eq!(facts.aliases, ["TARIQ"]);
        assert_eq!(facts.phrases, ["pob riyadh saudi arabia"]);
        let numbers: Vec<String> = facts.numbers.iter().map(Number::in_words).collect();
        assert_eq!(numbers, ["imo 7406784", "passport of egypt a484824", "tax id of russia 7718989383"]);
    }

    #[test]
    fn a_sentence_with_a_number_in_it_is_a_phrase() {
        let facts = facts("Secondary sanctions risk: North Korea Sanctions Regulations, sections 510.201 and 510.210");
        assert_eq!(facts.numbers, []);
        assert_eq!(facts.phrases.len(), 1);
    }
}
