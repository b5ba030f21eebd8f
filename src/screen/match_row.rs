//! One match in the JSON of `screen`.

use schemars::JsonSchema;
use serde::Serialize;

pub use crate::domain::{Cause, MatchState};
use crate::domain::{Entry, MatchId, Sha256};
use crate::screen::band::Band;
use crate::screen::found::{Compared, Found};
use crate::screen::party::Counterparty;

/// What was compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Screened {
    pub counterparties: usize,
    pub entries: usize,
    /// Of the list file, or of the documents that the current lists were read from.
    pub list_sha256: Sha256,
    /// Of the counterparty file. `null` if one counterparty was given on the command line.
    pub watchlist_sha256: Option<Sha256>,
}

/// One counterparty that may be one entry.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MatchRow<'a> {
    /// Made of the watchlist, the id of the counterparty and the entry.
    pub match_id: MatchId,
    pub watchlist: &'a str,
    pub band: Band,
    /// 0 to 1.
    pub score: f64,
    pub counterparty: &'a Counterparty,
    pub entry: &'a Entry,
    pub compared: Compared,
    pub reasons: Vec<String>,
    /// The names of all entries at one address, if so many share it that they are one match. Left
    /// out otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sharing: Vec<&'a str>,
    pub state: MatchState,
    pub cause: Cause,
}

impl<'a> MatchRow<'a> {
    /// A match that nobody has decided about. `keys` names each of `entries` for the id.
    pub fn open(
        watchlist: &'a str,
        counterparty: &'a Counterparty,
        found: Found,
        entries: &'a [Entry],
        keys: &[String],
    ) -> Option<Self> {
        let entry = entries.get(found.entry)?;
        let match_id = if found.sharing.is_empty() {
            MatchId::of([watchlist, &counterparty.id, "entry", keys.get(found.entry)?.as_str()])
        } else {
            // One decision for all entries at the address.
            MatchId::of([watchlist, &counterparty.id, "address", &found.compared.entry])
        };
        let names = found.sharing.iter().filter_map(|at| entries.get(*at));
        Some(Self {
            match_id,
            watchlist,
            band: found.band,
            score: found.score,
            counterparty,
            entry,
            compared: found.compared,
            reasons: found.reasons,
            sharing: names.map(|entry| entry.name.as_str()).collect(),
            state: MatchState::Open,
            cause: Cause::FirstScreening,
        })
    }
}

/// A key for each entry of a file: its list, name, first citation and publisher's id. Equal rows
/// are counted.
pub fn keys_of_rows(entries: &[Entry]) -> Vec<String> {
    let mut known: rustc_hash::FxHashMap<String, usize> = rustc_hash::FxHashMap::default();
    let key = |entry: &Entry| {
        let citation = entry.citations.first().map(ToString::to_string).unwrap_or_default();
        let parts = [entry.list.as_str(), &entry.name, &citation, &entry.publisher_id];
        Sha256::of_parts(parts).as_str().to_owned()
    };
    entries
        .iter()
        .map(key)
        .map(|key| {
            let count = known.entry(key.clone()).or_insert(0);
            *count += 1;
            format!("{key} {count}")
        })
        .collect()
}
