//! `entitywatch alerts`

use std::io::stdout;

use anyhow::Result;
use jiff::Timestamp;

use crate::cli::args::{AlertsListArgs, OutputFormat, ShowFormat};
use crate::cli::output::{self, time};
use crate::cli::show_alert;
use crate::deliver::{MessageSettings, wording};
use crate::domain::{Alert, Summary};
use crate::store::{AlertQuery, Store};

pub async fn alerts(
    store: &Store,
    messages: &MessageSettings,
    args: &AlertsListArgs,
    now: Timestamp,
) -> Result<()> {
    let alerts: Vec<Alert> = match &args.id {
        Some(id) if args.output.output == OutputFormat::Text => {
            return show_alert::alert(store, messages, id, ShowFormat::Text).await;
        }
        Some(id) => vec![show_alert::recorded(store, id).await?],
        None => {
            let (since, until) =
                (args.since.map(|when| when.before(now)), args.until.map(|when| when.before(now)));
            store
                .alerts(&AlertQuery { since, until, limit: args.limit, ..AlertQuery::default() })
                .await?
        }
    };
    let header = ["recorded", "alert", "type", "about"];
    output::rows(
        &mut stdout(),
        args.output.output,
        "alerts",
        &alerts,
        &header,
        "no alert is recorded",
        |alert| {
            vec![
                time(alert.created_at),
                alert.alert_id.to_string(),
                alert.body.type_name().to_owned(),
                about(alert, messages),
            ]
        },
    )?;
    Ok(())
}

/// A short summary of an alert.
fn about(alert: &Alert, messages: &MessageSettings) -> String {
    let Some(data) = alert.body.list_changed() else {
        return wording::alert_content(alert, messages).title;
    };
    let source = &data.source;
    let Summary { added, removed, revised, .. } = data.total;
    let rule = data
        .rule
        .as_ref()
        .and_then(|rule| rule.citation.as_deref())
        .map_or_else(String::new, |citation| format!(", {citation}"));
    format!("{source}: {added} added, {removed} removed, {revised} revised{rule}")
}
