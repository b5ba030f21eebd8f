//! `entitywatch routes explain`

use std::io::stdout;

use anyhow::Result;
use jiff::Timestamp;

use super::soon;
use crate::cli::args::OutputFormat;
use crate::cli::output::{self, time};
use crate::cli::usage::Usage;
use crate::config::Config;
use crate::deliver::plain;
use crate::domain::ChangeId;
use crate::pipeline::route_explanation::{self, FoundChange};
use crate::store::Store;
use crate::stored_json::{DeliveryRow, RouteRow};

/// The most characters of a line. A longer word, such as an address, has a line of its own.
const LINE_CHARS: usize = 80;

/// Prints for each receiver whether it was alerted of a change, and why. An unknown id is a usage
/// error.
pub async fn explain_routes(
    store: &Store,
    config: &Config,
    id: &str,
    format: OutputFormat,
    now: Timestamp,
) -> Result<()> {
    let found = route_explanation::find(store, &ChangeId(id.to_owned())).await?;
    if found.is_empty() {
        return Err(Usage(format!(
            "expected the id of a recorded change (`entitywatch changes --output json` shows \
             them), but got `{id}`"
        ))
        .into());
    }
    let out = &mut stdout();
    let mut all = Vec::new();
    for change in &found {
        let rows = route_explanation::explain(store, config, change, now).await?;
        if format == OutputFormat::Text {
            for line in lines(change, &rows, now) {
                output::line(out, &line)?;
            }
        }
        all.extend(rows);
    }
    if format == OutputFormat::Json {
        output::json(out, &serde_json::json!({"routes": all}))?;
    }
    Ok(())
}

/// The explanation as text: what changed, then each receiver.
fn lines(found: &FoundChange, rows: &[RouteRow], now: Timestamp) -> Vec<String> {
    let FoundChange { source, change, alert, .. } = found;
    let (kind, severity) = (change.kind.as_str(), change.severity.as_str());
    let mut lines = Vec::new();
    wrap(&format!("{kind}: {} ({})", change.entry.name, change.entry.list), 0, &mut lines);
    wrap(
        &format!("change {}, severity {severity}, source {source}", change.change_id),
        0,
        &mut lines,
    );
    match alert {
        Some(alert) => wrap(
            &format!(
                "alert {}, {}, recorded {}",
                alert.alert_id,
                alert.body.type_name(),
                time(alert.created_at)
            ),
            0,
            &mut lines,
        ),
        None => lines.push("no alert".to_owned()),
    }
    for row in rows {
        lines.push(String::new());
        wrap(&format!("{}: {}", row.receiver, row.outcome.in_words()), 0, &mut lines);
        wrap(&row.why, 2, &mut lines);
        if let Some(item) = &row.item_id {
            wrap(&format!("open item {item}"), 2, &mut lines);
        }
        for delivery in &row.deliveries {
            wrap(&delivery_line(delivery, now), 2, &mut lines);
        }
    }
    lines
}

fn delivery_line(delivery: &DeliveryRow, now: Timestamp) -> String {
    let recipient = match delivery.recipient.as_str() {
        "" => String::new(),
        recipient => format!(" to {recipient}"),
    };
    let attempts = match delivery.attempts {
        1 => "1 attempt".to_owned(),
        count => format!("{count} attempts"),
    };
    let mut line = format!(
        "delivery {}{recipient}: {}, {attempts}",
        delivery.delivery_id,
        delivery.state.as_str()
    );
    if let Some(at) = delivery.delivered_at {
        line.push_str(&format!(", accepted {}", time(at)));
    }
    if let Some(next) = delivery.next_attempt_at {
        line.push_str(&format!(", next attempt {}", soon(next, now)));
    }
    if let Some(waits_for) = delivery.waits_for {
        line.push_str(&format!(", waits: {}", waits_for.in_words()));
    }
    if let Some(error) = &delivery.last_error {
        line.push_str(&format!(", last error: {error}"));
    }
    line
}

/// Adds a text as lines of at most [`LINE_CHARS`] characters. Lines after the first are indented by
/// two more spaces.
fn wrap(text: &str, indent: usize, lines: &mut Vec<String>) {
    let (mut line, mut has_word) = (" ".repeat(indent), false);
    for word in plain::line(text).split(' ') {
        if has_word && line.chars().count() + 1 + word.chars().count() > LINE_CHARS {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent + 2)));
            has_word = false;
        }
        if has_word {
            line.push(' ');
        }
        line.push_str(word);
        has_word = true;
    }
    lines.push(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_at_80_columns_with_a_hanging_indent() {
        let mut lines = Vec::new();
        wrap(&"eleven char ".repeat(9), 2, &mut lines);
        assert!(lines.len() == 2 && lines[1].starts_with("    char"), "{lines:?}");
        assert!(lines.iter().all(|line| line.chars().count() <= LINE_CHARS), "{lines:?}");
        assert_eq!(lines.join(" ").split_whitespace().count(), 18, "no word is lost");
        let mut lines = Vec::new();
        wrap(&"x".repeat(100), 0, &mut lines);
        assert_eq!(lines, ["x".repeat(100)]);
    }
}
