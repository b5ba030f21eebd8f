//! Links to alerts, with their titles.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::domain::{Alert, AlertId};
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::headline::headline;

/// The alerts with these ids, newest first.
pub async fn alert_links(web: &Web, ids: BTreeSet<&AlertId>) -> Result<Vec<Value>, WebError> {
    let mut alerts = Vec::new();
    for id in ids {
        alerts.extend(web.state.store.alert(id).await?);
    }
    alerts.sort_by_key(|alert| std::cmp::Reverse(alert.created_at));
    let link = |alert: &Alert| {
        json!({
            "alert_id": alert.alert_id,
            "title": headline(alert),
            "created_at": alert.created_at,
        })
    };
    Ok(alerts.iter().map(link).collect())
}
