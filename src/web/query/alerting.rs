//! The parameters of alerts, items, deliveries, holds and checks.

use jiff::tz::TimeZone;

use crate::domain::{AlertId, AlertKind, ItemState};
use crate::store::{AlertQuery, DeliveryQuery};
use crate::web::error::WebError;
use crate::web::query::Parameters;
use crate::web::query::parameter_value::{self, Edge};

/// The parameters of `/alerts` and `/api/alerts`.
pub const ALERTS: &[&str] = &["type", "source", "since", "until", "page", "limit"];
/// The parameters of `/items` and `/api/items`.
pub const ITEMS: &[&str] = &["state", "receiver", "page", "limit"];
/// The parameters of `/deliveries` and `/api/deliveries`.
pub const DELIVERIES: &[&str] = &["receiver", "state", "alert", "page", "limit"];
/// The parameters of `/holds` and `/api/holds`.
pub const HOLDS: &[&str] = &["open", "page", "limit"];
/// The parameters of `/api/checks`.
pub const CHECKS: &[&str] = &["source", "page", "limit"];

/// Which items are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemStates {
    All,
    /// Open or taken.
    Unclosed,
    One(ItemState),
}

impl Parameters {
    /// The filter of alerts.
    pub fn alerts(&self, zone: &TimeZone, limit: usize) -> Result<AlertQuery, WebError> {
        Ok(AlertQuery {
            kinds: alert_type(self.get("type"))?
                .map_or_else(AlertKind::of_pages, |kind| vec![kind]),
            source: parameter_value::text(self.get("source")),
            since: parameter_value::time("since", self.get("since"), zone, Edge::Start)?,
            until: parameter_value::time("until", self.get("until"), zone, Edge::End)?,
            limit: Some(limit),
            ..AlertQuery::default()
        })
    }

    /// The filter of deliveries.
    pub fn deliveries(&self, limit: usize) -> Result<DeliveryQuery, WebError> {
        Ok(DeliveryQuery {
            receiver: parameter_value::text(self.get("receiver")),
            state: parameter_value::state(self.get("state"))?,
            alert: parameter_value::text(self.get("alert")).map(AlertId),
            without: hidden().collect(),
            limit: Some(limit),
            ..DeliveryQuery::default()
        })
    }

    /// The filter of items.
    pub fn item_states(&self) -> Result<ItemStates, WebError> {
        Ok(match self.get("state") {
            "" => ItemStates::All,
            "unclosed" => ItemStates::Unclosed,
            "open" => ItemStates::One(ItemState::Open),
            "taken" => ItemStates::One(ItemState::Taken),
            "closed" => ItemStates::One(ItemState::Closed),
            other => {
                let expected = "`unclosed`, `open`, `taken` or `closed`";
                return Err(parameter_value::unexpected("state", expected, other));
            }
        })
    }

    /// Whether only open holds are asked for.
    pub fn open_only(&self) -> Result<bool, WebError> {
        parameter_value::flag("open", self.get("open"))
    }
}

fn hidden() -> impl Iterator<Item = AlertKind> {
    AlertKind::ALL.iter().copied().filter(|kind| kind.is_about_watchlists())
}

fn alert_type(text: &str) -> Result<Option<AlertKind>, WebError> {
    let named = AlertKind::of_pages().into_iter().find(|kind| kind.as_str() == text);
    if text.is_empty() || named.is_some() {
        return Ok(named);
    }
    Err(parameter_value::unexpected("type", "a type of alerts such as `list.changed`", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_alerts_are_filtered_by_type_source_and_time() {
        let query = "type=rule.filed&source=csl&since=2026-11-01&until=2026-11-01";
        let parameters = Parameters::read(Some(query), ALERTS).unwrap();
        let query = parameters.alerts(&TimeZone::UTC, 50).unwrap();
        assert_eq!(query.kinds, [AlertKind::RuleFiled]);
        assert_eq!(query.source.as_deref(), Some("csl"));
        assert_eq!(query.since.unwrap().to_string(), "2026-11-01T00:00:00Z");
        assert_eq!(query.until.unwrap().to_string(), "2026-11-02T00:00:00Z");
        assert_eq!((query.limit, query.offset), (Some(50), None));
    }

    #[test]
    fn err_an_unknown_type_or_state_is_named() {
        let parameters = Parameters::default().with("type", "list.lost").with("state", "lost");
        assert_eq!(
            parameters.alerts(&TimeZone::UTC, 1).unwrap_err().to_string(),
            "expected a type of alerts such as `list.changed` as `type`, but got `list.lost`"
        );
        assert_eq!(
            parameters.item_states().unwrap_err().to_string(),
            "expected `unclosed`, `open`, `taken` or `closed` as `state`, but got `lost`"
        );
        let unclosed = Parameters::default().with("state", "unclosed");
        assert_eq!(unclosed.item_states().unwrap(), ItemStates::Unclosed);
        assert_eq!(Parameters::default().item_states().unwrap(), ItemStates::All);
    }
}
