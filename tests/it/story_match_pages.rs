//! The pages of matches and of counterparty files: who sees them, what a reviewer decides on them,
//! and that nobody else learns anything.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entitywatch::domain::MatchState;
use entitywatch::domain::matching::decision::DismissalReason;
use entitywatch::domain::matching::match_record::MatchRecord;
use entitywatch::store::{MatchListQuery, MatchQuery, MatchStates};
use entitywatch::stored_json::{HoldRow, holds_of_files};
use serde_json::{Value, json};

use crate::list::{Row, row, rows};
use crate::story_pages::{ADA, BEN, CY, HERE, is_harmless, journaled, person, signed_in};
use crate::visitor::{Pages, Seen};
use crate::world::{Site, World};

const RULE: &str = "87 FR 38925";
/// No entry is called so on any list.
const PLANTED: &str = "Plantedname";
const HOSTILE: &str = "Amber & Sons <script>alert(1)</script> <img src=x onerror=alert(1)>";

/// Counterparties: one strong match with `Tianshan Avionics Institute`, one that shares its
/// address, and many that match nothing.
fn customers() -> String {
    let ours = "C1,Tianshan Avionics Institute,Tianshan Avionics Plantedname,\"8 Xueyuan Road, \
                Beijing\",CN,Ann\nC2,Quiet Harbour Bakery,,\"8 Xueyuan Road, Beijing\",CN,Ben\n";
    let others: String =
        (0..40).map(|n| format!("Z{n},Quixotic Bakery Number{n},,,US,\n")).collect();
    format!("id,name,aliases,address,country,owner\n{ours}{others}")
}

fn newcomer() -> Row {
    row("Tianshan Avionics Institute", RULE).at("8 Xueyuan Road, Beijing, CN")
}

fn with(more: Row) -> Vec<Row> {
    rows(40).into_iter().chain([more]).collect()
}

async fn site(customers: &str, server_keys: &str) -> Site {
    let mut site = Site::new().await;
    let url = site.webhook.url("/officer");
    site.listen = "127.0.0.1:0";
    site.server_keys = server_keys.to_owned();
    let officer = format!(
        "[[receiver]]\nname = \"officer\"\nkind = \"webhook\"\nurl = \"{url}\"\nallow_private = \
         true\nshow_matches = true\nacknowledge_within = \"4h\"\n[[watchlist]]\nname = \
         \"customers\"\npath = \"customers.csv\"\n"
    );
    let people = [person(ADA, "approver"), person(BEN, "reviewer"), person(CY, "reader")];
    site.sections = [officer, people.concat()].concat();
    std::fs::write(site.folder.path().join("customers.csv"), customers).unwrap();
    site
}

/// An entry that our counterparties may be was added.
async fn pages_with(customers: &str, entry: Row, server_keys: &str) -> Pages {
    let world = World::with_baseline(site(customers, server_keys).await, &rows(40)).await;
    world.publish(&with(entry));
    assert_eq!(world.next_check().await.exit, 0);
    Pages::of(world).await
}

async fn pages() -> Pages {
    pages_with(&customers(), newcomer(), "").await
}

impl Pages {
    /// The match of this counterparty.
    async fn match_of(&self, id: &str) -> MatchRecord {
        let query = MatchQuery { with_ended: true, ..MatchQuery::default() };
        let all = self.world.program.store.matches(&query).await.unwrap();
        let mut found = all.into_iter().filter(|record| record.found.counterparty.id == id);
        found.next().unwrap_or_else(|| panic!("{id} has no match"))
    }

    async fn api(&self, path: &str, token: &str) -> Seen {
        let mut request = Request::get(path);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.ask(request.body(Body::empty()).unwrap(), HERE.parse().unwrap()).await
    }
}

fn page_of(record: &MatchRecord) -> String {
    format!("/matches/{}", record.found.match_id)
}

#[tokio::test]
async fn nobody_sees_a_counterparty_without_signing_in_even_if_everybody_may_read() {
    for keys in ["", "public_reading = true"] {
        let pages = pages_with(&customers(), newcomer(), keys).await;
        let found = pages.match_of("C1").await;
        let item = pages.world.program.store.items(None).await.unwrap().remove(0);
        let alert = item.alerts[0].alert_id.clone();
        let mut nobody = pages.browser(HERE);
        for path in ["/matches", "/matches?search=x", &page_of(&found), "/watchlists"] {
            let seen = nobody.get(path).await;
            assert_eq!(seen.status, StatusCode::SEE_OTHER, "{keys} {path}: {}", seen.text);
            assert!(seen.header(header::LOCATION).starts_with("/sign-in?next=%2F"), "{path}");
            assert!(!seen.text.contains(PLANTED));
        }
        let of_one = format!("/api{}", page_of(&found));
        for path in ["/api/matches", "/api/matches?format=csv", &of_one, "/api/watchlists"] {
            for token in ["", "ewt_not-a-token-of-anybody"] {
                let seen = pages.api(path, token).await;
                assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{path}: {}", seen.text);
                assert!(!seen.text.contains(PLANTED) && !seen.text.contains("C1"));
            }
        }
        for action in ["dismiss", "confirm", "reopen"] {
            let seen = nobody.post(&format!("{}/{action}", page_of(&found)), &[]).await;
            assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{action}: {}", seen.text);
        }
        let seen = nobody.post("/matches/dismiss", &[]).await;
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{}", seen.text);
        if keys.is_empty() {
            continue;
        }
        let item = format!("/items/{}", item.item_id);
        let alert = format!("/alerts/{alert}");
        // Only the officer has it, so it says which listed entry is ours.
        assert_eq!(nobody.get(&item).await.status, StatusCode::NOT_FOUND);
        for path in ["/", "/items", &alert, "/holds", "/deliveries", "/feed.atom"] {
            let seen = nobody.get(path).await;
            assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.text);
            for wrong in [PLANTED, "/matches", "/watchlists", "customers", "strong match"] {
                assert!(!seen.text.contains(wrong), "{wrong} is on {path}: {}", seen.text);
            }
        }
    }
}

#[tokio::test]
async fn a_reader_sees_both_sides_with_the_words_that_differ_and_decides_nothing() {
    let pages = pages().await;
    let mut cy = signed_in(&pages, CY).await;
    let list = cy.get("/matches").await.text;
    let (strong, shared) = (pages.match_of("C1").await, pages.match_of("C2").await);
    let place = |record: &MatchRecord| {
        list.find(record.found.match_id.as_str()).unwrap_or_else(|| panic!("{list}"))
    };
    assert!(place(&strong) < place(&shared), "strong matches come first");
    assert!(list.contains("Tianshan Avionics Institute") && list.contains("For review"), "{list}");
    assert!(!list.contains("type=\"checkbox\" name=\"id\""), "a reader ticks nothing: {list}");

    let page = cy.get(&page_of(&strong)).await.text.replace("&#x2f;", "/");
    for part in [
        "Strong match with",
        "<mark>Plantedname</mark>",
        "8 Xueyuan Road, Beijing",
        "Presumption of denial.",
        "an entry was added",
        "a reviewer decides here",
        "What happened to the entry",
        "nobody is on it",
    ] {
        assert!(page.contains(part), "`{part}` is not in {page}");
    }
    assert!(!page.contains("<form class=\"decision\""), "{page}");
    let entry = format!("/entries/{}", strong.entry_id);
    assert!(page.contains(&entry), "{page}");
    assert_eq!(cy.get(&entry).await.status, StatusCode::OK);
    for (action, fields) in [("dismiss", true), ("confirm", false), ("reopen", false)] {
        let csrf = cy.get("/matches").await.csrf("/sign-out");
        let mut form = vec![("csrf", csrf.as_str()), ("note", "a note")];
        form.extend(fields.then_some(("reason", "other")));
        let seen = cy.post(&format!("{}/{action}", page_of(&strong)), &form).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{action}: {}", seen.text);
        assert!(seen.text.contains("reviewer"), "{}", seen.text);
    }
    assert_eq!(pages.match_of("C1").await.state(), MatchState::Open);
}

#[tokio::test]
async fn a_reviewer_dismisses_confirms_and_reopens_a_match_and_the_history_says_who_and_how() {
    let pages = pages().await;
    let found = pages.match_of("C1").await;
    let page = page_of(&found);
    let mut ben = signed_in(&pages, BEN).await;
    let csrf = ben.get(&page).await.csrf("/dismiss");
    for (reason, note, expected) in [
        ("", "a bakery", "expected one of the reasons `different-country`"),
        ("because", "a bakery", "but got `because`"),
        ("other", "  ", "expected a note about what was compared"),
    ] {
        let fields = [("csrf", csrf.as_str()), ("reason", reason), ("note", note)];
        let seen = ben.post(&format!("{page}/dismiss"), &fields).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{}", seen.text);
        assert!(seen.text.contains(expected), "{}", seen.text);
    }
    let fields = [("csrf", "forged"), ("reason", "other"), ("note", "a bakery")];
    let forged = ben.post(&format!("{page}/dismiss"), &fields).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN, "{}", forged.text);
    assert_eq!(pages.match_of("C1").await.state(), MatchState::Open);

    let note = "A bakery.\r\nAsked <b>twice</b>.";
    let fields = [("csrf", csrf.as_str()), ("reason", "different-industry"), ("note", note)];
    let seen = ben.post(&format!("{page}/dismiss"), &fields).await;
    assert_eq!((seen.status, seen.header(header::LOCATION)), (StatusCode::SEE_OTHER, &*page));
    let decision = pages.match_of("C1").await.decision.unwrap();
    assert_eq!(decision.reason, Some(DismissalReason::DifferentIndustry));
    assert_eq!(decision.by, "ben");
    assert_eq!(journaled(&pages, "match.dismissed").await["identified"], json!({"by": "session"}));
    let shown = ben.get(&page).await.text;
    for part in [
        "What the dismissal rests on",
        "Another industry: <bdi>A bakery.\nAsked &lt;b&gt;twice",
        "<bdi>ben</bdi> <span class=\"meta\">signed in</span>",
        "tianshan",
    ] {
        assert!(shown.contains(part), "`{part}` is not in {shown}");
    }
    let again = ben.post(&format!("{page}/dismiss"), &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    assert!(again.text.contains("is dismissed already"), "{}", again.text);

    let empty = ben.post(&format!("{page}/reopen"), &[("csrf", &csrf)]).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST, "{}", empty.text);
    let fields = [("csrf", csrf.as_str()), ("note", "it is in an order")];
    let seen = ben.post(&format!("{page}/reopen"), &fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    assert_eq!(pages.match_of("C1").await.state(), MatchState::Open);
    let seen = ben.post(&format!("{page}/confirm"), &[("csrf", &csrf)]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    assert_eq!(pages.match_of("C1").await.state(), MatchState::Confirmed);
    let shown = ben.get(&page).await.text;
    for part in ["it is in an order", "confirmed", "reopened", "Each later change of the entry"] {
        assert!(shown.contains(part), "`{part}` is not in {shown}");
    }
    let unknown = ben.post("/matches/mch_none/confirm", &[("csrf", &csrf)]).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST, "{}", unknown.text);
    assert_eq!(ben.get("/matches/mch_none").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn several_matches_are_dismissed_at_once_and_a_strong_one_is_not_among_them() {
    let pages = pages().await;
    let (strong, shared) = (pages.match_of("C1").await, pages.match_of("C2").await);
    let mut ada = signed_in(&pages, ADA).await;
    let list = ada.get("/matches").await;
    let csrf = list.csrf("/dismiss");
    let ids = [strong.found.match_id.as_str(), shared.found.match_id.as_str()];
    let boxes: Vec<bool> =
        ids.iter().map(|id| list.text.contains(&format!("name=\"id\" value=\"{id} 0."))).collect();
    assert_eq!(boxes, [false, true], "a strong match has no box: {}", list.text);
    let none = [("csrf", csrf.as_str()), ("reason", "other"), ("note", "a bakery")];
    let seen = ada.post("/matches/dismiss", &none).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{}", seen.text);
    assert!(seen.text.contains("none is ticked"), "{}", seen.text);

    let mut both = none.to_vec();
    both.extend(ids.iter().map(|id| ("id", *id)));
    let seen = ada.post("/matches/dismiss", &both).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{}", seen.text);
    assert!(seen.text.contains("one by one") && seen.text.contains(ids[0]), "{}", seen.text);
    assert_eq!(pages.match_of("C1").await.state(), MatchState::Open);
    assert_eq!(pages.match_of("C2").await.state(), MatchState::Dismissed);
}

#[tokio::test]
async fn a_stale_match_says_what_has_changed_and_needs_action_again() {
    let pages = pages().await;
    let found = pages.match_of("C1").await;
    let mut ben = signed_in(&pages, BEN).await;
    let overview = ben.get("/").await.text;
    assert!(overview.contains("1 open strong match</a>"), "{overview}");
    let csrf = ben.get(&page_of(&found)).await.csrf("/dismiss");
    let fields = [("csrf", csrf.as_str()), ("reason", "other"), ("note", "a bakery")];
    ben.post(&format!("{}/dismiss", page_of(&found)), &fields).await;
    assert!(!ben.get("/").await.text.contains("strong match"));
    pages.world.publish(&with(newcomer().known_as("Northern Sky Works")));
    assert_eq!(pages.world.next_check().await.exit, 0);
    assert_eq!(pages.match_of("C1").await.state(), MatchState::Stale);
    let overview = ben.get("/").await.text;
    assert!(overview.contains("1 strong match, dismissed before</a>"), "{overview}");
    let page = ben.get(&page_of(&found)).await.text;
    for part in ["is no longer in force", "northern sky works", "What the dismissal rests on"] {
        assert!(page.to_lowercase().contains(&part.to_lowercase()), "`{part}` is not in {page}");
    }
}

#[tokio::test]
async fn an_item_lists_the_strong_matches_that_keep_it_open_and_an_alert_links_to_its_matches() {
    let pages = pages().await;
    let found = pages.match_of("C1").await;
    let item = pages.world.program.store.items(None).await.unwrap().remove(0);
    let mut ben = signed_in(&pages, BEN).await;
    let shown = ben.get(&format!("/items/{}", item.item_id)).await.text;
    assert!(shown.contains(&page_of(&found)) && shown.contains("cannot be closed"), "{shown}");
    let match_page = ben.get(&page_of(&found)).await.text;
    assert!(match_page.contains(&format!("/items/{}", item.item_id)), "{match_page}");
    let alert = &item.alerts[0].alert_id;
    let shown = ben.get(&format!("/alerts/{alert}")).await.text;
    assert!(shown.contains(&format!("/matches?alert={alert}")), "{shown}");
    let of_alert = ben.get(&format!("/matches?alert={alert}&ended=true")).await.text;
    assert!(of_alert.contains(&page_of(&found)), "{of_alert}");
    let none = ben.get("/matches?alert=alr_none").await.text;
    assert!(none.contains("No match matches"), "{none}");
}

#[tokio::test]
async fn the_list_is_filtered_and_paged_with_totals() {
    let pages = pages().await;
    let mut cy = signed_in(&pages, CY).await;
    for (query, expected) in [
        ("", vec!["C1", "C2"]),
        ("state=undecided", vec!["C1", "C2"]),
        ("state=dismissed", vec![]),
        ("band=strong", vec!["C1"]),
        ("band=review", vec!["C2"]),
        ("watchlist=customers", vec!["C1", "C2"]),
        ("watchlist=suppliers", vec![]),
        ("cause=entry.added", vec!["C1", "C2"]),
        ("cause=rule.filed", vec![]),
        ("list=EL&band=strong", vec!["C1"]),
        ("list=UVL", vec![]),
        ("search=plantednam", vec!["C1"]),
        ("search=xueyuan", vec!["C1", "C2"]),
        ("search=C2", vec!["C2"]),
        ("search=nothing+at+all", vec![]),
        ("limit=1&page=2", vec!["C2"]),
    ] {
        let shown = cy.get(&format!("/matches?{query}")).await;
        assert_eq!(shown.status, StatusCode::OK, "{query}: {}", shown.text);
        for id in ["C1", "C2"] {
            let has = shown.text.contains(&format!("<bdi>{id}</bdi>"));
            assert_eq!(has, expected.contains(&id), "{query} {id}: {}", shown.text);
        }
        let answer = pages.api(&format!("/api/matches?{query}"), CY.1).await;
        let answer: Value = serde_json::from_str(&answer.text).unwrap();
        let ids: Vec<&str> = answer["matches"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["counterparty"]["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, expected, "{query}");
        let total = if query.starts_with("limit") { 2 } else { expected.len() };
        assert_eq!(answer["total"], total, "{query}");
    }
    let paged = cy.get("/matches?limit=1").await.text;
    assert!(paged.contains("1–1 of 2 matches"), "{paged}");
    assert!(cy.get("/matches?limit=1&page=9").await.text.contains("2–2 of 2 matches"));
    let bad = cy.get("/matches?band=weak").await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.text.contains("`strong` or `review`"), "{}", bad.text);
}

#[tokio::test]
async fn matches_and_files_come_as_json_lines_and_csv_with_a_persons_token() {
    let pages = pages().await;
    let found = pages.match_of("C1").await;
    let one = pages.api(&format!("/api/matches/{}", found.found.match_id), CY.1).await;
    let one: Value = serde_json::from_str(&one.text).unwrap();
    assert_eq!(one["matches"][0]["counterparty"]["aliases"][0], "Tianshan Avionics Plantedname");
    let lines = pages.api("/api/matches?format=jsonl", CY.1).await.text;
    assert_eq!(lines.lines().count(), 2);
    let table = pages.api("/api/matches?format=csv", CY.1).await.text;
    let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    assert!(reader.headers().unwrap().iter().any(|name| name == "counterparty.name"));
    assert_eq!(reader.records().map(Result::unwrap).count(), 2);
    let files = pages.api("/api/watchlists", CY.1).await;
    let files: Value = serde_json::from_str(&files.text).unwrap();
    assert_eq!(
        (&files["watchlists"][0]["rows"], &files["watchlists"][0]["open"]),
        (&json!(42), &json!(2))
    );
    let missing = pages.api("/api/matches/mch_none", CY.1).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND, "{}", missing.text);
    // A program reads and does not act.
    let request = Request::post(format!("{}/confirm", page_of(&found)))
        .header(header::AUTHORIZATION, format!("Bearer {}", ADA.1))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let acted = pages.ask(request.body(Body::from("csrf=x")).unwrap(), HERE.parse().unwrap()).await;
    assert_eq!(acted.status, StatusCode::FORBIDDEN, "{}", acted.text);
}

#[tokio::test]
async fn the_description_asks_for_a_person_for_what_is_about_counterparties() {
    let pages = pages().await;
    let answer = pages.api("/api/openapi.json", CY.1).await;
    let described: Value = serde_json::from_str(&answer.text).unwrap();
    let guarded = |path: &str| described["paths"][path]["get"]["security"].clone();
    for path in [
        "/api/matches",
        "/api/matches/{match_id}",
        "/api/watchlists",
        "/api/holds/{hold_id}/counterparties",
    ] {
        assert_eq!(guarded(path), json!([{ "person": [] }]), "{path}");
    }
    assert_eq!(guarded("/api/items"), Value::Null, "as the others");
}

#[tokio::test]
async fn counterparty_files_show_their_rows_age_problems_and_matches() {
    let text = format!("{}Z0,Quixotic Bakery again,,,US,\n", customers());
    let pages = pages_with(&text, newcomer(), "").await;
    let mut cy = signed_in(&pages, CY).await;
    let shown = cy.get("/watchlists").await.text.replace("&#x2f;", "/");
    for part in [
        "customers.csv",
        "42, 1 row has a problem",
        "line 44",
        "2 open",
        "/matches?watchlist=customers&amp;state=open",
        "0 confirmed",
    ] {
        assert!(shown.contains(part), "`{part}` is not in {shown}");
    }
    std::fs::remove_file(pages.world.folder.path().join("customers.csv")).unwrap();
    pages.world.next_check().await;
    let shown = cy.get("/watchlists").await.text;
    assert!(shown.contains("cannot be read") && shown.contains("stays in use"), "{shown}");
    let overview = cy.get("/").await.text;
    assert!(overview.contains("The counterparty file customers</a> cannot be read"), "{overview}");
}

#[tokio::test]
async fn hostile_names_of_both_sides_are_harmless_on_every_page() {
    let customers = format!(
        "id,name,aliases,address,country,owner\n\"<b>1\",\"{HOSTILE}\",\"{HOSTILE}\",\"{HOSTILE} 8 \
         Road, Beijing\",CN,\"{HOSTILE}\"\n=1+1,@SUM(A1) Amber Sons Scriptalert,,,CN,\n"
    );
    let entry = row(HOSTILE, RULE).at("8 Xueyuan Road, Beijing, CN").known_as(HOSTILE);
    let pages = pages_with(&customers, entry, "").await;
    let found = pages.match_of("<b>1").await;
    let page = page_of(&found);
    let mut ada = signed_in(&pages, ADA).await;
    let csrf = ada.get(&page).await.csrf("/dismiss");
    let fields = [("csrf", csrf.as_str()), ("reason", "other"), ("note", HOSTILE)];
    assert_eq!(ada.post(&format!("{page}/dismiss"), &fields).await.status, StatusCode::SEE_OTHER);
    let item = pages.world.program.store.items(None).await.unwrap().remove(0);
    for path in [page.as_str(), "/matches?ended=true", "/watchlists", "/"] {
        let seen = ada.get(path).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.text);
        is_harmless(&seen.text);
        assert!(!seen.text.contains("<b>1"), "{path}: {}", seen.text);
        assert!(path == "/" || seen.text.contains("&lt;b&gt;1") || path == "/watchlists");
    }
    is_harmless(&ada.get(&format!("/items/{}", item.item_id)).await.text);
    let table = pages.api("/api/matches?format=csv", ADA.1).await.text;
    let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(!records.is_empty());
    for cell in records.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
    }
}

#[tokio::test]
async fn the_store_orders_what_must_be_decided_first() {
    let pages = pages().await;
    let store = &pages.world.program.store;
    let urgent = store.match_numbers(&MatchListQuery::urgent()).await.unwrap();
    assert_eq!(store.matches_numbered(&urgent).await.unwrap(), [pages.match_of("C1").await]);
    let open = MatchStates::One(MatchState::Open);
    let query = MatchListQuery { states: open, ..MatchListQuery::default() };
    let all = store.match_numbers(&query).await.unwrap();
    let reversed: Vec<i64> = all.iter().rev().copied().collect();
    let ids: Vec<String> = store
        .matches_numbered(&reversed)
        .await
        .unwrap()
        .into_iter()
        .map(|record| record.found.counterparty.id)
        .collect();
    assert_eq!(ids, ["C2", "C1"], "in the order that is asked for");
}

/// The file lost most of its rows, also that of a strong match.
async fn pages_with_file_on_hold(server_keys: &str) -> (Pages, HoldRow) {
    let pages = pages_with(&customers(), newcomer(), server_keys).await;
    let cut: String = customers()
        .lines()
        .filter(|line| !line.starts_with("C1"))
        .take(20)
        .fold(String::new(), |text, line| text + line + "\n");
    std::fs::write(pages.world.folder.path().join("customers.csv"), cut).unwrap();
    assert_eq!(pages.world.next_check().await.exit, 3);
    let hold = holds_of_files(&pages.world.program.store, true).await.unwrap().remove(0);
    (pages, hold)
}

#[tokio::test]
async fn a_counterparty_file_on_hold_is_decided_on_its_page_and_nobody_else_sees_it() {
    let (pages, hold) = pages_with_file_on_hold("public_reading = true").await;
    let page = format!("/holds/{}", hold.hold_id);
    let mut nobody = pages.browser(HERE);
    for path in ["/", "/holds", "/api/holds"] {
        let seen = nobody.get(path).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.text);
        assert!(!seen.text.contains(hold.hold_id.as_str()), "{path}: {}", seen.text);
    }
    let seen = nobody.get(&page).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    for path in [format!("/api{page}"), format!("/api{page}/changes")] {
        assert_eq!(nobody.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let seen = nobody.get(&format!("/api{page}/counterparties")).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{}", seen.text);

    let mut ben = signed_in(&pages, BEN).await;
    for path in ["/", "/holds", "/watchlists"] {
        let seen = ben.get(path).await.text;
        assert!(seen.contains(&page), "{path}: {seen}");
    }
    let shown = ben.get(&page).await.text;
    for part in
        ["23 counterparties would be removed", "1 of them with matches", "an approver decides"]
    {
        assert!(shown.contains(part), "`{part}` is not in {shown}");
    }
    let first = shown.find("<bdi>C1</bdi>").unwrap_or_else(|| panic!("{shown}"));
    assert!(first < shown.find("<bdi>Z").unwrap(), "those with matches are on top: {shown}");
    let rows = pages.api(&format!("/api{page}/counterparties"), CY.1).await;
    let rows: Value = serde_json::from_str(&rows.text).unwrap();
    let first = &rows["counterparties"][0];
    assert_eq!((&first["what"], &first["counterparty"]["id"]), (&json!("removed"), &json!("C1")));
    assert_eq!(first["matches"], json!([{"state": "open", "band": "strong"}]));
    let row = pages.api(&format!("/api{page}"), CY.1).await.text;
    assert!(row.contains("\"watchlist\":\"customers\""), "{row}");

    let mut ada = signed_in(&pages, ADA).await;
    let csrf = ada.get(&page).await.csrf("/accept");
    let empty = ada.post(&format!("{page}/accept"), &[("csrf", &csrf)]).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST, "{}", empty.text);
    let fields = [("csrf", csrf.as_str()), ("reason", "the branch was sold")];
    let denied = ben.post(&format!("{page}/accept"), &fields).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN, "{}", denied.text);
    let seen = ada.post(&format!("{page}/accept"), &fields).await;
    assert_eq!((seen.status, seen.header(header::LOCATION)), (StatusCode::SEE_OTHER, &*page));
    let shown = ada.get(&page).await.text;
    for part in ["accepted", "by <bdi>ada</bdi>, signed in: <bdi>the branch was sold"] {
        assert!(shown.contains(part), "`{part}` is not in {shown}");
    }
    assert!(ada.get("/watchlists").await.text.contains("<dd>19"), "the file is in use");
    let again = ada.post(&format!("{page}/reject"), &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
}

#[tokio::test]
async fn a_rejected_counterparty_file_stays_out_of_use() {
    let (pages, hold) = pages_with_file_on_hold("").await;
    let page = format!("/holds/{}", hold.hold_id);
    let mut ada = signed_in(&pages, ADA).await;
    let csrf = ada.get(&page).await.csrf("/accept");
    let fields = [("csrf", csrf.as_str()), ("reason", "the export was cut")];
    let seen = ada.post(&format!("{page}/reject"), &fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    pages.world.next_check().await;
    let shown = ada.get("/watchlists").await.text;
    assert!(shown.contains("<dd>42") && shown.contains("was rejected"), "{shown}");
    assert!(ada.get("/holds").await.text.contains("the export was cut"));
}

#[tokio::test]
async fn nobody_learns_from_deliveries_which_change_a_route_of_matches_let_through() {
    let mut site = site(&customers(), "public_reading = true").await;
    site.sections.push_str("[[route]]\nreceivers = [\"officer\"]\nmatches = true\n");
    site.sections.push_str("[[route]]\nreceivers = [\"erp\"]\n");
    let world = World::with_baseline(site, &rows(40)).await;
    world.publish(&with(newcomer()));
    assert_eq!(world.next_check().await.exit, 0);
    let store = &world.program.store;
    let all = store.deliveries(&Default::default()).await.unwrap();
    let of = |name: &str| all.iter().find(|delivery| delivery.receiver == name).cloned();
    let (hidden, erp) = (of("officer").unwrap(), of("erp").unwrap());
    let pages = Pages::of(world).await;
    let mut nobody = pages.browser(HERE);
    let alert = format!("/alerts/{}", hidden.alert_id);
    let api_alert = format!("/api{alert}");
    let one = format!("/deliveries/{}", hidden.delivery_id);
    // As configured; then after an operator took the counterparties out and renamed the receiver.
    for is_past in [false, true] {
        if is_past {
            let mut receivers = pages.status.receivers();
            for receiver in receivers.iter_mut().filter(|receiver| receiver.shows_matches) {
                (receiver.name, receiver.shows_matches) = ("archive".to_owned(), false);
            }
            pages.status.set_configuration(Vec::new(), receivers);
            pages.status.set_watchlists(Vec::new());
        }
        for path in [
            "/",
            "/deliveries",
            "/api/deliveries",
            "/api/receivers",
            "/metrics",
            &alert,
            &api_alert,
        ] {
            let seen = nobody.get(path).await;
            assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.text);
            assert!(!seen.text.contains("officer"), "{path} shows the receiver: {}", seen.text);
            assert!(!seen.text.contains("entitywatch_items"), "{path}: {}", seen.text);
        }
        for path in [one.clone(), format!("/api{one}"), format!("/api{one}/attempts")] {
            assert_eq!(nobody.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let seen = nobody.get(&format!("/deliveries/{}", erp.delivery_id)).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
        assert!(nobody.get("/api/deliveries").await.text.contains("erp"));
    }
    let mut cy = signed_in(&pages, CY).await;
    for path in ["/deliveries", &alert, &one] {
        assert!(cy.get(path).await.text.contains("officer"), "{path}");
    }
}

#[tokio::test]
async fn a_page_from_before_the_decision_of_another_person_changes_nothing() {
    let pages = pages().await;
    let found = pages.match_of("C1").await;
    let page = page_of(&found);
    let (mut ben, mut ada) = (signed_in(&pages, BEN).await, signed_in(&pages, ADA).await);
    let old = ben.get(&page).await;
    assert!(old.text.contains("name=\"seen\" value=\"0."), "{}", old.text);
    let csrf = ada.get(&page).await.csrf("/confirm");
    let seen = ada.post(&format!("{page}/confirm"), &[("csrf", &csrf), ("seen", "0")]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    let csrf = old.csrf("/dismiss");
    for fields in [vec![("seen", "0")], Vec::new()] {
        let given = [("csrf", csrf.as_str()), ("reason", "other"), ("note", "a bakery")];
        let fields: Vec<(&str, &str)> = fields.into_iter().chain(given).collect();
        let seen = ben.post(&format!("{page}/dismiss"), &fields).await;
        assert_eq!(seen.status, StatusCode::CONFLICT, "{}", seen.text);
        assert!(seen.text.contains("was confirmed by ada"), "{}", seen.text);
    }
    assert_eq!(pages.match_of("C1").await.state(), MatchState::Confirmed);
    let reopen = [("csrf", csrf.as_str()), ("note", "why"), ("seen", "0")];
    let seen = ben.post(&format!("{page}/reopen"), &reopen).await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "{}", seen.text);
    // A person who has seen the decision may replace it.
    let current = ben.get(&page).await;
    assert!(current.text.contains("name=\"seen\" value=\"1."), "{}", current.text);
    let fields =
        [("csrf", csrf.as_str()), ("reason", "other"), ("note", "a bakery"), ("seen", "1")];
    let seen = ben.post(&format!("{page}/dismiss"), &fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    assert_eq!(pages.match_of("C1").await.state(), MatchState::Dismissed);
}

#[tokio::test]
async fn a_page_from_before_a_change_of_the_entry_decides_nothing() {
    let pages = pages().await;
    let page = page_of(&pages.match_of("C1").await);
    let mut ben = signed_in(&pages, BEN).await;
    let old = ben.get(&page).await;
    pages.world.publish(&with(newcomer().known_as("Northern Sky Works")));
    assert_eq!(pages.world.next_check().await.exit, 0);
    let dismiss = format!("{page}/dismiss");
    let given = [("reason", "other"), ("note", "a bakery")];
    let (csrf, version) = (old.csrf("/dismiss"), old.value_of("seen"));
    let fields = [("csrf", csrf.as_str()), ("seen", version.as_str())];
    let refused = ben.post(&dismiss, &[&fields[..], &given].concat()).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(refused.text.contains("has changed since the page was shown"), "{}", refused.text);
    assert_eq!(pages.match_of("C1").await.state(), MatchState::Open);
    let version = ben.get(&page).await.value_of("seen");
    let fields = [("csrf", csrf.as_str()), ("seen", version.as_str())];
    let seen = ben.post(&dismiss, &[&fields[..], &given].concat()).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);

    let (list, before) = (ben.get("/matches").await, pages.match_of("C2").await);
    let ticked = list.value_of("id");
    assert!(ticked.starts_with(before.found.match_id.as_str()), "{ticked}");
    pages.world.publish(&with(newcomer().known_as("Southern Sky Works")));
    assert_eq!(pages.world.next_check().await.exit, 0);
    let fields = [("csrf", csrf.as_str()), ("id", ticked.as_str())];
    let refused = ben.post("/matches/dismiss", &[&fields[..], &given].concat()).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert_eq!(pages.match_of("C2").await.state(), MatchState::Open);
    let ticked = ben.get("/matches").await.value_of("id");
    let fields = [("csrf", csrf.as_str()), ("id", ticked.as_str())];
    let seen = ben.post("/matches/dismiss", &[&fields[..], &given].concat()).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    assert_eq!(pages.match_of("C2").await.state(), MatchState::Dismissed);
}
