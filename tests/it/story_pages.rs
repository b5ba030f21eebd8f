//! What people do on the pages: items, holds and deliveries, by role, and what each page shows of
//! it.

use std::time::Duration;

use axum::http::{StatusCode, header};
use entitywatch::domain::item::Outcome;
use entitywatch::domain::{Delivery, DeliveryState, Hold, Item, ItemState, TokenHash};
use serde_json::{Value, json};

use crate::list::{row, rows};
use crate::sinks::Answer;
use crate::story_regulation::with_text_on_hold;
use crate::visitor::{Browser, Pages};
use crate::world::{Site, World};

pub const ADA: (&str, &str) = ("ada", "ewt_the-token-of-ada-who-is-an-approver");
pub const BEN: (&str, &str) = ("ben", "ewt_the-token-of-ben-who-is-a-reviewer");
pub const CY: (&str, &str) = ("cy", "ewt_the-token-of-cy-who-reads");
pub const HERE: &str = "192.0.2.1";
const HOSTILE: &str = "Harmless & Sons <script>alert(1)</script> <img src=x onerror=alert(1)>";

pub fn person((name, token): (&str, &str), role: &str) -> String {
    let hash = TokenHash::of(token).hex();
    format!("[[person]]\nname = \"{name}\"\nrole = \"{role}\"\ntoken_sha256 = \"{hash}\"\n")
}

/// A site whose webhook must acknowledge alerts, with three people.
async fn site() -> Site {
    let mut site = Site::new().await;
    let office = format!(
        "[[receiver]]\nname = \"office\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = \
         true\nacknowledge_within = \"4h\"\n",
        site.webhook.url("/office")
    );
    site.delivery = "retry = [\"5s\"]".into();
    site.sections =
        [office, person(ADA, "approver"), person(BEN, "reviewer"), person(CY, "reader")].concat();
    site
}

/// An entry with a hostile name was added, so that there is an item.
async fn with_item() -> (Pages, Item) {
    let world = World::with_baseline(site().await, &rows(40)).await;
    let mut listed = rows(40);
    listed.push(row(HOSTILE, "87 FR 38925").at("8 Xueyuan Road, Beijing, CN"));
    world.publish(&listed);
    assert_eq!(world.next_check().await.exit, 0);
    let item = world.program.store.items(None).await.unwrap().remove(0);
    (Pages::of(world).await, item)
}

async fn with_hold() -> (Pages, Hold) {
    let world = World::with_baseline(site().await, &rows(120)).await;
    world.publish(&rows(20));
    assert_eq!(world.next_check().await.exit, 3);
    let hold = world.open_holds().await.remove(0);
    (Pages::of(world).await, hold)
}

/// The delivery to `erp` is dead.
async fn with_dead_delivery() -> (Pages, Delivery) {
    let world = World::with_baseline(site().await, &rows(40)).await;
    world.webhook.will_answer((0..8).map(|_| Answer::status(500)));
    world.publish(&rows(42));
    world.next_check().await;
    world.clock.advance(Duration::from_secs(60));
    world.deliver().await;
    world.webhook.clear_answers();
    let dead = world.deliveries("erp").await.into_iter();
    let dead = dead.filter(|delivery| delivery.state == DeliveryState::Dead);
    let dead: Vec<Delivery> = dead.collect();
    assert_eq!(dead.len(), 1);
    (Pages::of(world).await, dead[0].clone())
}

pub async fn signed_in<'a>(pages: &'a Pages, (name, token): (&str, &str)) -> Browser<'a> {
    let mut browser = pages.browser(HERE);
    browser.sign_in(name, token).await;
    browser
}

async fn item_now(pages: &Pages, item: &Item) -> Item {
    pages.world.program.store.item(&item.item_id).await.unwrap().unwrap()
}

/// The data of the journal's last entry of a kind.
pub async fn journaled(pages: &Pages, kind: &str) -> Value {
    let entries = pages.world.program.store.journal(0, 1_000).await.unwrap();
    let entry = entries.iter().rev().find(|entry| entry.kind == kind);
    let entry = entry.unwrap_or_else(|| panic!("the journal has no {kind}"));
    serde_json::from_str(&entry.data).unwrap()
}

pub fn is_harmless(page: &str) {
    for wrong in ["<script", "<img", "onerror=alert(1)>"] {
        assert!(!page.contains(wrong), "{wrong} is in {page}");
    }
}

#[tokio::test]
async fn a_reviewer_takes_closes_and_reopens_an_item_on_its_page() {
    let (pages, item) = with_item().await;
    let page = format!("/items/{}", item.item_id);
    let mut ben = signed_in(&pages, BEN).await;
    let shown = ben.get("/items").await.text;
    assert!(shown.contains(&page) && shown.contains("nobody is on it"), "{shown}");
    let csrf = ben.get(&page).await.csrf("/take");
    let taken = ben.post(&format!("{page}/take"), &[("csrf", &csrf)]).await;
    assert_eq!((taken.status, taken.header(header::LOCATION)), (StatusCode::SEE_OTHER, &*page));
    assert_eq!(item_now(&pages, &item).await.taken_by.as_deref(), Some("ben"));
    let session = json!({"by": "session"});
    assert_eq!(journaled(&pages, "item.taken").await["identified"], session);

    let note = "No such customer.\r\nAsked the sales desk <b>twice</b>.";
    let fields = [("csrf", csrf.as_str()), ("outcome", "not-ours"), ("note", note)];
    let closed = ben.post(&format!("{page}/close"), &fields).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
    let now = item_now(&pages, &item).await;
    assert_eq!((now.state, now.outcome), (ItemState::Closed, Some(Outcome::NotOurs)));
    assert_eq!(now.note.as_deref(), Some("No such customer.\nAsked the sales desk <b>twice</b>."));
    let shown = ben.get(&page).await.text;
    for part in ["not ours", "Asked the sales desk &lt;b&gt;twice", "<bdi>ben</bdi>"] {
        assert!(shown.contains(part), "`{part}` is not in {shown}");
    }

    let again = ben.post(&format!("{page}/close"), &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    let fields = [("csrf", csrf.as_str()), ("note", "it is in an order after all")];
    let reopened = ben.post(&format!("{page}/reopen"), &fields).await;
    assert_eq!(reopened.status, StatusCode::SEE_OTHER, "{}", reopened.text);
    assert_eq!(item_now(&pages, &item).await.state, ItemState::Open);
    let shown = ben.get(&page).await.text;
    assert!(shown.contains("it is in an order after all"), "the history keeps it: {shown}");
}

#[tokio::test]
async fn a_reviewer_hands_items_over_on_the_list() {
    let (pages, item) = with_item().await;
    let mut ben = signed_in(&pages, BEN).await;
    let csrf = ben.get("/items").await.csrf("/hand-over");
    let hand_over = async |ben: &mut Browser<'_>, from: &str, to: &str, until: &str| {
        let fields = [("csrf", csrf.as_str()), ("from", from), ("to", to), ("until", until)];
        ben.post("/items/hand-over", &fields).await
    };
    for (from, to, until) in
        [("office", "", ""), ("", "erp", ""), ("office", "erp", "soon"), ("nobody", "erp", "")]
    {
        let seen = hand_over(&mut ben, from, to, until).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{from} {to} {until}: {}", seen.text);
    }
    assert_eq!(item_now(&pages, &item).await.receivers(), ["office"]);
    let done = hand_over(&mut ben, "office", "erp", "2022-07-15").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(item_now(&pages, &item).await.receivers(), ["erp"]);
}

#[tokio::test]
async fn an_item_is_not_changed_by_a_reader_a_stranger_or_a_bad_form() {
    let (pages, item) = with_item().await;
    let page = format!("/items/{}", item.item_id);
    let (mut ben, mut cy) = (signed_in(&pages, BEN).await, signed_in(&pages, CY).await);
    let of_ben = ben.get(&page).await.csrf("/take");
    let seen_by_cy = cy.get(&page).await;
    assert!(!seen_by_cy.text.contains("/take\""), "no form for a reader: {}", seen_by_cy.text);
    let of_cy = seen_by_cy.csrf("/sign-out");
    let before = item_now(&pages, &item).await;
    for action in ["take", "close", "reopen"] {
        let path = format!("{page}/{action}");
        let good = [("outcome", "not-ours"), ("note", "x")];
        let nobody = pages.browser(HERE).post(&path, &good).await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{action}");
        let fields = [&[("csrf", of_cy.as_str())], &good[..]].concat();
        assert_eq!(cy.post(&path, &fields).await.status, StatusCode::FORBIDDEN, "{action}");
        let fields = [&[("csrf", of_cy.as_str())], &good[..]].concat();
        assert_eq!(ben.post(&path, &fields).await.status, StatusCode::FORBIDDEN, "{action}");
        let fields = [&[("csrf", of_ben.as_str())], &good[..]].concat();
        let foreign = [("origin", "https://evil.example")];
        let seen = ben.post_with(&path, &foreign, &fields).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{action}");
        for method in ["GET", "HEAD", "PUT"] {
            let seen = ben.send(method, &path, &[], "").await;
            assert_eq!(seen.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {action}");
        }
        let unknown = ben.post(&format!("/items/itm_none/{action}"), &fields).await;
        assert_eq!(unknown.status, StatusCode::BAD_REQUEST, "{action}: {}", unknown.text);
    }
    for (outcome, note) in [("", "x"), ("lost", "x"), ("not-ours", "  ")] {
        let fields = [("csrf", of_ben.as_str()), ("outcome", outcome), ("note", note)];
        let seen = ben.post(&format!("{page}/close"), &fields).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{outcome} {note}: {}", seen.text);
    }
    assert_eq!(item_now(&pages, &item).await, before);
}

#[tokio::test]
async fn a_hostile_name_is_harmless_on_every_page_that_shows_it() {
    let (pages, item) = with_item().await;
    let mut ben = signed_in(&pages, BEN).await;
    let alert = item.alerts[0].alert_id.clone();
    let mut shown = 0;
    for path in [
        "/".to_owned(),
        "/alerts".to_owned(),
        format!("/alerts/{alert}"),
        "/items".to_owned(),
        format!("/items/{}", item.item_id),
        "/deliveries".to_owned(),
        format!("/deliveries?alert={alert}"),
        "/feed.atom".to_owned(),
    ] {
        let seen = ben.get(&path).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.text);
        is_harmless(&seen.text);
        shown += usize::from(seen.text.contains("Harmless &amp;"));
    }
    assert!(shown >= 2, "the name is on {shown} pages only");
}

#[tokio::test]
async fn a_hold_shows_first_what_would_be_removed_by_country_and_pages_the_rest() {
    let (pages, hold) = with_hold().await;
    let page = format!("/holds/{}", hold.hold_id);
    let mut ada = signed_in(&pages, ADA).await;
    let shown = ada.get(&page).await.text;
    let at = |part: &str| shown.find(part).unwrap_or_else(|| panic!("`{part}` is not in {shown}"));
    assert!(at("What accepting would remove") < at("Accept the list"));
    let country = at("Afghanistan");
    let counts = &shown[country..country + 200];
    assert!(counts.contains(">100<") && counts.contains(">120<"), "{counts}");
    assert!(shown.contains("1–50 of 100 changes"), "{shown}");
    let second = ada.get(&format!("{page}?page=2")).await.text;
    assert!(second.contains("51–100 of 100 changes"), "{second}");
    assert_eq!(second.matches("<article class=\"change removed\"").count(), 50);
    // Enter in a field presses the first button of its form, which is none that decides.
    let form = shown.split("/accept\"").nth(1).unwrap();
    assert!(form.split("<button").nth(1).unwrap().starts_with(" formmethod=\"dialog\""), "{form}");
    let listed = ada.get(&format!("/api/holds/{}/changes", hold.hold_id)).await.text;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["changes"].as_array().map(Vec::len), Some(100));
    assert!(pages.world.open_holds().await.len() == 1, "reading decides nothing");
    let reject = format!("{page}/reject");
    let csrf = ada.get(&page).await.csrf("/accept");
    let fields = [("csrf", csrf.as_str()), ("reason", "half of it is missing")];
    assert_eq!(ada.post(&reject, &fields).await.status, StatusCode::SEE_OTHER);
    let listed = ada.get("/holds").await.text;
    assert!(listed.contains("half of it is missing") && listed.contains("rejected"), "{listed}");
    let open: Value = serde_json::from_str(&ada.get("/api/holds?open=true").await.text).unwrap();
    assert_eq!(open["holds"], json!([]));
}

#[tokio::test]
async fn an_approver_sends_a_dead_delivery_again_once() {
    let (pages, dead) = with_dead_delivery().await;
    let page = format!("/deliveries/{}", dead.delivery_id);
    let retry = format!("{page}/retry");
    let mut ben = signed_in(&pages, BEN).await;
    let overview = ben.get("/").await.text;
    assert!(overview.contains("/deliveries?receiver=erp&amp;state=dead"), "{overview}");
    let of_ben = ben.get(&page).await.csrf("/sign-out");
    let refused = ben.post(&retry, &[("csrf", &of_ben)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "a reviewer: {}", refused.text);
    let mut ada = signed_in(&pages, ADA).await;
    let seen = ada.get(&page).await;
    assert!(seen.text.contains("500") && seen.text.contains("every retry failed"), "{}", seen.text);
    let csrf = seen.csrf("/retry");
    let attempts = |text: &str| -> usize {
        let rows: Value = serde_json::from_str(text).unwrap();
        rows["attempts"].as_array().unwrap().len()
    };
    let list = format!("/api/deliveries/{}/attempts", dead.delivery_id);
    let before = attempts(&ada.get(&list).await.text);
    let sent = ada.post(&retry, &[("csrf", &csrf)]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert_eq!(attempts(&ada.get(&list).await.text), before + 1);
    let now = pages.world.program.store.delivery(&dead.delivery_id).await.unwrap().unwrap();
    assert_eq!(now.state, DeliveryState::Delivered);
    let entry = journaled(&pages, "deliveries.retried").await;
    assert_eq!((&entry["by"], &entry["identified"]), (&json!("ada"), &json!({"by": "session"})));
    let again = ada.post(&retry, &[("csrf", &csrf)]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    let webhooks = pages.world.webhook.received();
    let same =
        webhooks.iter().filter(|it| it.header("webhook-id") == Some(dead.delivery_id.as_str()));
    assert_eq!(same.count(), before + 1, "it arrived once");
}

#[tokio::test]
async fn the_overview_shows_what_needs_action_and_the_checks_of_each_day() {
    let (pages, item) = with_item().await;
    let mut cy = signed_in(&pages, CY).await;
    let shown = cy.get("/").await.text;
    for part in [
        &format!("/items/{}", item.item_id),
        "Needs action",
        "2 made: 0 unchanged, 2 changed, 0 failed",
        "Consolidated Screening List",
        "June 30, 2022: ",
    ] {
        assert!(shown.contains(part), "`{part}` is not in {shown}");
    }
    // The program does not run for two days, and comes back when the source is broken.
    pages.world.clock.advance(Duration::from_secs(2 * 86_400));
    pages.world.answer(crate::upstream::Answer::status(500, ""));
    pages.world.check().await;
    let shown = cy.get("/").await.text;
    assert!(shown.contains("3 made: 0 unchanged, 2 changed, 1 failed; 191 missed"), "{shown}");
    let days: Value = serde_json::from_str(&cy.get("/api/checks").await.text).unwrap();
    let days = days["checks"].as_array().unwrap();
    let missed: u64 = days.iter().map(|day| day["missed"].as_u64().unwrap()).sum();
    assert_eq!((days.len(), missed), (3, 191), "{days:?}");
    assert_eq!(days[1]["missed"], 96, "a whole day");
    let other: Value = serde_json::from_str(&cy.get("/api/checks?source=x").await.text).unwrap();
    assert_eq!(other["checks"], json!([]));
}

#[tokio::test]
async fn an_approver_accepts_or_rejects_the_text_of_a_section_on_its_page() {
    let people = [person(ADA, "approver"), person(BEN, "reviewer")].concat();
    for decision in ["accept", "reject"] {
        let world = with_text_on_hold(&people).await;
        let hold = world.open_holds().await.remove(0);
        let pages = Pages::of(world).await;
        let page = format!("/holds/{}", hold.hold_id);
        let mut ada = signed_in(&pages, ADA).await;
        let list = ada.get("/holds").await.text;
        assert!(list.contains("Text of § 744.11"), "{list}");
        let sections = ada.get("/").await.text;
        for part in ["Sections of the regulation", "Text of § 744.11", &page] {
            assert!(sections.contains(part), "`{part}` is not in {sections}");
        }
        let shown = ada.get(&page).await;
        for part in ["<del>", "<ins>", "Accept the text"] {
            assert!(shown.text.contains(part), "`{part}` is not in {}", shown.text);
        }
        let words = ada.get(&format!("/api{page}/words")).await.text;
        let words: Value = serde_json::from_str(&words).unwrap();
        let pieces = words["words"].as_array().unwrap();
        assert!(pieces.iter().any(|piece| piece["deleted"].is_string()), "{words}");
        let mut ben = signed_in(&pages, BEN).await;
        let seen = ben.get(&page).await.text;
        assert!(seen.contains("an approver decides here"), "{seen}");

        let form = [("csrf", shown.csrf("/accept")), ("reason", "read the rule".to_owned())];
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let decided = ada.post(&format!("{page}/{decision}"), &form).await;
        assert_eq!(decided.status, StatusCode::SEE_OTHER, "{decision}: {}", decided.text);
        let kind = if decision == "accept" { "hold.accepted" } else { "hold.rejected" };
        let data = journaled(&pages, kind).await;
        assert_eq!((&data["section"], &data["by"]), (&json!("744.11"), &json!("ada")));
        assert!(pages.world.open_holds().await.is_empty());
        let shown = ada.get(&page).await.text;
        assert!(shown.contains("by <bdi>ada</bdi>, signed in"), "{shown}");
    }
}
