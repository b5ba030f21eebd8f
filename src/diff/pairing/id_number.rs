//! A number of a document or a register, such as `Passport A1180173 (Kenya)`, and how to find it in
//! a segment of remarks.

use crate::diff::pairing::birth_date::is_month;
use crate::diff::pairing::name::words;
use crate::diff::pairing::weights::{MAX_LABEL_WORDS, MIN_NUMBER_DIGITS};

/// A number of a document or a register.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number {
    /// `passport`, `tax id`, `registration number`, followed by `of` and the country if one is
    /// named.
    pub kind: String,
    /// Letters and digits only.
    pub value: String,
}

impl Number {
    /// Reads the number of a segment in lower case. A sentence that contains a number is none.
    pub fn read(segment: &str) -> Option<Self> {
        let mut label: Vec<String> = Vec::new();
        let mut tokens = segment
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|token| !token.is_empty());
        let value = loop {
            let token = tokens.next()?;
            let digits = token.chars().filter(char::is_ascii_digit).count();
            let is_named = label
                .last()
                .is_some_and(|last| matches!(last.as_str(), "website" | "address" | "bic"));
            if !label.is_empty()
                && !token.starts_with('(')
                && (digits >= MIN_NUMBER_DIGITS
                    || (is_named && token.contains(['.', '@']))
                    || label.last().is_some_and(|l| l == "bic"))
            {
                break compact(token);
            }
            label.extend(words(token));
            if label.len() > MAX_LABEL_WORDS {
                return None;
            }
        };
        if label.iter().any(|word| names_no_number(word))
            || (is_year(&value) && !label.iter().any(|word| names_a_number(word)))
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
            // The country is everything in the parentheses: two countries begin with `United`.
            let mut country = words(first);
            let mut is_open = !first.contains(')');
            while let Some(next) = tokens.next().filter(|_| is_open) {
                country.extend(words(next));
                is_open = !next.contains(')');
            }
            kind = format!("{kind} of {}", country.join(" "));
        }
        Some(Self { kind, value })
    }

    /// The call sign of a vessel, which has a column of its own.
    pub fn call_sign(text: &str) -> Self {
        Self { kind: "call sign".into(), value: compact(text) }
    }

    /// Whether a party keeps this number for life, so that another one suggests another party.
    /// Passports, websites and call signs change.
    pub fn is_lifelong(&self) -> bool {
        !CHANGING.iter().any(|changing| self.kind.contains(changing))
    }

    /// Whether a whole group of companies shares it: sister parties have one website and phone.
    pub fn is_of_a_group(&self) -> bool {
        ["email", "website", "phone", "fax", "address"]
            .iter()
            .any(|shared| self.kind.contains(shared))
    }

    /// The country of the document or register, if one is named.
    pub fn country(&self) -> Option<&str> {
        self.kind.split_once(" of ").map(|(_, country)| country)
    }

    /// `registration number 1037825043200`
    pub fn in_words(&self) -> String {
        format!("{} {}", self.kind, self.value)
    }
}

/// Parts of the kinds of numbers that a party changes.
const CHANGING: [&str; 11] = [
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

/// Whether a word introduces a law, a date, a model or another party. Thousands of rows share such
/// a number, and it identifies none of them.
fn names_no_number(word: &str) -> bool {
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
    WORDS.binary_search(&word).is_ok() || is_month(word)
}

/// Whether a word introduces a number, so that even a value that looks like a year is one.
fn names_a_number(word: &str) -> bool {
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
