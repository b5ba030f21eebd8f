//! What supports or contradicts that two rows are one entry, as data and in words.
//!
//! Readers see these words as `match.evidence` in JSON and in messages. Receivers may search for
//! them, so that a change of a wording is a change of the contract. Knows no weights.

use std::fmt;

/// One finding about a pair of rows. [`Display`](fmt::Display) has the published words.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    // Names.
    SameName,
    SameNameExceptBrokenCharacter,
    SameNameMarkedInCell,
    SameNameExceptLegalForm,
    SimilarNames,
    DifferentNames,
    OldNameIsAlias,
    NameWasAlias,
    SharedAliases,
    FewLettersDiffer,
    /// One name has the numbers of the other and more.
    NumbersInNamesDiffer,
    /// Numbers in the old name and in the new name.
    NumbersInNamesContradict(Vec<String>, Vec<String>),
    NoRuleForNewName,
    RareWordsOfOneName,
    // Citations and start dates.
    /// Every old rule is still cited. Holds the words of
    /// [`Kept::in_words`](crate::domain::pages::Kept::in_words).
    OldRulesStillCited(String),
    SharedCitations,
    OldCitationMissing,
    NoOldCitationLeft,
    SamePageOfAnotherVolume,
    SameStartDate,
    DifferentStartDates(String, String),
    // Countries and addresses.
    SameCountry,
    DifferentCountries,
    SharedAddresses,
    SameOrSimilarAddress,
    NoSharedAddress,
    // Numbers, dates and remarks.
    SameNumber(String),
    /// The kind, the old values and the new values.
    DifferentNumbers(String, Vec<String>, Vec<String>),
    DifferentRegisters(Vec<String>, Vec<String>),
    SameBirthDate(String),
    CompatibleBirthDates,
    DifferentBirthDates(Vec<String>, Vec<String>),
    SharedRemark(String),
    // Types and the publisher's data.
    DifferentTypes(String, String),
    OneIsAddressOnly,
    SamePublisherNumber(String),
    DifferentPublisherNumbers(String, String),
    SameCell,
    // Several rows of one entry.
    ClosestOfName,
    /// What the new row has that the other new row of the entry no longer has.
    SplitFromNamesake(Detail),
    /// What the new row has, and the name of the row that lost it.
    SplitFrom(Detail, String),
    FoldedIntoNamesake,
    /// The name of the row that gained, and what it gained.
    FoldedInto(String, Detail),
    /// One of this many rows of the name is no longer listed.
    RowOfNameMissing(usize),
    LostWithRow(Vec<Detail>),
}

/// One value of a row: `the address 1 Dock Road`.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    pub kind: DetailKind,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailKind {
    Name,
    Alias,
    Address,
    Country,
    Number,
    BirthDate,
    Remark,
    /// Of a row that is no longer listed.
    Program,
    /// Of a row that was split. Published with another spelling than [`Program`](Self::Program).
    MovedProgram,
    Citation,
}

impl Detail {
    pub fn new(kind: DetailKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// The evidence as readers see it.
pub fn in_words(evidence: &[Evidence]) -> Vec<String> {
    evidence.iter().map(ToString::to_string).collect()
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::SameName => "same name",
            Self::SameNameExceptBrokenCharacter => "same name but for a broken character",
            Self::SameNameMarkedInCell => {
                "same name: the cell of one begins with the name that is marked in the other"
            }
            Self::SameNameExceptLegalForm => "the same name but for its setting or legal form",
            Self::SimilarNames => "similar names",
            Self::DifferentNames => "different names",
            Self::OldNameIsAlias => "the old name is an alias now",
            Self::NameWasAlias => "the name was an alias before",
            Self::SharedAliases => "aliases in common",
            Self::FewLettersDiffer => "names that differ in a letter or two",
            Self::NumbersInNamesDiffer => "the numbers in the names are not the same",
            Self::NumbersInNamesContradict(before, after) => {
                let (before, after) = (before.join(" "), after.join(" "));
                return write!(f, "different numbers in the names ({before} and {after})");
            }
            Self::NoRuleForNewName => "no rule is cited that changed the name",
            Self::RareWordsOfOneName => "rare words that only one of the names has",
            Self::OldRulesStillCited(words) => words,
            Self::SharedCitations => "citations in common",
            Self::OldCitationMissing => "an old citation is missing",
            Self::NoOldCitationLeft => "none of the old citations is left",
            Self::SamePageOfAnotherVolume => "the same page of another volume is cited",
            Self::SameStartDate => "same start date",
            Self::DifferentStartDates(before, after) => {
                return write!(f, "different start dates ({before} and {after})");
            }
            Self::SameCountry => "same country",
            Self::DifferentCountries => "different countries",
            Self::SharedAddresses => "addresses in common",
            Self::SameOrSimilarAddress => "same or similar address",
            Self::NoSharedAddress => "no address in common",
            Self::SameNumber(number) => return write!(f, "same {number}"),
            Self::DifferentNumbers(kind, before, after) => {
                let (before, after) = (before.join(", "), after.join(", "));
                return write!(f, "different {kind} ({before} and {after})");
            }
            Self::DifferentRegisters(before, after) => {
                let (before, after) = (before.join(", "), after.join(", "));
                return write!(f, "registers of different countries ({before} and {after})");
            }
            Self::SameBirthDate(date) => return write!(f, "same date of birth {date}"),
            Self::CompatibleBirthDates => "dates of birth that agree",
            Self::DifferentBirthDates(before, after) => {
                let (before, after) = (before.join(", "), after.join(", "));
                return write!(f, "different dates of birth ({before} and {after})");
            }
            Self::SharedRemark(remark) => return write!(f, "remarks in common ({remark})"),
            Self::DifferentTypes(before, after) => {
                return write!(f, "one is {before}, the other {after}");
            }
            Self::OneIsAddressOnly => "one is an address alone",
            Self::SamePublisherNumber(number) => {
                return write!(f, "same number of the publisher, {number}");
            }
            Self::DifferentPublisherNumbers(before, after) => {
                return write!(f, "different numbers of the publisher ({before} and {after})");
            }
            Self::SameCell => "same cell as published",
            Self::ClosestOfName => {
                "the closest of the rows of this name by citations, country and address"
            }
            Self::SplitFromNamesake(detail) => {
                let split = "part of a row that was split";
                return write!(f, "{split}: it has {detail}, which the other part lost");
            }
            Self::SplitFrom(detail, name) => {
                return write!(
                    f,
                    "part of a row that was split: it has {detail}, which {name} lost"
                );
            }
            Self::FoldedIntoNamesake => {
                "folded into another row of the name, which has all that this row had"
            }
            Self::FoldedInto(name, detail) => {
                return write!(f, "folded into the row of {name}: that row gained {detail}");
            }
            Self::RowOfNameMissing(rows) => {
                return write!(f, "one of {} rows of this name is gone", count_in_words(*rows));
            }
            Self::LostWithRow(details) => {
                let details: Vec<String> = details.iter().map(ToString::to_string).collect();
                return write!(f, "gone with it: {}", details.join(", "));
            }
        };
        f.write_str(text)
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            DetailKind::Name => "name",
            DetailKind::Alias => "alias",
            DetailKind::Address => "address",
            DetailKind::Country => "country",
            DetailKind::Number => "number",
            DetailKind::BirthDate => "date of birth",
            DetailKind::Remark => "remark",
            DetailKind::Program => "program",
            DetailKind::MovedProgram => "programme",
            DetailKind::Citation => "citation",
        };
        write!(f, "the {kind} {}", self.text)
    }
}

fn count_in_words(count: usize) -> String {
    const WORDS: [&str; 9] =
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let word = count.checked_sub(2).and_then(|at| WORDS.get(at));
    word.map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_words_do_not_change() {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let dock = || Detail::new(DetailKind::Address, "1 Dock Road");
        for (evidence, expected) in [
            (Evidence::SameName, "same name"),
            (Evidence::SameNameExceptBrokenCharacter, "same name but for a broken character"),
            (Evidence::SameNameExceptLegalForm, "the same name but for its setting or legal form"),
            (Evidence::SimilarNames, "similar names"),
            (Evidence::DifferentNames, "different names"),
            (Evidence::OldNameIsAlias, "the old name is an alias now"),
            (Evidence::NameWasAlias, "the name was an alias before"),
            (Evidence::SharedAliases, "aliases in common"),
            (Evidence::FewLettersDiffer, "names that differ in a letter or two"),
            (Evidence::NumbersInNamesDiffer, "the numbers in the names are not the same"),
            (Evidence::NoRuleForNewName, "no rule is cited that changed the name"),
            (Evidence::RareWordsOfOneName, "rare words that only one of the names has"),
            (Evidence::SharedCitations, "citations in common"),
            (Evidence::OldCitationMissing, "an old citation is missing"),
            (Evidence::NoOldCitationLeft, "none of the old citations is left"),
            (Evidence::SamePageOfAnotherVolume, "the same page of another volume is cited"),
            (Evidence::SameStartDate, "same start date"),
            (Evidence::SameCountry, "same country"),
            (Evidence::DifferentCountries, "different countries"),
            (Evidence::SharedAddresses, "addresses in common"),
            (Evidence::SameOrSimilarAddress, "same or similar address"),
            (Evidence::NoSharedAddress, "no address in common"),
            (Evidence::CompatibleBirthDates, "dates of birth that agree"),
            (Evidence::OneIsAddressOnly, "one is an address alone"),
            (Evidence::SameCell, "same cell as published"),
            (
                Evidence::SameNameMarkedInCell,
                "same name: the cell of one begins with the name that is marked in the other",
            ),
            (
                Evidence::ClosestOfName,
                "the closest of the rows of this name by citations, country and address",
            ),
            (
                Evidence::FoldedIntoNamesake,
                "folded into another row of the name, which has all that this row had",
            ),
            (
                Evidence::DifferentStartDates("2021-01-02".into(), "2022-03-04".into()),
                "different start dates (2021-01-02 and 2022-03-04)",
            ),
            (Evidence::SameNumber("tax id 1".into()), "same tax id 1"),
            (Evidence::SameBirthDate("1971".into()), "same date of birth 1971"),
            (Evidence::SharedRemark("gender male".into()), "remarks in common (gender male)"),
            (
                Evidence::DifferentPublisherNumbers("1".into(), "2".into()),
                "different numbers of the publisher (1 and 2)",
            ),
            (
                Evidence::NumbersInNamesContradict(texts(&["1", "2"]), texts(&["3"])),
                "different numbers in the names (1 2 and 3)",
            ),
            (
                Evidence::OldRulesStillCited("same citations plus 88 FR 66273".into()),
                "same citations plus 88 FR 66273",
            ),
            (
                Evidence::DifferentNumbers("tax id".into(), texts(&["1", "2"]), texts(&["3"])),
                "different tax id (1, 2 and 3)",
            ),
            (
                Evidence::DifferentBirthDates(texts(&["1971"]), texts(&["1980"])),
                "different dates of birth (1971 and 1980)",
            ),
            (
                Evidence::DifferentRegisters(texts(&["iran"]), texts(&["russia"])),
                "registers of different countries (iran and russia)",
            ),
            (
                Evidence::DifferentTypes("vessel".into(), "entity".into()),
                "one is vessel, the other entity",
            ),
            (Evidence::SamePublisherNumber("306".into()), "same number of the publisher, 306"),
            (
                Evidence::SplitFromNamesake(dock()),
                "part of a row that was split: it has the address 1 Dock Road, which the other \
                 part lost",
            ),
            (
                Evidence::SplitFrom(Detail::new(DetailKind::MovedProgram, "SDGT"), "Ash".into()),
                "part of a row that was split: it has the programme SDGT, which Ash lost",
            ),
            (
                Evidence::FoldedInto("Ash".into(), dock()),
                "folded into the row of Ash: that row gained the address 1 Dock Road",
            ),
            (Evidence::RowOfNameMissing(2), "one of two rows of this name is gone"),
            (
                Evidence::LostWithRow(vec![dock(), Detail::new(DetailKind::Program, "SDGT")]),
                "gone with it: the address 1 Dock Road, the program SDGT",
            ),
        ] {
            assert_eq!(evidence.to_string(), expected);
        }
    }

    #[test]
    fn published_kinds_of_details_do_not_change() {
        for (kind, expected) in [
            (DetailKind::Name, "the name X"),
            (DetailKind::Alias, "the alias X"),
            (DetailKind::Address, "the address X"),
            (DetailKind::Country, "the country X"),
            (DetailKind::Number, "the number X"),
            (DetailKind::BirthDate, "the date of birth X"),
            (DetailKind::Remark, "the remark X"),
            (DetailKind::Program, "the program X"),
            (DetailKind::MovedProgram, "the programme X"),
            (DetailKind::Citation, "the citation X"),
        ] {
            assert_eq!(Detail::new(kind, "X").to_string(), expected);
        }
    }

    #[test]
    fn rows_are_counted_in_words() {
        assert_eq!([2, 5, 10, 11].map(count_in_words), ["two", "five", "ten", "11"]);
    }
}
