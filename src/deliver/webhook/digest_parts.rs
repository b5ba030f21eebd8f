//! Splits the alerts of a digest into parts that fit into a body. Pure.

use serde_json::Value;

/// Splits into as few runs of alerts as possible whose JSON fits into `room` bytes, commas
/// included. An alert that does not fit is divided between its changes: each piece has all other
/// data of the alert. Only a single longer change may exceed the room.
pub fn digest_parts(alerts: Vec<Value>, room: usize) -> Vec<Vec<Value>> {
    let mut parts = Vec::new();
    let (mut part, mut size) = (Vec::new(), 0);
    for piece in alerts.into_iter().flat_map(|alert| pieces(alert, room)) {
        let with_comma = length(&piece) + 1;
        if !part.is_empty() && size + with_comma > room {
            parts.push(std::mem::take(&mut part));
            size = 0;
        }
        size += with_comma;
        part.push(piece);
    }
    parts.push(part);
    parts
}

/// The alert, or as many copies with some of its changes each as are needed to fit.
fn pieces(alert: Value, room: usize) -> Vec<Value> {
    if length(&alert) < room {
        return vec![alert];
    }
    let mut head = alert;
    let Some(Value::Array(changes)) = head.get_mut("changes").map(Value::take) else {
        return vec![head];
    };
    let head_size = length(&with_changes(&head, Vec::new()));
    let mut pieces = Vec::new();
    let (mut taken, mut size) = (Vec::new(), head_size);
    for change in changes {
        let with_comma = length(&change) + 1;
        if !taken.is_empty() && size + with_comma >= room {
            pieces.push(with_changes(&head, std::mem::take(&mut taken)));
            size = head_size;
        }
        size += with_comma;
        taken.push(change);
    }
    pieces.push(with_changes(&head, taken));
    pieces
}

fn with_changes(head: &Value, changes: Vec<Value>) -> Value {
    let mut alert = head.clone();
    if let Some(fields) = alert.as_object_mut() {
        fields.insert("changes".to_owned(), Value::Array(changes));
    }
    alert
}

fn length(value: &Value) -> usize {
    value.to_string().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn alert(id: &str, changes: usize) -> Value {
        let changes: Vec<Value> = (0..changes).map(|n| json!({"change_id": n})).collect();
        json!({"alert_id": id, "changes": changes})
    }

    /// Each part as `a2 b1`: the alerts and how many changes each has.
    fn check(alerts: Vec<Value>, room: usize, expected: &[&str]) {
        let shown: Vec<String> = digest_parts(alerts, room)
            .iter()
            .map(|part| {
                assert!(part.iter().map(|alert| length(alert) + 1).sum::<usize>() <= room);
                let name = |alert: &Value| {
                    let id = alert["alert_id"].as_str().unwrap().to_owned();
                    format!("{id}{}", alert["changes"].as_array().unwrap().len())
                };
                part.iter().map(name).collect::<Vec<_>>().join(" ")
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn alerts_are_kept_whole_if_they_fit() {
        check(vec![alert("a", 1), alert("b", 1)], 1000, &["a1 b1"]);
        check(vec![alert("a", 1), alert("b", 1)], 60, &["a1", "b1"]);
    }

    #[test]
    fn a_long_alert_is_divided_between_its_changes() {
        check(vec![alert("a", 1), alert("b", 5), alert("c", 1)], 80, &["a1", "b3", "b2", "c1"]);
    }
}
