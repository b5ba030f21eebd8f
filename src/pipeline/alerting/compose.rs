//! From the changes of one observation to alerts: what undoes an earlier change, what one rule
//! orders, what is left.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::config::Config;
use crate::diff::rule_groups::{
    Group, {self},
};
use crate::domain::alert::{ListChanged, SnapshotRef};
use crate::domain::pages::{are_neighbors, with_neighbors};
use crate::domain::{
    Alert, AlertBody, AlertId, Attribution, Change, ChangeId, Citation, Delivery, Entry, ListCode,
    RecordedRule, Rule, Sha256, Summary,
};
use crate::pipeline::alerting::addressing;
use crate::pipeline::alerting::alerted_elsewhere::{Elsewhere, alerted_entries};
use crate::pipeline::alerting::corrections::{
    Moment, Parted, {self},
};
use crate::pipeline::alerting::rule_attribution::{
    Joined, KnownRules, {self},
};
use crate::store::{Outgoing, RecordedChange, Result, Store};

/// The observation that the changes come from.
pub struct Seen<'a> {
    pub config: &'a Config,
    pub source: &'a str,
    /// When the changes were first seen.
    pub observed_at: Timestamp,
    /// Now: when they are recorded.
    pub recorded_at: Timestamp,
    /// When a person accepted them, where they were held.
    pub accepted_at: Option<Timestamp>,
    pub snapshot: SnapshotRef,
    pub journal_head: Sha256,
    /// The last sequence number that the source has given.
    pub sequence: u64,
}

/// What one list contributes.
pub struct Step {
    pub list: ListCode,
    pub changes: Vec<Change>,
    /// The list is held for loss.
    pub unconfirmed: bool,
    /// The entries before the changes.
    pub before: Vec<Entry>,
    pub previous: Option<SnapshotRef>,
    /// Which alert told of each change that another source of the list showed lately.
    pub alerted_elsewhere: HashMap<ChangeId, AlertId>,
}

/// What is recorded and told.
pub struct Composed {
    pub alerts: Vec<Outgoing>,
    pub changes: Vec<RecordedChange>,
    pub sequence: u64,
}

/// Changes that make one alert.
struct Batch {
    changes: Vec<Change>,
    unconfirmed: bool,
    previous: Option<SnapshotRef>,
    rule: Option<Vec<Citation>>,
    /// The recorded document that orders them.
    document: Option<RecordedRule>,
    attributed: Option<Attribution>,
    corrects: Option<AlertId>,
    /// Of a correction: for each of its changes, the one that it undoes.
    undoes: HashMap<ChangeId, ChangeId>,
    /// Its changes that bring back what went, each with the alert that told that.
    returned: BTreeMap<ChangeId, Option<AlertId>>,
}

pub async fn compose(store: &Store, seen: &Seen<'_>, steps: Vec<Step>) -> Result<Composed> {
    let mut batches: Vec<Batch> = Vec::new();
    let mut base_ids: HashMap<ChangeId, ChangeId> = HashMap::new();
    let mut before: Vec<Entry> = Vec::new();
    let mut elsewhere = Elsewhere::default();
    // Recorded, and told nobody.
    let mut quiet: Vec<(Change, bool)> = Vec::new();
    let rules =
        KnownRules::load(store, steps.iter().flat_map(|step| &step.changes), seen.observed_at)
            .await?;
    for step in steps {
        let changes = number(store, seen.source, step.changes, &mut base_ids).await?;
        let at = Moment { now: seen.recorded_at, accepted: seen.accepted_at.is_some() };
        let Parted { corrections, untold, others: changes, returned } =
            corrections::part(store, seen.source, step.list, changes, &rules, at).await?;
        quiet.extend(untold.into_iter().map(|change| (change, step.unconfirmed)));
        for (alert_id, undoing) in corrections {
            batches.push(Batch {
                undoes: undoing
                    .iter()
                    .map(|(change, undone)| (change.change_id.clone(), undone.clone()))
                    .collect(),
                returned: BTreeMap::new(),
                changes: undoing.into_iter().map(|(change, _)| change).collect(),
                unconfirmed: step.unconfirmed,
                previous: step.previous.clone(),
                rule: None,
                document: None,
                attributed: None,
                corrects: Some(alert_id),
            });
        }
        // What another source has shown is known to readers; where this one shows more, that is
        // told by itself.
        let (confirmed, changes): (Vec<Change>, Vec<Change>) =
            changes.into_iter().partition(Change::is_confirmation);
        elsewhere.load(store, seen, step.list, step.alerted_elsewhere, &confirmed).await?;
        quiet.extend(confirmed.into_iter().map(|change| (change, step.unconfirmed)));
        let (differing, changes): (Vec<Change>, Vec<Change>) =
            changes.into_iter().partition(|change| change.confirms.is_some());
        let joined = [changes, differing]
            .into_iter()
            .flat_map(|changes| by_rule(changes, &returned, &rules));
        for Joined { group, rule: document } in joined {
            let back =
                group.changes.iter().filter_map(|change| returned.get_key_value(&change.change_id));
            let batch = Batch {
                returned: back.map(|(id, removal)| (id.clone(), removal.clone())).collect(),
                document,
                changes: group.changes,
                unconfirmed: step.unconfirmed,
                previous: step.previous.clone(),
                rule: group.rule,
                attributed: group.attributed,
                corrects: None,
                undoes: HashMap::new(),
            };
            match batches.iter_mut().find(|other| other.tells_the_same(&batch)) {
                Some(other) => other.absorb(batch),
                None => batches.push(batch),
            }
        }
        before.extend(step.before);
    }

    let mut composed =
        Composed { alerts: Vec::new(), changes: Vec::new(), sequence: seen.sequence };
    for batch in batches {
        let outgoing =
            tell(store, seen, &batch, &before, &elsewhere, composed.sequence + 1).await?;
        // An alert of nothing but editorial changes is made only where somebody asked for them.
        let told =
            !outgoing.deliveries.is_empty() || batch.changes.iter().any(|change| !change.editorial);
        let alert_id = told.then(|| outgoing.alert.alert_id.clone());
        let unconfirmed = batch.unconfirmed;
        composed.changes.extend(
            batch
                .changes
                .into_iter()
                .map(|change| recorded(seen, &base_ids, change, alert_id.clone(), unconfirmed)),
        );
        if told {
            composed.sequence += 1;
            composed.alerts.push(outgoing);
        }
    }
    composed.changes.extend(
        quiet
            .into_iter()
            .map(|(change, unconfirmed)| recorded(seen, &base_ids, change, None, unconfirmed)),
    );
    Ok(composed)
}

/// Puts changes down to the rules that order them. What came back as it was is put down to none:
/// the rules that it cites are those of its first listing, and would make an alert each.
fn by_rule(
    changes: Vec<Change>,
    returned: &BTreeMap<ChangeId, Option<AlertId>>,
    rules: &KnownRules,
) -> Vec<Joined> {
    let (back, changes): (Vec<Change>, Vec<Change>) =
        changes.into_iter().partition(|change| returned.contains_key(&change.change_id));
    let mut joined = rules.join(rule_groups::by_rule(changes));
    if !back.is_empty() {
        joined.push(Joined {
            group: Group { rule: None, attributed: None, changes: back },
            rule: None,
        });
    }
    joined
}

fn recorded(
    seen: &Seen<'_>,
    base_ids: &HashMap<ChangeId, ChangeId>,
    change: Change,
    alert_id: Option<AlertId>,
    unconfirmed: bool,
) -> RecordedChange {
    RecordedChange {
        source: seen.source.to_owned(),
        base_id: base_ids.get(&change.change_id).unwrap_or(&change.change_id).clone(),
        change,
        alert_id,
        observed_at: seen.observed_at,
        accepted_at: seen.accepted_at,
        unconfirmed,
    }
}

impl Batch {
    /// It tells only what another source's alert did not.
    fn is_of_differences(&self) -> bool {
        self.changes.first().is_some_and(|change| change.confirms.is_some())
    }

    fn tells_the_same(&self, other: &Batch) -> bool {
        // Where the Federal Register says whose the pages are, their distance says nothing.
        let rules_meet = match (&self.document, &other.document) {
            (Some(this), Some(that)) => this.document_number == that.document_number,
            (None, None) => self.pages_meet(other),
            _ => false,
        };
        self.unconfirmed == other.unconfirmed
            && self.corrects == other.corrects
            && self.is_of_differences() == other.is_of_differences()
            && rules_meet
    }

    fn pages_meet(&self, other: &Batch) -> bool {
        match (&self.rule, &other.rule) {
            (None, None) => true,
            (Some(these), Some(those)) => these
                .iter()
                .any(|this| those.iter().any(|that| this == that || are_neighbors(this, that))),
            _ => false,
        }
    }

    fn absorb(&mut self, other: Batch) {
        self.changes.extend(other.changes);
        self.undoes.extend(other.undoes);
        self.returned.extend(other.returned);
        if let (Some(pages), Some(more)) = (&mut self.rule, other.rule) {
            pages.extend(more);
            pages.sort();
            pages.dedup();
        }
        if other.attributed == Some(Attribution::Presumed) {
            self.attributed = other.attributed;
        }
    }
}

/// Gives every change the id that its content has this time: a change that recurs is told from a
/// repeat of the old one.
async fn number(
    store: &Store,
    source: &str,
    mut changes: Vec<Change>,
    base_ids: &mut HashMap<ChangeId, ChangeId>,
) -> Result<Vec<Change>> {
    let ids: Vec<ChangeId> = changes.iter().map(|change| change.change_id.clone()).collect();
    let mut recorded: HashMap<ChangeId, u32> =
        store.recurrences(source, &ids).await?.into_iter().collect();
    let mut renamed: HashMap<ChangeId, ChangeId> = HashMap::new();
    for change in &mut changes {
        let base_id = change.change_id.clone();
        let recurrence = recorded.entry(base_id.clone()).or_default();
        if *recurrence > 0 {
            let (before, after) = match change.kind {
                crate::domain::ChangeKind::Added => (None, Some(&change.entry)),
                crate::domain::ChangeKind::Removed => (Some(&change.entry), None),
                crate::domain::ChangeKind::Revised => (change.before.as_ref(), Some(&change.entry)),
            };
            change.change_id = Change::id_of(change.kind, before, after, *recurrence);
        }
        *recurrence += 1;
        renamed.insert(base_id.clone(), change.change_id.clone());
        base_ids.insert(change.change_id.clone(), base_id);
    }
    for change in &mut changes {
        for id in &mut change.possibly {
            if let Some(new) = renamed.get(id) {
                id.clone_from(new);
            }
        }
    }
    Ok(changes)
}

/// The alert of one batch, with its deliveries.
async fn tell(
    store: &Store,
    seen: &Seen<'_>,
    batch: &Batch,
    before: &[Entry],
    elsewhere: &Elsewhere,
    sequence: u64,
) -> Result<Outgoing> {
    let mut pages = batch.rule.clone().unwrap_or_default();
    if pages.is_empty() {
        pages.extend(
            batch
                .document
                .iter()
                .flat_map(|rule| rule_attribution::pages(rule).into_iter().take(1)),
        );
    }
    let neighbors = match batch.document.as_ref().map(rule_attribution::pages) {
        Some(pages) if !pages.is_empty() => pages,
        _ => with_neighbors(&pages),
    };
    let announced =
        batch.document.as_ref().and_then(|rule| rule_attribution::announced(rule, &batch.changes));
    let told = store.alerts_citing(seen.source, &neighbors).await?;
    let is_all_back =
        batch.changes.iter().all(|change| batch.returned.contains_key(&change.change_id));
    let went = batch.returned.values().flatten().next().filter(|_| is_all_back);
    let is_near = |cited: &Citation| neighbors.binary_search(cited).is_ok();
    let cited_before = before.iter().filter(|entry| entry.citations.iter().any(is_near)).count();
    // An entry that another source showed first was alerted then, whatever page of the rule that
    // source cites.
    let others = elsewhere.alerts(store, &batch.changes, &neighbors).await?;
    let alerted_here: usize = told.iter().map(|(_, count)| count).sum();
    let alerted_before = alerted_entries(store, &told, &others).await?;
    let since_baseline = alerted_here + elsewhere.confirmed_before(&neighbors);
    let sequence_text = sequence.to_string();
    let type_name = if batch.corrects.is_some() { "list.corrected" } else { "list.changed" };
    let identity = [type_name, seen.source, sequence_text.as_str()];
    let alert_id = AlertId::of(
        identity.into_iter().chain(batch.changes.iter().map(|change| change.change_id.as_str())),
    );
    let summary = Summary::of(&batch.changes);
    let data = Box::new(ListChanged {
        alert_id: alert_id.clone(),
        sequence,
        source: seen.source.to_owned(),
        observed_at: seen.observed_at,
        accepted_at: seen.accepted_at,
        unconfirmed: batch.unconfirmed,
        snapshot: seen.snapshot.clone(),
        previous: batch.previous.clone(),
        attributed: batch.attributed,
        rule: batch
            .document
            .as_ref()
            .map(|rule| rule.rule.clone())
            .or_else(|| pages.first().map(Rule::of_citation)),
        // A rule of which nothing that stands here was told is still what this belongs to.
        follows: told
            .first()
            .map(|(alert_id, _)| alert_id)
            .or(batch.document.as_ref().and_then(|rule| rule.alert_id.as_ref()))
            .or(others.first())
            .or(went)
            .cloned(),
        corrects: batch.corrects.clone(),
        rule_alerted_before: alerted_before,
        rule_in_baseline: cited_before.saturating_sub(since_baseline),
        journal_head: seen.journal_head.clone(),
        summary,
        total: summary,
        changes: batch.changes.clone(),
        announced,
        returned: batch.returned.keys().cloned().collect(),
        part: None,
    });
    let Some(corrected) = &batch.corrects else {
        let alert =
            Alert { alert_id, created_at: seen.recorded_at, body: AlertBody::ListChanged(data) };
        return Ok(addressing::routed(seen.config, alert, pages));
    };
    let alert =
        Alert { alert_id, created_at: seen.recorded_at, body: AlertBody::ListCorrected(data) };
    let earlier = store.deliveries_of(corrected).await?;
    Ok(outgoing_to_those_who_got(alert, batch, &earlier))
}

/// A correction goes to whoever got the alert that it corrects, whatever the routes say today: of
/// what they got, and no more.
fn outgoing_to_those_who_got(alert: Alert, batch: &Batch, earlier: &[Delivery]) -> Outgoing {
    let mut deliveries = Vec::new();
    for Delivery { receiver, recipient, selection, .. } in earlier {
        let got = |change: &&Change| {
            selection.as_ref().is_none_or(|got| {
                batch.undoes.get(&change.change_id).is_some_and(|id| got.contains(id))
            })
        };
        let undone: Vec<ChangeId> =
            batch.changes.iter().filter(got).map(|change| change.change_id.clone()).collect();
        if !undone.is_empty() {
            let selection = Some(undone).filter(|undone| undone.len() < batch.changes.len());
            deliveries.push(addressing::delivery(
                &alert,
                receiver,
                recipient.clone(),
                selection.as_deref(),
            ));
        }
    }
    Outgoing { alert, citations: Vec::new(), deliveries }
}
