//! The beginning of an Entity cell: the name, and other names in the same text.

use crate::parse::ecfr::address::without_cross_references;
use crate::parse::ecfr::entity::Entity;
use crate::parse::ecfr::entity::name::{ended_name_of, name_of};
use crate::parse::ecfr::known_as::{find_known_as, find_open};
use crate::parse::ecfr::name_end::name_end;
use crate::parse::ecfr::words;

/// Reads the beginning of the cell into `entity`: the name, and the other names before the first
/// line break. Returns the text of the addresses in it.
pub fn head(text: &str, listed: bool, country: Option<&str>, entity: &mut Entity) -> String {
    let first = find_known_as(text, 0);
    let open = first.clone().into_iter().chain(find_open(text)).find(|known| !known.bracketed);
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
            entity.name = ended_name_of(&end);
            entity.certain = end.certain;
            entity.remarks.extend(references);
            end.address.to_owned()
        }
    }
}

/// A bracket that is never closed may contain anything, so all of it stays with the name, up to
/// where an address begins.
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

/// Reads `Name, a.k.a. X, address`, or `Name, a.k.a. X, f.k.a., the following …`: one name after
/// the announcement, which ends as names do. Returns the text of the addresses.
fn known_name(rest: &str, listed: bool, country: Option<&str>, entity: &mut Entity) -> String {
    if let Some(more) = find_open(rest) {
        entity.aliases.push(name_of(rest.get(..more.range.start).unwrap_or_default()));
        let after = rest.get(more.range.end..).unwrap_or_default();
        return if more.list {
            after.to_owned()
        } else {
            known_name(after, listed, country, entity)
        };
    }
    if listed {
        entity.aliases.push(name_of(rest));
        return String::new();
    }
    let end = name_end(rest, country);
    entity.certain = end.certain;
    entity.aliases.push(ended_name_of(&end));
    end.address.to_owned()
}

/// The names in a bracket: `Lin Rong, Steven Lim and Yong Lim`.
fn enumerated(names: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in names.split([',', ';']) {
        let part = part.trim();
        let part = part.strip_prefix("and ").unwrap_or(part);
        // `Smith and Sons` alone may be one name. After another name, or after several words, `and`
        // joins two names.
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
