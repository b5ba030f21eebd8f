//! Adds the reader's own counterparties to the changes in a JSON value. Pure.
//!
//! Matches never change a change. They are added to what one receiver with `show_matches` is sent.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::assurance::WatchlistAssurance;
use crate::domain::matching::screening::ScreenedWatchlist;
use crate::domain::{ChangeId, Screening};

/// One counterparty file that was compared, in the `compared` of a webhook.
#[derive(Serialize)]
struct Compared<'a> {
    #[serde(flatten)]
    watchlist: &'a ScreenedWatchlist,
    /// How many matches are in this message.
    matches: usize,
    statement: &'static str,
}

/// What no match does not mean.
const STATEMENT: &str = "No match is not a clearance: ownership, end use, other lists and unlisted \
                         aliases were not checked.";

/// Adds `matches` to every change, wherever it stands. Nothing without a screening, so that other
/// receivers are sent the same bytes as ever.
pub fn add(value: &mut Value, screening: Option<&Screening>) -> Result<(), serde_json::Error> {
    let Some(screening) = screening else { return Ok(()) };
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| add(item, Some(screening))),
        Value::Object(members) => {
            if let Some(id) = change_id(members) {
                let matches: Vec<_> = screening.of_change(&id).collect();
                members.insert("matches".to_owned(), serde_json::to_value(matches)?);
                return Ok(());
            }
            members.values_mut().try_for_each(|member| add(member, Some(screening)))
        }
        _ => Ok(()),
    }
}

/// What was compared, for the head of a webhook. Empty without a screening.
pub fn compared(screening: Option<&Screening>) -> Result<Option<Value>, serde_json::Error> {
    let Some(screening) = screening.filter(|screening| !screening.watchlists.is_empty()) else {
        return Ok(None);
    };
    let row = |watchlist| Compared {
        watchlist,
        matches: screening.count(&watchlist.watchlist),
        statement: STATEMENT,
    };
    let rows: Vec<Compared<'_>> = screening.watchlists.iter().map(row).collect();
    serde_json::to_value(rows).map(Some)
}

/// The counterparty files, for the `watchlists` of assurance.
pub fn files(screening: &Screening) -> Result<Value, serde_json::Error> {
    let file = |given: &ScreenedWatchlist| WatchlistAssurance {
        watchlist: given.watchlist.clone(),
        rows: given.counterparties,
        dated: given.dated,
        undecided: given.undecided.unwrap_or(0),
        problem: given.problem.as_ref().map(|problem| problem.detail.clone()),
    };
    serde_json::to_value(screening.watchlists.iter().map(file).collect::<Vec<_>>())
}

/// The id of a change, if this is one: an id alone refers to a change.
fn change_id(members: &Map<String, Value>) -> Option<ChangeId> {
    members.get("entry").filter(|entry| entry.is_object())?;
    Some(ChangeId(members.get("change_id")?.as_str()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::deliver::sample;

    #[test]
    fn each_change_has_its_matches_wherever_it_stands() {
        let alert = sample::rule_of_june_2022();
        let screening = sample::screening(&alert);
        let changes = serde_json::to_value(alert.body.changes().unwrap()).unwrap();
        let mut value = json!({"alerts": [{"changes": changes, "change_id": "not a change"}]});
        let before = value.clone();
        add(&mut value, None).unwrap();
        assert_eq!(value, before, "nothing for other receivers");
        add(&mut value, Some(&screening)).unwrap();
        let changes = value["alerts"][0]["changes"].as_array().unwrap();
        let counts: Vec<usize> =
            changes.iter().map(|change| change["matches"].as_array().unwrap().len()).collect();
        assert_eq!(counts[..3], [1, 1, 0]);
        let first = &changes[0]["matches"][0];
        assert_eq!(
            (&first["band"], &first["counterparty"]["id"]),
            (&json!("strong"), &json!("C00017"))
        );
        assert!(first.get("entry").is_none(), "it is that of the change");
        assert!(value["alerts"][0].get("matches").is_none());
    }

    #[test]
    fn what_was_compared_has_its_counts_and_its_statement() {
        let screening = sample::screening(&sample::rule_of_june_2022());
        let rows = compared(Some(&screening)).unwrap().unwrap();
        assert_eq!(rows[0]["counterparties"], 2_613);
        assert_eq!(rows[0]["matches"], 2);
        assert!(rows[0]["statement"].as_str().unwrap().starts_with("No match is not a clearance"));
        assert_eq!(compared(None).unwrap(), None);
        assert_eq!(compared(Some(&Screening::default())).unwrap(), None);
    }
}
