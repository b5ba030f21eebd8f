//! A section of the Code of Federal Regulations: its number and its text.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Sha256;

/// The part of Title 15 that has the lists in its supplements: Control Policy, End-User and End-Use
/// Based.
pub const PART_OF_LISTS: &str = "744";

/// The number of a section of Title 15, such as `744.11`. It begins with the number of its part.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct SectionNumber(String);

/// A text that is not the number of a section.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the number of a section, such as `744.11`, but got `{0}`")]
pub struct InvalidSectionNumber(pub String);

/// The most digits of the number of a part, and of the number after the period. Title 15 ends with
/// Part 2301.
const MOST_DIGITS: usize = 4;

impl SectionNumber {
    /// The section `number` of `part`.
    pub fn of(part: u16, number: u16) -> Self {
        Self(format!("{part}.{number}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of the part: `744`.
    pub fn part(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }
}

impl fmt::Display for SectionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for SectionNumber {
    type Err = InvalidSectionNumber;

    fn from_str(text: &str) -> Result<Self, InvalidSectionNumber> {
        let invalid = || InvalidSectionNumber(text.to_owned());
        let (part, rest) = text.split_once('.').ok_or_else(invalid)?;
        // A section that was put between two others has a letter: `742.4a`.
        let number = rest.strip_suffix(|c: char| c.is_ascii_lowercase()).unwrap_or(rest);
        let is_number = |digits: &str| {
            (1..=MOST_DIGITS).contains(&digits.len())
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && !digits.starts_with('0')
        };
        if is_number(part) && is_number(number) {
            Ok(Self(text.to_owned()))
        } else {
            Err(invalid())
        }
    }
}

/// The text of a section, as published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionText {
    pub section: SectionNumber,
    /// The heading without the number: `Entity List.`
    pub title: String,
    /// The paragraphs in order, notes included, each on one line. A row of a table is one
    /// paragraph.
    pub paragraphs: Vec<String>,
    /// Those of the paragraphs that are notes about effective dates, suspensions and pending
    /// amendments.
    pub notes: Vec<String>,
    /// The source note: `[61 FR 12802, Mar. 25, 1996, as amended at 87 FR 38925, June 30, 2022]`.
    /// Empty if there is none.
    pub source_note: String,
}

impl SectionText {
    /// A section that is not in the regulation any more.
    pub fn vanished(section: SectionNumber, title: String) -> Self {
        Self {
            section,
            title,
            paragraphs: Vec::new(),
            notes: Vec::new(),
            source_note: String::new(),
        }
    }

    /// Everything that is compared: heading, paragraphs and source note.
    pub fn lines(&self) -> Vec<String> {
        [&self.title]
            .into_iter()
            .chain(&self.paragraphs)
            .chain([&self.source_note])
            .filter(|line| !line.is_empty())
            .cloned()
            .collect()
    }

    /// The lines, each followed by the next after a line break.
    pub fn whole(&self) -> String {
        self.lines().join("\n")
    }

    /// How many words the paragraphs have, without the notes.
    pub fn words(&self) -> usize {
        let paragraphs = self.paragraphs.iter().filter(|line| !self.notes.contains(line));
        paragraphs.map(|paragraph| paragraph.split_whitespace().count()).sum()
    }

    pub fn content_sha256(&self) -> Sha256 {
        Sha256::of_parts(self.lines().iter().map(String::as_str))
    }
}

/// An accepted text of a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedSection {
    pub source: String,
    pub text: SectionText,
    /// The publisher's date.
    pub as_of: Option<Date>,
    /// When a check first found this text.
    pub observed_at: Timestamp,
    /// The document that it was read from.
    pub document_sha256: Sha256,
    /// The alert about it. `None` for the first text, and for changes that were not alerted.
    #[serde(default)]
    pub alert_id: Option<crate::domain::AlertId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_the_part_of_a_section_is_before_the_period() {
        for (text, part) in [("744.11", "744"), ("734.9", "734"), ("742.4a", "742")] {
            let number: SectionNumber = text.parse().unwrap();
            assert_eq!((number.part(), number.as_str()), (part, text));
        }
    }

    #[test]
    fn err_other_texts_are_no_numbers_of_sections() {
        for text in [
            "",
            "744",
            "744.",
            ".11",
            "§ 744.11",
            "744.11(a)",
            "744.11 ",
            "744.1.1",
            "744.011",
            "0744.1",
            "744,11",
            "744.A",
            "74444.1",
        ] {
            let error = text.parse::<SectionNumber>().unwrap_err().to_string();
            let expected =
                format!("expected the number of a section, such as `744.11`, but got `{text}`");
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn a_note_is_part_of_the_text_but_none_of_its_words_count() {
        let text = |paragraphs: &[&str], notes: &[&str]| SectionText {
            section: "744.11".parse().unwrap(),
            title: "Title.".to_owned(),
            paragraphs: paragraphs.iter().map(|&line| line.to_owned()).collect(),
            notes: notes.iter().map(|&line| line.to_owned()).collect(),
            source_note: String::new(),
        };
        let plain = text(&["(a) One.", "(b) Two."], &[]).content_sha256();
        assert_eq!(plain, text(&["(a) One.", "(b) Two."], &[]).content_sha256());
        assert_ne!(plain, text(&["(a) One. (b) Two."], &[]).content_sha256());
        let noted = text(&["(a) One.", "(b) Two.", "Suspended."], &["Suspended."]);
        assert_ne!(plain, noted.content_sha256());
        assert_eq!(
            (noted.words(), noted.whole().as_str()),
            (4, "Title.\n(a) One.\n(b) Two.\nSuspended.")
        );
    }
}
