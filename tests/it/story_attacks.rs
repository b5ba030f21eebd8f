//! What is refused to a person who is not who they say they are: one table of attacks on a hold
//! that waits for an approver. After each, the hold is open and the journal has no decision.

use std::time::Duration;

use axum::http::{StatusCode, header};
use entitywatch::domain::{Hold, HoldState, TokenHash};

use crate::list::rows;
use crate::visitor::{Browser, Pages, Seen};
use crate::world::{Site, World};

/// The headers of a request.
type Headers<'a> = &'a [(&'a str, &'a str)];

const ADA: (&str, &str) = ("ada", "ewt_the-token-of-ada-who-is-an-approver");
const BEN: (&str, &str) = ("ben", "ewt_the-token-of-ben-who-is-a-reviewer");
const CY: (&str, &str) = ("cy", "ewt_the-token-of-cy-who-reads");
const PROXY_SECRET: &str = "planted-proxy-secret";
const HERE: &str = "192.0.2.1";

fn person((name, token): (&str, &str), role: &str) -> String {
    let hash = TokenHash::of(token).hex();
    format!("[[person]]\nname = \"{name}\"\nrole = \"{role}\"\ntoken_sha256 = \"{hash}\"\n")
}

/// A site whose pages need a sign-in, with one list on hold.
async fn pages() -> (Pages, Hold) {
    let site = Site {
        server_keys: format!(
            "public_url = \"https://watch.example.com\"\nuser_header = \
             \"X-Forwarded-User\"\nproxy_secret = \"{PROXY_SECRET}\"\n"
        ),
        listen: "127.0.0.1:0",
        sections: [person(ADA, "approver"), person(BEN, "reviewer"), person(CY, "reader")].concat(),
        ..Site::new().await
    };
    let world = World::with_baseline(site, &rows(40)).await;
    world.publish(&rows(20));
    assert_eq!(world.next_check().await.exit, 3);
    let hold = world.open_holds().await.remove(0);
    (Pages::of(world).await, hold)
}

/// Nothing was decided.
async fn is_untouched(pages: &Pages, hold: &Hold, attack: &str) {
    let open = pages.world.open_holds().await;
    assert_eq!(open.first().map(|it| &it.hold_id), Some(&hold.hold_id), "after: {attack}");
    let kinds = pages.world.journal_kinds().await;
    assert!(kinds.iter().all(|kind| !kind.starts_with("hold.accepted")), "after: {attack}");
}

/// No token and no secret is in an answer.
fn tells_nothing(seen: &Seen, attack: &str) {
    for secret in [ADA.1, BEN.1, CY.1, PROXY_SECRET, &TokenHash::of(ADA.1).hex()] {
        let headers = format!("{:?}", seen.headers);
        assert!(!seen.text.contains(secret) && !headers.contains(secret), "{attack}: {seen:?}");
    }
}

#[tokio::test]
async fn reading_without_the_right_token_is_refused() {
    let (pages, hold) = pages().await;
    let hold_page = format!("/holds/{}", hold.hold_id);
    let bearer = |token: &str| format!("Bearer {token}");
    let (wrong, hash) = (bearer("ewt_wrong"), bearer(&TokenHash::of(ADA.1).hex()));
    let long = "x".repeat(43);
    let session = format!("entitywatch_session={long}");
    let attacks: &[(&str, &str, Headers<'_>, u16)] = &[
        ("a page without a token", &hold_page, &[], 303),
        ("the overview without a token", "/", &[], 303),
        ("a page that is not there", "/nothing", &[], 303),
        ("the API without a token", "/api/deliveries", &[], 401),
        ("the feed without a token", "/feed.atom", &[], 401),
        ("the metrics without a token", "/metrics", &[], 401),
        ("a wrong token", "/api/holds", &[("authorization", &wrong)], 401),
        ("the hash in place of the token", "/api/holds", &[("authorization", &hash)], 401),
        ("a wrong token at a page", "/", &[("authorization", &wrong)], 401),
        ("an empty token", "/api/holds", &[("authorization", "Bearer ")], 401),
        ("a session that was made up", "/api/holds", &[("cookie", &session)], 401),
        ("a forged user header", "/api/holds", &[("x-forwarded-user", "ada")], 401),
        (
            "a forged user header with a wrong secret",
            "/api/holds",
            &[("x-forwarded-user", "ada"), ("x-entitywatch-proxy", "planted-proxy-secre")],
            401,
        ),
        (
            "a proxy that names somebody unknown",
            "/api/holds",
            &[("x-forwarded-user", "mallory"), ("x-entitywatch-proxy", PROXY_SECRET)],
            403,
        ),
        (
            "a proxy that passes a forged header on beside its own",
            "/api/holds",
            &[
                ("x-forwarded-user", "ada"),
                ("x-forwarded-user", "cy"),
                ("x-entitywatch-proxy", PROXY_SECRET),
            ],
            403,
        ),
        ("another host", "/sign-in", &[("host", "rebound.example")], 421),
        ("a token in the address of a page", "/?token=x", &[], 400),
        ("a token in the address of the API", "/api/holds?access_token=x", &[], 400),
        ("a token in the address of the form", "/sign-in?token=x", &[], 400),
        ("a token under another name", "/entries?search=ewt_x", &[], 400),
    ];
    for open in ["/healthz", "/readyz", "/sign-in", "/style.css"] {
        assert_eq!(pages.browser(HERE).get(open).await.status, StatusCode::OK, "{open}");
    }
    for (attack, path, headers, expected) in attacks {
        let seen = pages.browser(HERE).send("GET", path, headers, "").await;
        assert_eq!(seen.status.as_u16(), *expected, "{attack}: {}", seen.text);
        assert!(!seen.text.contains("csl"), "{attack} shows something: {}", seen.text);
        tells_nothing(&seen, attack);
        let is_challenged = seen.headers.contains_key(header::WWW_AUTHENTICATE);
        assert_eq!(is_challenged, *expected == 401, "{attack}: {:?}", seen.headers);
        pages.world.clock.advance(Duration::from_secs(60));
    }
    let led =
        pages.browser(HERE).get("/entries?search=a b&list=EL".replace(' ', "+").as_str()).await;
    assert_eq!(
        led.header(header::LOCATION),
        "/sign-in?next=%2Fentries%3Fsearch%3Da%2Bb%26list%3DEL"
    );
    is_untouched(&pages, &hold, "reading").await;
}

#[tokio::test]
async fn the_right_token_reads_and_a_trusted_proxy_is_believed() {
    let (pages, hold) = pages().await;
    for token in [ADA.1, BEN.1, CY.1] {
        let bearer = format!("bearer {token}");
        for path in ["/api/holds", "/feed.atom", "/metrics", "/"] {
            let headers = [("authorization", bearer.as_str())];
            let seen = pages.browser(HERE).send("GET", path, &headers, "").await;
            assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.text);
        }
    }
    let named = [("x-forwarded-user", "ada"), ("x-entitywatch-proxy", PROXY_SECRET)];
    let path = format!("/holds/{}", hold.hold_id);
    let seen = pages.browser(HERE).send("GET", &path, &named, "").await;
    assert!(seen.text.contains("<bdi>ada</bdi>, approver"), "{}", seen.text);
    assert!(!seen.text.contains("Sign out"), "the proxy signs out: {}", seen.text);
    let csrf = seen.csrf("/accept");
    let accepted = pages
        .browser(HERE)
        .post_with(
            &format!("{path}/accept"),
            &[&named[..], &[("origin", "https://watch.example.com")]].concat(),
            &[("csrf", &csrf), ("reason", "read the notice")],
        )
        .await;
    assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.text);
    let decided = pages.world.program.store.hold(&hold.hold_id).await.unwrap().unwrap();
    assert_eq!(decided.state, HoldState::Accepted);
    assert_eq!(
        serde_json::to_value(&decided).unwrap()["identified"],
        serde_json::json!({"by": "proxy"})
    );
}

#[tokio::test]
async fn acting_as_somebody_else_is_refused() {
    let (pages, hold) = pages().await;
    let accept = format!("/holds/{}/accept", hold.hold_id);
    let page = format!("/holds/{}", hold.hold_id);
    let (mut ada, mut ben, mut cy) =
        (pages.browser(HERE), pages.browser(HERE), pages.browser(HERE));
    ada.sign_in(ADA.0, ADA.1).await;
    ben.sign_in(BEN.0, BEN.1).await;
    cy.sign_in(CY.0, CY.1).await;
    let of_ada = ada.get(&page).await.csrf("/accept");
    let of_ben = ben.get(&page).await.csrf("/sign-out");
    assert!(!ben.get(&page).await.text.contains("/accept\""), "no form for a reviewer");
    let bearer = format!("Bearer {}", ADA.1);
    let good = [("origin", "http://127.0.0.1:8744"), ("sec-fetch-site", "same-origin")];
    let nobody = pages.browser(HERE);
    let (of_cy, made_up) = (cy.get("/").await.csrf("/sign-out"), "A".repeat(43));
    let attacks: &[(&str, &Browser<'_>, Headers<'_>, &str, u16)] = &[
        ("no session", &nobody, &good, &of_ada, 401),
        ("a reviewer", &ben, &good, &of_ben, 403),
        ("a reviewer with the form of the approver", &ben, &good, &of_ada, 403),
        ("a reader", &cy, &good, &of_cy, 403),
        ("a program with the approver's token", &nobody, &[("authorization", &bearer)], "", 403),
        ("no form token", &ada, &good, "", 403),
        ("a form token of somebody else", &ada, &good, &of_ben, 403),
        ("a form token that was made up", &ada, &good, &made_up, 403),
        ("a foreign origin", &ada, &[("origin", "https://evil.example")], &of_ada, 403),
        ("a hidden origin", &ada, &[("origin", "null")], &of_ada, 403),
        ("a sibling of the public host", &ada, &[("sec-fetch-site", "same-site")], &of_ada, 403),
        ("a foreign page", &ada, &[("sec-fetch-site", "cross-site")], &of_ada, 403),
        (
            "a foreign page that claims the origin",
            &ada,
            &[("sec-fetch-site", "cross-site"), ("origin", "https://watch.example.com")],
            &of_ada,
            403,
        ),
        ("a forged user header", &nobody, &[("x-forwarded-user", "ada")], &of_ada, 401),
    ];
    for (attack, browser, headers, csrf, expected) in attacks {
        let fields = [("csrf", *csrf), ("reason", "because I say so")];
        let seen = (*browser).clone().post_with(&accept, headers, &fields).await;
        assert_eq!(seen.status.as_u16(), *expected, "{attack}: {}", seen.text);
        tells_nothing(&seen, attack);
        is_untouched(&pages, &hold, attack).await;
    }
    let json = ada
        .send("POST", &accept, &[("content-type", "application/json")], "{\"reason\":\"x\"}")
        .await;
    assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let in_address = ada.post(&format!("{accept}?token=x"), &[("csrf", &of_ada)]).await;
    assert_eq!(in_address.status, StatusCode::BAD_REQUEST);
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        let seen = ada.send(method, &accept, &[], "").await;
        assert_eq!(seen.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    let no_reason = ada.post(&accept, &[("csrf", &of_ada), ("reason", "  ")]).await;
    assert_eq!(no_reason.status, StatusCode::BAD_REQUEST, "{}", no_reason.text);
    let unknown = ada.post("/holds/hld_none/accept", &[("csrf", &of_ada), ("reason", "x")]).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST, "{}", unknown.text);
    is_untouched(&pages, &hold, "all of them").await;
}

#[tokio::test]
async fn an_approver_decides_once_and_the_journal_says_how_that_person_was_identified() {
    let (pages, hold) = pages().await;
    let page = format!("/holds/{}", hold.hold_id);
    let mut ada = pages.browser(HERE);
    ada.sign_in(ADA.0, ADA.1).await;
    let csrf = ada.get(&page).await.csrf("/accept");
    let fields = [("csrf", csrf.as_str()), ("reason", "half of it is missing")];
    let rejected = ada.post(&format!("{page}/reject"), &fields).await;
    assert_eq!(rejected.status, StatusCode::SEE_OTHER, "{}", rejected.text);
    assert_eq!(rejected.header(header::LOCATION), page);
    let shown = ada.get(&page).await.text;
    for part in ["by <bdi>ada</bdi>, signed in", "<bdi>half of it is missing</bdi>"] {
        assert!(shown.contains(part), "`{part}` is not in {shown}");
    }
    let again = ada.post(&format!("{page}/accept"), &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    let entries = pages.world.program.store.journal(0, 1_000).await.unwrap();
    let decision = entries.iter().find(|entry| entry.kind == "hold.rejected").unwrap();
    let data: serde_json::Value = serde_json::from_str(&decision.data).unwrap();
    assert_eq!(data["by"], "ada");
    assert_eq!(data["identified"], serde_json::json!({"by": "session"}));
}

#[tokio::test]
async fn ten_thousand_sign_ins_are_cheap_and_keep_nobody_out() {
    let (pages, hold) = pages().await;
    let mut attacker = pages.browser(HERE);
    let csrf = attacker.get("/sign-in").await.csrf("/sign-in");
    let mut answers = std::collections::BTreeMap::<u16, u32>::new();
    for number in 0..10_000 {
        let token = format!("ewt_{number}");
        let fields = [("csrf", csrf.as_str()), ("name", ADA.0), ("token", &token)];
        let seen = attacker.post("/sign-in", &fields).await;
        *answers.entry(seen.status.as_u16()).or_default() += 1;
        assert!(seen.status != 429 || seen.text.len() < 100, "a short answer: {}", seen.text);
    }
    assert_eq!(answers, [(401, 10), (429, 9_990)].into());
    // The right token is not tried either.
    let mut same_address = pages.browser(HERE);
    let waits = same_address.try_to_sign_in(ADA.0, ADA.1).await;
    assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(waits.header(header::RETRY_AFTER), "6");
    // Elsewhere she is not kept out, and after a moment not here either.
    pages.browser("192.0.2.2").sign_in(ADA.0, ADA.1).await;
    same_address.sign_in(BEN.0, BEN.1).await;
    pages.world.clock.advance(Duration::from_secs(6));
    same_address.sign_in(ADA.0, ADA.1).await;
    is_untouched(&pages, &hold, "10,000 sign-ins").await;
}

#[tokio::test]
async fn programs_with_wrong_tokens_are_limited_by_their_address() {
    let (pages, _) = pages().await;
    let mut refused = 0;
    for number in 0..1_000 {
        let bearer = format!("Bearer ewt_{number}");
        let headers = [("authorization", bearer.as_str())];
        let seen = pages.browser(HERE).send("GET", "/api/holds", &headers, "").await;
        refused += u32::from(seen.status == StatusCode::TOO_MANY_REQUESTS);
        assert!([401, 429].contains(&seen.status.as_u16()), "{seen:?}");
    }
    assert_eq!(refused, 970);
    // A trusted proxy says from where its clients come.
    let of_proxy = [("x-entitywatch-proxy", PROXY_SECRET), ("x-forwarded-for", "203.0.113.9")];
    let headers = [&[("authorization", "Bearer ewt_wrong")], &of_proxy[..]].concat();
    let seen = pages.browser(HERE).send("GET", "/api/holds", &headers, "").await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
    // Many may share an address. Nobody can guess a right token, so it is always accepted.
    let bearer = format!("Bearer {}", CY.1);
    let headers = [("authorization", bearer.as_str())];
    let seen = pages.browser(HERE).send("GET", "/api/holds", &headers, "").await;
    assert_eq!(seen.status, StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_sign_in_says_nothing_of_what_was_wrong() {
    let (pages, _) = pages().await;
    let mut texts = Vec::new();
    for (name, token) in [
        (ADA.0, BEN.1),
        (ADA.0, ""),
        ("mallory", ADA.1),
        ("", ADA.1),
        ("ADA", ADA.1),
        (ADA.0, &TokenHash::of(ADA.1).hex()),
    ] {
        let mut browser = pages.browser(HERE);
        let seen = browser.try_to_sign_in(name, token).await;
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{name} {token}");
        assert!(!browser.cookies.contains_key("entitywatch_session"));
        tells_nothing(&seen, name);
        texts.push(
            seen.text.split("role=\"alert\"").nth(1).unwrap().split('<').next().unwrap().to_owned(),
        );
    }
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:?}");
    let foreign = [("origin", "https://evil.example")];
    let csrf = pages.browser(HERE).get("/sign-in").await.csrf("/sign-in");
    let fields = [("csrf", csrf.as_str()), ("name", ADA.0), ("token", ADA.1)];
    let mut browser = pages.browser(HERE);
    browser.get("/sign-in").await;
    let seen = browser.post_with("/sign-in", &foreign, &fields).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN, "a foreign origin");
    let seen = browser.post("/sign-in", &fields).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN, "the form of another browser");
}

#[tokio::test]
async fn a_session_ends_with_sign_out_with_time_and_with_the_persons_role() {
    let (pages, hold) = pages().await;
    let page = format!("/holds/{}", hold.hold_id);
    let signed_in = async || {
        let mut ada = pages.browser("192.0.2.7");
        ada.sign_in(ADA.0, ADA.1).await;
        ada
    };
    let mut ada = signed_in().await;
    let stolen = ada.clone();
    let forged = ada.post("/sign-out", &[("csrf", "")]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let csrf = ada.get("/").await.csrf("/sign-out");
    let out = ada.post("/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert_eq!(stolen.clone().get(&page).await.status, StatusCode::SEE_OTHER, "signed out");

    let mut ada = signed_in().await;
    assert_eq!(ada.get(&page).await.status, StatusCode::OK);
    pages.world.clock.advance(Duration::from_secs(10 * 3_600));
    assert_eq!(ada.get(&page).await.status, StatusCode::SEE_OTHER, "the session is over");

    let mut ada = signed_in().await;
    let csrf = ada.get(&page).await.csrf("/accept");
    let mut settings = (*pages.access.settings()).clone();
    settings.people[0].role = entitywatch::domain::Role::Reader;
    pages.access.set(settings.clone());
    let fields = [("csrf", csrf.as_str()), ("reason", "I was an approver")];
    let seen = ada.post(&format!("{page}/accept"), &fields).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN, "the role is the one of now");
    settings.people.remove(0);
    pages.access.set(settings);
    assert_eq!(ada.get(&page).await.status, StatusCode::SEE_OTHER, "the person is gone");
    is_untouched(&pages, &hold, "old sessions").await;
}

#[tokio::test]
async fn reading_writes_nothing() {
    let (pages, hold) = pages().await;
    let mut ada = pages.browser(HERE);
    ada.sign_in(ADA.0, ADA.1).await;
    let before = pages.world.journal_kinds().await.len();
    let deliveries = pages.world.deliveries("erp").await;
    for path in [
        "/",
        "/changes",
        "/entries",
        "/alerts",
        "/items",
        "/deliveries",
        "/holds",
        "/feed.atom",
        "/api/holds",
        "/api/checks",
        "/api/openapi.json",
        "/metrics",
        "/sign-in",
    ] {
        for method in ["GET", "HEAD"] {
            assert_eq!(ada.send(method, path, &[], "").await.status, StatusCode::OK, "{path}");
        }
    }
    ada.get(&format!("/holds/{}", hold.hold_id)).await;
    assert_eq!(pages.world.journal_kinds().await.len(), before);
    assert_eq!(pages.world.deliveries("erp").await, deliveries);
}
