//! `/api/openapi.json`: what the server answers, as `OpenAPI` 3.1.
//!
//! The paths under `/api` are described by [`api::paths`](crate::web::api::paths), from which the
//! router is built too. Tests ask the server for each path with each parameter.

mod parameter;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use url::Url;

use crate::stored_json::ComponentSchemas;
use crate::web::Web;
use crate::web::api::paths::{Answer, ApiPath, all};
use crate::web::error::WebError;
use crate::web::openapi::parameter::{in_path, in_query};
use crate::web::query::{self, Parameters};

const ABOUT: &str = "What entitywatch watches, what changed, and who was alerted. Each path under \
                     /api answers with JSON, JSON Lines or CSV, by its parameter `format`. CSV is \
                     for spreadsheets: no cell is a formula. A parameter that is empty is not set, \
                     and an unknown one is refused. Reading changes nothing.";

/// The description. `public_url` is the address under which programs reach the server.
pub fn openapi(public_url: Option<&Url>) -> Value {
    let mut schemas = ComponentSchemas::default();
    let mut paths = Map::new();
    for path in all() {
        paths.insert(path.path.to_owned(), json!({ "get": operation(&path, &mut schemas) }));
    }
    paths.extend(other_paths());
    let server = public_url.map_or("/", Url::as_str);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "entitywatch",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": server }],
        "security": [{}, { "person": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas.into_definitions(),
            "responses": refusals(),
            "securitySchemes": {
                "person": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of a person. Needed if reading needs a sign-in.",
                },
            },
        },
    })
}

/// `/api/openapi.json`
pub async fn show(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    match Parameters::read(query.as_deref(), query::NONE) {
        Ok(_) => Json(openapi(web.state.settings.public_url.as_ref())).into_response(),
        Err(error) => WebError::into_json(error),
    }
}

fn operation(path: &ApiPath, schemas: &mut ComponentSchemas) -> Value {
    let schema = match &path.answer {
        Answer::Rows { key, row } => {
            let rows = json!({ "type": "array", "items": row(schemas) });
            if path.parameters.contains(&"page") {
                let total = json!({
                    "type": "integer",
                    "minimum": 0,
                    "description": "The rows on all pages. A page after the last one is empty.",
                });
                json!({
                    "type": "object",
                    "properties": { *key: rows, "total": total },
                    "required": [key, "total"],
                })
            } else {
                json!({ "type": "object", "properties": { *key: rows }, "required": [key] })
            }
        }
        Answer::Object(object) => json!(object(schemas)),
    };
    let mut parameters: Vec<Value> = in_path(path.path);
    parameters.extend(path.parameters.iter().map(|name| in_query(path.path, name)));
    parameters.push(in_query(path.path, "format"));
    let text = json!({ "schema": { "type": "string" } });
    let mut responses = json!({
        "200": {
            "description": path.summary,
            "content": {
                "application/json": { "schema": schema },
                "application/jsonl": text,
                "text/csv": text,
            },
        },
    });
    add_refusals(&mut responses, &["400", "401", "403", "429", "503"]);
    if path.path.contains('{') {
        add_refusals(&mut responses, &["404"]);
    }
    let mut operation = json!({
        "operationId": operation_id(path.path),
        "summary": path.summary,
        "parameters": parameters,
        "responses": responses,
    });
    if let (true, Some(operation)) = (path.needs_person, operation.as_object_mut()) {
        operation.insert("security".to_owned(), json!([{ "person": [] }]));
    }
    operation
}

/// `alerts_alert_id` for `/api/alerts/{alert_id}`
fn operation_id(path: &str) -> String {
    let words = path.trim_start_matches("/api/").replace(['{', '}'], "");
    words.replace(['/', '.', '-'], "_")
}

/// What is not under `/api`, or not made of rows.
fn other_paths() -> Map<String, Value> {
    let get = |path: &str, summary: &str, media_type: &str, also: &[&str]| {
        let schema = if media_type.ends_with("json") {
            json!({ "type": "object" })
        } else {
            json!({ "type": "string" })
        };
        let mut responses = json!({
            "200": { "description": summary, "content": { media_type: { "schema": schema } } },
        });
        add_refusals(&mut responses, also);
        let operation = json!({
            "operationId": operation_id(path.trim_start_matches('/')),
            "summary": summary,
            "responses": responses,
        });
        (path.to_owned(), json!({ "get": operation }))
    };
    let guarded = ["401", "403", "429"];
    Map::from_iter([
        get("/api/openapi.json", "This description.", "application/json", &guarded),
        get(
            "/feed.atom",
            "The alerts to readers, as an Atom feed.",
            "application/atom+xml",
            &["304", "401", "403", "429", "503"],
        ),
        get("/metrics", "Counters and gauges for Prometheus.", "text/plain", &guarded),
        get("/healthz", "The process runs.", "text/plain", &[]),
        get("/readyz", "The daemon works.", "text/plain", &["not-ready"]),
    ])
}

fn add_refusals(responses: &mut Value, statuses: &[&str]) {
    let Some(responses) = responses.as_object_mut() else { return };
    for status in statuses {
        let name = if *status == "not-ready" { "503" } else { status };
        let reference = json!({ "$ref": format!("#/components/responses/{status}") });
        responses.insert(name.to_owned(), reference);
    }
}

fn refusals() -> Value {
    let error = |description: &str| {
        json!({
            "description": description,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": { "error": { "type": "string" } },
                        "required": ["error"],
                    },
                },
                "text/html": { "schema": { "type": "string" } },
                "text/plain": { "schema": { "type": "string" } },
            },
        })
    };
    json!({
        "304": { "description": "The reader has this version." },
        "400": error("A parameter is unknown, repeated or not of its form."),
        "401": error("Reading needs the token of a person, or the token is wrong."),
        "403": error("The person is not in the configuration, or may not see this."),
        "404": error("Nothing has this id."),
        "429": error("Too many wrong tokens came from this address."),
        "503": error("The store does not answer."),
        "not-ready": error("The reasons, one on each line."),
    })
}
