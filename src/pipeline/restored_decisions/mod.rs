//! Carries out again what people decided after the backup that was restored.
//!
//! `store restore` enters those decisions in the journal as `decision.carried`, and nothing else is
//! remembered. Each pass tries the ones that wait, in the order in which they were made: after the
//! restore, at each start, and after each check, because a check may bring back the item, match or
//! hold that a decision is about. A decision is entered again in the transaction that carries it
//! out, with who decided, how that person was identified, and `restored`: when, and the entry in
//! the journal that was lost. So a pass that is interrupted, or made twice, changes nothing.
//!
//! # Layout
//!
//! - `item_decisions`, `match_decisions`, `hold_decisions`: how one decision is carried out.

mod hold_decisions;
mod item_decisions;
mod match_decisions;

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::{error, info, warn};

use crate::domain::journal::JournalEvent;
use crate::domain::{DeliveryId, Identified, journal_kind};
use crate::pipeline::Program;
use crate::store::Result;
use crate::store::copies::{Decision, RestoredFrom, WaitingDecision};

/// How long a decision waits for the item, match or hold that it is about, in days. What the first
/// checks do not bring back is not likely to come back, and a person must know.
const WAITS_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What became of one decision in a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restoration {
    pub decision: Decision,
    pub outcome: RestorationOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestorationOutcome {
    CarriedOut,
    /// It will not be carried out, and why.
    NotApplied(String),
    /// It is tried again after the next check, and why it was not carried out so far.
    Waits(String),
}

/// A decision of the journal, as it is carried out.
struct Restored<'a> {
    kind: &'a str,
    data: Value,
    by: String,
    identified: Identified,
    from: RestoredFrom,
}

impl<'a> Restored<'a> {
    /// `None` if the entry does not say who decided, and how that person was identified.
    fn of(decision: &'a Decision) -> Option<Self> {
        #[derive(Deserialize)]
        struct Who {
            by: String,
            identified: Identified,
        }
        let Who { by, identified } = serde_json::from_str(&decision.data).ok()?;
        let from = RestoredFrom::of(decision);
        let data = serde_json::from_str(&decision.data).ok()?;
        Some(Self { kind: &decision.kind, data, by, identified, from })
    }

    fn text(&self, field: &str) -> &str {
        self.data.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// A field of a type that the journal writes as text.
    fn field<T: serde::de::DeserializeOwned>(&self, field: &str) -> Option<T> {
        serde_json::from_value(self.data.get(field)?.clone()).ok()
    }

    fn decided_at(&self) -> Timestamp {
        self.from.decided_at
    }

    /// What the journal keeps when it is carried out again: what it kept at first, and from where.
    fn journal_data(&self) -> Value {
        let mut data = self.data.clone();
        if let Some(fields) = data.as_object_mut() {
            fields.insert("restored".to_owned(), json!(self.from));
        }
        data
    }

    fn event(&self) -> JournalEvent {
        JournalEvent { kind: self.kind.to_owned(), data: self.journal_data() }
    }
}

/// What a decision is about. As long as one decision about it waits, the later ones do too.
fn subject(decision: &Decision) -> String {
    let data: Value = serde_json::from_str(&decision.data).unwrap_or_default();
    let text = |field: &str| data.get(field).and_then(Value::as_str).map(str::to_owned);
    let names = ["item_id", "match_id", "hold_id", "from", "counterparty_id", "watchlist"];
    let known = names.into_iter().find_map(text);
    known.unwrap_or_else(|| decision.hash.to_string())
}

/// Carries out the decisions that wait. Returns what became of each. Problems are logged: the
/// decisions are in the journal, and the next pass tries them again.
pub async fn carry_out(program: &Program) -> Vec<Restoration> {
    if program.all_restored.load(Ordering::Relaxed) {
        return Vec::new();
    }
    match Box::pin(pass(program)).await {
        Ok(passed) => passed,
        Err(problem) => {
            error!(
                "failed to carry out the decisions from before the restore; the next check tries \
                 them again: {problem}"
            );
            Vec::new()
        }
    }
}

async fn pass(program: &Program) -> Result<Vec<Restoration>> {
    let store = &program.store;
    if store.waiting_decisions().await?.is_empty() {
        program.all_restored.store(true, Ordering::Relaxed);
        return Ok(Vec::new());
    }
    let _lock = program.lock_shared("restored decisions".to_owned(), None).await?;
    let mut blocked = BTreeSet::new();
    let mut passed = Vec::new();
    for waiting in store.waiting_decisions().await? {
        let subject = subject(&waiting.decision);
        let outcome = if blocked.contains(&subject) {
            RestorationOutcome::Waits("an earlier decision about the same waits".to_owned())
        } else {
            carry_out_one(program, &waiting).await?
        };
        let WaitingDecision { decision, .. } = waiting;
        match &outcome {
            RestorationOutcome::CarriedOut => info!(
                decision.kind = decision.kind,
                "a decision of {} from before the restore is carried out again", decision.at
            ),
            RestorationOutcome::NotApplied(why) => warn!(
                decision.kind = decision.kind,
                "a decision of {} from before the restore is not carried out again: {why}",
                decision.at
            ),
            RestorationOutcome::Waits(_) => {
                blocked.insert(subject);
            }
        }
        passed.push(Restoration { decision, outcome });
    }
    Ok(passed)
}

async fn carry_out_one(program: &Program, waiting: &WaitingDecision) -> Result<RestorationOutcome> {
    let decision = &waiting.decision;
    let outcome = match Restored::of(decision) {
        Some(restored) => match decision.kind.split('.').next().unwrap_or_default() {
            "item" | "items" => item_decisions::carry_out(program, &restored).await?,
            "match" | "counterparty" | "watchlist" => {
                match_decisions::carry_out(program, &restored).await?
            }
            "hold" => Box::pin(hold_decisions::carry_out(program, &restored)).await?,
            "deliveries" => retry_deliveries(program, &restored).await?,
            _ => unknown(),
        },
        None => unknown(),
    };
    let now = program.clock.now();
    let outcome = match outcome {
        RestorationOutcome::Waits(why) if now.duration_since(waiting.carried_at) > WAITS_FOR => {
            RestorationOutcome::NotApplied(format!("after 30 days, {why}"))
        }
        outcome => outcome,
    };
    if let RestorationOutcome::NotApplied(why) = &outcome {
        let data = json!({
            "decision": decision.kind,
            "reason": why,
            "restored": RestoredFrom::of(decision),
        });
        let event = JournalEvent { kind: journal_kind::DECISION_NOT_APPLIED.to_owned(), data };
        program.store.add_journal_entries(now, vec![event]).await?;
    }
    Ok(outcome)
}

/// A person decided in another way since.
fn newer() -> RestorationOutcome {
    RestorationOutcome::NotApplied("a person decided later, and that stays".to_owned())
}

fn unknown() -> RestorationOutcome {
    RestorationOutcome::NotApplied("this program does not know how to repeat it".to_owned())
}

/// Deliveries that a person tried again.
async fn retry_deliveries(
    program: &Program,
    restored: &Restored<'_>,
) -> Result<RestorationOutcome> {
    let ids: Vec<DeliveryId> = restored.field("deliveries").unwrap_or_default();
    let now = program.clock.now();
    let event = |_: &[DeliveryId]| restored.event();
    if program.store.retry_and_journal(&ids, now, event).await?.is_empty() {
        let why = "the backup does not have these deliveries";
        return Ok(RestorationOutcome::NotApplied(why.to_owned()));
    }
    program.outbox.send_replace(());
    Ok(RestorationOutcome::CarriedOut)
}
