//! The amendatory instructions of a rule: `a. Under CANADA, by adding in alphabetical order,
//! entries for “X” and “Y”;`.
//!
//! The wording is that of the Document Drafting Handbook of the Office of the Federal Register
//! (amendatory language). Knows sentences; it must not know the table behind them.

use crate::domain::country::iso_of_heading;

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

/// What a paragraph leaves to those below it.
#[derive(Clone, Debug, Default)]
struct Left {
    heading: Option<String>,
    order: Option<Order>,
}

/// Reads the paragraphs of the instructions in their order. What a numbered paragraph says holds
/// for its lettered ones, and what a lettered one says for those with Roman numerals; what one
/// letter says holds for no other.
#[derive(Debug, Default)]
pub struct InstructionReader {
    supplement_4: bool,
    amends: bool,
    heading: Option<String>,
    order: Option<Order>,
    /// Of the numbered paragraph.
    outer: Left,
    /// Of the lettered one.
    letter: Left,
    last_letter: Option<String>,
    /// How many Roman numerals came behind it.
    numerals: usize,
    /// The lettered paragraph ends with a colon, so that Roman numerals may follow.
    opens_a_list: bool,
    pub instructions: Vec<Instruction>,
    /// An entry that is removed, and the one that is added in its place.
    pub replaced: Vec<(String, String)>,
    /// What could not be understood.
    pub doubts: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Number,
    Letter,
    Roman,
    /// No mark, or one of a deeper level.
    Other,
}

impl InstructionReader {
    /// Whether what is read now amends the Entity List.
    pub fn in_supplement_4(&self) -> bool {
        self.supplement_4
    }

    /// Whether anything that was read does.
    pub fn amends_the_list(&self) -> bool {
        self.amends || !self.instructions.is_empty()
    }

    pub fn paragraph(&mut self, text: &str) {
        let text = text.trim_start_matches(['■', '•', ' ']);
        let lower = text.to_lowercase();
        let mark = mark_of(text).unwrap_or_default();
        let mut level = self.level_of(mark, text);
        if let Some(at) = lower.find(SUPPLEMENT) {
            let rest = lower.get(at + SUPPLEMENT.len()..).unwrap_or_default();
            let number: String =
                rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
            // A section that speaks of the supplement is not amended in it.
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
                (self.heading, self.order) = (self.outer.heading.clone(), self.outer.order)
            }
            Level::Roman => {
                (self.heading, self.order) =
                    (self.letter.heading.clone(), self.letter.order.or(self.order))
            }
            Level::Number | Level::Other => {}
        }
        self.order_of(text, level != Level::Other);
        let left = Left { heading: self.heading.clone(), order: self.order };
        match level {
            Level::Number => {
                (self.outer, self.letter, self.last_letter, self.numerals) =
                    (left.clone(), left, None, 0)
            }
            Level::Letter => {
                (self.letter, self.last_letter, self.numerals) = (left, Some(mark.to_owned()), 0);
                self.opens_a_list = text.trim_end().ends_with([':', '—']);
            }
            Level::Roman => self.numerals += 1,
            Level::Other => {}
        }
    }

    /// `i.` is the letter behind `h.`, unless that one begins a list whose first numeral it is.
    /// Headings stand beside one another, so that one behind a heading is a letter again.
    fn level_of(&self, mark: &str, text: &str) -> Level {
        let letters = mark.bytes().all(|byte| byte.is_ascii_lowercase());
        let roman = letters && mark.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x'));
        let is_next_letter =
            self.last_letter.as_deref().is_some_and(|last| letter_after(last) == mark);
        let is_next_numeral = NUMERALS.get(self.numerals) == Some(&mark);
        let is_heading_beside = self.letter.heading.is_some() && heading_of(text).is_some();
        let follows =
            is_next_letter && !(self.opens_a_list && is_next_numeral && !is_heading_beside);
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

    fn order_of(&mut self, text: &str, marked: bool) {
        if let Some(heading) = heading_of(text) {
            self.heading = Some(heading);
            self.order = None;
        }
        let clauses = clauses_of(text);
        if clauses.is_empty() {
            let names = quoted(text);
            match self.order {
                _ if names.is_empty() => {}
                // `ii. “Name”;` below `Under CHINA, by removing:`
                Some(order) => self.push(order, names, text),
                None if marked => self.doubts.push(format!(
                    "an instruction does not say what is done with what it names: `{text}`"
                )),
                None => {}
            }
            return;
        }
        let mut revises = false;
        let mut removed: Vec<String> = Vec::new();
        for (order, clause) in clauses {
            let said = before_quotations(clause).to_lowercase();
            // `revising the entry for “X” by removing the alias “Y”` removes no entry
            let of_a_part = ["alias", "address", "phrase", "word", "reference"]
                .iter()
                .any(|word| said.contains(word));
            if revises && of_a_part && !said.contains("entr") {
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
                    if said.contains("in its place")
                        || said.contains("in their place")
                        || said.contains("in place ") =>
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

const SUPPLEMENT: &str = "supplement no.";
/// The mark of an enumeration, without its brackets and full stop: `2. Supplement`, `a. Under`,
/// `ii. By`, `(1) Adding`.
pub fn mark_of(line: &str) -> Option<&str> {
    let mark = line.get(..line.find(['.', ')'])?)?.trim_start_matches('(');
    let follows = line.get(line.find(['.', ')'])? + 1..)?.starts_with(' ');
    let digits = mark.bytes().all(|byte| byte.is_ascii_digit());
    let roman = mark.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x'));
    let first = mark.bytes().next()?;
    let letters =
        mark.len() <= 2 && first.is_ascii_lowercase() && mark.bytes().all(|byte| byte == first);
    (follows && mark.len() <= 6 && (digits || roman || letters)).then_some(mark)
}

/// The numerals of a list, in their order.
const NUMERALS: [&str; 20] = [
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv",
    "xvi", "xvii", "xviii", "xix", "xx",
];

/// `b` behind `a`, `aa` behind `z`, `bb` behind `aa`.
fn letter_after(mark: &str) -> String {
    match mark.bytes().next() {
        Some(b'z') => "a".repeat(mark.len() + 1),
        Some(letter) => char::from(letter.saturating_add(1)).to_string().repeat(mark.len()),
        None => String::new(),
    }
}

/// Where a text in lower case says that Supplement No. 4 to Part 744 is amended.
pub fn where_supplement_4_is_amended(lower: &str) -> Option<usize> {
    const NAMED: &str = "supplement no. 4 to part 744";
    lower.match_indices(NAMED).map(|(at, _)| at).find(|at| {
        let rest = lower.get(at + NAMED.len()..).unwrap_or_default();
        let bare = |text: &str| text.trim_start_matches(|c: char| !c.is_alphanumeric()).to_owned();
        let rest = bare(&rest.chars().take(60).collect::<String>());
        let rest = bare(rest.strip_prefix("the ").unwrap_or(&rest));
        let rest = bare(rest.strip_prefix("entity list").unwrap_or(&rest));
        let verb = ["is amended", "is further amended", "is corrected"]
            .iter()
            .any(|verb| rest.starts_with(verb));
        verb || lower.get(..*at).is_some_and(|head| head.trim_end().ends_with("amend"))
    })
}

/// Whether a text in lower case says so anywhere.
pub fn amends_supplement_4(lower: &str) -> bool {
    where_supplement_4_is_amended(lower).is_some()
}

/// Whether an enumerated text orders something, as no line of a table does.
pub fn is_an_order(text: &str) -> bool {
    let lower = text.to_lowercase();
    let said = lower.split_once([' ']).map_or("", |(_, said)| said.trim_start());
    let subject = ["supplement no.", "part 7", "section ", "§", "paragraph "]
        .iter()
        .any(|subject| lower.contains(subject));
    let verbs = [
        "by adding",
        "by revising",
        "by removing",
        "by correcting",
        "by amending",
        "adding ",
        "revising ",
        "removing ",
    ];
    let imperatives = ["add ", "revise ", "remove ", "amend ", "the authority citation"];
    lower.contains("amend") && subject
        || verbs.iter().chain(&imperatives).any(|start| said.starts_with(start))
        || heading_of(text).is_some()
            && (text.trim_end().ends_with(':') || !clauses_of(text).is_empty())
}

fn before_quotations(clause: &str) -> &str {
    clause.find(['“', '"']).and_then(|at| clause.get(..at)).unwrap_or(clause)
}

fn speaks_of_entries(clause: &str) -> bool {
    let lower = clause.to_lowercase();
    ["entry", "entries", "entit", "address"].iter().any(|word| lower.contains(word))
}

/// The country that the text puts its orders under.
fn heading_of(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mut places: Vec<usize> = ["under ", "the heading ", "destination of "]
        .iter()
        .flat_map(|words| lower.match_indices(words).map(|(at, _)| at))
        .collect();
    places.sort_unstable();
    for at in places {
        if at > 0 && lower.as_bytes().get(at - 1).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let words = lower.get(at..)?;
        let length = ["under ", "the heading ", "destination of "]
            .iter()
            .find(|start| words.starts_with(**start))
            .map_or(0, |w| w.len());
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
        // the longest text up to a comma, colon or `by` that is a country: `CHINA, PEOPLE'S
        // REPUBLIC OF, by adding`
        let ends = rest
            .char_indices()
            .filter(|(_, c)| matches!(c, ',' | ':' | ';' | '.' | '—' | '”' | '"'))
            .map(|(end, _)| end);
        let words = [" by ", " in ", " is ", " add", " remov", " revis"]
            .into_iter()
            .flat_map(|word| rest.match_indices(word))
            .map(|(end, _)| end);
        let mut ends: Vec<usize> =
            ends.chain(words).chain([rest.len()]).filter(|end| *end <= 80).collect();
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
                let word = text
                    .get(..at)
                    .is_none_or(|head| !head.ends_with(|c: char| c.is_alphanumeric()));
                if !inside && word {
                    starts.push((at, *order));
                }
            }
        }
    }
    starts.sort_unstable_by_key(|(at, _)| *at);
    let ends: Vec<usize> = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]).collect();
    starts
        .iter()
        .zip(ends)
        .map(|((from, order), to)| (*order, text.get(*from..to).unwrap_or_default()))
        .collect()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The quoted names of a text, without the comma or full stop that American usage puts inside the
/// quotation.
fn quoted(text: &str) -> Vec<String> {
    quotations(text)
        .into_iter()
        .filter_map(|(from, to)| text.get(from..to))
        .map(|name| name.trim().trim_end_matches([',', ';']).trim().to_owned())
        .filter(|name| !name.is_empty() && !is_column(name))
        .collect()
}

/// `revising the “License requirement” column` names a column, and no entry.
fn is_column(name: &str) -> bool {
    [
        "country",
        "entity",
        "license requirement",
        "license review policy",
        "federal register citation",
    ]
    .iter()
    .any(|column| name.eq_ignore_ascii_case(column))
}

/// The insides of the quotations, as byte ranges. A quotation within one (`“AO “North””`) belongs
/// to it; one that is never closed ends where the next begins.
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
                    && (next.is_empty()
                        || next.starts_with(['“', '"'])
                        || next.starts_with("and ")
                        || next.starts_with("by "))
                    || behind.trim().is_empty()
                    || [" and “", " and \"", "; and “"]
                        .iter()
                        .any(|joint| behind.starts_with(joint));
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
    fn one_sentence_orders_under_one_heading() {
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
    fn subparagraphs_stand_under_the_heading_above() {
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
    fn a_column_is_no_entry() {
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
    fn a_letter_says_nothing_of_its_siblings() {
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
    fn the_letter_behind_h_is_told_from_the_numeral_within_it() {
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
    fn parts_of_a_revised_entry_are_no_entries() {
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
    fn what_is_put_in_the_place_of_another_is_noted() {
        let mut reader = InstructionReader::default();
        [START, "a. Under CHINA, by removing “Old Works” and adding in its place “New Works”."]
            .iter()
            .for_each(|text| reader.paragraph(text));
        assert_eq!(reader.replaced, [("Old Works".to_owned(), "New Works".to_owned())]);
        assert_eq!(reader.instructions.len(), 2);
    }

    #[test]
    fn only_what_amends_the_list_does() {
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

    #[test]
    fn a_line_of_a_table_is_no_order() {
        let order = [
            "a. Under CHINA, by removing “A”;",
            "2. Supplement No. 4 to part 744 is amended:",
            "b. By removing the entry for “A”.",
        ];
        assert_eq!(order.map(is_an_order), [true; 3]);
        let rows = [
            "d. 15, office 51, Simferopol, JSC “North Star”, Russia",
            "5. “A”",
            "1. 2 Under Lane, Perm, Russia",
        ];
        assert_eq!(rows.map(is_an_order), [false; 3]);
    }
}
