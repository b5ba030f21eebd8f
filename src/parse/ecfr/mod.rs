//! Part 744 of the eCFR: the Entity List (Supplement No. 4), the Unverified List (No. 6), the
//! Military End-User List (No. 7). Also the text of single sections, and the parties that it names.
//!
//! Source of the format: `/api/versioner/v1/full/DATE/title-15.xml?part=744`, described in the
//! Electronic Code of Federal Regulations XML User Guide of the Government Publishing Office. Knows
//! where the lists are in the part.

mod address;
pub mod cell;
pub mod entity;
mod entry;
mod enumeration;
mod known_as;
mod name_end;
mod named_party;
mod section;
pub(in crate::parse) mod table;
mod words;

use std::collections::BTreeSet;
use std::io::Read;

use self::entry::{EntryReader, columns_of};
pub use self::named_party::named_parties;
pub use self::section::{Sections, sections};
use crate::domain::{Entry, ListCode, PART_OF_LISTS, Publisher, Snapshot, Warning};
use crate::parse::ParseError;
use crate::parse::gpo_xml::{Markup, MarkupReader, Tag};
use crate::parse::warnings::capped;

/// Reads the `lists` from Part 744.
///
/// `Snapshot::rows` counts the entries of all three lists. The country of an entry is that of its
/// heading, and its start date that of its first citation. `other.entity` holds the whole cell if
/// the end of the name was inferred.
///
/// # Errors
/// If the text is not XML or is cut short, or if it lacks Part 744, lacks the Entity List while
/// that is watched, has an empty table, or has a table with other columns. The error names the
/// line. Another missing list gives only a warning.
pub fn parse(input: impl Read, lists: &[ListCode]) -> Result<Snapshot, ParseError> {
    let (mut snapshot, found, place) = read(input, lists)?;
    let not_found = ListCode::IN_ECFR.into_iter();
    for list in not_found.filter(|list| lists.contains(list) && !found.contains(list)) {
        let ParseError { place, problem } = missing(list, place.clone());
        // Part 744 is defined by the Entity List. The other lists may be moved out of it one day.
        if list == ListCode::EL {
            return Err(ParseError { place, problem });
        }
        snapshot.warnings.push(Warning { place, text: problem });
    }
    Ok(snapshot)
}

/// Reads Part 744 as of a past date, and returns which lists it had. Lists that are younger than
/// the Entity List may not have existed yet.
///
/// # Errors
/// Like [`parse`].
pub fn parse_past(
    input: impl Read,
    lists: &[ListCode],
) -> Result<(Snapshot, Vec<ListCode>), ParseError> {
    let (snapshot, found, place) = read(input, lists)?;
    if lists.contains(&ListCode::EL) && !found.contains(&ListCode::EL) {
        return Err(missing(ListCode::EL, place));
    }
    Ok((snapshot, found))
}

fn missing(list: ListCode, place: String) -> ParseError {
    let number = list.ecfr_supplement().unwrap_or_default();
    let problem = format!(
        "expected Supplement No. {number} (the {}) with a table, but the document ends without it",
        list.title()
    );
    ParseError { place, problem }
}

/// The watched lists of a document, all lists that it has, and the place where it ends.
fn read(
    input: impl Read,
    lists: &[ListCode],
) -> Result<(Snapshot, Vec<ListCode>, String), ParseError> {
    if let Some(list) = lists.iter().find(|list| !Publisher::Ecfr.publishes(**list)) {
        return Err(ParseError {
            place: "the watched lists".into(),
            problem: format!("expected EL, UVL or MEU of the eCFR, but got {list}"),
        });
    }
    let mut reader = MarkupReader::new(input);
    let mut snapshot = Snapshot { publisher: Publisher::Ecfr, ..Snapshot::default() };
    let mut found: Vec<ListCode> = Vec::new();
    let mut in_part = false;
    let mut first = true;
    loop {
        match reader.read()? {
            Markup::Start(tag) => {
                if first && tag.name.eq_ignore_ascii_case("html") {
                    let problem = "expected the XML of Part 744, but got a web page".into();
                    return Err(ParseError { place: format!("line {}", reader.line()), problem });
                }
                first = false;
                in_part |= tag.name == "DIV5"
                    && tag.attribute("N").is_some_and(|number| number.trim() == PART_OF_LISTS);
                if let Some(list) = supplement(&tag).filter(|_| in_part) {
                    let read = read_supplement(&mut reader, list)?;
                    let Some(Supplement { entries, warnings, columns }) = read else { continue };
                    found.push(list);
                    snapshot.rows += entries.len();
                    if lists.contains(&list) {
                        snapshot.entries.extend(entries);
                        snapshot.warnings.extend(warnings);
                        snapshot.columns.extend(columns);
                    }
                }
            }
            Markup::End(_) | Markup::Text(_) => {}
            Markup::Finished => break,
        }
    }
    let place = format!("line {}", reader.line());
    if !in_part {
        return Err(ParseError {
            place,
            problem: "expected Part 744 (DIV5 N=\"744\"), but the document ends without it".into(),
        });
    }
    snapshot.warnings = capped(snapshot.warnings);
    Ok((snapshot, found, place))
}

/// The content of one supplement.
struct Supplement {
    entries: Vec<Entry>,
    warnings: Vec<Warning>,
    /// Unknown columns.
    columns: BTreeSet<String>,
}

/// The list whose supplement begins with this tag. `None` if no supplement does.
fn supplement(tag: &Tag) -> Option<ListCode> {
    let name = tag.attribute("N").filter(|_| tag.name == "DIV9")?.to_lowercase();
    let words: Vec<&str> = name.split_whitespace().collect();
    let ["supplement", "no.", number, "to", "part", PART_OF_LISTS] = words.as_slice() else {
        return None;
    };
    let number: u32 = number.parse().ok()?;
    ListCode::IN_ECFR.into_iter().find(|list| list.ecfr_supplement() == Some(number))
}

/// The entries of a supplement. `None` if it has no table.
fn read_supplement<R: Read>(
    reader: &mut MarkupReader<R>,
    list: ListCode,
) -> Result<Option<Supplement>, ParseError> {
    let mut entries = EntryReader::new(list);
    let mut tables = 0_usize;
    loop {
        match reader.read()? {
            Markup::Start(tag) if tag.name == "TABLE" => {
                tables += 1;
                let title = |error: ParseError| ParseError {
                    place: format!("{} (the {})", error.place, list.title()),
                    ..error
                };
                table::read_table(reader, columns_of(list), |row| {
                    entries.row(row);
                    Ok(())
                })
                .map_err(title)?;
            }
            Markup::End(name) if name == "DIV9" => break,
            Markup::Start(_) | Markup::End(_) | Markup::Text(_) => {}
            Markup::Finished => break,
        }
    }
    let (entries, warnings, columns) = entries.finish();
    if tables > 0 && entries.is_empty() {
        let problem = "expected entries, but the table holds none".to_owned();
        return Err(ParseError {
            place: format!("line {} (the {})", reader.line(), list.title()),
            problem,
        });
    }
    Ok((tables > 0).then_some(Supplement { entries, warnings, columns }))
}
