//! A name without the punctuation that joins it to the next text.

use crate::parse::ecfr::name_end::NameEnd;
use crate::parse::ecfr::words;

/// A name without the separators after it. Its own period stays.
pub fn name_of(text: &str) -> String {
    text.trim().trim_end_matches([',', ';', ':', ' ']).to_owned()
}

/// A name that ends a sentence, without the period of the sentence.
pub fn last_name_of(text: &str) -> String {
    words::without_final_stop(text.trim().trim_end_matches([',', ';', ':', ' ']))
        .trim_end_matches([',', ' '])
        .to_owned()
}

/// The name that ends at `end`. A name without an address after it ends a sentence.
pub fn ended_name_of(end: &NameEnd<'_>) -> String {
    if end.address.is_empty() { last_name_of(end.name) } else { name_of(end.name) }
}

/// Whether this is `Address 01` or the like, the name of an entry that lists only an address (since
/// 89 FR 51644).
pub fn is_address_label(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("Address") else { return false };
    let rest = rest.trim_start();
    let rest = rest.strip_prefix("No.").unwrap_or(rest).trim_start();
    rest.starts_with(|c: char| c.is_ascii_digit())
}
