//! Reads the paragraphs of the instructions, each with the heading and order that apply to it.
//!
//! Knows sentences. It must not know the table of the rule.

use crate::parse::federal_register::instruction::clause::{clauses_of, speaks_of_entries};
use crate::parse::federal_register::instruction::enumeration::{NUMERALS, letter_after, mark_of};
use crate::parse::federal_register::instruction::heading::heading_of;
use crate::parse::federal_register::instruction::quotation::{before_quotations, quoted};
use crate::parse::federal_register::instruction::{Instruction, Order};

/// How a supplement is named, in lower case, before its number.
const SUPPLEMENT: &str = "supplement no.";

/// The heading and order that a paragraph passes to the paragraphs below it.
#[derive(Clone, Debug, Default)]
struct Inherited {
    heading: Option<String>,
    order: Option<Order>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Number,
    Letter,
    Roman,
    /// No mark, or a mark of a deeper level.
    Other,
}

/// Reads the paragraphs of the instructions in order. The heading and order of a numbered paragraph
/// apply to its lettered paragraphs, and those of a lettered paragraph to its Roman numerals. They
/// do not apply from one letter to the next.
#[derive(Debug, Default)]
pub struct InstructionReader {
    supplement_4: bool,
    amends: bool,
    heading: Option<String>,
    order: Option<Order>,
    /// What the numbered paragraph passes on.
    outer: Inherited,
    /// What the lettered paragraph passes on.
    letter: Inherited,
    last_letter: Option<String>,
    /// How many Roman numerals followed the lettered paragraph.
    numerals: usize,
    /// Whether the lettered paragraph ends with a colon, so that Roman numerals may follow.
    opens_a_list: bool,
    pub instructions: Vec<Instruction>,
    /// Each removed entry with the entry that is added in its place.
    pub replaced: Vec<(String, String)>,
    /// What could not be understood.
    pub doubts: Vec<String>,
}

impl InstructionReader {
    /// Whether the current paragraph amends the Entity List.
    pub fn in_supplement_4(&self) -> bool {
        self.supplement_4
    }

    /// Whether any paragraph so far amends the Entity List.
    pub fn amends_the_list(&self) -> bool {
        self.amends || !self.instructions.is_empty()
    }

    /// Reads the next paragraph.
    pub fn paragraph(&mut self, text: &str) {
        let text = text.trim_start_matches(['■', '•', ' ']);
        let lower = text.to_lowercase();
        let mark = mark_of(text).unwrap_or_default();
        let mut level = self.level_of(mark, text);
        if let Some(at) = lower.find(SUPPLEMENT) {
            let rest = lower.get(at + SUPPLEMENT.len()..).unwrap_or_default();
            let number: String =
                rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
            // A section that mentions the supplement does not amend it.
            let head = lower.get(..at).unwrap_or_default();
            let is_subject =
                !["section ", "§", "paragraph "].iter().any(|other| head.contains(other));
            self.supplement_4 =
                is_subject && number == "4" && (lower.contains("744") || !lower.contains("part "));
            self.amends |= self.supplement_4;
            (self.heading, self.order) = (None, None);
            level = Level::Number;
        } else if level == Level::Number {
            self.supplement_4 = false;
        }
        if !self.supplement_4 {
            return;
        }
        match level {
            Level::Letter => {
                (self.heading, self.order) = (self.outer.heading.clone(), self.outer.order);
            }
            Level::Roman => {
                (self.heading, self.order) =
                    (self.letter.heading.clone(), self.letter.order.or(self.order));
            }
            Level::Number | Level::Other => {}
        }
        self.read_orders(text, level != Level::Other);
        let inherited = Inherited { heading: self.heading.clone(), order: self.order };
        match level {
            Level::Number => {
                (self.outer, self.letter, self.last_letter, self.numerals) =
                    (inherited.clone(), inherited, None, 0);
            }
            Level::Letter => {
                (self.letter, self.last_letter, self.numerals) =
                    (inherited, Some(mark.to_owned()), 0);
                self.opens_a_list = text.trim_end().ends_with([':', '—']);
            }
            Level::Roman => self.numerals += 1,
            Level::Other => {}
        }
    }

    /// `i.` is the letter after `h.`, unless `h.` begins a list and `i.` is its first numeral.
    /// Headings are on one level, so a mark with a heading after a letter with a heading is a
    /// letter again.
    fn level_of(&self, mark: &str, text: &str) -> Level {
        let letters = mark.bytes().all(|byte| byte.is_ascii_lowercase());
        let roman = letters && mark.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x'));
        let is_next_letter =
            self.last_letter.as_deref().is_some_and(|last| letter_after(last) == mark);
        let is_next_numeral = NUMERALS.get(self.numerals) == Some(&mark);
        let is_next_heading = self.letter.heading.is_some() && heading_of(text).is_some();
        let follows = is_next_letter && !(self.opens_a_list && is_next_numeral && !is_next_heading);
        match mark {
            "" => Level::Other,
            _ if !letters => {
                if text.starts_with('(') {
                    Level::Other
                } else {
                    Level::Number
                }
            }
            _ if roman && !follows => Level::Roman,
            _ => Level::Letter,
        }
    }

    fn read_orders(&mut self, text: &str, marked: bool) {
        if let Some(heading) = heading_of(text) {
            self.heading = Some(heading);
            self.order = None;
        }
        let clauses = clauses_of(text);
        if clauses.is_empty() {
            let names = quoted(text);
            match self.order {
                _ if names.is_empty() => {}
                // Example: `ii. “Name”;` below `Under CHINA, by removing:`.
                Some(order) => self.push(order, names, text),
                None if marked => self.doubts.push(format!(
                    "an instruction does not say what to do with what it names: `{text}`"
                )),
                None => {}
            }
            return;
        }
        let mut revises = false;
        let mut removed: Vec<String> = Vec::new();
        for (order, clause) in clauses {
            let wording = before_quotations(clause).to_lowercase();
            // Example: `revising the entry for “X” by removing the alias “Y”` removes no entry.
            let of_a_part = ["alias", "address", "phrase", "word", "reference"]
                .iter()
                .any(|word| wording.contains(word));
            if revises && of_a_part && !wording.contains("entr") {
                continue;
            }
            self.order = Some(order);
            if let Some(heading) = heading_of(clause) {
                self.heading = Some(heading);
            }
            let names = quoted(clause);
            revises |= order == Order::Revise && !names.is_empty();
            match order {
                Order::Add
                    if wording.contains("in its place")
                        || wording.contains("in their place")
                        || wording.contains("in place ") =>
                {
                    self.replaced.extend(removed.drain(..).zip(names.iter().cloned()));
                }
                Order::Remove => removed.clone_from(&names),
                Order::Add | Order::Revise => {}
            }
            let opens_a_list = clause.trim_end().ends_with([':', '—']);
            if !names.is_empty() || !opens_a_list && speaks_of_entries(clause) {
                self.push(order, names, text);
            }
        }
    }

    fn push(&mut self, order: Order, names: Vec<String>, text: &str) {
        self.instructions.push(Instruction {
            order,
            heading: self.heading.clone(),
            names,
            text: text.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(paragraphs: &[&str], expected: &[(Order, Option<&str>, &[&str])]) {
        let mut reader = InstructionReader::default();
        paragraphs.iter().for_each(|text| reader.paragraph(text));
        let found: Vec<(Order, Option<&str>, Vec<&str>)> = reader
            .instructions
            .iter()
            .map(|i| (i.order, i.heading.as_deref(), i.names.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(order, heading, names)| (*order, *heading, names.to_vec()))
            .collect();
        assert_eq!(found, expected);
    }

    const START: &str = "2. Supplement No. 4 to part 744 is amended:";

    #[test]
    fn one_sentence_gives_an_order_under_one_heading() {
        check(
            &[
                START,
                "a. Under CHINA, PEOPLE'S REPUBLIC OF, by adding, in alphabetical order, entries \
                 for “Glass Works Co., Ltd.”; and “North Lake”;",
            ],
            &[(
                Order::Add,
                Some("CHINA, PEOPLE'S REPUBLIC OF"),
                &["Glass Works Co., Ltd.", "North Lake"],
            )],
        );
    }

    #[test]
    fn subparagraphs_are_under_the_heading_above() {
        check(
            &[
                START,
                "a. Under RUSSIA:",
                "i. By removing the entry for “Old Works”;",
                "ii. By revising the entries for “A,” and “B”; and",
            ],
            &[
                (Order::Remove, Some("RUSSIA"), &["Old Works"]),
                (Order::Revise, Some("RUSSIA"), &["A", "B"]),
            ],
        );
    }

    #[test]
    fn one_sentence_may_give_several_orders() {
        check(
            &[
                START,
                "b. Under Pakistan, by removing “Old Works” and by adding in alphabetical order \
                 “New “North” Works”.",
            ],
            &[
                (Order::Remove, Some("Pakistan"), &["Old Works"]),
                (Order::Add, Some("Pakistan"), &["New “North” Works"]),
            ],
        );
    }

    #[test]
    fn other_supplements_are_not_read() {
        check(
            &[
                "3. Supplement No. 6 to part 744 is amended:",
                "a. Under CHINA, by removing “Old Works”.",
            ],
            &[],
        );
        check(&[START, "3. Section 744.11 is amended by adding paragraph (a)."], &[]);
    }

    #[test]
    fn a_column_is_not_an_entry() {
        check(
            &[
                START,
                "a. Under BURMA, by revising the “License requirement” column for all entries.",
            ],
            &[(Order::Revise, Some("BURMA"), &[])],
        );
    }

    #[test]
    fn an_order_without_names_is_kept() {
        check(
            &[START, "a. Under TURKEY, by removing the entry for Old Works."],
            &[(Order::Remove, Some("TURKEY"), &[])],
        );
    }

    #[test]
    fn a_letter_does_not_apply_to_its_siblings() {
        check(
            &[
                START,
                "a. Under RUSSIA, by adding, in alphabetical order, an entry for “Alpha OOO”;",
                "b. By removing the entry for “Gamma GmbH”.",
            ],
            &[(Order::Add, Some("RUSSIA"), &["Alpha OOO"]), (Order::Remove, None, &["Gamma GmbH"])],
        );
        check(
            &[
                "2. Supplement No. 4 to part 744 is amended under CHINA by removing:",
                "a. “A”;",
                "b. “B”.",
            ],
            &[(Order::Remove, Some("CHINA"), &["A"]), (Order::Remove, Some("CHINA"), &["B"])],
        );
    }

    #[test]
    fn the_letter_i_is_distinguished_from_the_numeral_i() {
        check(
            &[
                START,
                "g. Under SINGAPORE:",
                "i. By adding an entry for “Ash Works”;",
                "h. Under UNITED ARAB EMIRATES:",
                "i. By adding an entry for “Birch Works”;",
                "ii. By adding an entry for “Cedar Works”; and",
                "i. Under UNITED KINGDOM:",
                "i. By adding an entry for “Dogwood Works”; and",
                "j. Under UZBEKISTAN:",
                "i. By adding an entry for “Elm Works”.",
            ],
            &[
                (Order::Add, Some("SINGAPORE"), &["Ash Works"]),
                (Order::Add, Some("UNITED ARAB EMIRATES"), &["Birch Works"]),
                (Order::Add, Some("UNITED ARAB EMIRATES"), &["Cedar Works"]),
                (Order::Add, Some("UNITED KINGDOM"), &["Dogwood Works"]),
                (Order::Add, Some("UZBEKISTAN"), &["Elm Works"]),
            ],
        );
    }

    #[test]
    fn roman_numerals_stay_inside_their_letter() {
        check(
            &[
                START,
                "h. Under RUSSIA:",
                "i. By removing “A”;",
                "ii. By adding “B”; and",
                "iii. By revising “C”.",
                "i. Under CHINA, by removing “D”;",
                "j. By removing “E”.",
            ],
            &[
                (Order::Remove, Some("RUSSIA"), &["A"]),
                (Order::Add, Some("RUSSIA"), &["B"]),
                (Order::Revise, Some("RUSSIA"), &["C"]),
                (Order::Remove, Some("CHINA"), &["D"]),
                (Order::Remove, None, &["E"]),
            ],
        );
        check(
            &[START, "h. Under TURKEY, by removing “A”;", "i. By removing “B”."],
            &[(Order::Remove, Some("TURKEY"), &["A"]), (Order::Remove, None, &["B"])],
        );
    }

    #[test]
    fn a_country_may_be_named_as_a_heading_or_destination() {
        check(
            &[START, "a. In the heading RUSSIA, by removing “A”;"],
            &[(Order::Remove, Some("RUSSIA"), &["A"])],
        );
        check(
            &[START, "a. For the destination of CHINA, add an entry for “A”;"],
            &[(Order::Add, Some("CHINA"), &["A"])],
        );
    }

    #[test]
    fn parts_of_a_revised_entry_are_not_entries() {
        check(
            &[
                START,
                "a. Under CHINA, by revising the entry for “A” by removing the alias “B” and \
                 adding in its place the alias “C”.",
            ],
            &[(Order::Revise, Some("CHINA"), &["A"])],
        );
    }

    #[test]
    fn an_entry_added_in_the_place_of_another_is_recorded() {
        let mut reader = InstructionReader::default();
        [START, "a. Under CHINA, by removing “Old Works” and adding in its place “New Works”."]
            .iter()
            .for_each(|text| reader.paragraph(text));
        assert_eq!(reader.replaced, [("Old Works".to_owned(), "New Works".to_owned())]);
        assert_eq!(reader.instructions.len(), 2);
    }

    #[test]
    fn only_an_amended_supplement_4_amends_the_list() {
        let amends = |text: &str| {
            let mut reader = InstructionReader::default();
            reader.paragraph(text);
            reader.amends_the_list()
        };
        assert!(amends(START));
        assert!(amends(
            "2. Amend Supplement No. 4 to part 744—Entity List by revising the introductory text."
        ));
        assert!(!amends(
            "3. Section 744.16 is amended by revising the procedure for requests about entries of \
             Supplement No. 4 to part 744."
        ));
        assert!(!amends("3. Supplement No. 6 to part 744 is amended by adding “X”."));
    }
}
