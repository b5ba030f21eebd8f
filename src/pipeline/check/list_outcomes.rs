//! The verdicts on all watched lists of one document, and what each makes of the record.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use tracing::warn;

use crate::config::Source;
use crate::diff::Size;
use crate::domain::alert::{AlertBody, SnapshotHeld, SnapshotRef, SourceBaseline};
use crate::domain::{
    Change, Entry, Hold, HoldId, HoldState, ListCode, ListState, Publisher, Snapshot, Summary,
    Warning,
};
use crate::pipeline::Program;
use crate::pipeline::alerting::compose::Step;
use crate::pipeline::alerting::{other_sources, rule_attribution};
use crate::pipeline::background::in_background;
use crate::pipeline::check::assess::{
    HeldStep, Judgement, Known, ListVerdict, {self},
};
use crate::pipeline::check::{Outcome, operator_alerts, parse_document};
use crate::store::{ListUpdate, Result, StoredEntry};

/// How many names a message about a hold gives.
const EXAMPLES: usize = 10;
/// How many oddities of a document a message gives.
const WARNINGS: usize = 5;

/// What one document means for the lists that are watched in it.
pub struct Verdicts {
    pub outcome: Outcome,
    pub steps: Vec<Step>,
    pub updates: Vec<ListUpdate>,
    pub holds: Vec<Hold>,
    pub operator_alerts: Vec<AlertBody>,
    /// Why lists were not taken as a baseline.
    pub refusals: Vec<String>,
    /// Lists of which no row was ever seen.
    pub absent: Vec<ListCode>,
    /// Something of the document was accepted: a baseline, changes, or those of a list on hold
    /// that do not wait.
    pub moved: bool,
    /// A list is on hold, or its content was rejected before.
    pub waits: bool,
    /// One line for each list.
    pub lines: Vec<String>,
    pub journal: serde_json::Map<String, serde_json::Value>,
}

impl Verdicts {
    pub fn detail(&self) -> String {
        self.lines.join("; ")
    }
}

/// What is held of a source; read while its document is. Of the entries those of the first list,
/// which mostly is the only one: those of the others follow one list at a time.
pub struct Held {
    states: BTreeMap<ListCode, ListState>,
    first: Option<(ListCode, Vec<StoredEntry>)>,
}

pub async fn held(program: &Program, source: &Source) -> Result<Held> {
    let states: BTreeMap<ListCode, ListState> = program
        .store
        .list_states(&source.name)
        .await?
        .into_iter()
        .map(|state| (state.list, state))
        .collect();
    let first = match source.lists.first().copied() {
        Some(list) if states.contains_key(&list) => {
            Some((list, program.store.current_entries(&source.name, list).await?))
        }
        _ => None,
    };
    Ok(Held { states, first })
}

/// What is known of the source before the document.
#[derive(Debug, Default)]
pub struct Before {
    /// Since when nothing newer comes, if the document is an older copy.
    pub older_since: Option<Timestamp>,
    /// The unknown columns of the last document.
    pub columns: BTreeSet<String>,
}

/// Judges every watched list of a document against what is held of it.
pub async fn of_lists(
    program: &Program,
    source: &Source,
    snapshot: Snapshot,
    held: Held,
    reference: &SnapshotRef,
    before: &Before,
    now: Timestamp,
) -> Result<Verdicts> {
    let mut verdicts = Verdicts {
        outcome: Outcome::NotModified,
        steps: Vec::new(),
        updates: Vec::new(),
        holds: Vec::new(),
        operator_alerts: Vec::new(),
        refusals: Vec::new(),
        absent: Vec::new(),
        moved: false,
        waits: false,
        lines: Vec::new(),
        journal: serde_json::Map::new(),
    };
    let mut open_holds: BTreeMap<ListCode, Hold> = program
        .store
        .holds(true)
        .await?
        .into_iter()
        .filter(|hold| hold.source == source.name)
        .map(|hold| (hold.list, hold))
        .collect();
    let Held { mut states, mut first } = held;
    let (snapshot_rows, seen_columns) = (snapshot.rows, snapshot.columns);
    let mut entries_by_list: BTreeMap<ListCode, Vec<Entry>> = BTreeMap::new();
    let warnings = told_warnings(&snapshot.warnings);
    let publisher = snapshot.publisher;
    for entry in snapshot.entries {
        entries_by_list.entry(entry.list).or_default().push(entry);
    }
    entries_by_list.values_mut().for_each(Vec::shrink_to_fit);
    let today = now.to_zoned(TimeZone::UTC).date();
    for list in source.lists.iter().copied() {
        let state = states.remove(&list);
        let entries = match first.take_if(|(first, _)| *first == list) {
            Some((_, entries)) => entries,
            None if state.is_some() => program.store.current_entries(&source.name, list).await?,
            None => Vec::new(),
        };
        let high_water = state.as_ref().map_or(0, |state| state.high_water(today));
        let ordered_removals =
            rule_attribution::ordered_removals(program.store.as_ref(), list, now).await?;
        let mut known = Known {
            state: state.clone(),
            entries,
            ordered_removals,
            older_since: before.older_since,
            ..Known::default()
        };
        known.seen_columns.clone_from(&seen_columns);
        // A list on hold may be from before the last document.
        if !open_holds.contains_key(&list) {
            known.columns.clone_from(&before.columns);
        }
        let (limits, seen) =
            (source.limits.clone(), entries_by_list.remove(&list).unwrap_or_default());
        let shown_so_far = publisher_so_far(program, known.state.as_ref(), &known.entries).await?;
        if let Some(known) = shown_so_far.filter(|known| *known != publisher) {
            let (known, got) = (known.title(), publisher.title());
            let message = format!(
                "{list}: expected a document of the {known}, which the source has shown so far, \
                 but got one of the {got}: the two cut the list into different rows; give the \
                 source a new name, so that it starts with a baseline of its own"
            );
            verdicts.refuse(list, message);
            continue;
        }
        if known.misses_many(&seen) {
            known.others =
                other_sources::others(program.store.as_ref(), &source.name, list, now).await?;
        }
        let judgement =
            in_background(move || assess::judge(&limits, list, known, seen, high_water)).await;
        let earlier_holds = match judgement.verdict {
            ListVerdict::Held(_) => holds_of(program, &source.name, list).await?,
            _ => Vec::new(),
        };
        let listed = Listed {
            source,
            list,
            state,
            reference,
            now,
            warnings: &warnings,
            earlier_holds: &earlier_holds,
        };
        verdicts.take(&listed, judgement, open_holds.remove(&list));
    }
    if verdicts.absent.len() == source.lists.len() {
        verdicts.refuse_absent(snapshot_rows);
    }
    Ok(verdicts)
}

/// All holds of one list, open or decided.
async fn holds_of(program: &Program, source: &str, list: ListCode) -> Result<Vec<Hold>> {
    Ok(program
        .store
        .holds(false)
        .await?
        .into_iter()
        .filter(|hold| hold.source == source && hold.list == list)
        .collect())
}

/// Whether operators are to be alerted of an open hold that was not worth an alert when it was
/// opened.
pub async fn untold_hold_lasts(program: &Program, hold: &Hold, now: Timestamp) -> Result<bool> {
    if !operator_alerts::is_untold(hold) {
        return Ok(false);
    }
    let holds = holds_of(program, &hold.source, hold.list).await?;
    Ok(operator_alerts::untold_hold_lasts(hold, &holds, now))
}

/// The publisher of the current entries. A source keeps its name when its kind, its address or its
/// file changes, and with a document of another publisher all its entries would seem to change.
async fn publisher_so_far(
    program: &Program,
    state: Option<&ListState>,
    current: &[StoredEntry],
) -> Result<Option<Publisher>> {
    let Some(state) = state else { return Ok(None) };
    if let Some(publisher) = Publisher::shown_by(current.iter().map(|stored| &stored.entry)) {
        return Ok(Some(publisher));
    }
    let document = program.store.document(&state.document_sha256).await?;
    Ok(document.as_ref().and_then(parse_document::publisher))
}

/// One list of the document.
struct Listed<'a> {
    source: &'a Source,
    list: ListCode,
    state: Option<ListState>,
    reference: &'a SnapshotRef,
    now: Timestamp,
    warnings: &'a [String],
    /// Of the list, where it is held now.
    earlier_holds: &'a [Hold],
}

impl Listed<'_> {
    /// The list's state once the document's `count` entries are held.
    fn moved_on(&self, count: usize) -> ListState {
        let today = self.now.to_zoned(TimeZone::UTC).date();
        let mut state = self.state.clone().unwrap_or_else(|| ListState {
            source: self.source.name.clone(),
            list: self.list,
            baseline_at: self.now,
            count,
            recent_counts: Vec::new(),
            document_sha256: self.reference.sha256.clone(),
            observed_at: self.now,
            as_of: self.reference.as_of,
            rejected_content: None,
        });
        state.note_count(today, count);
        state.document_sha256.clone_from(&self.reference.sha256);
        state.observed_at = self.now;
        state.as_of = self.reference.as_of;
        state
    }

    fn previous(&self) -> Option<SnapshotRef> {
        self.state.as_ref().map(|state| SnapshotRef {
            sha256: state.document_sha256.clone(),
            as_of: state.as_of,
            observed_at: Some(state.observed_at),
        })
    }

    fn step(&self, changes: Vec<Change>, unconfirmed: bool, before: Vec<Entry>) -> Step {
        Step {
            list: self.list,
            changes,
            unconfirmed,
            before,
            previous: self.previous(),
            alerted_elsewhere: HashMap::new(),
        }
    }
}

/// Rows that say the same are held as they are and counted once.
pub fn said_of_repeats(list: ListCode, seen: Size) -> Option<String> {
    (seen.repeats() > 0).then(|| {
        format!(
            "{list}: {} rows repeat others of the document and count for nothing",
            seen.repeats()
        )
    })
}

/// What a rule takes off the list does not count as lost tomorrow either.
/// The first oddities of a document; where there are more, that is said, with how many.
fn told_warnings(warnings: &[Warning]) -> Vec<String> {
    let told = |warning: &Warning| format!("{}: {}", warning.place, warning.text);
    let mut first: Vec<String> = warnings.iter().take(WARNINGS).map(told).collect();
    match warnings.get(WARNINGS..) {
        // The parser kept no more than so many, and its last warning counts them all.
        Some([.., last]) if warnings.len() >= Warning::KEPT => first.push(told(last)),
        Some(rest @ [_, ..]) => {
            first.push(format!("and {} more, which the log of this check has", rest.len()))
        }
        _ => {}
    }
    first
}

fn without_ordered(mut state: ListState, ordered_off: usize, count: usize) -> ListState {
    if ordered_off > 0 {
        state
            .recent_counts
            .iter_mut()
            .for_each(|(_, highest)| *highest = highest.saturating_sub(ordered_off).max(count));
    }
    state
}

impl Verdicts {
    /// Nothing of the list is taken from the document.
    fn refuse(&mut self, list: ListCode, message: String) {
        self.outcome = self.outcome.max(Outcome::Refused);
        self.journal.insert(list.to_string(), json!({"outcome": Outcome::Refused.as_str()}));
        self.refusals.push(message.clone());
        self.lines.push(message);
    }

    fn take(&mut self, listed: &Listed<'_>, judgement: Judgement, open_hold: Option<Hold>) {
        let Judgement {
            list,
            verdict,
            seen,
            held_count,
            ordered_off,
            before,
            close,
            open,
            begins_anew,
        } = judgement;
        if let Some(text) = said_of_repeats(list, seen) {
            warn!(source.name = listed.source.name, list = list.as_str(), "{text}");
        }
        self.moved |= match &verdict {
            ListVerdict::Baseline | ListVerdict::Changed(_) => true,
            ListVerdict::Held(step) => !step.passing.is_empty(),
            ListVerdict::RefusedBaseline(_)
            | ListVerdict::Absent
            | ListVerdict::Unchanged
            | ListVerdict::RejectedBefore => false,
        };
        self.waits |= matches!(
            verdict,
            ListVerdict::Held(_) | ListVerdict::RejectedBefore | ListVerdict::RefusedBaseline(_)
        );
        let (outcome, line) = match verdict {
            ListVerdict::RefusedBaseline(message) => {
                self.refusals.push(message.clone());
                (Outcome::Refused, message)
            }
            ListVerdict::Absent => {
                warn!(
                    source.name = listed.source.name,
                    list = list.as_str(),
                    "the document has no row of {list}, and none was seen before"
                );
                self.absent.push(list);
                (
                    Outcome::Unchanged,
                    format!("{list}: no rows so far; its first ones will be the baseline"),
                )
            }
            ListVerdict::Baseline => {
                self.updates.push(ListUpdate { state: listed.moved_on(held_count), close, open });
                self.operator_alerts.push(AlertBody::SourceBaseline(SourceBaseline {
                    source: listed.source.name.clone(),
                    list,
                    count: held_count,
                    observed_at: listed.now,
                    snapshot: listed.reference.clone(),
                    warnings: listed
                        .warnings
                        .iter()
                        .cloned()
                        .chain(said_of_repeats(list, seen))
                        .collect(),
                }));
                (Outcome::Baseline, format!("{list}: {held_count} entries taken as the baseline"))
            }
            ListVerdict::Unchanged => {
                self.updates.push(ListUpdate { state: listed.moved_on(held_count), close, open });
                self.supersede(open_hold, listed.now);
                (Outcome::Unchanged, format!("{list}: {} entries, unchanged", seen.entries))
            }
            ListVerdict::RejectedBefore => {
                // What was held since is not what the publisher serves now: nobody is asked about
                // it any more.
                if let Some(hold) = open_hold {
                    self.holds.push(Hold {
                        state: HoldState::Replaced,
                        decided_at: Some(listed.now),
                        ..hold
                    });
                }
                (
                    Outcome::Unchanged,
                    format!(
                        "{list}: the same content was rejected before; what is held stays as it is"
                    ),
                )
            }
            ListVerdict::Changed(changes) => {
                let Summary { added, removed, revised, editorial } = Summary::of(&changes);
                let mut state =
                    without_ordered(listed.moved_on(held_count), ordered_off, held_count);
                if begins_anew {
                    state.recent_counts.clear();
                    state.note_count(listed.now.to_zoned(TimeZone::UTC).date(), held_count);
                }
                self.updates.push(ListUpdate { state, close, open });
                self.supersede(open_hold, listed.now);
                self.steps.push(listed.step(changes, false, before));
                (
                    Outcome::Changed,
                    format!(
                        "{list}: {added} added, {removed} removed, {revised} revised, {editorial} \
                         editorial"
                    ),
                )
            }
            ListVerdict::Held(held) => {
                let line = format!("{list}: held for {}: {}", held.reason, held.message);
                if !held.passing.is_empty() {
                    // What is held still counts the removals that wait, so the guard goes on
                    // measuring against them.
                    let state = ListState {
                        count: held_count,
                        ..listed.state.clone().unwrap_or_else(|| listed.moved_on(held_count))
                    };
                    self.updates.push(ListUpdate { state, close, open });
                    self.steps.push(listed.step(held.passing.clone(), true, before.clone()));
                }
                self.hold(listed, &held, open_hold);
                (Outcome::Held, line)
            }
        };
        self.outcome = self.outcome.max(outcome);
        self.journal.insert(
            list.to_string(),
            json!({"outcome": outcome.as_str(), "entries": seen.entries}),
        );
        self.lines.push(line);
    }

    /// Nothing that is watched is in the document: it is another one.
    fn refuse_absent(&mut self, rows: usize) {
        let lists: Vec<&str> = self.absent.iter().map(|list| list.as_str()).collect();
        let message = format!(
            "expected rows of the watched lists ({}), but got none in {rows} rows",
            lists.join(", ")
        );
        self.lines = vec![message.clone()];
        self.refusals.push(message);
        self.outcome = Outcome::Refused;
    }

    fn supersede(&mut self, open_hold: Option<Hold>, now: Timestamp) {
        if let Some(hold) = open_hold {
            self.holds.push(Hold { state: HoldState::Superseded, decided_at: Some(now), ..hold });
        }
    }

    /// Opens a hold, unless the same content is held already.
    fn hold(&mut self, listed: &Listed<'_>, held: &HeldStep, open_hold: Option<Hold>) {
        if let Some(open_hold) = open_hold {
            if open_hold.content_sha256 == held.content {
                // Told again it says what is true then.
                if open_hold.message != held.message {
                    self.holds.push(Hold { message: held.message.clone(), ..open_hold });
                }
                return;
            }
            self.holds.push(Hold {
                state: HoldState::Replaced,
                decided_at: Some(listed.now),
                ..open_hold
            });
        }
        let opened_at = listed.now.to_string();
        let told_lately =
            operator_alerts::told_lately(&held.content, listed.earlier_holds, listed.now);
        let hold = Hold {
            hold_id: HoldId::of([
                listed.source.name.as_str(),
                listed.list.as_str(),
                held.content.as_str(),
                &opened_at,
            ]),
            source: listed.source.name.clone(),
            list: listed.list,
            reason: held.reason,
            state: HoldState::Open,
            sha256: listed.reference.sha256.clone(),
            content_sha256: held.content.clone(),
            opened_at: listed.now,
            told_at: told_lately.unwrap_or(listed.now),
            count_before: held.count_before,
            count_after: held.count_after,
            summary: Summary::of(&held.all),
            message: held.message.clone(),
            decided_at: None,
            decided_by: None,
            decision_reason: None,
            as_baseline: false,
        };
        self.holds.push(hold.clone());
        if told_lately.is_some() {
            return;
        }
        let waits = held.all.iter().filter(|change| {
            !held.passing.iter().any(|passing| passing.change_id == change.change_id)
        });
        let examples = waits.take(EXAMPLES).map(|change| change.entry.name.clone()).collect();
        self.operator_alerts.push(AlertBody::SnapshotHeld(Box::new(SnapshotHeld {
            hold,
            reminder: false,
            examples,
        })));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_leaves_out_warnings_says_how_many() {
        let warning = |n: usize| Warning { place: format!("line {n}"), text: "odd".into() };
        let told = |count: usize| told_warnings(&(1..=count).map(warning).collect::<Vec<_>>());
        assert_eq!(told(0), Vec::<String>::new());
        assert_eq!(told(5).last().unwrap(), "line 5: odd");
        assert_eq!(
            told(6),
            [
                "line 1: odd",
                "line 2: odd",
                "line 3: odd",
                "line 4: odd",
                "line 5: odd",
                "and 1 more, which the log of this check has"
            ]
        );
        let mut kept: Vec<Warning> = (1..Warning::KEPT).map(warning).collect();
        kept.push(Warning {
            place: "document".into(),
            text: "901 more oddities, 1000 in all".into(),
        });
        assert_eq!(
            told_warnings(&kept).last().unwrap(),
            "document: 901 more oddities, 1000 in all"
        );
    }
}
