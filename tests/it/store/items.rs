//! Items: an alert opens one in the transaction that records it, and each step is written once.

use std::collections::BTreeSet;
use std::time::Duration;

use entitywatch::domain::item::{
    Acknowledge, ClockStart, Handover, IncomingAlert, ItemAlert, ItemRefusal, Outcome,
    incoming_alert,
};
use entitywatch::domain::{Item, ItemId, ItemState};
use entitywatch::store::HandoverOrder;

use super::places::Place;
use super::*;

on_every_backend! {
    an_item_is_opened_with_the_alert_or_not_at_all
    a_later_alert_attaches_by_rule_by_page_or_by_an_earlier_alert
    a_step_that_is_refused_writes_nothing
    the_clock_of_an_opening_starts_with_its_first_accepted_delivery
    a_handover_lasts_until_its_end_or_until_it_is_undone
    an_alert_is_added_once
}

const AT: &str = "2026-03-01T10:00:00Z";

/// News of one alert about an entry of this name.
fn incoming_of(outgoing: &Outgoing, name: &str, rule_keys: &[&str]) -> IncomingAlert {
    let acknowledge = Acknowledge {
        within: Duration::from_secs(3600),
        hours: None,
        escalate_to: vec!["head".into()],
    };
    let created_at = outgoing.alert.created_at;
    IncomingAlert {
        alert: ItemAlert {
            alert_id: outgoing.alert.alert_id.clone(),
            r#type: outgoing.alert.body.type_name().to_owned(),
            created_at,
            title: name.to_owned(),
        },
        rule: None,
        rule_keys: rule_keys.iter().map(ToString::to_string).collect(),
        related: Vec::new(),
        responsible: vec![incoming_alert::responsible("erp", "erp", &acknowledge, created_at)],
        opens: true,
        contents: BTreeSet::from([format!("name {name}")]),
    }
}

fn alert_number(sequence: u64) -> Outgoing {
    let changes = vec![change(ChangeKind::Added, entry(&sequence.to_string()), 0)];
    outgoing("csl", sequence, time(AT), changes, &["erp"])
}

async fn record(store: &Store, alert: Outgoing, items: Vec<IncomingAlert>) {
    let at = alert.alert.created_at;
    let record = CheckRecord {
        at,
        alerts: vec![alert],
        items,
        journal: vec![event("check")],
        ..CheckRecord::default()
    };
    store.record(record).await.unwrap();
}

/// Records an alert that opens an item, or attaches to one. Returns the items.
async fn noted(store: &Store, sequence: u64, name: &str, rule_keys: &[&str]) -> Vec<Item> {
    let alert = alert_number(sequence);
    let incoming = incoming_of(&alert, name, rule_keys);
    record(store, alert, vec![incoming]).await;
    store.items(None).await.unwrap()
}

async fn journal_kinds(store: &Store) -> Vec<String> {
    let entries = store.journal(0, 1000).await.unwrap();
    entitywatch::store::verify(entries.clone(), None).unwrap();
    entries.into_iter().map(|entry| entry.kind).collect()
}

async fn an_item_is_opened_with_the_alert_or_not_at_all(place: &Place) {
    let store = place.write().await;
    let alert = alert_number(1);
    let incoming = incoming_of(&alert, "Alpha", &[]);
    // A row that is not current refuses the whole record.
    let mut stale = check_of("csl", time(AT), None, vec![99], Vec::new());
    stale.alerts = vec![alert.clone()];
    stale.items = vec![incoming.clone()];
    store.record(stale).await.unwrap_err();
    assert!(store.items(None).await.unwrap().is_empty());

    record(&store, alert.clone(), vec![incoming.clone()]).await;
    let items = store.items(None).await.unwrap();
    assert_eq!((items.len(), items[0].state), (1, ItemState::Open));
    assert_eq!(items[0].alerts[0].alert_id, alert.alert.alert_id);
    assert_eq!(journal_kinds(&store).await, ["check", "item.opened"]);
    assert_eq!(store.item(&items[0].item_id).await.unwrap().as_ref(), Some(&items[0]));

    record(&store, alert, vec![incoming]).await;
    assert_eq!(store.items(None).await.unwrap(), items, "an alert is noted once");
    assert_eq!(store.item(&ItemId::of(["none"])).await.unwrap(), None);
}

async fn a_later_alert_attaches_by_rule_by_page_or_by_an_earlier_alert(place: &Place) {
    let store = place.write().await;
    noted(&store, 1, "Alpha", &["document 2022-1", "page 87 FR 1"]).await;
    let items = noted(&store, 2, "Alpha", &["page 87 FR 1", "page 87 FR 2"]).await;
    assert_eq!((items.len(), items[0].alerts.len()), (1, 2));
    let items = noted(&store, 3, "Beta", &["page 87 FR 2"]).await;
    assert_eq!((items.len(), items[0].alerts.len()), (1, 3));
    let items = noted(&store, 4, "Gamma", &["page 88 FR 2"]).await;
    assert_eq!(items.len(), 2, "another rule");
    let items = noted(&store, 5, "Gamma", &[]).await;
    assert_eq!(items.len(), 3, "no rule");

    let alert = alert_number(6);
    let related = vec![alert_number(5).alert.alert_id];
    let incoming = IncomingAlert { related, opens: false, ..incoming_of(&alert, "Gamma", &[]) };
    record(&store, alert, vec![incoming]).await;
    let items = store.items(None).await.unwrap();
    assert_eq!((items.len(), items[2].alerts.len()), (3, 2));

    let alert = alert_number(7);
    let incoming =
        IncomingAlert { opens: false, ..incoming_of(&alert, "Delta", &["page 90 FR 1"]) };
    record(&store, alert, vec![incoming]).await;
    assert_eq!(store.items(None).await.unwrap().len(), 3, "it opens nothing");

    let of = async |sequence: u64| {
        let item = store.item_of_alert(&alert_number(sequence).alert.alert_id).await.unwrap();
        item.map(|item| item.item_id)
    };
    assert_eq!(of(3).await.as_ref(), Some(&items[0].item_id));
    assert_eq!(of(6).await.as_ref(), Some(&items[2].item_id));
    assert_eq!(of(7).await, None);
}

async fn a_step_that_is_refused_writes_nothing(place: &Place) {
    let store = place.write().await;
    let item = noted(&store, 1, "Alpha", &[]).await.remove(0);
    let at = time(AT);
    let close = |item: &mut Item| {
        item.close("Ann", Outcome::NotOurs, "checked", at)?;
        Ok::<_, ItemRefusal>(event("item.closed"))
    };
    let unknown = store.change_item(&ItemId::of(["none"]), at, &[], close).await.unwrap();
    assert!(unknown.is_none());
    let closed = store.change_item(&item.item_id, at, &[], close).await.unwrap().unwrap().unwrap();
    assert_eq!(store.items(Some(ItemState::Closed)).await.unwrap(), std::slice::from_ref(&closed));
    assert!(store.unclosed_items().await.unwrap().is_empty());

    let extra = [alert_number(2)];
    let refused = store.change_item(&item.item_id, at, &extra, close).await.unwrap().unwrap();
    assert!(matches!(refused, Err(ItemRefusal::Closed { .. })));
    assert_eq!(store.items(None).await.unwrap(), [closed]);
    assert!(!store.has_alert(&extra[0].alert.alert_id).await.unwrap());
    assert_eq!(journal_kinds(&store).await, ["check", "item.opened", "item.closed"]);

    // News reopens it, and contents that were known do not.
    assert_eq!(noted(&store, 3, "Beta", &[]).await.len(), 2);
}

async fn the_clock_of_an_opening_starts_with_its_first_accepted_delivery(place: &Place) {
    let store = place.write().await;
    let item = noted(&store, 1, "Alpha", &[]).await.remove(0);
    assert_eq!(store.clock_start(&item).await.unwrap(), ClockStart::At(time(AT)), "it was made");
    let delivered_at = time("2026-03-01T12:00:00Z");
    let delivery = store.due("erp", time(AT), 10).await.unwrap().remove(0);
    let delivered =
        Delivery { state: DeliveryState::Delivered, delivered_at: Some(delivered_at), ..delivery };
    let settlement = Settlement {
        delivery: delivered,
        attempt: None,
        receiver: None,
        make_due: None,
        alerts: Vec::new(),
        journal: Vec::new(),
    };
    settle(&store, vec![settlement]).await.unwrap();
    assert_eq!(store.clock_start(&item).await.unwrap(), ClockStart::At(delivered_at));
    let elsewhere = Item { responsible: Vec::new(), ..item.clone() };
    assert_eq!(store.clock_start(&elsewhere).await.unwrap(), ClockStart::Opening);
    let reopened = Item { reopened_at: Some(time("2026-03-02T10:00:00Z")), ..item };
    let start = store.clock_start(&reopened).await.unwrap();
    assert_eq!(start, ClockStart::Opening, "the delivery is of an earlier opening");
}

async fn a_handover_lasts_until_its_end_or_until_it_is_undone(place: &Place) {
    let store = place.write().await;
    let item = noted(&store, 1, "Alpha", &[]).await.remove(0);
    let order = |from: &str, to: &str, ends_at: Option<&str>| HandoverOrder {
        handover: Handover { from: from.into(), to: to.into() },
        ends_at: ends_at.map(time),
        by: "Ann".into(),
        began_at: time("2026-03-02T10:00:00Z"),
        only: None,
        journal: serde_json::Map::new(),
    };
    let (now, later) = (time("2026-03-02T10:00:00Z"), time("2026-03-04T10:00:00Z"));
    let end = Some("2026-03-04T00:00:00Z");
    let moved = store.hand_over(order("erp", "deputy", end), now).await.unwrap();
    assert_eq!(moved, std::slice::from_ref(&item.item_id));
    assert_eq!(store.items(None).await.unwrap()[0].receivers(), ["deputy"]);
    let in_force = vec![Handover { from: "erp".into(), to: "deputy".into() }];
    assert_eq!(store.handovers(now).await.unwrap(), in_force);
    assert!(store.handovers(later).await.unwrap().is_empty());

    let moved = store.hand_over(order("deputy", "erp", None), now).await.unwrap();
    assert_eq!((moved.len(), store.handovers(now).await.unwrap().len()), (1, 0), "handed back");
    store.hand_over(order("erp", "deputy", end), now).await.unwrap();
    store.hand_over(order("erp", "head", end), now).await.unwrap();
    let in_force = vec![Handover { from: "erp".into(), to: "head".into() }];
    assert_eq!(store.handovers(now).await.unwrap(), in_force, "the last one counts");
    assert!(store.hand_over(order("nobody", "head", None), now).await.unwrap().is_empty());
    assert_eq!(journal_kinds(&store).await.len(), 7);
}

async fn an_alert_is_added_once(place: &Place) {
    let store = place.write().await;
    let (alert, at) = (alert_number(1), time(AT));
    assert!(store.add_alert_once(alert.clone(), at, event("items.reminded")).await.unwrap());
    assert!(!store.add_alert_once(alert.clone(), at, event("items.reminded")).await.unwrap());
    assert!(store.has_alert(&alert.alert.alert_id).await.unwrap());
    assert_eq!(store.due("erp", at, 10).await.unwrap().len(), 1);
    assert_eq!(journal_kinds(&store).await, ["items.reminded"]);
}
