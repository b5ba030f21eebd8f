//! Facts that identify a party, read from free text: numbers of documents and registers, dates of
//! birth and founding, aliases.
//!
//! The text is the remarks and ids columns of the Consolidated Screening List: segments separated
//! by `;`, such as `Passport A1180173 (Kenya) expires 20 Aug 2017`, `DOB 12 Mar 1971`,
//! `a.k.a. 'TUNCO'`, `Linked To: EVIL CORP`.

use crate::diff::pairing::birth_date::{any_agree, is_full_date, read_date};
use crate::diff::pairing::evidence::Evidence;
use crate::diff::pairing::id_number::Number;
use crate::diff::pairing::name::words;
use crate::domain::Entry;

const ALTERNATIVE: &str = "alt. ";
const ALIAS_MARKS: [&str; 5] = ["a.k.a.", "f.k.a.", "n.k.a.", "aka ", "fka "];
const BIRTH_MARK: &str = "dob ";
const FOUNDING_MARK: &str = "organization established date ";

/// What the columns of a row say about its party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub numbers: Vec<Number>,
    pub birth_dates: Vec<String>,
    /// The dates are founding dates of a company.
    pub is_founding: bool,
    pub aliases: Vec<String>,
    /// The words of every other segment.
    pub remarks: Vec<String>,
}

impl Facts {
    pub fn of(entry: &Entry) -> Self {
        Self::of_segments(entry, |_| true)
    }

    /// Like [`of`](Self::of), but reads only the segments that `is_wanted` and those that
    /// [`has_mark`]. Reading costs time, and most rows of a long list have nothing that is needed.
    pub fn of_segments(entry: &Entry, is_wanted: impl Fn(&str) -> bool) -> Self {
        let mut facts = Self::default();
        let wanted =
            |text| segments(text).filter(|segment| is_wanted(segment) || has_mark(segment));
        for segment in wanted(&entry.remarks) {
            facts.read(segment);
        }
        for (key, text) in entry.other.iter() {
            match key {
                "ids" => wanted(text).for_each(|segment| facts.read(segment)),
                "dates_of_birth" => {
                    segments(text).for_each(|segment| facts.birth_dates.extend(read_date(segment)));
                }
                "call_sign" => facts.numbers.push(Number::call_sign(text)),
                "title" | "places_of_birth" | "vessel_owner" => {
                    facts.remarks.extend(wanted(text).map(|s| words(s).join(" ")));
                }
                _ => {}
            }
        }
        facts.remarks.retain(|remark| !remark.is_empty());
        for list in [&mut facts.birth_dates, &mut facts.aliases, &mut facts.remarks] {
            list.sort_unstable();
            list.dedup();
        }
        facts.numbers.sort_unstable();
        facts.numbers.dedup();
        facts
    }

    /// Whether both have a number that a party keeps for life.
    pub fn share_a_lifelong_number(&self, other: &Self) -> bool {
        self.numbers.iter().any(|number| number.is_lifelong() && other.numbers.contains(number))
    }

    /// The facts that a party keeps for life and that differ.
    ///
    /// Empty where another lifelong number or a full date of birth is the same: then the differing
    /// fact was corrected.
    pub fn contradictions(&self, other: &Self) -> Vec<Evidence> {
        let is_shared_date = self
            .birth_dates
            .iter()
            .any(|date| is_full_date(date) && other.birth_dates.contains(date));
        if self.share_a_lifelong_number(other) || is_shared_date {
            return Vec::new();
        }
        let mut contradictions = Vec::new();
        for number in self.numbers.iter().filter(|number| number.is_lifelong()) {
            if let Some(theirs) = other.numbers.iter().find(|theirs| theirs.kind == number.kind) {
                contradictions.push(Evidence::DifferentNumbers(
                    number.kind.clone(),
                    vec![number.value.clone()],
                    vec![theirs.value.clone()],
                ));
            }
        }
        let (ours, theirs) = (&self.birth_dates, &other.birth_dates);
        if !ours.is_empty() && !theirs.is_empty() && !any_agree(ours, theirs) {
            contradictions.push(Evidence::DifferentBirthDates(ours.clone(), theirs.clone()));
        }
        contradictions
    }

    fn read(&mut self, segment: &str) {
        let lower = segment.to_lowercase();
        let lower = lower.strip_prefix(ALTERNATIVE).unwrap_or(&lower);
        if ALIAS_MARKS.iter().any(|mark| lower.starts_with(mark)) {
            let alias = segment.split_once(' ').map_or("", |(_, rest)| rest);
            let is_quote = |c: char| c.is_whitespace() || "'\"‘’“”.".contains(c);
            self.aliases.push(alias.trim_matches(is_quote).to_owned());
        } else if let Some(rest) = lower.strip_prefix(BIRTH_MARK) {
            self.birth_dates.extend(read_date(rest));
        } else if let Some(founded) = lower.strip_prefix(FOUNDING_MARK) {
            // For pairing, the founding date of a company works like the birth date of a person.
            self.birth_dates.extend(read_date(founded));
            self.is_founding = true;
        } else if let Some(number) = Number::read(lower) {
            self.numbers.push(number);
        } else {
            self.remarks.push(words(lower).join(" "));
        }
    }
}

/// Whether a segment begins like an alias or a date. Facts of such a segment differ from its own
/// words and numbers.
pub fn has_mark(segment: &str) -> bool {
    // The first letters of all marks. Most segments begin with another letter.
    if !segment.as_bytes().first().is_some_and(|byte| b"afndo".contains(&byte.to_ascii_lowercase()))
    {
        return false;
    }
    let begins = |text: &str, mark: &str| {
        text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark))
    };
    let rest = without_alternative(segment);
    ALIAS_MARKS.iter().chain(&[BIRTH_MARK, FOUNDING_MARK]).any(|mark| begins(rest, mark))
}

/// A segment without the `alt. ` that marks a second value.
pub fn without_alternative(segment: &str) -> &str {
    segment
        .get(..ALTERNATIVE.len())
        .filter(|start| start.eq_ignore_ascii_case(ALTERNATIVE))
        .and_then(|_| segment.get(ALTERNATIVE.len()..))
        .unwrap_or(segment)
}

fn segments(text: &str) -> impl Iterator<Item = &str> {
    text.split(';')
        .map(|segment| segment.trim().trim_end_matches('.'))
        .filter(|segment| !segment.is_empty())
}

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
    fn each_kind_of_segment_is_read() {
        let facts = facts(
            "DOB 12 Mar 1971; alt. DOB 1972; POB Riyadh, Saudi Arabia; Passport A484824 (Egypt) \
             issued 18 Jan 1984; Tax ID No. 7718989383 (Russia); a.k.a. 'TARIQ'; IMO 7406784.",
        );
        assert_eq!(facts.birth_dates, ["1971-03-12", "1972"]);
        assert_eq!(facts.aliases, ["TARIQ"]);
        assert_eq!(facts.remarks, ["pob riyadh saudi arabia"]);
        let numbers: Vec<String> = facts.numbers.iter().map(Number::in_words).collect();
        assert_eq!(
            numbers,
            ["imo 7406784", "passport of egypt a484824", "tax id of russia 7718989383"]
        );
    }

    #[test]
    fn a_sentence_with_a_number_is_a_remark() {
        let facts = facts(
            "Secondary sanctions risk: North Korea Sanctions Regulations, sections 510.201 and \
             510.210",
        );
        assert_eq!(facts.numbers, []);
        assert_eq!(facts.remarks.len(), 1);
    }

    #[test]
    fn err_a_law_a_date_a_model_or_another_party_is_no_number_of_the_party() {
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
            assert_eq!((facts.numbers.len(), facts.remarks.len()), (0, 1), "{remark}: {facts:?}");
        }
    }

    #[test]
    fn ok_a_number_keeps_its_label_and_its_full_country() {
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
    fn only_a_lifelong_number_outweighs_a_contradiction() {
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
