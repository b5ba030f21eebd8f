//! The JSON body of a webhook, split into parts if it is over 1 MiB. Pure.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::deliver::webhook::digest_parts::digest_parts;
use crate::deliver::webhook::{runs::groups, whole_alerts};
use crate::deliver::with_matches;
use crate::domain::alert::{ListChanged, Part};
use crate::domain::{Alert, AlertBody, Digest, DigestedAlert, Screening};

/// The most bytes of a body. Only a single longer change may exceed it.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    timestamp: Timestamp,
    /// The alert is made up, for a test.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test: bool,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    #[serde(flatten)]
    head: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<Part>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'a [Box<RawValue>]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alerts: Option<&'a [Box<RawValue>]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matches: Option<&'a [Box<RawValue>]>,
}

/// The bodies of an alert: one, or as many parts as are needed to keep each within `max_bytes`. The
/// same alert always gives the same bytes. `test` marks the alert as made up. With a `screening`,
/// each change has its `matches`, and the head has what was `compared`.
pub fn bodies(
    alert: &Alert,
    screening: Option<&Screening>,
    max_bytes: usize,
    test: bool,
) -> Result<Vec<String>, serde_json::Error> {
    if let Some(digest) = alert.body.digest() {
        return digest_bodies(alert, digest, screening, max_bytes, test);
    }
    let head = head(&alert.body, alert.alert_id.as_str(), screening)?;
    let body = |part: Option<Part>, units: Option<&[Box<RawValue>]>| {
        let (mut changes, mut alerts, mut matches) = (None, None, None);
        match alert.body {
            AlertBody::AlertEscalated(_) => alerts = units,
            AlertBody::WatchlistMatched(_) => matches = units,
            _ => changes = units,
        }
        let data = Data { head: &head, part, changes, alerts, matches };
        serde_json::to_string(&Body {
            r#type: alert.body.type_name(),
            timestamp: alert.created_at,
            test,
            data,
        })
    };
    let units = match (&alert.body, alert.body.changes()) {
        (AlertBody::AlertEscalated(data), _) => {
            let alerts = data
                .alerts
                .iter()
                .map(|alert| raw(alert, screening))
                .collect::<Result<Vec<_>, _>>()?;
            let single = body(None, Some(&alerts))?;
            if single.len() <= max_bytes {
                return Ok(vec![single]);
            }
            whole_alerts::pieces(&data.alerts, max_bytes / 2)?
                .into_iter()
                .map(|piece| raw(&piece, screening))
                .collect::<Result<Vec<_>, _>>()?
        }
        (AlertBody::WatchlistMatched(data), _) => {
            data.matches.iter().map(to_raw_value).collect::<Result<Vec<_>, _>>()?
        }
        (AlertBody::RegulationChanged(data), _) => {
            data.changes.iter().map(to_raw_value).collect::<Result<Vec<_>, _>>()?
        }
        (_, Some(changes)) => {
            changes.iter().map(|change| raw(change, screening)).collect::<Result<Vec<_>, _>>()?
        }
        (_, None) => return Ok(vec![body(None, None)?]),
    };
    let single = body(None, Some(&units))?;
    if single.len() <= max_bytes {
        return Ok(vec![single]);
    }
    let widest = Part { n: units.len(), of: units.len() };
    let room = max_bytes.saturating_sub(body(Some(widest), Some(&[]))?.len());
    let groups = groups(&units, room);
    let of = groups.len();
    groups
        .into_iter()
        .enumerate()
        .map(|(index, group)| body((of > 1).then_some(Part { n: index + 1, of }), Some(group)))
        .collect()
}

/// The JSON of a change, or of an alert with changes, with the matches of each change. Without a
/// screening its bytes are those of the value alone.
fn raw(
    value: &impl Serialize,
    screening: Option<&Screening>,
) -> Result<Box<RawValue>, serde_json::Error> {
    if screening.is_none() {
        return to_raw_value(value);
    }
    let mut value = serde_json::to_value(value)?;
    with_matches::add(&mut value, screening)?;
    to_raw_value(&value)
}

/// The bodies of a digest. A part has some of its alerts, or of an alert that is too long, some of
/// its changes.
fn digest_bodies(
    alert: &Alert,
    digest: &Digest,
    screening: Option<&Screening>,
    max_bytes: usize,
    test: bool,
) -> Result<Vec<String>, serde_json::Error> {
    let mut head = head(&alert.body, alert.alert_id.as_str(), screening)?;
    let mut body = |part: Option<Part>, alerts: Vec<Value>| {
        head.insert("alerts".to_owned(), Value::Array(alerts));
        let data = Data { head: &head, part, changes: None, alerts: None, matches: None };
        serde_json::to_string(&Body {
            r#type: alert.body.type_name(),
            timestamp: alert.created_at,
            test,
            data,
        })
    };
    let with_matches = |alert: &DigestedAlert| {
        let mut value = serde_json::to_value(alert)?;
        with_matches::add(&mut value, screening)?;
        Ok::<Value, serde_json::Error>(value)
    };
    let alerts: Vec<Value> = digest.alerts.iter().map(with_matches).collect::<Result<_, _>>()?;
    let single = body(None, alerts.clone())?;
    if single.len() <= max_bytes {
        return Ok(vec![single]);
    }
    let most = digest.changes().count() + alerts.len();
    let empty = body(Some(Part { n: most, of: most }), Vec::new())?;
    let parts = digest_parts(alerts, max_bytes.saturating_sub(empty.len()));
    let of = parts.len();
    parts
        .into_iter()
        .enumerate()
        .map(|(index, alerts)| body((of > 1).then_some(Part { n: index + 1, of }), alerts))
        .collect()
}

/// The `data` of a body without its changes.
fn head(
    body: &AlertBody,
    alert_id: &str,
    screening: Option<&Screening>,
) -> Result<Map<String, Value>, serde_json::Error> {
    let value = match body {
        AlertBody::ListChanged(data) | AlertBody::ListCorrected(data) => {
            serde_json::to_value(without_changes(data))?
        }
        other => serde_json::to_value(other)?.get_mut("data").map(Value::take).unwrap_or_default(),
    };
    let Value::Object(mut head) = value else { return Ok(Map::new()) };
    head.remove("changes");
    if body.list_changed().is_some() {
        // A program that reads them need not distinguish empty from absent.
        for (name, empty) in [("announced", Value::Null), ("returned", Value::Array(Vec::new()))] {
            head.entry(name).or_insert(empty);
        }
    }
    match body {
        AlertBody::AlertEscalated(_) => head.remove("alerts"),
        AlertBody::WatchlistMatched(_) => head.remove("matches"),
        _ => None,
    };
    if let (AlertBody::Assurance(_), Some(screening)) = (body, screening) {
        head.insert("watchlists".to_owned(), with_matches::files(screening)?);
    } else if let Some(compared) = with_matches::compared(screening)? {
        head.insert("compared".to_owned(), compared);
    }
    let mut with_id = Map::new();
    with_id.insert("alert_id".to_owned(), Value::from(alert_id));
    with_id.append(&mut head);
    Ok(with_id)
}

/// A copy without the changes, which may be many and are written one by one.
fn without_changes(data: &ListChanged) -> ListChanged {
    ListChanged {
        alert_id: data.alert_id.clone(),
        source: data.source.clone(),
        snapshot: data.snapshot.clone(),
        previous: data.previous.clone(),
        rule: data.rule.clone(),
        follows: data.follows.clone(),
        corrects: data.corrects.clone(),
        journal_head: data.journal_head.clone(),
        changes: Vec::new(),
        announced: data.announced.clone(),
        returned: data.returned.clone(),
        rule_text: data.rule_text.clone(),
        part: None,
        ..*data
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;
    use crate::domain::{Change, Summary};

    fn parsed(alert: &Alert, max_bytes: usize) -> Vec<Value> {
        bodies(alert, None, max_bytes, false)
            .unwrap()
            .iter()
            .map(|body| serde_json::from_str(body).unwrap())
            .collect()
    }

    fn with_changes(count: usize) -> Alert {
        let mut alert = sample::rule_of_june_2022();
        if let AlertBody::ListChanged(data) = &mut alert.body {
            data.changes = (0..count).map(|n| sample::added(&format!("Party {n}"), "CN")).collect();
            data.summary = Summary::of(&data.changes);
        }
        alert
    }

    #[test]
    fn a_body_is_type_timestamp_and_data() {
        let alert = sample::rule_of_june_2022();
        let [body] = parsed(&alert, MAX_BODY_BYTES).try_into().unwrap();
        assert_eq!(body["type"], "list.changed");
        assert_eq!(body["timestamp"], "2022-06-30T13:02:11Z");
        let data = alert.body.list_changed().unwrap();
        let mut expected = serde_json::to_value(data).unwrap();
        expected["announced"] = Value::Null;
        expected["returned"] = Value::Array(Vec::new());
        assert_eq!(body["data"], expected);
        assert!(body["data"].get("part").is_none());
    }

    #[test]
    fn an_operator_alert_has_its_id_inside_data() {
        let alert = sample::source_failing();
        let [body] = parsed(&alert, MAX_BODY_BYTES).try_into().unwrap();
        assert_eq!(body["data"]["alert_id"], alert.alert_id.as_str());
        assert_eq!(body["data"]["source"], "csl");
        assert!(body["data"].get("changes").is_none());
    }

    #[test]
    fn parts_contain_every_change_once_within_the_limit() {
        let alert = with_changes(200);
        let bodies = bodies(&alert, None, 20_000, false).unwrap();
        assert!(bodies.len() > 2 && bodies.iter().all(|body| body.len() <= 20_000));
        let mut changes: Vec<Change> = Vec::new();
        for (index, body) in bodies.iter().enumerate() {
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(
                body["data"]["part"],
                serde_json::json!({"n": index + 1, "of": bodies.len()})
            );
            assert_eq!(body["data"]["summary"]["added"], 200);
            changes.extend(
                serde_json::from_value::<Vec<Change>>(body["data"]["changes"].clone()).unwrap(),
            );
        }
        assert_eq!(changes, alert.body.list_changed().unwrap().changes);
    }

    #[test]
    fn an_escalation_has_whole_alerts_in_parts_within_the_limit() {
        let mut alert = sample::all_kinds()
            .into_iter()
            .find(|alert| matches!(alert.body, AlertBody::AlertEscalated(_)))
            .unwrap();
        let mut whole = with_changes(100);
        whole.alert_id = crate::domain::AlertId::of(["whole"]);
        if let AlertBody::AlertEscalated(data) = &mut alert.body {
            data.alerts = vec![sample::rule_of_june_2022(), whole.clone()];
        }
        let [one] = parsed(&alert, MAX_BODY_BYTES).try_into().unwrap();
        assert_eq!(one["data"]["alerts"][1]["alert_id"], whole.alert_id.as_str());
        assert!(one["data"].get("part").is_none() && one["data"].get("changes").is_none());

        let bodies = bodies(&alert, None, 30_000, false).unwrap();
        assert!(bodies.len() > 2 && bodies.iter().all(|body| body.len() <= 30_000));
        let mut changes = 0;
        for (index, body) in bodies.iter().enumerate() {
            let data: Value = serde_json::from_str::<Value>(body).unwrap()["data"].take();
            assert_eq!(data["part"], serde_json::json!({"n": index + 1, "of": bodies.len()}));
            let of_whole = |part: &&Value| part["alert_id"] == whole.alert_id.as_str();
            for part in data["alerts"].as_array().unwrap().iter().filter(of_whole) {
                changes += part["data"]["changes"].as_array().unwrap().len();
            }
        }
        assert_eq!(changes, 100, "each change once");
    }

    #[test]
    fn a_receiver_that_may_see_matches_gets_them_on_each_change_and_others_get_the_same_bytes() {
        let alert = sample::rule_of_june_2022();
        let screening = sample::screening(&alert);
        let with = bodies(&alert, Some(&screening), MAX_BODY_BYTES, false).unwrap();
        let data = serde_json::from_str::<Value>(&with[0]).unwrap()["data"].take();
        assert_eq!(data["changes"][0]["matches"][0]["counterparty"]["id"], "C00017");
        assert_eq!(data["compared"][0]["counterparties"], 2_613);
        let without = bodies(&alert, None, MAX_BODY_BYTES, false).unwrap();
        assert!(!without[0].contains("matches\"") && !without[0].contains("compared"));
    }

    #[test]
    fn many_matches_are_split() {
        let mut alert = sample::find("watchlist.matched").unwrap();
        if let AlertBody::WatchlistMatched(data) = &mut alert.body {
            let found = data.matches[0].clone();
            data.matches = vec![found; 100];
        }
        let bodies = bodies(&alert, None, 20_000, false).unwrap();
        assert!(bodies.len() > 2 && bodies.iter().all(|body| body.len() <= 20_000));
        let count = |body: &String| {
            let data = serde_json::from_str::<Value>(body).unwrap()["data"].take();
            assert_eq!(data["cause"], "counterparty.added");
            data["matches"].as_array().unwrap().len()
        };
        assert_eq!(bodies.iter().map(count).sum::<usize>(), 100);
    }

    #[test]
    fn a_change_over_the_limit_has_its_own_part() {
        let mut alert = with_changes(3);
        if let AlertBody::ListChanged(data) = &mut alert.body {
            data.changes[1].entry.remarks = "x".repeat(30_000);
        }
        let counts: Vec<usize> = parsed(&alert, 20_000)
            .iter()
            .map(|body| body["data"]["changes"].as_array().map_or(0, Vec::len))
            .collect();
        assert_eq!(counts, [1, 1, 1]);
    }

    #[test]
    fn a_digest_has_the_data_of_each_alert_with_its_type_and_is_split_if_it_is_long() {
        let alert = sample::digest();
        let digest = alert.body.digest().unwrap();
        let [whole] = parsed(&alert, MAX_BODY_BYTES).try_into().unwrap();
        assert_eq!(whole["data"]["alert_id"], alert.alert_id.as_str());
        let first = &whole["data"]["alerts"][0];
        assert_eq!(first["type"], "list.changed");
        assert_eq!(first["alert_id"], digest.alerts[0].alert_id().as_str());
        let body: AlertBody =
            serde_json::from_value(serde_json::json!({"type": "digest", "data": whole["data"]}))
                .unwrap();
        assert_eq!(body, alert.body, "it can be read back");

        let parts = parsed(&alert, 8_000);
        assert!(parts.len() > 1);
        let mut ids: Vec<String> = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            assert_eq!(part["data"]["part"]["n"], index + 1);
            assert_eq!(part["data"]["already_sent"], whole["data"]["already_sent"]);
            for alert in part["data"]["alerts"].as_array().unwrap() {
                let changes = alert["changes"].as_array().unwrap();
                ids.extend(changes.iter().map(|change| change["change_id"].to_string()));
            }
        }
        let expected: Vec<String> =
            digest.changes().map(|change| format!("\"{}\"", change.change_id)).collect();
        assert_eq!(ids, expected, "each change once");
    }
}
