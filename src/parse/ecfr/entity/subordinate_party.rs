//! A subordinate institution or affiliated entity in an Entity cell.

use crate::domain::subordinate::{Introduction, introduction};
use crate::parse::ecfr::entity::name::{ended_name_of, name_of};
use crate::parse::ecfr::known_as::find_known_as;
use crate::parse::ecfr::name_end::name_end;

/// What each line after `Subordinate institution` is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// An alias of the party that was named last.
    OfOneParty,
    /// A party, because `Affiliated entities:` itself names none.
    OneParty,
}

/// The text after `Subordinate institution`, `Affiliated entities:` and the like. `None` if the
/// text does not begin so.
pub fn subordinate(text: &str) -> Option<(Introduction, &str)> {
    let found = introduction(text, 0).filter(|found| found.start == 0)?;
    text.get(found.end..).map(|party| (found, party))
}

/// The name of a subordinate party, and the text after it.
pub fn subordinate_head<'a>(
    text: &'a str,
    listed: bool,
    country: Option<&str>,
) -> (String, &'a str) {
    match find_known_as(text, 0) {
        Some(known) => (
            name_of(text.get(..known.range.start).unwrap_or_default()),
            text.get(known.range.end..).unwrap_or_default(),
        ),
        None if listed => (name_of(text), ""),
        None => {
            let end = name_end(text, country);
            (ended_name_of(&end), end.address)
        }
    }
}

/// Appends another name of a party: `Second Works, a.k.a. SW; Works 2`.
pub fn join_alias(party: &mut String, name: &str) {
    party.push_str(if party.contains(", a.k.a. ") {
        "; "
    } else if party.is_empty() {
        ""
    } else {
        ", a.k.a. "
    });
    party.push_str(name);
}
