//! Splits an Entity cell into name, other names, addresses, cross-references and subordinate
//! parties.
//!
//! The form is that of Supplement No. 4 to Part 744: `Name, a.k.a., the following two aliases:`,
//! one line `—Alias;` per alias, then the addresses joined with `; and `, then cross-references in
//! brackets. Older entries have only a comma between name and address. Knows one cell. It must not
//! know rows, columns or lists.

mod alias;
mod head;
mod name;
mod pieces;
mod subordinate_party;

use crate::domain::Form;
use crate::parse::ecfr::address::{Addresses, addresses_of, without_cross_references};
use crate::parse::ecfr::known_as::find_list;
use alias::alias;
use head::head;
use name::is_address_label;
use pieces::{Piece, pieces_of};
use subordinate_party::{Lines, join_alias, subordinate, subordinate_head};

/// The content of an Entity cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entity {
    pub form: Form,
    pub name: String,
    pub aliases: Vec<String>,
    pub addresses: Vec<String>,
    /// Subordinate institutions and affiliated entities, each with its own aliases:
    /// `Second Works, a.k.a. SW; Works 2`.
    pub subordinates: Vec<String>,
    /// Cross-references, and sentences that say what the addresses apply to.
    pub remarks: Vec<String>,
    /// Whether the end of the name was marked. If false, it was inferred.
    pub certain: bool,
}

/// Splits a cell. Lines are as the publisher breaks them. A cell on one line is split by its `—`
/// marks. `country` is the English name of the heading that the entry is under.
pub fn take_apart(cell: &str, country: Option<&str>) -> Entity {
    let mut entity = Entity { certain: true, ..Entity::default() };
    let mut address_text = String::new();
    let pieces = pieces_of(cell);
    let has_list = pieces.iter().any(|piece| matches!(piece, Piece::Alias(_)));
    // Set while the alias lines belong to a subordinate party, or are parties themselves.
    let mut in_subordinate: Option<Lines> = None;
    for (at, piece) in pieces.iter().enumerate() {
        let alias_follows = matches!(pieces.get(at + 1), Some(Piece::Alias(_)));
        let rest = match piece {
            Piece::Alias(text) => {
                let (text, references) = without_cross_references(text);
                entity.remarks.extend(references);
                let (names, rest) = alias(&text, !alias_follows, country);
                add_names(&mut entity, names, in_subordinate);
                rest.to_owned()
            }
            Piece::Text(text) if at == 0 => {
                let (text, references) = if has_list {
                    without_cross_references(text)
                } else {
                    (text.clone(), Vec::new())
                };
                entity.remarks.extend(references);
                head(&text, has_list, country, &mut entity)
            }
            Piece::Text(text) => match subordinate(text) {
                Some((found, party)) => {
                    let (names, rest) = subordinate_head(party, alias_follows, country);
                    if names.is_empty() && found.plural {
                        in_subordinate = Some(Lines::OneParty);
                    } else {
                        in_subordinate = Some(Lines::OfOneParty);
                        entity.subordinates.push(names);
                    }
                    rest.to_owned()
                }
                None => after_announcement(text).to_owned(),
            },
        };
        append(&mut address_text, &rest);
    }
    let Addresses { addresses, remarks } = addresses_of(&address_text, country);
    entity.addresses = addresses;
    entity.remarks.extend(remarks);
    if is_address_label(&entity.name) {
        entity.form = Form::Address;
    }
    entity
}

/// Adds the names of an alias line: to the entity, to its last subordinate party, or as a party of
/// their own.
fn add_names(entity: &mut Entity, names: Vec<String>, in_subordinate: Option<Lines>) {
    let names = names.into_iter().filter(|name| !name.is_empty());
    match (in_subordinate, entity.subordinates.last_mut()) {
        (Some(Lines::OfOneParty), Some(party)) => names.for_each(|name| join_alias(party, &name)),
        (Some(Lines::OneParty), _) => {
            let mut party = String::new();
            names.for_each(|name| join_alias(&mut party, &name));
            entity.subordinates.extend(Some(party).filter(|party| !party.is_empty()));
        }
        _ => entity.aliases.extend(names),
    }
}

/// The text without the announcement of a list of names that it begins with.
fn after_announcement(text: &str) -> &str {
    find_list(text)
        .filter(|known| known.range.start == 0)
        .map_or(text, |known| text.get(known.range.end..).unwrap_or_default())
}

/// Appends a text, with a space before it.
fn append(text: &mut String, more: &str) {
    let more = more.trim();
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
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
    fn a_cell_in_lines_is_split() {
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
    fn a_cell_on_one_line_is_split_by_its_marks() {
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
    fn a_cross_reference_is_not_part_of_a_name() {
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
    fn a_damaged_cell_is_kept_and_is_uncertain() {
        let entity =
            take_apart("Glass, OAO (a.k.a. Glass Works, Address: 5 Mira, Perm", Some("Russia"));
        assert_eq!(
            (entity.name.as_str(), entity.certain),
            ("Glass, OAO (a.k.a. Glass Works", false)
        );
        assert_eq!(entity.addresses, ["5 Mira, Perm"]);
    }

    #[test]
    fn affiliated_parties_are_not_aliases() {
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
    fn a_party_inside_a_name_stays_in_it() {
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
