//! `alerts show`: one recorded alert as its recipients got it.

use std::io::stdout;

use anyhow::Result;

use crate::cli::args::ShowFormat;
use crate::cli::marked_words::marked;
use crate::cli::output;
use crate::cli::usage::Usage;
use crate::deliver::{MessageSettings, preview};
use crate::domain::{Alert, AlertId};
use crate::store::Store;

/// Prints the complete message of the alert `id`.
pub async fn alert(
    store: &Store,
    messages: &MessageSettings,
    id: &str,
    format: ShowFormat,
) -> Result<()> {
    let alert = recorded(store, id).await?;
    let out = &mut stdout();
    match format {
        ShowFormat::Text => {
            output::line(out, &preview::text(&alert, messages)?)?;
            // The message has only the paragraphs that changed.
            if let Some(data) = alert.body.regulation_changed() {
                output::line(out, "THE WHOLE TEXT, WITH DELETED AND INSERTED WORDS\n")?;
                output::line(out, &marked(&data.changes))?;
            }
        }
        ShowFormat::Html => output::line(out, &preview::html(&alert, messages)?)?,
        ShowFormat::Slack => output::json(out, &preview::slack_payload(&alert, messages))?,
        ShowFormat::Json => output::json(out, &alert)?,
    }
    Ok(())
}

/// The alert with this id. An unknown id is a usage error.
pub async fn recorded(store: &Store, id: &str) -> Result<Alert> {
    let alert = store.alert(&AlertId(id.to_owned())).await?;
    Ok(alert.ok_or_else(|| {
        Usage(format!(
            "expected the id of a recorded alert (`entitywatch alerts` lists them), but got `{id}`"
        ))
    })?)
}
