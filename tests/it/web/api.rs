//! The `OpenAPI` description and the server agree: each path answers with each parameter, in each
//! format, with what the description says.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::sample::{Sample, sample};
use super::{get, get_json, send};

async fn description(sample: &Sample) -> Value {
    get_json(sample, "/api/openapi.json").await
}

/// The paths that are read with GET, each with its description.
fn operations(description: &Value) -> Vec<(String, Value)> {
    let paths = description["paths"].as_object().unwrap();
    let operations: Vec<(String, Value)> =
        paths.iter().map(|(path, methods)| (path.clone(), methods["get"].clone())).collect();
    assert!(operations.len() > 20 && operations.iter().all(|(_, get)| get.is_object()));
    operations
}

fn parameters<'a>(operation: &'a Value, place: &'a str) -> impl Iterator<Item = &'a Value> {
    let all = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter(move |parameter| parameter["in"] == place)
}

/// The path with ids of the sample. `None` if the sample has none, or if it needs parameters.
fn filled(sample: &Sample, path: &str, operation: &Value) -> Option<String> {
    // What is about counterparties needs a person: tests/it/story_match_pages.rs asks for it.
    if operation["security"].is_array() {
        return None;
    }
    if parameters(operation, "query").any(|parameter| parameter["required"] == true) {
        return None;
    }
    let filled = path
        .replace("{change_id}", sample.change.as_str())
        .replace("{alert_id}", sample.alert.as_str())
        .replace("{delivery_id}", sample.delivery.as_str())
        .replace("{hold_id}", sample.hold.as_str());
    (!filled.contains('{')).then_some(filled)
}

/// A value that a parameter allows, and one that it does not, if there is one.
fn values(schema: &Value) -> (String, Option<&'static str>) {
    // The last choice is that it is not set.
    let schema = schema["anyOf"].get(0).unwrap_or(schema);
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return (first.as_str().unwrap().to_owned(), Some("nonsense"));
    }
    if schema["type"] == "integer" {
        return ("1".into(), Some("0"));
    }
    if schema["type"] == "boolean" {
        return ("true".into(), Some("maybe"));
    }
    if schema["format"] == "date" || schema["anyOf"].is_array() {
        return ("2026-11-20".into(), Some("yesterday"));
    }
    ("x".into(), None)
}

/// The whole description as the schema of one of its answers.
fn schema_of(description: &Value, operation: &Value) -> Value {
    let content = &operation["responses"]["200"]["content"];
    let mut schema = content["application/json"]["schema"].clone();
    schema["components"] = description["components"].clone();
    schema
}

#[tokio::test]
async fn each_path_answers_with_each_parameter_as_it_is_described() {
    let sample = sample().await;
    let description = description(&sample).await;
    let (mut asked, mut refused) = (0, 0);
    for (path, operation) in operations(&description) {
        let Some(path) = filled(&sample, &path, &operation) else { continue };
        for parameter in parameters(&operation, "query") {
            let name = parameter["name"].as_str().unwrap();
            let (right, wrong) = values(&parameter["schema"]);
            let answer = get(&sample, &format!("{path}?{name}={right}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}?{name}={right}: {}", answer.text);
            asked += 1;
            if let Some(wrong) = wrong {
                let answer = get(&sample, &format!("{path}?{name}={wrong}")).await;
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}?{name}={wrong}");
                assert!(answer.text.contains(name), "{path}: {}", answer.text);
                refused += 1;
            }
        }
        if path.starts_with("/api/") {
            let answer = get(&sample, &format!("{path}?nonsense=1")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.text);
            assert!(description["components"]["responses"]["400"].is_object());
        }
    }
    assert!(asked > 50 && refused > 40, "{asked} asked, {refused} refused");
}

#[tokio::test]
async fn a_page_after_the_last_one_is_empty_and_has_the_total() {
    let sample = sample().await;
    let mut checked = 0;
    for (path, operation) in operations(&description(&sample).await) {
        let is_paged = parameters(&operation, "query").any(|it| it["name"] == "page");
        let Some(path) = filled(&sample, &path, &operation).filter(|_| is_paged) else { continue };
        let first = get_json(&sample, &format!("{path}?page=1&limit=1")).await;
        let after = get_json(&sample, &format!("{path}?page=900&limit=1")).await;
        let rows = |answer: &Value| {
            let rows = answer.as_object().unwrap().values().find_map(Value::as_array);
            rows.unwrap_or_else(|| panic!("{path}: {answer}")).len()
        };
        let total = first["total"].as_u64().unwrap_or_else(|| panic!("{path}: {first}"));
        assert_eq!(rows(&first) as u64, total.min(1), "{path}: {first}");
        assert_eq!((rows(&after), &after["total"]), (0, &json!(total)), "{path}: {after}");
        checked += usize::from(total > 0);
    }
    assert!(checked >= 5, "only {checked} lists had rows");
}

#[tokio::test]
async fn each_answer_has_the_shape_that_is_described() {
    let sample = sample().await;
    let description = description(&sample).await;
    let mut with_rows = 0;
    for (path, operation) in operations(&description) {
        let Some(path) = filled(&sample, &path, &operation) else { continue };
        let answer = get(&sample, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        let content_type = answer.headers[header::CONTENT_TYPE].to_str().unwrap();
        let media_type = content_type.split(';').next().unwrap();
        let described = &operation["responses"]["200"]["content"];
        assert!(described[media_type].is_object(), "{path} answers {media_type}: {described}");
        if media_type != "application/json" {
            continue;
        }
        let found: Value = serde_json::from_str(&answer.text).unwrap();
        let schema = schema_of(&description, &operation);
        let validator = jsonschema::validator_for(&schema).unwrap();
        let faults: Vec<String> = validator.iter_errors(&found).map(|it| it.to_string()).collect();
        assert!(faults.is_empty(), "{path}: {faults:?}");
        with_rows += usize::from(answer.text.contains(":[{"));
    }
    assert!(with_rows >= 8, "only {with_rows} answers have rows");
}

#[tokio::test]
async fn rows_come_as_json_lines_and_as_csv_without_formulas() {
    let sample = sample().await;
    let description = description(&sample).await;
    let mut checked = 0;
    for (path, operation) in operations(&description) {
        let has_format = parameters(&operation, "query").any(|it| it["name"] == "format");
        let Some(path) = filled(&sample, &path, &operation).filter(|_| has_format) else {
            continue;
        };
        let json = get_json(&sample, &path).await;
        let rows = json.as_object().unwrap().values().find_map(Value::as_array);
        // One alert is the answer itself.
        let rows = rows.cloned().unwrap_or_else(|| vec![json.clone()]);
        let lines = get(&sample, &format!("{path}?format=jsonl")).await;
        let lines: Vec<Value> =
            lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines, rows, "{path}");
        let table = get(&sample, &format!("{path}?format=csv")).await;
        assert!(
            table.headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains(".csv\""),
            "{path}"
        );
        let text = table.text.trim_start_matches('\u{feff}');
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns = reader.headers().unwrap().len();
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), rows.len(), "{path}");
        for cell in records.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{path}: {cell}");
        }
        assert!(columns > 1, "{path}");
        checked += 1;
    }
    assert!(checked > 12, "only {checked} paths were checked");
}

#[tokio::test]
async fn an_id_that_nothing_has_is_404() {
    let sample = sample().await;
    let mut checked = 0;
    for (path, operation) in operations(&description(&sample).await) {
        if parameters(&operation, "path").next().is_none() || operation["security"].is_array() {
            continue;
        }
        let unknown = path.split('/').map(|it| if it.starts_with('{') { "none_1" } else { it });
        let unknown = unknown.collect::<Vec<_>>().join("/");
        let answer = get(&sample, &unknown).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{unknown}: {}", answer.text);
        assert!(operation["responses"]["404"].is_object(), "{path}");
        checked += 1;
    }
    assert!(checked >= 10, "only {checked} paths have an id");
}

#[tokio::test]
async fn the_description_is_complete_and_names_the_address_of_the_server() {
    let sample = sample().await.at("https://gateway.example.com/tools/watch/");
    let description = description(&sample).await;
    assert_eq!(description["openapi"], "3.1.0");
    assert_eq!(
        description["servers"],
        json!([{ "url": "https://gateway.example.com/tools/watch/" }])
    );
    // Each reference leads to something, and each operation has a name of its own.
    let text = description.to_string();
    let mut references = 0;
    for rest in text.split("\"$ref\":\"#").skip(1) {
        let pointer = rest.split('"').next().unwrap();
        assert!(description.pointer(pointer).is_some(), "{pointer}");
        references += 1;
    }
    assert!(references > 100, "{references}");
    let ids: Vec<String> =
        operations(&description).iter().map(|(_, it)| it["operationId"].to_string()).collect();
    let unique: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    // Nothing is changed by reading: no path has another method.
    for path in ["/api/changes", "/api/items", "/api/openapi.json"] {
        let request =
            Request::post(path).header(header::HOST, "localhost").body(Body::empty()).unwrap();
        assert_eq!(send(&sample, request).await.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}
