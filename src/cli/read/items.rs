//! `entitywatch items list` and `entitywatch items show`

use std::io::stdout;

use anyhow::Result;

use crate::cli::args::OutputFormat;
use crate::cli::output::{self, or_dash, time};
use crate::cli::usage::Usage;
use crate::config::Config;
use crate::domain::{ItemId, ItemState};
use crate::store::Store;
use crate::stored_json::ItemRow;

pub async fn items(
    store: &Store,
    config: &Config,
    state: Option<ItemState>,
    format: OutputFormat,
) -> Result<()> {
    let mut rows = Vec::new();
    for item in store.items(state).await? {
        rows.push(ItemRow::of(store, item, &config.messages.timezone).await?);
    }
    let header = ["opened", "item", "state", "due", "receivers", "person", "title"];
    output::rows(&mut stdout(), format, "items", &rows, &header, "no item", |row: &ItemRow| {
        vec![
            time(row.opened_at),
            row.item_id.to_string(),
            row.state.as_str().to_owned(),
            or_dash(row.due_at.map(time)),
            row.receivers.join(" "),
            or_dash(row.closed_by.as_ref().or(row.taken_by.as_ref())),
            row.title.clone(),
        ]
    })?;
    Ok(())
}

pub async fn item(store: &Store, config: &Config, id: &str, format: OutputFormat) -> Result<()> {
    let Some(item) = store.item(&ItemId(id.to_owned())).await? else {
        return Err(Usage(format!(
            "expected the id of an item (`entitywatch items list` shows them), but got `{id}`"
        ))
        .into());
    };
    let alerts = item.alerts.clone();
    let row = ItemRow::of(store, item, &config.messages.timezone).await?;
    let out = &mut stdout();
    if format == OutputFormat::Json {
        return Ok(output::json(out, &serde_json::json!({"items": [row]}))?);
    }
    output::one_line(out, &format!("{}: {}", row.item_id, row.title))?;
    let due = row.due_at.map_or_else(String::new, |due| format!(", due {}", time(due)));
    output::one_line(out, &format!("{} since {}{due}", row.state.as_str(), time(row.opened_at)))?;
    output::one_line(out, &format!("receivers: {}", row.receivers.join(", ")))?;
    if !row.escalated_to.is_empty() {
        output::one_line(out, &format!("escalated to: {}", row.escalated_to.join(", ")))?;
    }
    let happened = row.history.iter().map(|event| {
        vec![time(event.at), event.what.clone(), or_dash(event.by.as_ref()), event.detail.clone()]
    });
    output::line(out, &output::table(&["at", "what", "by", "detail"], happened))?;
    let alerts = alerts
        .iter()
        .map(|alert| vec![time(alert.created_at), alert.alert_id.to_string(), alert.title.clone()]);
    output::line(out, &output::table(&["at", "alert", "title"], alerts))?;
    Ok(())
}
