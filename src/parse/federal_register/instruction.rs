//! The amendatory instructions of a rule: `a. Under CANADA, by adding in alphabetical order, entries for “X” and “Y”;`.
//!
//! The wording is that of the Document Drafting Handbook of the Office of the Federal Register (amendatory language). Knows
//! sentences; it must not know the table behind them.

use crate::parse::country::iso_of_heading;

/// What an instruction orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Add,
    Revise,
    Remove,
}

/// One order about entries of Supplement No. 4 under one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub order: Order,
    /// The country heading as the instruction writes it; `None` where it names none.
    pub heading: Option<String>,
    /// The entries as quoted. Empty: the instruction quotes none.
    pub names: Vec<String>,
    /// The whole paragraph.
    pub text: String,
}

/// Reads the paragraphs of the instructions in their order; what one paragraph says holds for its subparagraphs.
#[derive(Debug, Default)]
pub struct InstructionReader {
    supplement_4: bool,
    heading: Option<String>,
    order: Option<Order>,
    pub instructions: Vec<Instruction>,
}

impl InstructionReader {
    /// Whether what is read now amends the Entity List.
    pub fn in_supplement_4(&self) -> bool {
        self.supplement_4
    }

    pub fn paragraph(&mut self, text: &str) {
        let lower = text.to_lowercase();
        let top_level = text.trim_start().starts_with(|c: char| c.is_ascii_digit());
        if let Some(at) = lower.find("supplement no.") {
            let number: String = lower
                .get(at + "supplement no.".len()..)
                .unwrap_or_default()
                .trim_start()
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            self.supplement_4 = number == "4" && lower.contains("744");
            (self.heading, self.order) = (None, None);
        } else if top_level {
            self.supplement_4 = false;
        }
        if !self.supplement_4 {
            return;
        }
        if let Some(heading) = heading_of(text) {
            self.heading = Some(heading);
            self.order = None;
        }
        let clauses = clauses_of(text);
        if clauses.is_empty() {
            let names = quoted(text);
            // `ii. “Name”;` below `Under CHINA, by removing:`
            if let Some(order) = self.order.filter(|_| !names.is_empty()) {
                self.push(order, names, text);
            }
            return;
        }
        for (order, clause) in clauses {
            self.order = Some(order);
            if let Some(heading) = heading_of(clause) {
                self.heading = Some(heading);
            }
            let names = quoted(clause);
            let opens_a_list = clause.trim_end().ends_with([':', '—']);
            if !names.is_empty() || !opens_a_list && speaks_of_entries(clause) {
                self.push(order, names, text);
            }
        }
    }

    fn push(&mut self, order: Order, names: Vec<String>, text: &str) {
        self.instructions.push(Instruction { order, heading: self.heading.clone(), names, text: text.to_owned() });
    }
}

fn speaks_of_entries(clause: &str) -> bool {
    let lower = clause.to_lowercase();
    ["entry", "entries", "entit", "address"].iter().any(|word| lower.contains(word))
}

/// The country that the text puts its orders under.
fn heading_of(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    for (at, _) in lower.match_indices("under ") {
        if at > 0 && lower.as_bytes().get(at - 1).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let mut rest = text.get(at + "under ".len()..)?.trim_start();
        for filler in
            ["the destination of ", "the destination ", "the country of ", "the entry for ", "the entries for ", "the heading ", "the "]
        {
            if rest.get(..filler.len()).is_some_and(|start| start.eq_ignore_ascii_case(filler)) {
                rest = rest.get(filler.len()..)?;
            }
        }
        let rest = rest.trim_start_matches(['“', '"']);
        // the longest text up to a comma, colon or `by` that is a country: `CHINA, PEOPLE'S REPUBLIC OF, by adding`
        let ends = rest.char_indices().filter(|(_, c)| matches!(c, ',' | ':' | ';' | '.' | '—' | '”' | '"')).map(|(end, _)| end);
        let words = rest.match_indices(" by ").chain(rest.match_indices(" in ")).map(|(end, _)| end);
        let mut ends: Vec<usize> = ends.chain(words).chain([rest.len()]).filter(|end| *end <= 80).collect();
        ends.sort_unstable();
        let known = ends.iter().rev().filter_map(|end| rest.get(..*end)).find(|heading| iso_of_heading(heading).is_some());
        if let Some(heading) = known {
            return Some(heading.trim_matches([' ', ',', ':', ';', '.', '—']).to_owned());
        }
    }
    None
}

/// The text parted at its verbs, quotations apart.
fn clauses_of(text: &str) -> Vec<(Order, &str)> {
    const VERBS: &[(&str, Order)] = &[
        ("adding", Order::Add),
        ("revising", Order::Revise),
        ("correcting", Order::Revise),
        ("amending", Order::Revise),
        ("removing", Order::Remove),
        ("add ", Order::Add),
        ("revise ", Order::Revise),
        ("remove ", Order::Remove),
    ];
    let mut starts: Vec<(usize, Order)> = Vec::new();
    let quotations = quotations(text);
    for (verb, order) in VERBS {
        for capital in [verb.to_string(), capitalised(verb)] {
            for (at, _) in text.match_indices(&capital) {
                let inside = quotations.iter().any(|(from, to)| (*from..*to).contains(&at));
                let word = text.get(..at).is_none_or(|head| !head.ends_with(|c: char| c.is_alphanumeric()));
                if !inside && word {
                    starts.push((at, *order));
                }
            }
        }
    }
    starts.sort_unstable_by_key(|(at, _)| *at);
    let ends: Vec<usize> = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]).collect();
    starts.iter().zip(ends).map(|((from, order), to)| (*order, text.get(*from..to).unwrap_or_default())).collect()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The quoted names of a text, without the comma or full stop that American usage puts inside the quotation.
fn quoted(text: &str) -> Vec<String> {
    quotations(text)
        .into_iter()
        .filter_map(|(from, to)| text.get(from..to))
        .map(|name| name.trim().trim_end_matches([',', ';']).trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// The insides of the quotations, as byte ranges. A quotation within one (`“AO “North””`) belongs to it; one that is never closed
/// ends where the next begins.
fn quotations(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        let behind = text.get(at + character.len_utf8()..).unwrap_or_default();
        match (character, open) {
            ('“', None) => {
                open = Some(at + character.len_utf8());
                depth = 1;
            }
            ('"', None) => {
                open = Some(at + 1);
                depth = 1;
            }
            ('“', Some(_)) => depth += 1,
            ('”' | '"', Some(from)) => {
                depth = depth.saturating_sub(1);
                let next = behind.trim_start().trim_start_matches([',', ';']).trim_start();
                let ends_an_item = behind.starts_with([';', '.', ',', ':'])
                    && (next.is_empty() || next.starts_with(['“', '"']) || next.starts_with("and ") || next.starts_with("by "))
                    || behind.trim().is_empty()
                    || [" and “", " and \"", "; and “"].iter().any(|joint| behind.starts_with(joint));
                if depth == 0 || ends_an_item {
                    found.push((from, at));
                    open = None;
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(paragraphs: &[&str], expected: &[(Order, Option<&str>, &[&str])]) {
        let mut reader = InstructionReader::default();
        paragraphs.iter().for_each(|text| reader.paragraph(text));
        let found: Vec<(Order, Option<&str>, Vec<&str>)> =
            reader.instructions.iter().map(|i| (i.order, i.heading.as_deref(), i.names.iter().map(String::as_str).collect())).collect();
        let expected: Vec<_> = expected.iter().map(|(order, heading, names)| (*order, *heading, names.to_vec())).collect();
        assert_eq!(found, expected);
    }

    const START: &str = "2. Supplement No. 4 to part 744 is amended:";

    #[test]
    fn one_sentence_orders_under_one_heading() {
        check(
            &[
                START,
                "a. Under CHINA, PEOPLE'S REPUBLIC OF, by adding, in alphabetical order, entries for “Glass Works Co., Ltd.”; and “North Lake”;",
            ],
            &[(Order::Add, Some("CHINA, PEOPLE'S REPUBLIC OF"), &["Glass Works Co., Ltd.", "North Lake"])],
        );
    }

    #[test]
    fn subparagraphs_stand_under_the_heading_above() {
        check(
            &[START, "a. Under RUSSIA:", "i. By removing the entry for “Old Works”;", "ii. By revising the entries for “A,” and “B”; and"],
            &[(Order::Remove, Some("RUSSIA"), &["Old Works"]), (Order::Revise, Some("RUSSIA"), &["A", "B"])],
        );
    }

    #[test]
    fn one_sentence_may_give_several_orders() {
        check(
            &[START, "b. Under Pakistan, by removing “Old Works” and by adding in alphabetical order “New “North” Works”."],
            &[(Order::Remove, Some("Pakistan"), &["Old Works"]), (Order::Add, Some("Pakistan"), &["New “North” Works"])],
        );
    }

    #[test]
    fn other_supplements_are_not_read() {
        check(&["3. Supplement No. 6 to part 744 is amended:", "a. Under CHINA, by removing “Old Works”."], &[]);
        check(&[START, "3. Section 744.11 is amended by adding paragraph (a)."], &[]);
    }

    #[test]
    fn an_order_without_names_is_kept() {
        check(&[START, "a. Under TURKEY, by removing the entry for Old Works."], &[(Order::Remove, Some("TURKEY"), &[])]);
    }
}
