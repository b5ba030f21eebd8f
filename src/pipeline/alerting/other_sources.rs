//! What the other sources of a list say of a change: shown before, still listed, also gone.
//!
//! Knows the record, and by `diff::sources` which entries are one; it must not decide what is held
//! or told, nor how it is worded for a channel.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::diff::sources::counterparts;
use crate::diff::sources::index::Index;
use crate::diff::sources::matched_by::MatchedBy;
use crate::diff::sources::unconfirmed;
use crate::domain::journal::JournalEvent;
use crate::domain::{AlertId, Change, ChangeId, ChangeKind, Entry, ListCode, RowFate};
use crate::pipeline::alerting::compose::Step;
use crate::pipeline::background::in_background;
use crate::store::{RecordedChange, Result, Store};

/// A source that shows a change no longer than this after another one confirms it; later it is news
/// again.
const CONFIRMED_WITHIN: SignedDuration = SignedDuration::from_hours(60 * 24);

/// A source that was not checked for longer says nothing of today: it was taken out of the
/// configuration, say.
const WATCHED_WITHIN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A removal from another source that is longer ago is not remembered.
const GONE_WITHIN: SignedDuration = SignedDuration::from_hours(400 * 24);

/// One list as every other source has it.
#[derive(Debug, Default)]
pub struct Others(Vec<Other>);

#[derive(Debug)]
struct Other {
    source: String,
    /// It is still watched: what is held of it is of `as_of`.
    watched: bool,
    as_of: Date,
    held: Vec<Entry>,
    /// Entries that went, and when each did.
    gone: Vec<Entry>,
    gone_on: Vec<Date>,
    /// What readers were told of it lately.
    told: Vec<RecordedChange>,
}

/// Reads what the other sources have of a list.
pub async fn others(store: &Store, source: &str, list: ListCode, now: Timestamp) -> Result<Others> {
    let mut others = Vec::new();
    let holds = store.holds(true).await?;
    for other in store.source_states().await?.into_iter().filter(|other| other.source != source) {
        let watched = other.lists.contains(&list)
            && other.last_check_at.is_some_and(|at| now.duration_since(at) <= WATCHED_WITHIN);
        // What is held back has another date than what is held.
        let is_held = holds.iter().any(|hold| hold.source == other.source && hold.list == list);
        let last = Some(&other)
            .filter(|_| !is_held)
            .and_then(|other| other.as_of.or_else(|| other.last_success_at.map(day)));
        let other = other.source;
        let Some(state) =
            store.list_states(&other).await?.into_iter().find(|state| state.list == list)
        else {
            continue;
        };
        let recent = store.recent_changes(&other, list, now - GONE_WITHIN).await?;
        let gone = || recent.iter().filter(|recorded| recorded.change.kind == ChangeKind::Removed);
        others.push(Other {
            watched,
            as_of: last.or(state.as_of).unwrap_or_else(|| day(state.observed_at)),
            held: store
                .current_entries(&other, list)
                .await?
                .into_iter()
                .map(|stored| stored.entry)
                .collect(),
            gone: gone().map(|recorded| recorded.change.entry.clone()).collect(),
            gone_on: gone().map(|recorded| day(recorded.observed_at)).collect(),
            told: recent
                .into_iter()
                .filter(|recorded| {
                    recorded.alert_id.is_some() && recorded.observed_at >= now - CONFIRMED_WITHIN
                })
                .collect(),
            source: other,
        });
    }
    Ok(Others(others))
}

/// Says at each change of an observation what the other sources of its list say of it.
pub async fn steps(
    store: &Store,
    source: &str,
    steps: Vec<Step>,
    now: Timestamp,
) -> Result<Vec<Step>> {
    let mut corroborated = Vec::with_capacity(steps.len());
    for mut step in steps {
        if step.changes.iter().any(|change| !change.editorial) {
            let others = others(store, source, step.list, now).await?;
            if !others.0.is_empty() {
                step.alerted_elsewhere = others.alerted();
                step = in_background(move || {
                    others.confirm(&mut step.changes, &step.before);
                    others.corroborate(&mut step.changes, &step.before);
                    step
                })
                .await;
            }
        }
        corroborated.push(step);
    }
    Ok(corroborated)
}

/// What the journal says of changes that readers are not told of because another source has told
/// them.
pub fn journal(changes: &[RecordedChange]) -> Option<JournalEvent> {
    let confirmed: Vec<_> = changes
        .iter()
        .filter(|recorded| recorded.alert_id.is_none() && recorded.change.is_confirmation())
        .map(|recorded| json!({"change_id": recorded.change.change_id, "confirms": recorded.change.confirms}))
        .collect();
    let source = changes.first().map(|recorded| recorded.source.as_str());
    (!confirmed.is_empty()).then(|| JournalEvent {
        kind: "changes.confirmed".into(),
        data: json!({"source": source, "changes": confirmed}),
    })
}

impl Others {
    /// The alerts that told of the other sources' changes.
    fn alerted(&self) -> HashMap<ChangeId, AlertId> {
        let told = self.0.iter().flat_map(|other| &other.told);
        told.filter_map(|told| Some((told.change.change_id.clone(), told.alert_id.clone()?)))
            .collect()
    }

    /// Notes at each removal what the others hold of the entry. `before` is the list that it was
    /// removed from.
    pub fn corroborate(&self, changes: &mut [Change], before: &[Entry]) {
        let views = self.views(before);
        for change in changes.iter_mut().filter(|change| change.kind == ChangeKind::Removed) {
            change
                .corroboration
                .extend(views.iter().map(|view| view.says_of(&change.entry).in_words(view.other)));
        }
    }

    /// How many of these changes are removals that another source bears out: it listed the entry
    /// and does so no longer, and no source lists it still.
    pub fn confirmed_removals(&self, changes: &[Change], before: &[Entry]) -> usize {
        let views = self.views(before);
        let is_borne_out = |change: &&Change| {
            let says: Vec<Says> = views.iter().map(|view| view.says_of(&change.entry)).collect();
            says.iter().any(|says| matches!(says, Says::Gone(_)))
                && !says.iter().any(|says| matches!(says, Says::Listed { .. }))
        };
        changes
            .iter()
            .filter(|change| change.kind == ChangeKind::Removed)
            .filter(is_borne_out)
            .count()
    }

    /// What the others hold of a list that lost these entries, in words.
    pub fn of_a_loss(&self, changes: &[Change], before: &[Entry]) -> Option<String> {
        let gone: Vec<&Change> =
            changes.iter().filter(|change| change.kind == ChangeKind::Removed).collect();
        let views = self.views(before);
        let of_view = |view: &View<'_>| {
            let says: Vec<Says> = gone.iter().map(|change| view.says_of(&change.entry)).collect();
            let still = says.iter().filter(|says| matches!(says, Says::Listed { .. })).count();
            let also = says.iter().filter(|says| matches!(says, Says::Gone(_))).count();
            let Other { source, as_of, held, .. } = view.other;
            format!(
                "{source}, as of {as_of}, holds {} entries and still lists {still} of the {} that \
                 are gone here; {also} are gone there too",
                held.len(),
                gone.len()
            )
        };
        (!views.is_empty() && !gone.is_empty())
            .then(|| views.iter().map(of_view).collect::<Vec<_>>().join("; "))
    }

    /// Marks the changes that another source has shown and told first, with what it has not shown.
    pub fn confirm(&self, changes: &mut [Change], before: &[Entry]) {
        let own: Vec<Entry> =
            before.iter().chain(changes.iter().map(|change| &change.entry)).cloned().collect();
        let own = Index::of(&own);
        for other in self.0.iter().filter(|other| !other.told.is_empty()) {
            let held = Index::of(&other.held);
            let entries: Vec<Entry> =
                other.told.iter().map(|told| told.change.entry.clone()).collect();
            let told = Told { other, held: &held, index: Index::of(&entries), own: &own };
            for change in
                changes.iter_mut().filter(|change| !change.editorial && change.confirms.is_none())
            {
                if let Some(First { told: first, differences, worded }) = told.first_of(change) {
                    change.confirms = Some(first.change.change_id.clone());
                    let mut words =
                        format!("told from {} on {}", other.source, day(first.observed_at));
                    if !differences.is_empty() {
                        words.push_str(&format!("; new here: {}", differences.join("; ")));
                    }
                    if !worded.is_empty() {
                        words
                            .push_str(&format!("; worded differently here: {}", worded.join("; ")));
                    }
                    change.corroboration.push(words);
                    change.differences = differences;
                }
            }
        }
    }

    fn views<'a>(&'a self, before: &'a [Entry]) -> Vec<View<'a>> {
        let view = |other: &'a Other| View {
            other,
            held: Index::of(&other.held),
            gone: Index::of(&other.gone),
            own: Index::of(before),
        };
        self.0.iter().filter(|other| other.watched).map(view).collect()
    }
}

/// A watched source, ready to be asked.
struct View<'a> {
    other: &'a Other,
    held: Index<'a>,
    gone: Index<'a>,
    own: Index<'a>,
}

/// What a source says of an entry that is gone from another one.
enum Says {
    /// With the name that it lists it by.
    Listed {
        name: String,
    },
    Gone(Date),
    Unknown,
}

impl View<'_> {
    fn says_of(&self, entry: &Entry) -> Says {
        if let Some(found) =
            counterparts::find(entry, &self.held, &self.own).and_then(|found| self.held.get(found))
        {
            return Says::Listed { name: found.name.clone() };
        }
        let went = counterparts::find_all(entry, &self.gone, &self.own)
            .into_iter()
            .filter_map(|found| self.other.gone_on.get(found.position))
            .max();
        went.map_or(Says::Unknown, |since| Says::Gone(*since))
    }
}

impl Says {
    fn in_words(&self, other: &Other) -> String {
        let Other { source, as_of, .. } = other;
        match self {
            Says::Listed { name } => format!("still listed in {source} as of {as_of}, as {name}"),
            Says::Gone(since) => format!("also gone from {source} since {since}"),
            Says::Unknown => format!("not found in {source} as of {as_of}"),
        }
    }
}

/// What another source has told lately, ready to be asked.
struct Told<'a> {
    other: &'a Other,
    held: &'a Index<'a>,
    index: Index<'a>,
    own: &'a Index<'a>,
}

impl<'a> Told<'a> {
    /// The change that told of this one first, with what it did not tell. None where that has been
    /// taken back since.
    fn first_of(&self, change: &Change) -> Option<First<'a>> {
        // What is told of a row that is gone names another row, of which the other source may have
        // told anything.
        if change.row_fate() == Some(RowFate::Gone) {
            return None;
        }
        let found = counterparts::find_all(&change.entry, &self.index, self.own);
        // What weighed evidence alone takes for a revision may be a new listing: only the very name
        // was told.
        let found = found
            .into_iter()
            .filter(|found| found.matched_by == MatchedBy::Name || !change.is_uncertain_revision());
        let mut held: Vec<&Entry> = counterparts::find_all(&change.entry, self.held, self.own)
            .into_iter()
            .filter_map(|found| self.held.get(found))
            .collect();
        found
            .filter_map(|found| self.other.told.get(found.position))
            .filter(|told| told.change.kind == change.kind)
            .find_map(|told| {
                if (change.kind == ChangeKind::Removed) != held.is_empty() {
                    return None;
                }
                let differences = match change.kind {
                    ChangeKind::Removed => Vec::new(),
                    ChangeKind::Added => {
                        held.push(&told.change.entry);
                        unconfirmed::of_entry(&change.entry, &held)
                    }
                    ChangeKind::Revised => unconfirmed::of_revision(change, &told.change, &held)?,
                };
                let worded = if change.kind == ChangeKind::Removed {
                    Vec::new()
                } else {
                    unconfirmed::reworded_terms(&change.entry, &held)
                };
                Some(First { told, differences, worded })
            })
    }
}

/// The change that another source showed first.
struct First<'a> {
    told: &'a RecordedChange,
    /// What it did not show.
    differences: Vec<String>,
    /// Terms that it worded or punctuated in another way.
    worded: Vec<String>,
}

fn day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}
