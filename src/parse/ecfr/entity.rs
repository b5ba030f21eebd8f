//! An Entity cell taken apart: name, other names, addresses, cross-references, subordinate parties.
//!
//! The form is that of Supplement No. 4 to Part 744: `Name, a.k.a., the following two aliases:`, a
//! line `—Alias;` each, then the addresses joined with `; and `, then cross-references in brackets.
//! Older entries have only a comma between name and address. Knows one cell; it must not know rows,
//! columns or lists.

use crate::domain::Form;
use crate::domain::subordinate::{Introduction, introduction};
use crate::parse::ecfr::address::{Addresses, addresses_of, without_cross_references};
use crate::parse::ecfr::known_as::{find_known_as, find_list};
use crate::parse::ecfr::name_end::name_end;
use crate::parse::ecfr::words;

/// What an Entity cell says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entity {
    pub form: Form,
    pub name: String,
    pub aliases: Vec<String>,
    pub addresses: Vec<String>,
    /// Subordinate institutions and affiliated entities, one each, with their own aliases: `Second
    /// Works, a.k.a. SW; Works 2`.
    pub subordinates: Vec<String>,
    /// Cross-references and what the addresses apply to.
    pub remarks: Vec<String>,
    /// The name's end was marked, not inferred.
    pub certain: bool,
}

/// Takes a cell apart. Lines are as the publisher breaks them; a cell on one line is read by its
/// `—` marks. `country` is the English name of the heading that the entry stands under.
pub fn take_apart(cell: &str, country: Option<&str>) -> Entity {
    let mut entity = Entity { certain: true, ..Entity::default() };
    let mut address_text = String::new();
    let pieces = pieces_of(cell);
    let mut pieces = pieces.iter().peekable();
    let listed = pieces.clone().any(|piece| matches!(piece, Piece::Alias(_)));
    // Where the aliases that follow belong to a subordinate party, or are parties themselves.
    let mut in_subordinate: Option<Lines> = None;
    let mut first = true;
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Alias(text) => {
                let (text, references) = without_cross_references(text);
                entity.remarks.extend(references);
                let text = text.as_str();
                let last = !matches!(pieces.peek(), Some(Piece::Alias(_)));
                let (names, rest) = alias(text, last, country);
                let names = names.into_iter().filter(|name| !name.is_empty());
                match (in_subordinate, entity.subordinates.last_mut()) {
                    (Some(Lines::OfOneParty), Some(party)) => {
                        names.for_each(|name| join_alias(party, &name))
                    }
                    (Some(Lines::OneParty), _) => {
                        let mut party = String::new();
                        names.for_each(|name| join_alias(&mut party, &name));
                        entity.subordinates.extend(Some(party).filter(|party| !party.is_empty()));
                    }
                    _ => entity.aliases.extend(names),
                }
                join(&mut address_text, rest);
            }
            Piece::Text(text) if first => {
                let (text, references) = if listed {
                    without_cross_references(text)
                } else {
                    (text.clone(), Vec::new())
                };
                entity.remarks.extend(references);
                let rest = head(&text, listed, country, &mut entity);
                join(&mut address_text, &rest);
            }
            Piece::Text(text) => {
                if let Some((found, party)) = subordinate(text) {
                    let (names, rest) = subordinate_head(
                        party,
                        matches!(pieces.peek(), Some(Piece::Alias(_))),
                        country,
                    );
                    in_subordinate = Some(if names.is_empty() && found.plural {
                        Lines::OneParty
                    } else {
                        Lines::OfOneParty
                    });
                    if in_subordinate == Some(Lines::OfOneParty) {
                        entity.subordinates.push(names);
                    }
                    join(&mut address_text, rest);
                } else {
                    let known = find_list(text);
                    let rest = known
                        .as_ref()
                        .filter(|known| known.range.start == 0)
                        .map_or(text.as_str(), |known| {
                            text.get(known.range.end..).unwrap_or_default()
                        });
                    join(&mut address_text, rest);
                }
            }
        }
        first = false;
    }
    let Addresses { addresses, remarks } = addresses_of(&address_text, country);
    entity.addresses = addresses;
    entity.remarks.extend(remarks);
    if is_address_label(&entity.name) {
        entity.form = Form::Address;
    }
    entity
}

/// What each line behind `Subordinate institution` is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// An alias of the party that was named last.
    OfOneParty,
    /// A party: `Affiliated entities:` names none itself.
    OneParty,
}

enum Piece {
    /// What stands behind a `—`.
    Alias(String),
    Text(String),
}

/// The lines of a cell, further parted at the marks of aliases and where a subordinate party or a
/// shared address begins.
fn pieces_of(cell: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut announced = false;
    for line in cell.split('\n').flat_map(sentences) {
        let mut start = 0;
        let mut alias = false;
        let mut close = |from: usize, to: usize, alias: bool| {
            let text = line.get(from..to).unwrap_or_default().trim();
            if !text.is_empty() {
                pieces.push(if alias {
                    Piece::Alias(text.to_owned())
                } else {
                    Piece::Text(text.to_owned())
                });
            }
        };
        announced |= find_known_as(line, 0).is_some();
        for (at, character) in line.char_indices() {
            let dash = character == '—' || at == 0 && matches!(character, '–' | '―' | '-');
            let head = line.get(..at).unwrap_or_default();
            let parted = head.trim_end().len() < head.len() || head.ends_with([';', ':']);
            let follows =
                line.get(at + character.len_utf8()..).is_some_and(|rest| !rest.starts_with(' '));
            if dash && (at == 0 || announced && parted && follows) {
                close(start, at, alias);
                start = at + character.len_utf8();
                alias = true;
            }
        }
        close(start, line.len(), alias);
    }
    pieces
}

/// Parts a line before a sentence that begins something of its own.
fn sentences(line: &str) -> Vec<&str> {
    let parties =
        std::iter::successors(introduction(line, 0), |found| introduction(line, found.end));
    let addresses = line.match_indices("The following address").map(|(at, _)| at);
    // Behind a bracket small letters go on with the name: `Mines (BM) subordinate institution:
    // Second Works`.
    let begins = |at: usize| {
        let head = line.get(..at).unwrap_or_default().trim_end();
        let is_capital = line.get(at..).is_some_and(|rest| rest.starts_with(char::is_uppercase));
        head.ends_with(['.', ';']) || (head.ends_with(')') && is_capital)
    };
    let mut cuts: Vec<usize> =
        parties.map(|found| found.start).chain(addresses).filter(|at| begins(*at)).collect();
    cuts.sort_unstable();
    let mut parts = Vec::new();
    let mut start = 0;
    for cut in cuts {
        parts.push(line.get(start..cut).unwrap_or_default());
        start = cut;
    }
    parts.push(line.get(start..).unwrap_or_default());
    parts
}

/// Reads the cell's beginning: the name, and what else stands before the first line break. Returns
/// the text of addresses in it.
fn head(text: &str, listed: bool, country: Option<&str>, entity: &mut Entity) -> String {
    let first = find_known_as(text, 0);
    let open = first.clone().into_iter().chain(next_open(text)).find(|known| !known.bracketed);
    if let Some(known) = open.filter(|known| known.list || listed || known.range.end < text.len()) {
        entity.name = name_of(text.get(..known.range.start).unwrap_or_default());
        let rest = text.get(known.range.end..).unwrap_or_default();
        if known.list && (listed || rest.is_empty()) {
            return rest.to_owned();
        }
        return known_name(rest, listed, country, entity);
    }
    if listed {
        entity.name = name_of(text);
        return String::new();
    }
    match first {
        Some(known) => {
            // `Name (a.k.a. X and Y), address`
            let inner = text.get(known.range.end..).unwrap_or_default();
            let Some((names, rest)) = inner.split_once(')') else {
                return damaged_bracket(text, known.range.end, entity);
            };
            entity.name = name_of(
                text.get(..known.range.start).unwrap_or_default().trim_end().trim_end_matches('('),
            );
            entity.aliases.extend(enumerated(names));
            rest.to_owned()
        }
        None => {
            let (text, references) = without_cross_references(text);
            let end = name_end(&text, country);
            entity.name =
                if end.address.is_empty() { last_name_of(end.name) } else { name_of(end.name) };
            entity.certain = end.certain;
            entity.remarks.extend(references);
            end.address.to_owned()
        }
    }
}

/// A bracket that is never closed may hold anything: all of it stays with the name, up to where an
/// address begins.
fn damaged_bracket(text: &str, from: usize, entity: &mut Entity) -> String {
    let commas = || text.match_indices(',').map(|(at, _)| at).filter(|at| *at >= from);
    let address = commas()
        .find(|at| text.get(at + 1..).is_some_and(words::begins_an_address))
        .or_else(|| commas().next());
    let (name, rest) = text.split_at(address.unwrap_or(text.len()));
    entity.name = name_of(name);
    entity.certain = false;
    rest.to_owned()
}

/// The first announcement outside brackets.
fn next_open(text: &str) -> Option<crate::parse::ecfr::known_as::KnownAs> {
    let mut from = 0;
    while let Some(known) = find_known_as(text, from) {
        if !known.bracketed {
            return Some(known);
        }
        from = known.range.end.max(known.range.start + 1);
    }
    None
}

/// `Name, a.k.a. X, address`, or `Name, a.k.a. X, f.k.a., the following …`: one name behind the
/// announcement, ended as names are.
fn known_name(rest: &str, listed: bool, country: Option<&str>, entity: &mut Entity) -> String {
    if let Some(more) = next_open(rest) {
        entity.aliases.push(name_of(rest.get(..more.range.start).unwrap_or_default()));
        let behind = rest.get(more.range.end..).unwrap_or_default();
        return if more.list {
            behind.to_owned()
        } else {
            known_name(behind, listed, country, entity)
        };
    }
    if listed {
        entity.aliases.push(name_of(rest));
        return String::new();
    }
    let end = name_end(rest, country);
    entity.certain = end.certain;
    entity.aliases.push(if end.address.is_empty() {
        last_name_of(end.name)
    } else {
        name_of(end.name)
    });
    end.address.to_owned()
}

/// The names of a bracket: `Lin Rong, Steven Lim and Yong Lim`.
fn enumerated(names: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in names.split([',', ';']) {
        let part = part.trim();
        let part = part.strip_prefix("and ").unwrap_or(part);
        // `Smith and Sons` alone may be one name; behind another name, or behind several words,
        // `and` joins two
        let (one, other) = part
            .split_once(" and ")
            .filter(|(one, _)| !found.is_empty() || one.contains(' '))
            .unwrap_or((part, ""));
        match found.last_mut().filter(|_| words::is_legal_form(one)) {
            Some(name) => *name = format!("{name}, {one}"),
            None => found.push(name_of(one)),
        }
        found.push(name_of(other));
        found.retain(|name| !name.is_empty());
    }
    found
}

/// One alias without its joint, and the addresses that run on behind the last of them.
fn alias<'a>(text: &'a str, last: bool, country: Option<&str>) -> (Vec<String>, &'a str) {
    let (text, rest) = if last { alias_end(text, country) } else { (text, "") };
    let text = text
        .strip_suffix("and")
        .filter(|head| head.ends_with([' ', ';']))
        .unwrap_or(text)
        .trim_end()
        .trim_end_matches([';', ',']);
    let mut names = Vec::new();
    let mut from = text;
    while let Some(known) = next_open(from) {
        names.push(name_of(from.get(..known.range.start).unwrap_or_default()));
        from = from.get(known.range.end..).unwrap_or_default();
    }
    names.push(if last { last_name_of(from) } else { name_of(from) });
    (names, rest)
}

/// Where the last alias ends and an address runs on in the same line: behind a full stop, else
/// before a house number.
fn alias_end<'a>(text: &'a str, country: Option<&str>) -> (&'a str, &'a str) {
    for (at, _) in text.match_indices(". ") {
        let (alias, rest) =
            (text.get(..=at).unwrap_or(text), text.get(at + 2..).unwrap_or_default());
        let word = alias.trim_end_matches('.').rsplit(' ').next().unwrap_or_default();
        let stopped = !words::is_abbreviation(word) || words::is_legal_form(word);
        let placed = rest.contains(',')
            && (country.is_some_and(|country| rest.contains(country))
                || rest.contains(|c: char| c.is_ascii_digit()));
        if stopped && (placed || words::begins_an_address(rest)) {
            return (alias, rest);
        }
    }
    let numbered = text.match_indices(' ').map(|(at, _)| at).find(|at| {
        let rest = text.get(at + 1..).unwrap_or_default();
        rest.contains(',')
            && words::begins_an_address(rest)
            && rest.split(',').next().is_some_and(words::holds_place_word)
    });
    numbered.map_or((text, ""), |at| text.split_at(at))
}

/// The text behind `Subordinate institution`, `Affiliated entities:` and the like.
fn subordinate(text: &str) -> Option<(Introduction, &str)> {
    let found = introduction(text, 0).filter(|found| found.start == 0)?;
    text.get(found.end..).map(|party| (found, party))
}

/// A subordinate party's name, and what stands behind it.
fn subordinate_head<'a>(text: &'a str, listed: bool, country: Option<&str>) -> (String, &'a str) {
    match find_known_as(text, 0) {
        Some(known) => (
            name_of(text.get(..known.range.start).unwrap_or_default()),
            text.get(known.range.end..).unwrap_or_default(),
        ),
        None if listed => (name_of(text), ""),
        None => {
            let end = name_end(text, country);
            (
                if end.address.is_empty() { last_name_of(end.name) } else { name_of(end.name) },
                end.address,
            )
        }
    }
}

fn join_alias(party: &mut String, name: &str) {
    party.push_str(if party.contains(", a.k.a. ") {
        "; "
    } else if party.is_empty() {
        ""
    } else {
        ", a.k.a. "
    });
    party.push_str(name);
}

fn join(text: &mut String, more: &str) {
    let more = more.trim();
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

/// A name without what joins it to the next text. Its own full stop stays.
fn name_of(text: &str) -> String {
    text.trim().trim_end_matches([',', ';', ':', ' ']).to_owned()
}

/// A name that ends a sentence.
fn last_name_of(text: &str) -> String {
    words::without_final_stop(text.trim().trim_end_matches([',', ';', ':', ' ']))
        .trim_end_matches([',', ' '])
        .to_owned()
}

/// `Address 01`, as entries that list an address alone are called since 89 FR 51644.
fn is_address_label(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("Address") else { return false };
    let rest = rest.trim_start();
    let rest = rest.strip_prefix("No.").unwrap_or(rest).trim_start();
    rest.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cell: &str, name: &str, aliases: &[&str], addresses: &[&str]) {
        let entity = take_apart(cell, Some("Russia"));
        let (found_aliases, found_addresses): (Vec<&str>, Vec<&str>) = (
            entity.aliases.iter().map(String::as_str).collect(),
            entity.addresses.iter().map(String::as_str).collect(),
        );
        assert_eq!(
            (entity.name.as_str(), found_aliases, found_addresses),
            (name, aliases.to_vec(), addresses.to_vec()),
            "{cell}"
        );
    }

    #[test]
    fn a_cell_in_lines_is_taken_apart() {
        check(
            "Glass Works, JSC, a.k.a., the following two aliases:\n—GW; and\n—Glass Works Ltd.\n5 \
             Mira Street, Perm, Russia; and 7 Mira Street, Perm, Russia.",
            "Glass Works, JSC",
            &["GW", "Glass Works Ltd."],
            &["5 Mira Street, Perm, Russia", "7 Mira Street, Perm, Russia"],
        );
        check("Glass Works, a.k.a., the following one alias:\n—GW.", "Glass Works", &["GW"], &[]);
    }

    #[test]
    fn a_cell_on_one_line_is_taken_apart_by_its_marks() {
        check(
            "Lake—Stone Institute, a.k.a., the following two aliases: —LSI; and —Lake Stone Co. \
             No. 1 Mira Road, Perm, Russia.",
            "Lake—Stone Institute",
            &["LSI", "Lake Stone Co."],
            &["No. 1 Mira Road, Perm, Russia"],
        );
        check(
            "Works, a.k.a., the following one alias: —12th Works 51 Mira Road, Perm",
            "Works",
            &["12th Works"],
            &["51 Mira Road, Perm"],
        );
        check(
            "Works, a.k.a., the following one alias: —N.A. Yu. A. Petrov Works.",
            "Works",
            &["N.A. Yu. A. Petrov Works"],
            &[],
        );
    }

    #[test]
    fn names_in_running_text_are_found() {
        check(
            "Glass Works (a.k.a. GW, Glass Co., Ltd. and Glasco), 5 Mira, Perm",
            "Glass Works",
            &["GW", "Glass Co., Ltd.", "Glasco"],
            &["5 Mira, Perm"],
        );
        check(
            "Glass Works, f.k.a. Old Works, 5 Mira, Perm",
            "Glass Works",
            &["Old Works"],
            &["5 Mira, Perm"],
        );
        check(
            "Glass Works, f.k.a. Old Works, a.k.a., the following one alias:\n—GW.\n5 Mira, Perm.",
            "Glass Works",
            &["Old Works", "GW"],
            &["5 Mira, Perm"],
        );
        check(
            "Works, a.k.a., the following one alias:\n—GW; and\nf.k.a., the following one \
             alias:\n—Old Works.\n5 Mira, Perm.",
            "Works",
            &["GW", "Old Works"],
            &["5 Mira, Perm"],
        );
    }

    #[test]
    fn a_former_name_in_brackets_stays_with_a_name_whose_end_is_marked() {
        check(
            "Glass, OOO (f.k.a., Old Glass), a.k.a., the following one alias:\n—GW.",
            "Glass, OOO (f.k.a., Old Glass)",
            &["GW"],
            &[],
        );
    }

    #[test]
    fn a_cross_reference_is_no_part_of_a_name() {
        let cell = "Roe Works (See alternate address under Iran), a.k.a., the following two \
                    aliases:\n—RW; and\n—Roe Co. (See alternate address under Oman).\n5 Mira, \
                    Perm.";
        let entity = take_apart(cell, Some("Russia"));
        assert_eq!(
            (entity.name.as_str(), entity.aliases.as_slice()),
            ("Roe Works", &["RW".to_owned(), "Roe Co.".to_owned()][..])
        );
        assert_eq!(
            entity.remarks,
            ["See alternate address under Iran", "See alternate address under Oman"]
        );
    }

    #[test]
    fn what_does_not_fit_is_kept_and_said() {
        let entity =
            take_apart("Glass, OAO (a.k.a. Glass Works, Address: 5 Mira, Perm", Some("Russia"));
        assert_eq!(
            (entity.name.as_str(), entity.certain),
            ("Glass, OAO (a.k.a. Glass Works", false)
        );
        assert_eq!(entity.addresses, ["5 Mira, Perm"]);
    }

    #[test]
    fn affiliated_parties_are_kept_apart_from_the_aliases() {
        let entity = take_apart(
            "Glass, a.k.a., the following one alias:\n—GW.\nAffiliated entities: North Glass \
             Ltd.\n5 Mira, Perm.",
            None,
        );
        assert_eq!(
            (entity.aliases, entity.subordinates),
            (vec!["GW".to_owned()], vec!["North Glass Ltd.".to_owned()])
        );
    }

    #[test]
    fn a_party_that_a_name_goes_on_with_stays_in_it() {
        let entity = take_apart(
            "Mines (BM) subordinate institution: Second Works, a.k.a., the following one \
             alias:\n—SW.",
            None,
        );
        assert_eq!(
            (entity.name.as_str(), entity.subordinates),
            ("Mines (BM) subordinate institution: Second Works", vec![])
        );
    }

    #[test]
    fn subordinate_parties_are_found_in_any_case_and_number() {
        for (cell, expected) in [
            (
                "Glass, a.k.a., the following one alias:\n—GW.\nSUBORDINATE INSTITUTION: North \
                 Glass, a.k.a., the following one alias:\n—NG.",
                vec!["North Glass, a.k.a. NG"],
            ),
            (
                "Glass, a.k.a., the following one alias:\n—GW.\nAffiliated Entities:\n—North \
                 Glass; and\n—South Glass, a.k.a. SG.",
                vec!["North Glass", "South Glass, a.k.a. SG"],
            ),
            (
                "Glass, a.k.a., the following one alias: —GW. Subordinate Institution - North \
                 Glass. subordinate institution South Glass.",
                vec!["North Glass", "South Glass"],
            ),
        ] {
            let entity = take_apart(cell, None);
            assert_eq!(
                (entity.aliases, entity.subordinates),
                (vec!["GW".to_owned()], expected.into_iter().map(str::to_owned).collect()),
                "{cell}"
            );
        }
    }
}
