//! The current Entity List, to look up what a rule revises or removes.

use std::collections::HashMap;

use crate::config::{Source, SourceKind};
use crate::domain::{Entry, ListCode, same};
use crate::pipeline::check::recorder::CheckRecorder;
use crate::store::Result;

/// The current entries of the Entity List, from one source.
#[derive(Default)]
pub struct CurrentEntities {
    entries: Vec<Entry>,
    by_name: HashMap<String, Vec<usize>>,
    /// The entries come from the eCFR, so they read like the table of a rule. Those of other
    /// sources are worded differently in every column.
    pub is_ecfr: bool,
}

impl CurrentEntities {
    pub fn new(entries: Vec<Entry>, is_ecfr: bool) -> Self {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            by_name.entry(same::name_key(&entry.name)).or_default().push(index);
        }
        Self { entries, by_name, is_ecfr }
    }

    /// The only current entry with this name, first among those with a country of `entry`, then
    /// among all that can be the same entry. None if there are several.
    pub fn find(&self, entry: &Entry) -> Option<&Entry> {
        let namesakes = || {
            self.by_name
                .get(&same::name_key(&entry.name))
                .into_iter()
                .flatten()
                .filter_map(|index| self.entries.get(*index))
        };
        let shares_country = |current: &&Entry| {
            current.countries.iter().any(|country| entry.countries.contains(country))
        };
        only_one(namesakes().filter(shares_country))
            .or_else(|| only_one(namesakes().filter(|current| same::same_entry(current, entry))))
    }
}

fn only_one<'a>(mut found: impl Iterator<Item = &'a Entry>) -> Option<&'a Entry> {
    found.next().filter(|_| found.next().is_none())
}

/// The current Entity List: from the eCFR if the eCFR is watched, else from another source. Empty
/// if no source has read it yet.
pub async fn load(recorder: &CheckRecorder<'_>) -> Result<CurrentEntities> {
    let mut sources = list_sources(recorder);
    sources.sort_by_key(|source| source.kind != SourceKind::Ecfr);
    for source in sources {
        let entries = current_entries(recorder, source).await?;
        if !entries.is_empty() {
            return Ok(CurrentEntities::new(entries, source.kind == SourceKind::Ecfr));
        }
    }
    Ok(CurrentEntities::default())
}

/// The configured sources that publish the Entity List itself.
pub fn list_sources<'a>(recorder: &CheckRecorder<'a>) -> Vec<&'a Source> {
    recorder
        .wiring
        .config
        .sources
        .iter()
        .filter(|source| {
            source.kind != SourceKind::FederalRegister && source.lists.contains(&ListCode::EL)
        })
        .collect()
}

/// The current entries of the Entity List from a source.
pub async fn current_entries(recorder: &CheckRecorder<'_>, source: &Source) -> Result<Vec<Entry>> {
    let stored = recorder.program.store.current_entries(&source.name, ListCode::EL).await?;
    Ok(stored.into_iter().map(|stored| stored.entry).collect())
}
