//! `config schema`: the JSON Schemas of the configuration, of webhook bodies and of the output of
//! the reading commands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::cli::drill_report::Drilled;
use crate::cli::read::{ShownFileHold, ShownHold};
use crate::cli::screen_receipt::ReceiptFile;
use crate::domain::{Alert, AlertBody, ChangeSet, JournalEntry};
use crate::receipt::KeyRow;
use crate::screen::{MatchRow, Screened};
use crate::stored_json::{
    ChangeRow, DeliveryRow, DifferenceRow, EntryRow, EntryTimeline, HoldRow, ItemRow,
    MatchRow as StoredMatch, ReceiverRow, RouteRow, SectionChangeRow, SourceRow, StatusRow,
    TouchedRow, WatchlistRow, rows, written,
};
use crate::web;

/// All schemas by name: `configuration`, `webhook`, `diff`, each reading command, `journal` for one
/// line of its export, and `api`, the `OpenAPI` description of the paths of the daemon.
pub fn schemas() -> Value {
    let mut all = Map::new();
    all.insert("configuration".to_owned(), Value::from(crate::config::schema()));
    all.insert("webhook".to_owned(), with_matches(written::<WebhookBody>()));
    all.insert("diff".to_owned(), written::<ChangeSet>());
    all.insert("changes".to_owned(), rows::<ChangeRow>("changes"));
    all.insert("changes, sections".to_owned(), rows::<SectionChangeRow>("sections"));
    all.insert("entries".to_owned(), rows::<EntryRow>("entries"));
    all.insert("entries show".to_owned(), rows::<EntryTimeline>("entries"));
    all.insert("sources".to_owned(), rows::<SourceRow>("sources"));
    all.insert("sources --compare".to_owned(), rows::<DifferenceRow>("sources"));
    all.insert("deliveries".to_owned(), rows::<DeliveryRow>("deliveries"));
    all.insert("alerts".to_owned(), rows::<Alert>("alerts"));
    all.insert("holds".to_owned(), rows::<HoldRow>("holds"));
    all.insert("holds show".to_owned(), rows::<ShownHold>("holds"));
    all.insert("holds show, counterparty files".to_owned(), rows::<ShownFileHold>("holds"));
    all.insert("items".to_owned(), rows::<ItemRow>("items"));
    all.insert("watchlists".to_owned(), rows::<WatchlistRow>("watchlists"));
    all.insert("matches".to_owned(), rows::<StoredMatch>("matches"));
    all.insert("rescreen".to_owned(), rows::<TouchedRow>("rescreen"));
    all.insert("receivers".to_owned(), rows::<ReceiverRow>("receivers"));
    all.insert("status".to_owned(), rows::<StatusRow>("status"));
    all.insert("routes explain".to_owned(), rows::<RouteRow>("routes"));
    all.insert("journal".to_owned(), written::<JournalEntry>());
    all.insert("screen".to_owned(), written::<Screening<'_>>());
    all.insert("receipt".to_owned(), written::<ReceiptFile>());
    all.insert("drill".to_owned(), written::<Drilled>());
    all.insert("config keys".to_owned(), rows::<KeyRow>("keys"));
    all.insert("api".to_owned(), web::openapi(None));
    Value::Object(all)
}

/// The body of a webhook (Standard Webhooks): its type, when it was recorded, and its data.
#[derive(Serialize, Deserialize, JsonSchema)]
struct WebhookBody {
    timestamp: jiff::Timestamp,
    /// True in a body that `receivers test --sample` sends: its data is made up. Otherwise absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    test: bool,
    #[serde(flatten)]
    body: AlertBody,
}

/// What `screen` prints.
#[derive(Serialize, JsonSchema)]
struct Screening<'a> {
    screened: Screened,
    matches: Vec<MatchRow<'a>>,
}

/// Adds `matches` to a change, and `compared` to the data of every body: what a receiver with
/// `show_matches` gets besides.
fn with_matches(mut schema: Value) -> Value {
    let matches = json!({
        "description": "The reader's own counterparties that may be the entry. Only for receivers \
                        with `show_matches`.",
        "type": "array",
        "items": { "$ref": "#/$defs/PossibleMatch" },
    });
    // The data of each type allows more keys.
    let data = json!({
        "type": "object",
        "properties": {
            "compared": {
                "description": "What was compared. Only for receivers with `show_matches`.",
                "type": "array",
                "items": { "type": "object" },
            },
        },
    });
    for (place, name, property) in
        [("/$defs/Change/properties", "matches", matches), ("/properties", "data", data)]
    {
        if let Some(properties) = schema.pointer_mut(place).and_then(Value::as_object_mut) {
            properties.insert(name.to_owned(), property);
        }
    }
    schema
}
