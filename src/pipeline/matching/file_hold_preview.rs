//! What accepting a counterparty file on hold would change, read from the file as it is now.

use std::collections::{BTreeMap, HashMap};

use crate::config::WatchlistSettings;
use crate::domain::matching::file_hold::FileHold;
use crate::domain::{Band, Counterparty, MatchState};
use crate::pipeline::background::in_background;
use crate::pipeline::matching::file_change::FileChange;
use crate::pipeline::matching::watchlist_file::{self, NotRead};
use crate::store::{MatchQuery, Result, Store};

/// What accepting a hold would change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileHoldPreview {
    /// The counterparties that would be removed. Those with matches first, the worst of them first.
    pub removed: Vec<LostCounterparty>,
    /// Before and after.
    pub revised: Vec<(Counterparty, Counterparty)>,
    pub added: Vec<Counterparty>,
    /// Why the file cannot be compared now, in words. Then there are only the numbers of the hold.
    pub unread: Option<String>,
}

/// A counterparty that would be removed, and what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct LostCounterparty {
    pub party: Counterparty,
    /// The states of its matches.
    pub matches: Vec<(MatchState, Band)>,
}

/// What a preview was computed from. As long as it is the same, the preview is too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewBasis {
    hold: FileHold,
    /// Of the file.
    signature: String,
    /// Each change of the rows in use, of the matches and of the decisions is in the journal.
    journal_length: u64,
}

/// What a preview of this hold is computed from now. `None`: the file cannot be compared.
///
/// # Errors
/// If the store cannot be read.
pub async fn preview_basis(
    store: &Store,
    settings: Option<&WatchlistSettings>,
    hold: &FileHold,
) -> Result<Option<PreviewBasis>> {
    let Some(settings) = settings.cloned() else { return Ok(None) };
    let Ok(sight) = in_background(move || watchlist_file::look(&settings)).await else {
        return Ok(None);
    };
    let journal_length = store.journal_length().await?;
    Ok(Some(PreviewBasis { hold: hold.clone(), signature: sight.signature, journal_length }))
}

/// Compares the file with the rows in use.
///
/// # Errors
/// If the store cannot be read.
pub async fn file_hold_preview(
    store: &Store,
    settings: Option<&WatchlistSettings>,
    watchlist: &str,
    hold: &FileHold,
    now: jiff::Timestamp,
) -> Result<FileHoldPreview> {
    let unread = |why: String| FileHoldPreview { unread: Some(why), ..FileHoldPreview::default() };
    let Some(settings) = settings.cloned() else {
        return Ok(unread("the watchlist is not configured any more".to_owned()));
    };
    let file = match in_background(move || watchlist_file::read(&settings)).await {
        Ok(file) => file,
        Err(NotRead::BeingWritten) => return Ok(unread("the file is being written".to_owned())),
        Err(NotRead::Wrong(_, why)) => return Ok(unread(why)),
    };
    if file.sha256 != hold.sha256 {
        return Ok(unread("the file has changed since; the next check reads it".to_owned()));
    }
    let in_use = store.counterparties(watchlist).await?;
    let former = store.removed_counterparties(watchlist).await?;
    let before: HashMap<String, Counterparty> =
        in_use.iter().map(|stored| (stored.party.id.clone(), stored.party.clone())).collect();
    let change = FileChange::between(in_use, &former, file.counterparties, now);
    let query = MatchQuery { watchlist: Some(watchlist.to_owned()), ..MatchQuery::default() };
    let mut matches: BTreeMap<(String, u32), Vec<(MatchState, Band)>> = BTreeMap::new();
    for record in store.matches(&query).await? {
        let key = (record.found.counterparty.id.clone(), record.incarnation);
        matches.entry(key).or_default().push((record.state(), record.found.band));
    }
    let mut removed: Vec<LostCounterparty> = change
        .removed
        .iter()
        .filter_map(|key| {
            let party = before.get(&key.0)?.clone();
            Some(LostCounterparty { party, matches: matches.remove(key).unwrap_or_default() })
        })
        .collect();
    removed.sort_by_key(|lost| std::cmp::Reverse(lost.weight()));
    let after: HashMap<&str, &Counterparty> =
        change.in_use.iter().map(|stored| (stored.party.id.as_str(), &stored.party)).collect();
    let revised = change
        .revised
        .iter()
        .filter_map(|(id, _)| Some((before.get(id)?.clone(), (*after.get(id.as_str())?).clone())));
    let added = change.added.iter().filter_map(|(id, _)| after.get(id.as_str()).copied().cloned());
    let (revised, added) = (revised.collect(), added.collect());
    Ok(FileHoldPreview { removed, revised, added, unread: None })
}

impl LostCounterparty {
    /// What is lost with it: a confirmed match weighs more than an open one, and that more than a
    /// dismissed one.
    fn weight(&self) -> u8 {
        let weigh = |(state, band): &(MatchState, Band)| match (state, band) {
            (MatchState::Confirmed, _) => 4,
            (MatchState::Open | MatchState::Stale, Band::Strong) => 3,
            (MatchState::Open | MatchState::Stale, _) => 2,
            (MatchState::Dismissed, _) => 1,
        };
        self.matches.iter().map(weigh).max().unwrap_or_default()
    }
}
