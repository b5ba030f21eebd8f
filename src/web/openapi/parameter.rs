//! The parameters of paths, described.

use serde_json::{Value, json};

use crate::domain::{AlertKind, DeliveryState, ListCode, country};
use crate::web::query;
use crate::web::records::MOST_ROWS;

/// The ids in a path: `{alert_id}`.
pub fn in_path(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names
        .map(|name| {
            json!({
                "name": name,
                "in": "path",
                "required": true,
                "schema": { "type": "string" },
            })
        })
        .collect()
}

/// A parameter of the query string of a path.
pub fn in_query(path: &str, name: &str) -> Value {
    let (description, schema) = described(path, name);
    if is_required(path, name) {
        return json!({
            "name": name,
            "in": "query",
            "required": true,
            "description": description,
            "schema": schema,
        });
    }
    let schema = or_empty(schema);
    json!({ "name": name, "in": "query", "description": description, "schema": schema })
}

fn is_required(path: &str, name: &str) -> bool {
    path == "/api/difference" && matches!(name, "source" | "from" | "to")
}

/// A form sends what is not set as an empty value. A text may be empty anyway.
fn or_empty(mut schema: Value) -> Value {
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.push("".into());
        return schema;
    }
    if schema == text() {
        return schema;
    }
    json!({ "anyOf": [schema, { "const": "" }] })
}

fn described(path: &str, name: &str) -> (&'static str, Value) {
    match name {
        "format" => ("How the rows are written.", one_of(&["json", "jsonl", "csv"])),
        "limit" => {
            ("The most rows.", json!({ "type": "integer", "minimum": 1, "maximum": MOST_ROWS }))
        }
        "page" => (
            "The part of the rows, each as long as `limit`. From 1.",
            json!({ "type": "integer", "minimum": 1, "maximum": 1_000_000 }),
        ),
        "since" => ("From this day or time on.", time()),
        "until" => ("Up to the end of this day, or before this time.", time()),
        "known_at" => ("As known here at the end of this day, or at this time.", time()),
        "as_of" | "from" | "to" => ("A day of the publisher.", day()),
        "source" => ("The name of a source.", text()),
        "receiver" => ("The name of a receiver.", text()),
        "alert" => ("The id of an alert.", text()),
        "search" if path.starts_with("/api/matches") => {
            ("Text of the counterparty or of the entry.", text())
        }
        "search" => ("Text in names, aliases, addresses and remarks.", text()),
        "country" => {
            let codes = country::names().map(|(code, _)| code);
            let mut codes: Vec<&str> = codes.filter(|code| country::is_iso_alpha2(code)).collect();
            codes.sort_unstable();
            codes.dedup();
            ("The code of a country. Several are separated by commas.", one_of(&codes))
        }
        "rule" => ("A citation or document number of the Federal Register.", text()),
        "list" => {
            let codes: Vec<&str> = ListCode::ALL.iter().map(|list| list.as_str()).collect();
            ("The code of a list.", one_of(&codes))
        }
        "kind" => ("The kind of change.", one_of(&["added", "removed", "revised"])),
        "severity" => ("The severity of a change.", one_of(&["high", "normal", "low"])),
        "type" => {
            let types: Vec<&str> = AlertKind::of_pages().iter().map(|kind| kind.as_str()).collect();
            ("The type of alert.", one_of(&types))
        }
        "state" if path.starts_with("/api/items") => (
            "The state of an item; `unclosed` is open or taken.",
            one_of(&["unclosed", "open", "taken", "closed"]),
        ),
        "state" if path.starts_with("/api/matches") => {
            let states: Vec<&str> = query::match_states().collect();
            ("The state of a match; `undecided` is open or stale.", one_of(&states))
        }
        "band" => ("What a match asks of its reader.", one_of(&query::bands().collect::<Vec<_>>())),
        "cause" => ("What brought a match up.", one_of(&query::causes().collect::<Vec<_>>())),
        "watchlist" => ("The name of a counterparty file.", text()),
        "ended" => (
            "Whether matches whose counterparty or entry is gone are included.",
            json!({ "type": "boolean" }),
        ),
        "state" => {
            let states: Vec<&str> = DeliveryState::ALL.iter().map(|state| state.as_str()).collect();
            ("The state of a delivery.", one_of(&states))
        }
        "editorial" => ("Whether editorial changes are included.", json!({ "type": "boolean" })),
        "open" => ("Only open holds.", json!({ "type": "boolean" })),
        _ => ("", json!({ "type": "string" })),
    }
}

fn one_of(values: &[&str]) -> Value {
    json!({ "type": "string", "enum": values })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn day() -> Value {
    json!({ "type": "string", "format": "date" })
}

fn time() -> Value {
    json!({
        "anyOf": [
            { "type": "string", "format": "date" },
            { "type": "string", "format": "date-time" },
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::api::paths::all;

    #[test]
    fn every_parameter_of_every_path_is_described() {
        let mut described = 0;
        for path in all() {
            for name in path.parameters {
                let parameter = in_query(path.path, name);
                let text = parameter["description"].as_str().unwrap();
                assert!(!text.is_empty(), "{name} of {} is not described", path.path);
                described += 1;
            }
        }
        assert!(described > 20, "only {described} parameters were found");
    }

    #[test]
    fn ids_in_a_path_are_parameters() {
        let names = |path: &str| -> Vec<String> {
            in_path(path).iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names("/api/alerts"), Vec::<String>::new());
        assert_eq!(names("/api/deliveries/{delivery_id}/attempts"), ["delivery_id"]);
    }
}
