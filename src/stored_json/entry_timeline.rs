//! One row of `entries show`: a listing, its last state in each source, and what happened to it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{
    AlertId, Attribution, ChangeId, ChangeKind, Entry, EntryId, FieldChange, ListCode, RowFate,
    Rule, utc_midnight,
};
use crate::store::{HistoricEntry, Result, Store};
use crate::stored_json::ChangeRow;

/// One row of `entries show`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EntryTimeline {
    pub entry_id: EntryId,
    pub list: ListCode,
    /// Its name now, or its last one.
    pub name: String,
    /// All names that it has had in any source, the first one first.
    pub names: Vec<String>,
    /// Its last state in each source, by the name of the source.
    pub sources: Vec<EntryInSource>,
    /// What happened to it, oldest first.
    pub timeline: Vec<TimelineEvent>,
}

/// The last state of a listing in one source.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EntryInSource {
    pub source: String,
    /// Whether the source lists it now.
    pub listed: bool,
    /// Our time: since when this state is known, and until when it was.
    pub known_from: Timestamp,
    pub known_until: Option<Timestamp>,
    pub entry: Entry,
}

/// One thing that happened to a listing in one source.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TimelineEvent {
    /// When it was found. For the history that `backfill` recorded, the publisher's date.
    pub at: Timestamp,
    pub source: String,
    pub event: EventKind,
    /// The kind of the change. Null for what the first document of a source showed.
    pub kind: Option<ChangeKind>,
    /// The name of the entry after it.
    pub name: String,
    /// In words.
    pub what: String,
    pub backfilled: bool,
    /// It changed only typography.
    pub editorial: bool,
    pub change_id: Option<ChangeId>,
    pub alert_id: Option<AlertId>,
    /// The rule that orders it, as far as it is known today.
    pub rule: Option<Rule>,
    pub attributed: Option<Attribution>,
    /// What differs from the state before.
    pub fields: Vec<FieldChange>,
    /// The change of another source that this one confirms.
    pub confirms: Option<ChangeId>,
    /// What that other source does not show, in words.
    pub differences: Vec<String>,
    /// What the other sources showed about it, in words.
    pub corroboration: Vec<String>,
    /// The other listing of a split or a fold.
    pub other_entry_id: Option<EntryId>,
}

/// What happened to a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// It was added, or the first document of the source had it.
    Listed,
    Amended,
    /// The source shows what another source showed before, and nothing else. `kind` says what.
    Confirmed,
    Removed,
    /// It was added again after its removal.
    Relisted,
    /// A part of it became another listing, or it was a part of another listing.
    Split,
    /// It was folded into another listing, or another listing was folded into it.
    Folded,
}

impl EventKind {
    pub fn as_str(self) -> &'static str {
        match self {
            EventKind::Listed => "listed",
            EventKind::Amended => "amended",
            EventKind::Confirmed => "confirmed",
            EventKind::Removed => "removed",
            EventKind::Relisted => "relisted",
            EventKind::Split => "split",
            EventKind::Folded => "folded",
        }
    }
}

impl EntryTimeline {
    /// All that is stored of a listing. `None` if there is no listing with this id.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn load(store: &Store, id: &EntryId) -> Result<Option<Self>> {
        let states = store.states_of_entry(id).await?;
        let changes = ChangeRow::of(store, store.changes_of_entry(id).await?).await?;
        Ok(Self::of(id, states, changes))
    }

    fn of(
        id: &EntryId,
        states: Vec<(HistoricEntry, bool)>,
        changes: Vec<ChangeRow>,
    ) -> Option<Self> {
        let sources = last_states(&states);
        let is_listed = |state: &&EntryInSource| state.listed;
        let newest = sources.iter().filter(is_listed).max_by_key(|state| state.known_from);
        let newest = newest.or_else(|| sources.iter().max_by_key(|state| state.known_until))?;
        let (list, name) = (newest.entry.list, newest.entry.name.clone());
        let mut timeline: Vec<TimelineEvent> =
            changes.into_iter().filter_map(|row| event_of(id, row)).collect();
        timeline.extend(first_states(&states, &timeline));
        // What the first document of a source showed comes before what changed in it.
        timeline.sort_by_key(|event| (event.at, event.kind.is_some()));
        mark_relistings(&mut timeline);
        let mut ordered: Vec<&(HistoricEntry, bool)> = states.iter().collect();
        ordered.sort_by_key(|(state, backfilled)| began_at(state, *backfilled));
        let mut seen = BTreeSet::new();
        let names = ordered
            .into_iter()
            .map(|(state, _)| state.entry.name.clone())
            .filter(|name| seen.insert(name.clone()))
            .collect();
        Some(Self { entry_id: id.clone(), list, name, names, sources, timeline })
    }
}

fn last_states(states: &[(HistoricEntry, bool)]) -> Vec<EntryInSource> {
    let mut last: BTreeMap<&str, (&HistoricEntry, bool)> = BTreeMap::new();
    for (state, backfilled) in states {
        let rank = |(state, backfilled): (&HistoricEntry, bool)| {
            (!backfilled, state.known_until.is_none(), began_at(state, backfilled))
        };
        let known = last.entry(&state.source).or_insert((state, *backfilled));
        if rank((state, *backfilled)) >= rank(*known) {
            *known = (state, *backfilled);
        }
    }
    last.into_iter()
        .map(|(source, (state, backfilled))| EntryInSource {
            source: source.to_owned(),
            listed: state.known_until.is_none() && !backfilled,
            known_from: state.known_from,
            known_until: state.known_until,
            entry: state.entry.clone(),
        })
        .collect()
}

/// When a state began: by our times, or for the history by the publisher's dates.
fn began_at(state: &HistoricEntry, backfilled: bool) -> Timestamp {
    state.listed_from.filter(|_| backfilled).map_or(state.known_from, utc_midnight)
}

/// For each source whose first state is the result of no change: that its first document had the
/// entry.
fn first_states(
    states: &[(HistoricEntry, bool)],
    timeline: &[TimelineEvent],
) -> Vec<TimelineEvent> {
    let mut first: BTreeMap<&str, (Timestamp, &HistoricEntry, bool)> = BTreeMap::new();
    for (state, backfilled) in states {
        let at = began_at(state, *backfilled);
        let known = first.entry(&state.source).or_insert((at, state, *backfilled));
        if at < known.0 {
            *known = (at, state, *backfilled);
        }
    }
    first
        .into_iter()
        .filter(|(source, (at, ..))| {
            // The time of a hold's changes is when the hold began, before they were accepted.
            !timeline.iter().any(|event| event.source == *source && event.at <= *at)
        })
        .map(|(source, (at, state, backfilled))| TimelineEvent {
            at,
            source: source.to_owned(),
            event: EventKind::Listed,
            kind: None,
            name: state.entry.name.clone(),
            what: "in the first document that was recorded".to_owned(),
            backfilled,
            editorial: false,
            change_id: None,
            alert_id: None,
            rule: None,
            attributed: None,
            fields: Vec::new(),
            confirms: None,
            differences: Vec::new(),
            corroboration: Vec::new(),
            other_entry_id: None,
        })
        .collect()
}

/// What a change means for the listing. `None` if the entry of the change is another listing that
/// stayed as it was.
fn event_of(id: &EntryId, row: ChangeRow) -> Option<TimelineEvent> {
    let ChangeRow { source, observed_at, alert_id, backfilled, rule, attributed, change, .. } = row;
    let id_of = |entry: &Entry| entry.entry_id.clone();
    let after = id_of(&change.entry);
    let before = change.before.as_ref().and_then(id_of);
    let is_after = after.as_ref() == Some(id);
    let is_before = before.as_ref() == Some(id);
    let was = change.before.as_ref().map_or("", |entry| entry.name.as_str());
    let is = change.entry.name.as_str();
    let (event, what, other) = match (change.kind, change.row_fate()) {
        (ChangeKind::Added, _) => (EventKind::Listed, String::new(), None),
        (ChangeKind::Removed, _) => (EventKind::Removed, String::new(), None),
        (ChangeKind::Revised, Some(RowFate::Gone)) if is_before && !is_after => {
            (EventKind::Removed, format!("another row of {is} is still listed"), after)
        }
        (ChangeKind::Revised, Some(RowFate::Folded)) if is_before && !is_after => {
            (EventKind::Folded, format!("folded into {is}"), after)
        }
        (ChangeKind::Revised, Some(RowFate::Folded)) if !is_before => {
            (EventKind::Folded, format!("{was} was folded into it"), before)
        }
        (ChangeKind::Revised, Some(RowFate::Gone)) if !is_before => return None,
        (ChangeKind::Revised, _) if is_before && !is_after => {
            (EventKind::Split, format!("{is} was split off"), after)
        }
        (ChangeKind::Revised, _) if !is_before => {
            (EventKind::Split, format!("split off from {was}"), before)
        }
        (ChangeKind::Revised, _) => {
            let fields: Vec<&str> =
                change.fields.iter().map(|field| field.field.as_str()).collect();
            let renamed = if was == is { "" } else { "renamed; " };
            (EventKind::Amended, format!("{renamed}{}", fields.join(", ")), None)
        }
    };
    let event = if change.is_confirmation()
        && matches!(event, EventKind::Listed | EventKind::Amended | EventKind::Removed)
    {
        EventKind::Confirmed
    } else {
        event
    };
    // The fields compare this listing with itself, or a part of it with the whole.
    let name = if is_after { is } else { was };
    Some(TimelineEvent {
        at: observed_at,
        source,
        event,
        kind: Some(change.kind),
        name: name.to_owned(),
        what,
        backfilled,
        editorial: change.editorial,
        change_id: Some(change.change_id),
        alert_id,
        rule,
        attributed,
        fields: change.fields,
        confirms: change.confirms,
        differences: change.differences,
        corroboration: change.corroboration,
        other_entry_id: other,
    })
}

/// An entry that is listed in a source after its removal there is relisted.
fn mark_relistings(timeline: &mut [TimelineEvent]) {
    let mut gone: BTreeSet<String> = BTreeSet::new();
    for event in timeline {
        let is_gone = event.kind == Some(ChangeKind::Removed)
            || event.event == EventKind::Removed
            || (event.event == EventKind::Folded && event.what.starts_with("folded into"));
        if is_gone {
            gone.insert(event.source.clone());
        } else if gone.remove(&event.source) && event.event == EventKind::Listed {
            event.event = EventKind::Relisted;
        }
    }
}
