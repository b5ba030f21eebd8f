//! Enters the configuration in effect in the journal: its hash, the version of the program, and
//! what changed since the configuration before.

use serde::Serialize;
use serde_json::{Value, json};

use crate::config::Evidence;
use crate::domain::journal::JournalEvent;
use crate::domain::journal_kind;
use crate::pipeline::Program;
use crate::store::{Result, Store};

/// Why a configuration is in effect from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Loaded {
    /// The daemon started.
    Start,
    /// The daemon reads its configuration again.
    Reload,
    /// A command acted by itself, because no daemon was running.
    Command,
}

/// Enters the program's configuration in the journal. The whole configuration is kept only if it
/// differs from the one before; otherwise the entry names the one that has it. A command enters
/// nothing if nothing changed, because it may run every few minutes.
pub async fn record_configuration(program: &Program, loaded: Loaded) -> Result<()> {
    let evidence = program.wiring.load().config.evidence();
    let before = before(&program.store).await?;
    let is_known = before.as_ref().is_some_and(|before| before.sha256 == evidence.sha256.as_str());
    if is_known && loaded == Loaded::Command {
        return Ok(());
    }
    let event = JournalEvent {
        kind: journal_kind::CONFIG_LOADED.to_owned(),
        data: data(&evidence, loaded, before.as_ref().filter(|_| is_known), before.as_ref()),
    };
    program.store.add_journal_entries(program.clock.now(), vec![event]).await
}

/// The configuration that was in effect before.
struct Before {
    sha256: String,
    /// The journal entry that has it whole.
    seq: u64,
    configuration: Value,
}

async fn before(store: &Store) -> Result<Option<Before>> {
    let Some(mut entry) = store.last_configuration().await? else { return Ok(None) };
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let mut data = read(&entry.data);
    if let Some(seq) = data.get("configuration_in").and_then(Value::as_u64) {
        let Some(whole) = store.journal(seq.saturating_sub(1), 1).await?.pop() else {
            return Ok(None);
        };
        data = read(&whole.data);
        entry = whole;
    }
    let sha256 = data.get("sha256").and_then(Value::as_str).unwrap_or_default().to_owned();
    let configuration = data.get("configuration").cloned().unwrap_or_default();
    Ok(Some(Before { sha256, seq: entry.seq, configuration }))
}

fn data(
    evidence: &Evidence,
    loaded: Loaded,
    same: Option<&Before>,
    before: Option<&Before>,
) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    match same {
        Some(same) => json!({
            "loaded": loaded,
            "version": version,
            "sha256": evidence.sha256,
            "changed": [],
            "configuration_in": same.seq,
        }),
        None => json!({
            "loaded": loaded,
            "version": version,
            "sha256": evidence.sha256,
            "previous_sha256": before.map(|before| before.sha256.as_str()),
            // Without a configuration before, everything is new and stands in `configuration`.
            "changed": before
                .map(|before| evidence.changed_since(&before.configuration))
                .unwrap_or_default(),
            "configuration": evidence.configuration,
        }),
    }
}
