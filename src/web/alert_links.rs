//! Links to alerts, with their titles.

use std::collections::BTreeSet;

use crate::domain::AlertId;
use crate::store::Result;
use crate::web::Web;
use crate::web::current_rows::{ShownAlert, shown_alerts};

/// The alerts with these ids, newest first. Those about counterparty files have no page.
pub async fn alert_links(web: &Web, ids: BTreeSet<&AlertId>) -> Result<Vec<ShownAlert>> {
    let ids: Vec<&AlertId> = ids.into_iter().collect();
    let mut lines = web.state.store.lines_of_alerts(&ids).await?;
    lines.retain(|line| line.kind().is_some_and(|kind| !kind.is_about_watchlists()));
    shown_alerts(web, lines).await
}
