//! `entitywatch receivers`

use std::io::stdout;

use anyhow::Result;
use jiff::Timestamp;

use crate::cli::args::OutputFormat;
use crate::cli::output::{self, or_dash, time};
use crate::config::Config;
use crate::store::{ReceiverState, Store};
use crate::stored_json::ReceiverRow;

pub async fn receivers(
    store: &Store,
    config: &Config,
    format: OutputFormat,
    now: Timestamp,
) -> Result<()> {
    let rows = receiver_rows(store, config, now).await?;
    let header = ["receiver", "kind", "operator", "pending", "dead", "last success", "trouble"];
    output::rows(
        &mut stdout(),
        format,
        "receivers",
        &rows,
        &header,
        "no receiver is configured",
        |row| {
            let trouble =
                row.state.disabled_reason.as_ref().map(|reason| format!("switched off: {reason}"));
            vec![
                row.state.receiver.clone(),
                row.kind.clone().unwrap_or_else(|| "no longer configured".to_owned()),
                if row.operator { "yes" } else { "-" }.to_owned(),
                row.pending.to_string(),
                row.dead.to_string(),
                or_dash(row.state.last_success_at.map(time)),
                or_dash(trouble.or_else(|| row.state.last_error.clone())),
            ]
        },
    )?;
    Ok(())
}

/// The configured receivers, and those that are not configured any more and have deliveries.
pub(super) async fn receiver_rows(
    store: &Store,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<ReceiverRow>> {
    let (states, outbox) = (store.receiver_states().await?, store.outbox_counts().await?);
    let mut rows: Vec<ReceiverRow> = Vec::new();
    let state_of = |name: &str| {
        let unknown = || ReceiverState { receiver: name.to_owned(), ..ReceiverState::default() };
        states.iter().find(|state| state.receiver == name).cloned().unwrap_or_else(unknown)
    };
    for receiver in &config.receivers {
        let count = outbox.iter().find(|count| count.receiver == receiver.name);
        rows.push(ReceiverRow::new(
            Some(receiver.channel.kind()),
            receiver.operator,
            state_of(&receiver.name),
            count,
            now,
        ));
    }
    for count in outbox.iter().filter(|count| config.receiver(&count.receiver).is_none()) {
        rows.push(ReceiverRow::new(None, false, state_of(&count.receiver), Some(count), now));
    }
    Ok(rows)
}
