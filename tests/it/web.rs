//! The pages, the feed, the JSON and the health checks, on a SQLite store.

mod api;
mod kinds;
mod large;
mod sample;
mod tables;
mod years;

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entitywatch::domain::{AlertBody, AlertId};
use entitywatch::web;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use sample::{HOSTILE, Sample, sample};

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    text: String,
}

async fn get(sample: &Sample, path: &str) -> Answer {
    send(
        sample,
        Request::get(path).header(header::HOST, "127.0.0.1:8744").body(Body::empty()).unwrap(),
    )
    .await
}

async fn send(sample: &Sample, request: Request<Body>) -> Answer {
    let response = web::router(sample.state.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

async fn get_json(sample: &Sample, path: &str) -> Value {
    let answer = get(sample, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

fn pages(sample: &Sample) -> Vec<String> {
    vec![
        "/".into(),
        "/changes?editorial=true".into(),
        "/entries?search=dock".into(),
        "/difference".into(),
        "/rules".into(),
        "/pictures".into(),
        format!("/changes/{}", sample.change),
        format!("/alerts/{}", sample.alert),
        format!("/alerts/{}", sample.operator_alert),
        format!("/holds/{}", sample.hold),
        "/alerts".into(),
        "/items".into(),
        "/deliveries?state=dead".into(),
        format!("/deliveries/{}", sample.delivery),
        "/holds".into(),
    ]
}

#[tokio::test]
async fn every_page_is_complete_and_escapes_the_texts_of_lists() {
    let sample = sample().await;
    for path in pages(&sample) {
        let answer = get(&sample, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        let page = &answer.text;
        for wrong in ["<script", "<img", "onerror=alert(1)>", "href=\"javascript:", "style=\""] {
            assert!(!page.contains(wrong), "{path} has {wrong}");
        }
        assert_eq!(page.matches("<h1>").count(), 1, "{path}");
        assert_eq!(page.matches("<table").count(), page.matches("<caption").count(), "{path}");
        for right in ["<html lang=\"en\">", "name=\"viewport\"", "<main id=\"main\">", "<title>"] {
            assert!(page.contains(right), "{path} lacks {right}");
        }
        for element in
            ["div", "dl", "dd", "li", "ul", "table", "tr", "article", "details", "p", "form", "bdi"]
        {
            let (opened, closed) = (
                page.matches(&format!("<{element}>")).count()
                    + page.matches(&format!("<{element} ")).count(),
                page.matches(&format!("</{element}>")).count(),
            );
            assert_eq!(opened, closed, "{path}: <{element}>");
        }
    }
}

#[tokio::test]
async fn an_alert_shows_every_change_the_words_that_differ_the_evidence_and_the_rule() {
    let sample = sample().await;
    // The templates escape slashes too.
    let page = get(&sample, &format!("/alerts/{}", sample.alert)).await.text.replace("&#x2f;", "/");
    for part in [
        "Entity List: 1 added",
        "(91 FR 70001)",
        "<a rel=\"noreferrer\" href=\"https://www.federalregister.gov/citation/91-FR-70001\">",
        "are presumed to be part of it",
        "Example <del>Machinery</del><ins>Machine</ins> Company Limited",
        "<ins>14 Mill Lane, River Town, Russia</ins>",
        "Probably the same entry as before, but not certainly",
        "(match score 0.91): <bdi>one address of one is kept</bdi>",
        "Former Trading House",
        "desk@example.com",
        "2026-11-20 10:00 EST",
    ] {
        assert!(page.contains(part), "`{part}` is not in\n{page}");
    }
}

#[tokio::test]
async fn the_overview_shows_the_latest_alerts_and_what_needs_a_person() {
    let sample = sample().await;
    sample.state.status.set_reload_error("expected a table, but got a number".into());
    let page = get(&sample, "/").await.text;
    for part in [
        "Checked 1,204 times, unchanged 1,203.",
        "Entity List (Consolidated Screening List) is on hold for loss",
        "/deliveries?receiver=erp&amp;state=dead",
        "of November 20, 2026",
        "today",
        "0 made: 0 unchanged, 0 changed, 0 failed",
        "2 dead deliveries to erp",
        "EL 3,412</a>",
        "not checked yet",
        "expected a table, but got a number",
        "ecfr cannot be read",
    ] {
        assert!(page.contains(part), "`{part}` is not in\n{page}");
    }
}

#[tokio::test]
async fn a_hold_shows_the_commands_that_decide_on_it() {
    let sample = sample().await;
    let page = get(&sample, &format!("/holds/{}", sample.hold)).await.text;
    assert!(
        page.contains(&format!(
            "entitywatch holds accept {} --by \"YOUR NAME\" --reason \"WHY\"",
            sample.hold
        )),
        "{page}"
    );
    assert!(
        page.contains(&format!(
            "entitywatch holds reject {} --by \"YOUR NAME\" --reason \"WHY\"",
            sample.hold
        )),
        "{page}"
    );
    assert!(page.contains("2,212 of 3,412 entries are gone"), "{page}");
}

#[tokio::test]
async fn unknown_ids_are_404_and_bad_parameters_400() {
    let sample = sample().await;
    let check = async |path: &str, status: StatusCode, part: &str| {
        let answer = get(&sample, path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(answer.text.contains(part), "{path}: {}", answer.text);
        let is_json = answer.headers[header::CONTENT_TYPE] == "application/json";
        assert!(is_json || !answer.text.contains("<script"), "{path}: {}", answer.text);
    };
    check("/alerts/alr_none", StatusCode::NOT_FOUND, "found no alert `alr_none`").await;
    check("/alerts/%3Cscript%3E", StatusCode::NOT_FOUND, "&lt;script&gt;").await;
    check("/holds/hld_none", StatusCode::NOT_FOUND, "found no hold `hld_none`").await;
    check("/nothing", StatusCode::NOT_FOUND, "there is no such page").await;
    check("/api/nothing", StatusCode::NOT_FOUND, "{\"error\":").await;
    check("/changes?since=yesterday", StatusCode::BAD_REQUEST, "but got `yesterday`").await;
    check("/api/changes?kind=%3Cscript%3E", StatusCode::BAD_REQUEST, "expected `added`").await;
}

#[tokio::test]
async fn methods_other_than_get_are_refused() {
    let sample = sample().await;
    for path in ["/", "/api/changes", "/healthz"] {
        let request =
            Request::post(path).header(header::HOST, "localhost").body(Body::empty()).unwrap();
        assert_eq!(send(&sample, request).await.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let sample = sample().await;
    for (path, cached) in [
        ("/", "no-store"),
        ("/nothing", "no-store"),
        ("/api/changes", "no-store"),
        ("/feed.atom", "private, no-cache"),
        ("/healthz", "no-store"),
        ("/metrics", "no-store"),
        ("/style.css", "public, max-age=600"),
    ] {
        let headers = get(&sample, path).await.headers;
        let value = |name: &str| {
            headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        assert!(
            value("content-security-policy").starts_with("default-src 'none'; style-src 'self';"),
            "{path}"
        );
        assert!(value("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(value("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(value("referrer-policy"), "same-origin", "{path}");
        assert_eq!(value("cache-control"), cached, "{path}");
    }
}

#[tokio::test]
async fn an_unknown_host_is_refused_except_for_health_checks() {
    let sample = sample().await;
    let send_as = async |host: &str, path: &str| {
        send(&sample, Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap())
            .await
            .status
    };
    assert_eq!(send_as("rebound.example", "/").await, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(
        send_as("rebound.example", "/api/deliveries").await,
        StatusCode::MISDIRECTED_REQUEST
    );
    assert_eq!(send_as("entitywatch.example.com", "/").await, StatusCode::OK);
    assert_eq!(send_as("[::1]:8744", "/").await, StatusCode::OK);
    assert_eq!(send_as("rebound.example", "/healthz").await, StatusCode::OK);
}

#[tokio::test]
async fn json_has_the_shapes_of_the_reading_commands() {
    let sample = sample().await;
    let changes = get_json(&sample, "/api/changes?kind=added").await;
    let change = &changes["changes"][0];
    assert_eq!(change["kind"], "added");
    assert_eq!(change["entry"]["name"], HOSTILE);
    assert_eq!(change["source"], "csl");
    assert_eq!(change["alert_id"], sample.alert.as_str());
    assert_eq!(change["observed_at"], "2026-11-20T15:00:04Z");
    let entries = get_json(&sample, "/api/entries?search=former").await;
    assert_eq!(entries["entries"][0]["name"], "Former Trading House");
    assert_eq!(entries["entries"][0]["known_until"], Value::Null);
    let alerts = get_json(&sample, "/api/alerts").await;
    assert_eq!(alerts["alerts"].as_array().map(Vec::len), Some(2));
    let alert = get_json(&sample, &format!("/api/alerts/{}", sample.alert)).await;
    assert_eq!(
        (&alert["type"], &alert["data"]["sequence"]),
        (&Value::from("list.changed"), &Value::from(1))
    );
    let deliveries = get_json(&sample, "/api/deliveries?state=dead").await;
    assert_eq!(deliveries["deliveries"][0]["receiver"], "erp");
    assert_eq!(
        get_json(&sample, "/api/holds?open=true").await["holds"][0]["hold_id"],
        sample.hold.as_str()
    );
    assert_eq!(get_json(&sample, "/api/sources").await["sources"][0]["lists"][0]["count"], 3_412);
}

#[tokio::test]
async fn paging_by_time_splits_no_check_and_skips_no_change() {
    let sample = sample().await;
    let first = get_json(&sample, "/api/changes?limit=1").await;
    assert_eq!(first["changes"].as_array().map(Vec::len), Some(3), "all changes of one check");
    assert_eq!(first["total"], 3);
    assert_eq!(first.get("next_until"), None, "there is no older change");
    let second = get_json(&sample, "/api/changes?limit=1&until=2026-11-20T15:00:04Z").await;
    assert_eq!(second, serde_json::json!({ "changes": [], "total": 0 }));
}

#[tokio::test]
async fn a_feed_reader_reads_the_feed_and_its_ids_are_stable() {
    let sample = sample().await;
    let first = get(&sample, "/feed.atom").await;
    assert_eq!(first.headers[header::CONTENT_TYPE], "application/atom+xml; charset=utf-8");
    assert!(!first.text.contains('\u{b}'));
    let feed = feed_rs::parser::parse(first.text.as_bytes()).unwrap();
    assert_eq!(feed.entries.len(), 1, "only what readers are alerted to");
    let entry = &feed.entries[0];
    assert!(entry.id.starts_with("urn:uuid:"), "{}", entry.id);
    assert_eq!(
        entry.links[0].href,
        format!("https://entitywatch.example.com/alerts/{}", sample.alert)
    );
    let title = entry.title.as_ref().map(|title| title.content.as_str()).unwrap_or_default();
    assert!(title.starts_with("Entity List: 1 added") && title.contains("91 FR 70001"), "{title}");
    let body = entry.content.as_ref().and_then(|content| content.body.clone()).unwrap();
    assert!(body.contains("Former Trading House") && !body.contains("<script"), "{body}");
    assert_eq!(get(&sample, "/feed.atom").await.text, first.text);
}

#[tokio::test]
async fn a_new_alert_is_in_the_feed_with_its_first_changes() {
    let sample = sample().await;
    let before = get(&sample, "/feed.atom").await;
    let mut alert = sample.state.store.alert(&sample.alert).await.unwrap().unwrap();
    let AlertBody::ListChanged(data) = &mut alert.body else { panic!("{alert:?}") };
    let change = data.changes[0].clone();
    data.changes = (1..=60)
        .map(|n| {
            let mut change = change.clone();
            change.entry.name = format!("Works No. {n}");
            change
        })
        .collect();
    alert.alert_id = AlertId::of(["a large alert"]);
    kinds::recorded(&sample, vec![alert]).await;
    let after = get(&sample, "/feed.atom").await;
    assert_ne!(after.headers[header::ETAG], before.headers[header::ETAG]);
    let feed = feed_rs::parser::parse(after.text.as_bytes()).unwrap();
    assert_eq!(feed.entries.len(), 2);
    assert!(after.text.contains("Works No. 25&lt;") && !after.text.contains("Works No. 26&lt;"));
    assert!(after.text.contains("And 35 more."), "{}", after.text);
}

#[tokio::test]
async fn a_feed_reader_with_the_newest_feed_gets_304() {
    let sample = sample().await;
    let first = get(&sample, "/feed.atom").await;
    let (etag, modified) =
        (first.headers[header::ETAG].clone(), first.headers[header::LAST_MODIFIED].clone());
    assert_eq!(modified, "Fri, 20 Nov 2026 15:00:04 GMT");
    let send_with = async |method: &str, name: header::HeaderName, value: &str| {
        let request = Request::builder()
            .method(method)
            .uri("/feed.atom")
            .header(header::HOST, "localhost")
            .header(name, value);
        send(&sample, request.body(Body::empty()).unwrap()).await
    };
    let etag_text = etag.to_str().unwrap();
    for (name, value, expected) in [
        (header::IF_NONE_MATCH, etag_text.to_owned(), StatusCode::NOT_MODIFIED),
        (header::IF_NONE_MATCH, format!("\"other\", W/{etag_text}"), StatusCode::NOT_MODIFIED),
        (header::IF_NONE_MATCH, "*".to_owned(), StatusCode::NOT_MODIFIED),
        (header::IF_NONE_MATCH, "\"other\"".to_owned(), StatusCode::OK),
        (
            header::IF_MODIFIED_SINCE,
            "Fri, 20 Nov 2026 15:00:04 GMT".to_owned(),
            StatusCode::NOT_MODIFIED,
        ),
        (header::IF_MODIFIED_SINCE, "Fri, 20 Nov 2026 15:00:03 GMT".to_owned(), StatusCode::OK),
        (header::IF_MODIFIED_SINCE, "yesterday".to_owned(), StatusCode::OK),
    ] {
        for method in ["GET", "HEAD"] {
            let answer = send_with(method, name.clone(), &value).await;
            assert_eq!(answer.status, expected, "{method} {name}: {value}");
            assert_eq!(
                (&answer.headers[header::ETAG], &answer.headers[header::LAST_MODIFIED]),
                (&etag, &modified)
            );
            let has_body = method == "GET" && expected == StatusCode::OK;
            assert_eq!(!answer.text.is_empty(), has_body, "{method} {name}: {value}");
        }
    }
}

#[tokio::test]
async fn the_next_check_is_computed_when_it_is_shown() {
    let sample = sample().await;
    let page = get(&sample, "/").await.text;
    assert!(
        page.contains("<td data-label=\"Next check\"><time datetime=\"2026-11-20T15:15:00Z\""),
        "{page}"
    );
    assert!(
        page.contains("<td data-label=\"Next check\">now</td>"),
        "what was never checked is due: {page}"
    );
    sample.clock.advance(Duration::from_secs(3 * 3_600));
    let page = get(&sample, "/").await.text;
    assert!(
        !page.contains("<td data-label=\"Next check\"><time"),
        "an overdue check is no time in the past: {page}"
    );
    let sources = get_json(&sample, "/api/sources").await;
    assert_eq!(sources["sources"][0]["next_check_at"], "2026-11-20T18:00:04Z");
}

#[tokio::test]
async fn an_unknown_parameter_is_named_with_the_known_ones() {
    let sample = sample().await;
    let mut paths = pages(&sample)
        .into_iter()
        .map(|path| path.split('?').next().unwrap().to_owned())
        .collect::<Vec<_>>();
    paths.extend(
        ["changes", "entries", "alerts", "deliveries", "holds", "sources"]
            .map(|path| format!("/api/{path}")),
    );
    paths.extend(
        ["changes-by-year", "entries-by-country", "filing-to-list"]
            .map(|name| format!("/api/pictures/{name}")),
    );
    paths.extend(["/api/difference", "/api/rules", "/feed.atom"].map(str::to_owned));
    paths.push(format!("/api/alerts/{}", sample.alert));
    paths.push(format!("/api/changes/{}", sample.change));
    for path in paths {
        for (query, named) in [
            ("severty=high", "but got `severty`"),
            ("limit=%zz", "`limit"),
            ("x=1&x=2", "but got `x`"),
        ] {
            let answer = get(&sample, &format!("{path}?{query}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}?{query}: {}", answer.text);
            assert!(
                answer.text.contains("expected ") && answer.text.contains(named),
                "{path}?{query}: {}",
                answer.text
            );
        }
    }
    let answer = get(&sample, "/api/alerts?kind=added").await;
    let expected = "expected one of the parameters `type`, `source`, `since`, `until`, `page`, \
                    `limit`, `format`, but got `kind`";
    assert_eq!(answer.text, serde_json::json!({ "error": expected }).to_string());
}

#[tokio::test]
async fn every_link_begins_with_the_path_of_the_public_address() {
    let sample = sample().await.at("https://gateway.example.com/tools/watch/");
    let mut paths = pages(&sample);
    paths.push("/nothing".into());
    let mut links = Vec::new();
    for path in &paths {
        for reached in [path.clone(), format!("/tools/watch{path}")] {
            let answer = get(&sample, &reached).await;
            let expected = if path == "/nothing" { StatusCode::NOT_FOUND } else { StatusCode::OK };
            assert_eq!(answer.status, expected, "{reached}: {}", answer.text);
            for attribute in ["href=\"", "action=\"", "src=\""] {
                links.extend(
                    answer
                        .text
                        .split(attribute)
                        .skip(1)
                        .map(|rest| rest.split('"').next().unwrap().to_owned()),
                );
            }
        }
    }
    let own: Vec<&String> =
        links.iter().filter(|link| !link.starts_with('#') && !link.starts_with("http")).collect();
    assert!(own.len() > 100, "{own:?}");
    for link in own {
        assert!(link.starts_with("/tools/watch/"), "{link}");
        let path = link.replace("&amp;", "&");
        let status = get(&sample, path.split('#').next().unwrap()).await.status;
        assert_eq!(status, StatusCode::OK, "{link} leads somewhere");
    }
    for path in [
        "/tools/watch",
        "/tools/watch/api/sources",
        "/tools/watch/healthz",
        "/tools/watch/style.css",
    ] {
        assert_eq!(get(&sample, path).await.status, StatusCode::OK, "{path}");
    }
    assert!(get(&sample, "/tools/watch/api/nothing").await.text.starts_with("{\"error\":"));
    assert_eq!(get(&sample, "/tools/watchers").await.status, StatusCode::NOT_FOUND);
    let feed = get(&sample, "/tools/watch/feed.atom").await.text;
    let feed = feed_rs::parser::parse(feed.as_bytes()).unwrap();
    let hrefs: Vec<&str> =
        feed.links.iter().chain(&feed.entries[0].links).map(|link| link.href.as_str()).collect();
    assert_eq!(hrefs.len(), 3);
    assert!(
        hrefs.iter().all(|href| href.starts_with("https://gateway.example.com/tools/watch/")),
        "{hrefs:?}"
    );
}

#[tokio::test]
async fn readyz_is_200_until_a_loop_stalls() {
    let sample = sample().await;
    let ready = get(&sample, "/readyz").await;
    assert_eq!((ready.status, ready.text.as_str()), (StatusCode::OK, "ready\n"));
    sample.clock.advance(Duration::from_secs(121));
    sample.state.status.beat(web::Loop::Deliver, sample::time("2026-11-20T15:02:00Z"));
    let stalled = get(&sample, "/readyz").await;
    assert_eq!(stalled.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(stalled.text, "the watch loop has not run since 2026-11-20T15:00:04Z\n");
    assert_eq!(get(&sample, "/healthz").await.text, "ok\n");
}

#[tokio::test]
async fn connections_are_served_until_shutdown() {
    let sample = sample().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let serving =
        tokio::spawn(web::serve(listener, web::router(sample.state.clone()), shutdown.clone()));
    let mut idle = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    connection
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("ok\n"), "{answer}");
    shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(20), serving).await.unwrap().unwrap();
    assert_eq!(idle.read(&mut [0; 8]).await.unwrap_or(0), 0, "the idle connection was closed");
}
