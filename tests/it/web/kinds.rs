//! Every kind of alert on every page, in the feed and in the API. A new kind needs a sample to
//! pass.

use axum::http::StatusCode;
use entitywatch::deliver::{MessageSettings, sample as messages, wording};
use entitywatch::domain::alert::{NoticeStatus, Test};
use entitywatch::domain::{
    Alert, AlertBody, AlertId, AlertKind, Audience, Delivery, DeliveryState, Hold, HoldId,
    HoldReason, HoldState, Sha256,
};
use entitywatch::store::{CheckRecord, Outgoing};

use super::sample::{Sample, sample, time};
use super::{get, get_json};

/// At least one of each kind, each with an id of its own.
fn all() -> Vec<Alert> {
    use NoticeStatus::{Changed, Digest, Filed, Published, Withdrawn};
    let mut alerts = messages::all_kinds();
    for (index, alert) in alerts.iter_mut().enumerate() {
        alert.alert_id = AlertId::of(["sample", &index.to_string()]);
    }
    for kind in AlertKind::ALL {
        assert!(
            alerts.iter().any(|alert| alert.body.kind() == *kind),
            "there is no sample of {kind}"
        );
    }
    let notices =
        alerts.iter().filter_map(|alert| alert.body.rule_notice().map(|notice| notice.status));
    let notices: Vec<NoticeStatus> = notices.collect();
    assert!(
        [Filed, Changed, Withdrawn, Published, Digest]
            .iter()
            .all(|status| notices.contains(status)),
        "{notices:?}"
    );
    alerts
}

pub async fn recorded(sample: &Sample, alerts: Vec<Alert>) {
    let at = time("2026-11-20T15:00:04Z");
    let delivery = |alert: &Alert, receiver: &str, state| Delivery {
        state,
        ..messages::delivery(alert, receiver, "")
    };
    let alerts = alerts.into_iter().map(|alert| Outgoing {
        deliveries: vec![
            delivery(&alert, "compliance", DeliveryState::Pending),
            delivery(&alert, "erp", DeliveryState::Dead),
            delivery(&alert, "log", DeliveryState::Delivered),
            delivery(&alert, "unconfigured", DeliveryState::Pending),
        ],
        citations: Vec::new(),
        screenings: Vec::new(),
        alert,
    });
    sample
        .state
        .store
        .record(CheckRecord { at, alerts: alerts.collect(), ..CheckRecord::default() })
        .await
        .unwrap();
}

/// The text of a page as a reader sees it.
fn unescaped(page: &str) -> String {
    [
        ("&#x2f;", "/"),
        ("&#x27;", "'"),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(page.to_owned(), |page, (escape, letter)| page.replace(escape, letter))
}

#[tokio::test]
async fn every_kind_of_alert_has_a_page_and_is_in_the_api() {
    let sample = sample().await;
    let alerts = all();
    recorded(&sample, alerts.clone()).await;
    let mut labels = 0;
    for alert in &alerts {
        let kind = alert.body.kind();
        let answer = get(&sample, &format!("/alerts/{}", alert.alert_id)).await;
        if kind.is_about_watchlists() {
            // People may read the pages who may see no match.
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{kind}: {}", answer.text);
            let path = format!("/api/alerts/{}", alert.alert_id);
            assert_eq!(get(&sample, &path).await.status, StatusCode::NOT_FOUND, "{kind}");
            continue;
        }
        assert_eq!(answer.status, StatusCode::OK, "{kind}: {}", answer.text);
        let page = unescaped(&answer.text);
        let words = wording::alert_content(alert, &MessageSettings::default());
        let mut expected: Vec<String> = alert
            .body
            .changes()
            .unwrap_or_default()
            .iter()
            .map(|change| change.entry.name.clone())
            .collect();
        if alert.body.list_changed().is_none() {
            expected.extend([words.title.clone(), words.lead.clone()]);
            expected.extend(words.notes.iter().cloned());
            expected.extend(words.facts.iter().map(|fact| fact.text.clone()));
            expected.extend(words.next_steps.iter().filter_map(|step| step.command.clone()));
        }
        for part in expected {
            assert!(page.contains(&part), "{kind}: `{part}` is not in\n{page}");
        }
        for field in [
            "_at",
            "alert_id</dt>",
            "consecutive",
            "undelivered_",
            "Observed at",
            "Undelivered alert id",
        ] {
            let shown = page
                .split("<dt>")
                .skip(1)
                .map(|rest| rest.split("</dt>").next().unwrap_or_default());
            labels += shown.clone().count();
            assert!(
                shown.clone().all(|label| !label.contains(field)),
                "{kind} shows the name of a field: {field}"
            );
        }
        assert!(
            page.contains("waits: the receiver is not configured") && page.contains("next: now"),
            "{kind}: {page}"
        );
        let json = get_json(&sample, &format!("/api/alerts/{}", alert.alert_id)).await;
        assert_eq!(json, serde_json::to_value(alert).unwrap());
    }
    assert!(labels > 100, "only {labels} labels were found");
    for path in ["/", "/alerts", "/deliveries", "/api/alerts", "/api/deliveries"] {
        let answer = get(&sample, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert!(!answer.text.contains("watchlist."), "{path}: {}", answer.text);
    }
    let rows = get_json(&sample, "/api/deliveries").await;
    let rows = rows["deliveries"].as_array().unwrap();
    assert!(rows.len() > 4 * (alerts.len() - 3));
    for row in rows {
        let is_tried = row["state"] == "pending" && row["receiver"] == "compliance";
        assert_eq!(row["next_attempt_at"].is_null(), !is_tried, "{row}");
    }
}

#[tokio::test]
async fn operator_alerts_do_not_displace_reader_alerts_in_the_feed() {
    let sample = sample().await;
    let alerts = all();
    let readers =
        alerts.iter().filter(|alert| alert.body.kind().audience() == Audience::Readers).count() + 1;
    assert!(readers > 6);
    recorded(&sample, alerts).await;
    // More operator alerts than the feed has entries, each newer than those.
    let many = (0..150).map(|n| Alert {
        alert_id: AlertId::of(["later", &n.to_string()]),
        created_at: time("2026-11-20T15:00:04Z"),
        body: AlertBody::Test(Test {
            receiver: "erp".into(),
            message: "a test".into(),
            at: time("2026-11-20T15:00:04Z"),
        }),
    });
    recorded(&sample, many.collect()).await;
    let answer = get(&sample, "/feed.atom").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let feed = feed_rs::parser::parse(answer.text.as_bytes()).unwrap();
    assert_eq!(feed.entries.len(), readers);
    for entry in &feed.entries {
        let body =
            entry.content.as_ref().and_then(|content| content.body.clone()).unwrap_or_default();
        let title = entry.title.as_ref().map(|title| title.content.clone()).unwrap_or_default();
        assert!(
            !title.is_empty() && body.contains("<p>") && !body.contains("<script"),
            "{title}: {body}"
        );
    }
}

#[tokio::test]
async fn every_kind_and_state_of_hold_has_a_page() {
    let sample = sample().await;
    let at = time("2026-11-20T15:00:04Z");
    let template = sample.state.store.hold(&sample.hold).await.unwrap().unwrap();
    for reason in [HoldReason::Loss, HoldReason::Gain, HoldReason::Revision] {
        for state in
            [HoldState::Superseded, HoldState::Replaced, HoldState::Accepted, HoldState::Rejected]
        {
            let hold_id = HoldId::of([&reason.to_string(), state.as_str()]);
            let decided = matches!(state, HoldState::Accepted | HoldState::Rejected);
            let hold = Hold {
                hold_id: hold_id.clone(),
                reason,
                state,
                content_sha256: Sha256::of(hold_id.as_str().as_bytes()),
                decided_at: Some(at),
                decided_by: decided.then(|| "Ann".into()),
                identified: decided.then_some(entitywatch::domain::Identified::Session),
                decision_reason: decided.then(|| "checked".into()),
                ..template.clone()
            };
            sample
                .state
                .store
                .record(CheckRecord { at, holds: vec![hold], ..CheckRecord::default() })
                .await
                .unwrap();
            let answer = get(&sample, &format!("/holds/{hold_id}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{reason} {state:?}: {}", answer.text);
            assert!(
                answer.text.contains(&format!("on hold for {reason}"))
                    && answer.text.contains(state.as_str()),
                "{}",
                answer.text
            );
        }
    }
    assert_eq!(get_json(&sample, "/api/holds").await["holds"].as_array().map(Vec::len), Some(13));
}
