//! Which counterparty file `screen` reads, and what the store knows of its matches.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::config::{Config, WatchlistSettings};
use crate::domain::{Cause, EntryId, MatchId, MatchState};
use crate::pipeline::matching::{match_id, shared_address_id};
use crate::screen::MatchRow;
use crate::store::{MatchQuery, Result, Store};
use crate::watchlist::Columns;

/// A counterparty file, as it is read and named.
#[derive(Clone, Debug)]
pub struct ScreenedFile {
    pub path: PathBuf,
    /// The name of the configured watchlist, or of the file.
    pub name: String,
    pub columns: Columns,
    /// What is known of its matches. `None`: they are not those of the store.
    pub known: Option<KnownMatches>,
}

impl ScreenedFile {
    /// The file that is asked for. It is read like the configured watchlist that it is, by its path
    /// or its name.
    pub fn of(asked: &Path, config: Option<&Config>) -> Self {
        let configured = config.and_then(|config| configured(asked, config));
        match configured {
            Some(settings) => Self {
                path: settings.path.clone(),
                name: settings.name.clone(),
                columns: settings.columns.clone(),
                known: None,
            },
            None => Self {
                path: asked.to_owned(),
                name: asked.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
                columns: Columns::default(),
                known: None,
            },
        }
    }

    /// Reads what the store knows of the matches, if the file is a configured watchlist.
    pub async fn with_known(mut self, store: &Store, config: &Config) -> Result<Self> {
        if config.watchlists.iter().any(|watchlist| watchlist.name == self.name) {
            self.known = Some(KnownMatches::of(store, &self.name).await?);
        }
        Ok(self)
    }
}

fn configured<'a>(asked: &Path, config: &'a Config) -> Option<&'a WatchlistSettings> {
    let real = |path: &Path| path.canonicalize().ok();
    let own = real(asked);
    let by_path =
        config.watchlists.iter().find(|watchlist| own.is_some() && real(&watchlist.path) == own);
    let is_name = |watchlist: &&WatchlistSettings| Path::new(&watchlist.name) == asked;
    by_path.or_else(|| config.watchlists.iter().find(|w| own.is_none() && is_name(w)))
}

/// The matches of a watchlist in the store.
#[derive(Clone, Debug, Default)]
pub struct KnownMatches(HashMap<(String, EntryId), (MatchId, MatchState, Cause)>);

impl KnownMatches {
    async fn of(store: &Store, watchlist: &str) -> Result<Self> {
        let query = MatchQuery { watchlist: Some(watchlist.to_owned()), ..MatchQuery::default() };
        let mut known = HashMap::new();
        for record in store.matches(&query).await? {
            let (state, found) = (record.state(), record.found);
            let key = (found.counterparty.id, record.entry_id);
            known.insert(key, (found.match_id, state, found.cause));
        }
        Ok(Self(known))
    }

    /// Gives a match the id under which the store has it, or would have it, and what was decided.
    pub fn tell(&self, row: &mut MatchRow<'_>) {
        let entry_id = if row.sharing.is_empty() {
            row.entry.entry_id.clone()
        } else {
            Some(shared_address_id(&row.compared.entry))
        };
        let Some(entry_id) = entry_id else { return };
        let id = &row.counterparty.id;
        match self.0.get(&(id.clone(), entry_id.clone())) {
            Some((match_id, state, cause)) => {
                (row.match_id, row.state, row.cause) = (match_id.clone(), *state, *cause);
            }
            None => row.match_id = match_id(row.watchlist, id, 0, &entry_id),
        }
    }
}
