//! How a decision about an item is carried out again.

use jiff::civil::Date;

use crate::domain::item::{Handover, ItemRefusal, Outcome};
use crate::domain::{AlertId, Item, ItemId, journal_kind};
use crate::pipeline::Program;
use crate::pipeline::items::end_of;
use crate::pipeline::restored_decisions::{RestorationOutcome, Restored};
use crate::store::{HandoverOrder, Result};

const NO_ITEM: &str = "the store does not have its item";
/// Why an item was not changed.
enum Refusal {
    /// A person acted on it after the decision that the restore brought back.
    Newer,
    Refused(ItemRefusal),
}

pub async fn carry_out(program: &Program, restored: &Restored<'_>) -> Result<RestorationOutcome> {
    let (by, at) = (restored.by.as_str(), restored.decided_at());
    let note = restored.text("note");
    match restored.kind {
        journal_kind::ITEM_TAKEN => change(program, restored, |item| item.take(by, at)).await,
        journal_kind::ITEM_REOPENED => {
            change(program, restored, |item| item.reopen(by, note, at)).await
        }
        journal_kind::ITEM_CLOSED => {
            let Some(outcome) = restored.field::<Outcome>("outcome") else {
                return Ok(super::unknown());
            };
            if let Some(item) = program.store.item(&id(restored)).await? {
                let alerts = item.alert_ids();
                let seen: Vec<AlertId> = restored.field("alerts").unwrap_or_default();
                if alerts.iter().any(|alert| !seen.contains(alert)) {
                    let why = "the item has alerts that it did not have then";
                    return Ok(RestorationOutcome::NotApplied(why.to_owned()));
                }
                if !program.store.undecided_in(&alerts).await?.is_empty() {
                    let why = "a strong match in its item is open";
                    return Ok(RestorationOutcome::Waits(why.to_owned()));
                }
            }
            change(program, restored, |item| item.close(by, outcome, note, at)).await
        }
        journal_kind::ITEMS_HANDED_OVER => hand_over(program, restored).await,
        _ => Ok(super::unknown()),
    }
}

fn id(restored: &Restored<'_>) -> ItemId {
    ItemId(restored.text("item_id").to_owned())
}

async fn change(
    program: &Program,
    restored: &Restored<'_>,
    step: impl FnOnce(&mut Item) -> std::result::Result<(), ItemRefusal>,
) -> Result<RestorationOutcome> {
    let now = program.clock.now();
    let event = restored.event();
    let changed = program
        .store
        .change_item(&id(restored), now, &[], |item| {
            if item.is_changed_by_person_after(restored.decided_at()) {
                return Err(Refusal::Newer);
            }
            step(item).map(|()| event).map_err(Refusal::Refused)
        })
        .await?;
    Ok(match changed {
        None => RestorationOutcome::Waits(NO_ITEM.to_owned()),
        Some(Ok(_)) => RestorationOutcome::CarriedOut,
        Some(Err(Refusal::Newer)) => super::newer(),
        Some(Err(Refusal::Refused(refused))) => RestorationOutcome::NotApplied(refused.to_string()),
    })
}

/// Waits until all items that were handed over are there, so that none of them is left out.
async fn hand_over(program: &Program, restored: &Restored<'_>) -> Result<RestorationOutcome> {
    let items: Vec<ItemId> = restored.field("items").unwrap_or_default();
    let mut are_changed_since = !items.is_empty();
    for id in &items {
        let Some(item) = program.store.item(id).await? else {
            return Ok(RestorationOutcome::Waits("the store does not have its items".to_owned()));
        };
        are_changed_since &= item.is_changed_by_person_after(restored.decided_at());
    }
    let now = program.clock.now();
    let wiring = program.wiring.load_full();
    let (from, to) = (restored.text("from"), restored.text("to"));
    if program.store.is_handed_over_since(from, restored.decided_at()).await? {
        return Ok(super::newer());
    }
    // As when it was ordered: only receivers hand new items over.
    let is_receiver = |name: &str| wiring.config.receiver(name).is_some();
    let until = restored.field::<Date>("until").filter(|_| is_receiver(from) && is_receiver(to));
    let ends_at = until.map(|day| end_of(day, &wiring.config.messages.timezone));
    let ends_at = ends_at.filter(|end| *end > now);
    if are_changed_since && ends_at.is_none() {
        return Ok(super::newer());
    }
    let journal = restored.journal_data().as_object().cloned().unwrap_or_default();
    let order = HandoverOrder {
        handover: Handover { from: from.to_owned(), to: to.to_owned() },
        ends_at,
        by: restored.by.clone(),
        began_at: restored.decided_at(),
        only: Some(items),
        journal,
    };
    program.store.hand_over(order, now).await?;
    Ok(RestorationOutcome::CarriedOut)
}
