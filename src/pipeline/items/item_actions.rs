//! What people do with items: take, close, reopen, hand over.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::config::unknown_name;
use crate::domain::item::{Handover, ItemRefusal, Outcome};
use crate::domain::journal::JournalEvent;
use crate::domain::{Identified, Item, ItemId, ItemState, MatchId, journal_kind};
use crate::pipeline::Program;
use crate::pipeline::given_text::{EmptyText, given};
use crate::store::{HandoverOrder, StoreError};

/// Who acts.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    pub by: &'a str,
    /// How that person was identified. On the command line `by` is a claim.
    pub identified: &'a Identified,
}

/// Why an action was not carried out. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    #[error("expected the id of an item (`entitywatch items list` shows them), but got `{0}`")]
    Unknown(ItemId),
    #[error("{0}")]
    UnknownName(String),
    #[error(transparent)]
    Empty(#[from] EmptyText),
    #[error("expected two different names, but got `{0}` twice")]
    SameName(String),
    #[error("expected a day that is not over as --until, but got {0}")]
    Past(Date),
    #[error(
        "expected a decision on each strong match in item {id} before it is closed, but these are \
         open: {}",
        .matches.iter().map(MatchId::as_str).collect::<Vec<_>>().join(", ")
    )]
    UndecidedMatches { id: ItemId, matches: Vec<MatchId> },
    #[error(transparent)]
    Refused(#[from] ItemRefusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The person is on it: nothing is escalated any more.
pub async fn take(program: &Program, id: &ItemId, actor: Actor<'_>) -> Result<Item, ActionError> {
    let by = given("--by", actor.by)?;
    change(program, id, journal_kind::ITEM_TAKEN, actor, json!({}), |item, now| item.take(by, now))
        .await
}

/// The person has dealt with it.
pub async fn close(
    program: &Program,
    id: &ItemId,
    actor: Actor<'_>,
    outcome: Outcome,
    note: &str,
) -> Result<Item, ActionError> {
    let (by, note) = (given("--by", actor.by)?, given("--note", note)?);
    if let Some(item) = program.store.item(id).await? {
        let alerts = item.alert_ids();
        let undecided = program.store.undecided_in(&alerts).await?;
        if !undecided.is_empty() && item.state != ItemState::Closed {
            return Err(ActionError::UndecidedMatches { id: id.clone(), matches: undecided });
        }
    }
    let data = json!({"outcome": outcome, "note": note});
    change(program, id, journal_kind::ITEM_CLOSED, actor, data, |item, now| {
        item.close(by, outcome, note, now)
    })
    .await
}

/// Somebody must look at it again.
pub async fn reopen(
    program: &Program,
    id: &ItemId,
    actor: Actor<'_>,
    note: &str,
) -> Result<Item, ActionError> {
    let (by, note) = (given("--by", actor.by)?, given("--note", note)?);
    let data = json!({"note": note});
    change(program, id, journal_kind::ITEM_REOPENED, actor, data, |item, now| {
        item.reopen(by, note, now)
    })
    .await
}

/// Hands the items of a receiver over to another one, or what one person has taken to another.
/// Until the end of the day `until`, new items of the receiver are handed over too. Returns the
/// items.
pub async fn hand_over(
    program: &Program,
    from: &str,
    to: &str,
    until: Option<Date>,
    actor: Actor<'_>,
) -> Result<Vec<ItemId>, ActionError> {
    let by = given("--by", actor.by)?;
    let (from, to) = (given("FROM", from)?, given("TO", to)?);
    if from == to {
        return Err(ActionError::SameName(from.to_owned()));
    }
    let now = program.clock.now();
    let wiring = program.wiring.load_full();
    let ends_at = until.map(|day| (day, end_of(day, &wiring.config.messages.timezone)));
    if let Some((day, _)) = ends_at.filter(|(_, end)| *end <= now) {
        return Err(ActionError::Past(day));
    }
    let receivers: Vec<&str> =
        wiring.config.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    let unclosed = program.store.unclosed_items().await?;
    let has_taken = unclosed.iter().any(|item| item.taken_by.as_deref() == Some(from));
    let is_receiver = receivers.contains(&from)
        || unclosed.iter().any(|item| item.receivers().iter().any(|name| name == from));
    let is_person = wiring.config.people.iter().any(|person| person.name == from);
    if !is_receiver && !has_taken && !is_person {
        let known = unknown_name("receiver", &receivers, from);
        return Err(ActionError::UnknownName(format!("{known}, who has taken no item either")));
    }
    if is_receiver && !has_taken && !is_person && !receivers.contains(&to) {
        return Err(ActionError::UnknownName(unknown_name("receiver", &receivers, to)));
    }
    // What a person will take is not known, so only a receiver hands new items over.
    let ends_at = ends_at.filter(|_| receivers.contains(&from) && receivers.contains(&to));
    let mut journal = serde_json::Map::new();
    journal.insert("from".into(), json!(from));
    journal.insert("to".into(), json!(to));
    journal.insert("until".into(), json!(until));
    journal.extend(of_actor(actor));
    let order = HandoverOrder {
        handover: Handover { from: from.to_owned(), to: to.to_owned() },
        ends_at: ends_at.map(|(_, end)| end),
        by: by.to_owned(),
        began_at: now,
        only: None,
        journal,
    };
    Ok(program.store.hand_over(order, now).await?)
}

/// The first moment after a day.
pub fn end_of(day: Date, zone: &jiff::tz::TimeZone) -> Timestamp {
    day.tomorrow()
        .and_then(|next| next.to_zoned(zone.clone()))
        .map_or(Timestamp::MAX, |end| end.timestamp())
}

async fn change(
    program: &Program,
    id: &ItemId,
    kind: &str,
    actor: Actor<'_>,
    data: Value,
    step: impl FnOnce(&mut Item, Timestamp) -> Result<(), ItemRefusal>,
) -> Result<Item, ActionError> {
    let now = program.clock.now();
    let mut fields = serde_json::Map::new();
    fields.insert("item_id".into(), json!(id));
    fields.extend(of_actor(actor));
    if let Value::Object(more) = data {
        fields.extend(more);
    }
    let event = |item: &Item| {
        if kind == journal_kind::ITEM_CLOSED {
            // What the person saw, in case a restore carries this out again.
            fields.insert("alerts".into(), json!(item.alert_ids()));
        }
        JournalEvent { kind: kind.to_owned(), data: fields.into() }
    };
    let changed = program
        .store
        .change_item(id, now, &[], |item| step(item, now).map(|()| event(item)))
        .await?
        .ok_or_else(|| ActionError::Unknown(id.clone()))?;
    Ok(changed?)
}

/// What the journal records about who acts.
fn of_actor(actor: Actor<'_>) -> serde_json::Map<String, Value> {
    serde_json::Map::from_iter([
        ("by".to_owned(), json!(actor.by.trim())),
        ("identified".to_owned(), json!(actor.identified)),
    ])
}
