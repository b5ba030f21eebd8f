//! One row of a list.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::other_columns::{self, OtherColumns};
use crate::domain::{Citation, EntryId, ListCode, Sha256};

/// Whether the row names a party or, since 89 FR 51644, an address alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    #[default]
    Party,
    Address,
}

/// One row of a list, as published but without surrounding space. Every field is always present in
/// JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    pub list: ListCode,
    pub form: Form,
    pub name: String,
    pub aliases: Vec<String>,
    pub addresses: Vec<String>,
    /// ISO 3166-1 alpha-2 (`XK` for Kosovo), sorted, each once. Empty: unknown.
    pub countries: Vec<String>,
    pub license_requirement: String,
    pub license_policy: String,
    /// The footnotes of the license requirement (`1`, `3`, `4`, `5`), sorted, each once.
    pub footnotes: Vec<String>,
    /// In published order. An amended entry keeps its citations and gets a new one.
    pub citations: Vec<Citation>,
    /// `2022-06-30`. A text that is not a date is kept as published.
    pub start_date: Option<String>,
    pub end_date: Option<String>,
    pub remarks: String,
    /// The publisher's other columns by name, without the empty ones: `programs`, `title`, `type`,
    /// `ids`, `entity_number`, `dates_of_birth`, `source_list_url`, …
    #[schemars(with = "BTreeMap<String, String>")]
    pub other: OtherColumns,
    /// The publisher's row id. It does not identify an entry (see `diff::pairing`), is never
    /// compared, and is kept as evidence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub publisher_id: String,
    /// The permanent id of the listing. Only an entry of the store has one: not an entry of a
    /// compared file, nor one that a rule announces and no list shows yet. It is never compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_id: Option<EntryId>,
}

impl Entry {
    /// An entry with this list and name, and no other content.
    pub fn named(list: ListCode, name: impl Into<String>) -> Self {
        Self {
            list,
            form: Form::Party,
            name: name.into(),
            aliases: Vec::new(),
            addresses: Vec::new(),
            countries: Vec::new(),
            license_requirement: String::new(),
            license_policy: String::new(),
            footnotes: Vec::new(),
            citations: Vec::new(),
            start_date: None,
            end_date: None,
            remarks: String::new(),
            other: OtherColumns::default(),
            publisher_id: String::new(),
            entry_id: None,
        }
    }

    /// The id of a listing that is first recorded with this content. `counter` counts the earlier
    /// listings of the same list, name and first citation.
    pub fn first_id(&self, counter: u32) -> EntryId {
        let citation = self.citations.first().map(ToString::to_string).unwrap_or_default();
        EntryId::of([self.list.as_str(), &self.name, &citation, &counter.to_string()])
    }

    /// Whether both rows were published with the same words in the same order. Only their
    /// `entry_id`s may differ.
    pub fn is_published_like(&self, other: &Self) -> bool {
        self.list == other.list
            && self.form == other.form
            && self.name == other.name
            && self.aliases == other.aliases
            && self.addresses == other.addresses
            && self.countries == other.countries
            && self.license_requirement == other.license_requirement
            && self.license_policy == other.license_policy
            && self.footnotes == other.footnotes
            && self.citations == other.citations
            && self.start_date == other.start_date
            && self.end_date == other.end_date
            && self.remarks == other.remarks
            && self.other == other.other
            && self.publisher_id == other.publisher_id
    }

    /// Whether this program knows a key of `other`: a column of the Consolidated Screening List
    /// without its own field, or a part of an eCFR cell. Any other key is a column that a publisher
    /// added.
    pub fn is_known_column(key: &str) -> bool {
        other_columns::is_known(key)
    }

    /// The key in `other` of an unknown column: its name, or `column_NAME` if a known key has that
    /// name.
    pub fn key_of_unknown_column(name: &str) -> String {
        if Self::is_known_column(name) { format!("column_{name}") } else { name.to_owned() }
    }

    /// Frees the spare capacity of its lists: a check keeps a list of 20,000 entries twice while it
    /// compares them.
    pub fn shrink_to_fit(&mut self) {
        for texts in
            [&mut self.aliases, &mut self.addresses, &mut self.countries, &mut self.footnotes]
        {
            texts.shrink_to_fit();
        }
        self.citations.shrink_to_fit();
        self.other.shrink_to_fit();
    }

    /// The hash of all fields that are compared. Two rows with the same content have the same hash,
    /// regardless of the publisher's ids and the order of aliases, addresses and citations.
    pub fn content_hash(&self) -> Sha256 {
        let mut parts: Vec<&str> = vec![
            self.list.as_str(),
            if self.form == Form::Party { "party" } else { "address" },
            &self.name,
        ];
        let citations: Vec<String> = self.citations.iter().map(ToString::to_string).collect();
        for group in [&self.aliases, &self.addresses, &self.countries, &self.footnotes, &citations]
        {
            let mut group: Vec<&str> = group.iter().map(String::as_str).collect();
            group.sort_unstable();
            parts.push("\u{1f}");
            parts.append(&mut group);
        }
        parts.push("\u{1f}");
        parts.extend([self.license_requirement.as_str(), &self.license_policy, &self.remarks]);
        parts.extend([
            self.start_date.as_deref().unwrap_or("\u{1f}"),
            self.end_date.as_deref().unwrap_or("\u{1f}"),
        ]);
        for (key, value) in self.other.iter() {
            parts.extend([key, value]);
        }
        Sha256::of_parts(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_column_does_not_take_the_key_of_a_known_one() {
        assert_eq!(
            (Entry::key_of_unknown_column("tier"), Entry::key_of_unknown_column("entity")),
            ("tier".to_owned(), "column_entity".to_owned())
        );
    }

    #[test]
    fn a_first_id_is_made_of_list_name_first_citation_and_counter() {
        let mut entry = Entry::named(ListCode::EL, "Alpha");
        entry.citations = vec![Citation::page(81, 2), Citation::page(80, 1)];
        let id = entry.first_id(0);
        assert!(id.as_str().starts_with("ent_"), "{id}");
        assert_ne!(id, entry.first_id(1));
        entry.aliases.push("A".into());
        entry.citations.push(Citation::page(82, 3));
        entry.entry_id = Some(entry.first_id(7));
        assert_eq!(id, entry.first_id(0));
        entry.citations.remove(0);
        assert_ne!(id, entry.first_id(0));
    }

    #[test]
    fn an_entry_id_changes_neither_the_content_of_a_row_nor_how_it_was_published() {
        let entry = Entry::named(ListCode::EL, "Alpha");
        let identified = Entry { entry_id: Some(entry.first_id(0)), ..entry.clone() };
        assert_eq!(entry.content_hash(), identified.content_hash());
        assert!(entry.is_published_like(&identified));
        let republished = Entry { publisher_id: "1".into(), ..entry.clone() };
        assert!(!entry.is_published_like(&republished));
        let without = serde_json::to_value(&entry).unwrap();
        assert_eq!(without.get("entry_id"), None, "a file has none");
    }

    #[test]
    fn the_order_of_a_rows_lists_does_not_change_its_hash_but_their_members_do() {
        let mut entry = Entry::named(ListCode::EL, "Alpha");
        entry.aliases = vec!["B".into(), "A".into()];
        entry.addresses = vec!["2 Quay".into(), "1 Dock".into()];
        entry.citations = vec![Citation::page(81, 2), Citation::page(80, 1)];
        let mut turned = entry.clone();
        turned.aliases.reverse();
        turned.addresses.reverse();
        turned.citations.reverse();
        assert_eq!(entry.content_hash(), turned.content_hash());
        turned.addresses.push(turned.aliases.remove(0));
        assert_ne!(entry.content_hash(), turned.content_hash());
    }
}
