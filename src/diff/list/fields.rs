//! What differs between the two rows of one entry, field by field.
//!
//! Knows every field of an entry, and which fields describe the entity. Must not know how the rows
//! were matched.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::diff::list::editorial::{
    is_broken, is_same_name, is_same_text, is_same_wording, prose_without_typography,
    without_typography,
};
use crate::diff::list::entity_cell;
use crate::diff::list::unordered::same_members;
use crate::domain::{Entry, FieldChange};

/// If more members of a list than this are broken, the others count as changed. Bounds the number
/// of comparisons.
const MOST_BROKEN_MEMBERS: usize = 100;

/// A field that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub change: FieldChange,
    /// It differs only in typography.
    pub editorial: bool,
    /// A list gained a member that is not an old one with other typography, or a text became
    /// longer.
    pub gained: bool,
}

/// Every field that differs, in the order of an entry's keys.
pub fn differences(before: &Entry, after: &Entry) -> Vec<Difference> {
    let (before, after) = entity_cell::aligned(before, after);
    let (before, after) = (before.as_ref(), after.as_ref());
    let mut found = Differences::default();
    found.value("form", json!(before.form), json!(after.form), before.form == after.form);
    found.name("name", &before.name, &after.name);
    found.names("aliases", &before.aliases, &after.aliases);
    found.names("addresses", &before.addresses, &after.addresses);
    found.countries(&before.countries, &after.countries);
    found.wording("license_requirement", &before.license_requirement, &after.license_requirement);
    found.wording("license_policy", &before.license_policy, &after.license_policy);
    found.list("footnotes", &before.footnotes, &after.footnotes);
    let citations =
        |entry: &Entry| entry.citations.iter().map(ToString::to_string).collect::<Vec<_>>();
    found.list("citations", &citations(before), &citations(after));
    for (field, old, new) in [
        ("start_date", &before.start_date, &after.start_date),
        ("end_date", &before.end_date, &after.end_date),
    ] {
        found.optional(field, old.as_deref(), new.as_deref(), is_same_text);
    }
    found.text("remarks", &before.remarks, &after.remarks);
    let keys: BTreeSet<&str> = before.other.keys().chain(after.other.keys()).collect();
    for key in keys.into_iter().filter(|key| *key != entity_cell::CELL) {
        found.other_column(key, before, after);
    }
    // The parts of a cell show what changed in it. The cell itself is shown only for a change in
    // none of its parts.
    if let (Some(old), Some(new)) = (entity_cell::cell(before), entity_cell::cell(after))
        && !found.0.iter().any(|difference| is_cut_from_the_cell(&difference.change.field))
    {
        found.name(&format!("other.{}", entity_cell::CELL), old, new);
    }
    found.0
}

fn is_cut_from_the_cell(field: &str) -> bool {
    matches!(field, "form" | "name" | "aliases" | "addresses" | "remarks")
        || field.strip_prefix("other.") == Some(entity_cell::SUBORDINATES)
}

/// Whether a column is about the publisher's web pages and not about the entity.
fn is_about_the_publisher(key: &str) -> bool {
    matches!(key, "source_list_url" | "source_information_url")
}

#[derive(Default)]
struct Differences(Vec<Difference>);

impl Differences {
    fn value(&mut self, field: &str, before: Value, after: Value, same: bool) {
        if !same {
            let change = FieldChange { field: field.to_owned(), before, after };
            self.0.push(Difference { change, editorial: false, gained: false });
        }
    }

    fn text(&mut self, field: &str, before: &str, after: &str) {
        self.optional(field, Some(before), Some(after), is_same_text);
    }

    /// A name, or a text of names and addresses.
    fn name(&mut self, field: &str, before: &str, after: &str) {
        self.optional(field, Some(before), Some(after), is_same_name);
    }

    /// A country that was derived from an address appears or disappears with the typography of the
    /// address. It never becomes another country. Call after the addresses.
    fn countries(&mut self, before: &[String], after: &[String]) {
        let same_addresses =
            self.0.last().is_some_and(|last| last.change.field == "addresses" && last.editorial);
        let none_replaced = before.iter().all(|country| after.contains(country))
            || after.iter().all(|country| before.contains(country));
        self.list("countries", before, after);
        if same_addresses
            && none_replaced
            && let Some(countries) = self.last_of("countries")
        {
            (countries.editorial, countries.gained) = (true, false);
        }
    }

    /// A column of the publisher that has no field of its own.
    fn other_column(&mut self, key: &str, before: &Entry, after: &Entry) {
        let field = format!("other.{key}");
        let is_same = if key == entity_cell::SUBORDINATES { is_same_name } else { is_same_text };
        self.optional(&field, before.other.get(key), after.other.get(key), is_same);
        let is_same_citation =
            key == "federal_register_notice" && same_members(&before.citations, &after.citations);
        if let Some(column) = self.last_of(&field) {
            column.editorial |= is_about_the_publisher(key) || is_same_citation;
            column.gained &= !column.editorial;
        }
    }

    /// The difference that was found last, if it is one of this field.
    fn last_of(&mut self, field: &str) -> Option<&mut Difference> {
        self.0.last_mut().filter(|last| last.change.field == field)
    }

    /// A text in which each word counts.
    fn wording(&mut self, field: &str, before: &str, after: &str) {
        self.text(field, before, after);
        if let Some(last) = self.last_of(field) {
            last.editorial = is_same_wording(before, after);
            last.gained = !last.editorial && before.len() < after.len();
        }
    }

    fn optional(
        &mut self,
        field: &str,
        before: Option<&str>,
        after: Option<&str>,
        is_same: fn(&str, &str) -> bool,
    ) {
        if before != after {
            let (old, new) = (before.unwrap_or_default(), after.unwrap_or_default());
            let editorial = is_same(old, new);
            let gained = !editorial && old.len() < new.len();
            let change =
                FieldChange { field: field.to_owned(), before: json!(before), after: json!(after) };
            self.0.push(Difference { change, editorial, gained });
        }
    }

    fn list(&mut self, field: &str, before: &[String], after: &[String]) {
        self.members(field, before, after, (prose_without_typography, is_same_text));
    }

    /// Aliases or addresses.
    fn names(&mut self, field: &str, before: &[String], after: &[String]) {
        self.members(field, before, after, (without_typography, is_same_name));
    }

    fn members(&mut self, field: &str, before: &[String], after: &[String], sameness: Sameness) {
        if !same_members(before, after) {
            let (lost, gained) = unpaired(before, after, sameness);
            let change =
                FieldChange { field: field.to_owned(), before: json!(before), after: json!(after) };
            self.0.push(Difference {
                change,
                editorial: lost == 0 && gained == 0,
                gained: gained > 0,
            });
        }
    }
}

/// How the typography of a text is removed, and whether two texts are the same.
type Sameness = (fn(&str) -> String, fn(&str, &str) -> bool);

/// The number of members of each list that have no counterpart in the other list, neither with
/// other typography nor repaired. Repeated members count once. Members that are only typography do
/// not count.
fn unpaired(before: &[String], after: &[String], (fold, is_same): Sameness) -> (usize, usize) {
    let by_fold = |texts: &[String]| {
        texts
            .iter()
            .cloned()
            .map(|text| (fold(&text), text))
            .filter(|(fold, _)| !fold.is_empty())
            .collect::<BTreeMap<_, _>>()
    };
    let (mut before, mut after) = (by_fold(before), by_fold(after));
    before.retain(|fold, _| after.remove(fold).is_none());
    let (deleted, mut inserted): (Vec<String>, Vec<String>) =
        (before.into_values().collect(), after.into_values().collect());
    // The rest differs in letters. Only a member with broken characters can still be repaired.
    let mut broken: Vec<&String> =
        deleted.iter().filter(|text| text.contains(is_broken)).take(MOST_BROKEN_MEMBERS).collect();
    let mut repaired = 0;
    if !broken.is_empty() {
        inserted.retain(|text| match broken.iter().position(|old| is_same(old, text)) {
            Some(at) => {
                broken.swap_remove(at);
                repaired += 1;
                false
            }
            None => true,
        });
    }
    (deleted.len() - repaired, inserted.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Citation, ListCode};

    fn check(change: impl Fn(&mut Entry), expected: &[(&str, bool, bool)]) {
        let mut before = Entry::named(ListCode::EL, "Alpha");
        before.addresses = vec!["1 Dock Road, cn".into()];
        before.citations = vec![Citation::page(80, 1)];
        before.other.insert("federal_register_notice", "80FR 1");
        let mut after = before.clone();
        change(&mut after);
        let found = differences(&before, &after);
        let found: Vec<_> =
            found.iter().map(|d| (d.change.field.as_str(), d.editorial, d.gained)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn each_field_is_named_by_its_key_with_whether_it_is_editorial_and_gained() {
        check(|_| {}, &[]);
        check(|e| e.name = "Alpha.".into(), &[("name", true, false)]);
        check(|e| e.aliases = vec!["A".into()], &[("aliases", false, true)]);
        check(|e| e.addresses.push("1 Dock Road, CN.".into()), &[("addresses", true, false)]);
        check(
            |e| e.addresses = vec!["2 Dock Road".into(), "2 Dock Road".into()],
            &[("addresses", false, true)],
        );
        check(|e| e.addresses.clear(), &[("addresses", false, false)]);
        check(|e| e.license_policy = "Denial".into(), &[("license_policy", false, true)]);
        check(|e| e.end_date = Some("2022-01-01".into()), &[("end_date", false, true)]);
        check(|e| e.other.insert("programs", "X"), &[("other.programs", false, true)]);
        check(|e| e.publisher_id = "another".into(), &[]);
    }

    #[test]
    fn a_country_that_appears_with_the_typography_of_an_address_is_editorial() {
        let reset = |e: &mut Entry| {
            (e.addresses, e.countries) = (vec!["1 Dock Road, CN".into()], vec!["CN".into()]);
        };
        check(reset, &[("addresses", true, false), ("countries", true, false)]);
        check(|e| e.countries = vec!["CN".into()], &[("countries", false, true)]);
    }

    #[test]
    fn a_country_that_became_another_is_never_editorial() {
        let moved = |e: &mut Entry| {
            (e.addresses, e.countries) = (vec!["1 Dock Road, CN".into()], vec!["HK".into()]);
        };
        let mut before = Entry::named(ListCode::EL, "Alpha");
        (before.addresses, before.countries) = (vec!["1 Dock Road CN".into()], vec!["CN".into()]);
        let mut after = before.clone();
        moved(&mut after);
        let found: Vec<_> = differences(&before, &after)
            .into_iter()
            .map(|d| (d.change.field, d.editorial))
            .collect();
        assert_eq!(found, [("addresses".to_owned(), true), ("countries".to_owned(), false)]);
    }

    #[test]
    fn commas_and_periods_are_editorial_only_in_names_aliases_and_addresses() {
        check(|e| e.addresses = vec!["1 Dock Road cn".into()], &[("addresses", true, false)]);
        check(|e| e.addresses = vec!["1, Dock Road, cn;".into()], &[("addresses", true, false)]);
        let mut before = Entry::named(ListCode::EL, "Foo Co., Ltd.");
        before.aliases = vec!["F.C.; Foo".into(), "Bar, Inc".into()];
        before.license_requirement = "For all items, except food".into();
        before.license_policy = "Denial. See below".into();
        before.other.insert("subordinate_parties", "Works, Ltd.");
        let mut after = before.clone();
        after.name = "Foo Co. Ltd.".into();
        after.aliases = vec!["Bar Inc.;".into(), "FC; Foo;".into()];
        after.other.insert("subordinate_parties", "Works Ltd");
        assert!(differences(&before, &after).iter().all(|difference| difference.editorial));
        assert_eq!(differences(&before, &after).len(), 3);
        after.license_requirement = "For all items except food".into();
        after.license_policy = "Denial See below".into();
        let substantive: Vec<_> = differences(&before, &after)
            .into_iter()
            .filter(|d| !d.editorial)
            .map(|d| d.change.field)
            .collect();
        assert_eq!(substantive, ["license_requirement", "license_policy"]);
    }

    #[test]
    fn the_raw_citation_text_matters_only_if_the_citations_differ() {
        let raw = |e: &mut Entry| {
            e.other.insert("federal_register_notice", "80 FR 1 (no. 2)");
        };
        check(raw, &[("other.federal_register_notice", true, false)]);
    }
}
