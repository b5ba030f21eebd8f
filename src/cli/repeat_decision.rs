//! The command line that repeats a decision, from its journal entry.

use serde_json::Value;

use crate::domain::journal_kind;
use crate::store::copies::Decision;

/// The command that repeats a decision, or its kind and data if no command does.
pub fn command_line(decision: &Decision) -> String {
    let data: Value = serde_json::from_str(&decision.data).unwrap_or_default();
    known(&decision.kind, &data)
        .unwrap_or_else(|| format!("{} {}", decision.kind, printable(&decision.data)))
}

fn known(kind: &str, data: &Value) -> Option<String> {
    let text = |key: &str| data.get(key).and_then(Value::as_str).map(shell_word);
    let by = text("by")?;
    Some(match kind {
        journal_kind::HOLD_ACCEPTED => {
            let baseline = data.get("as_baseline").and_then(Value::as_bool).unwrap_or(false);
            let baseline = if baseline { " --as-baseline" } else { "" };
            let (id, reason) = (text("hold_id")?, text("reason")?);
            format!("entitywatch holds accept {id} --by {by} --reason {reason}{baseline}")
        }
        journal_kind::WATCHLIST_ACCEPTED => {
            let (id, reason) = (text("hold_id")?, text("reason")?);
            format!("entitywatch holds accept {id} --by {by} --reason {reason}")
        }
        journal_kind::HOLD_REJECTED | journal_kind::WATCHLIST_REJECTED => {
            let (id, reason) = (text("hold_id")?, text("reason")?);
            format!("entitywatch holds reject {id} --by {by} --reason {reason}")
        }
        journal_kind::ITEM_TAKEN => {
            format!("entitywatch items take {} --by {by}", text("item_id")?)
        }
        journal_kind::ITEM_CLOSED => {
            let (id, outcome, note) = (text("item_id")?, text("outcome")?, text("note")?);
            format!("entitywatch items close {id} --by {by} --outcome {outcome} --note {note}")
        }
        journal_kind::ITEM_REOPENED => {
            format!("entitywatch items reopen {} --by {by} --note {}", text("item_id")?, {
                text("note")?
            })
        }
        journal_kind::ITEMS_HANDED_OVER => {
            let until = text("until").map(|day| format!(" --until {day}")).unwrap_or_default();
            let (from, to) = (text("from")?, text("to")?);
            format!("entitywatch items handover {from} {to}{until} --by {by}")
        }
        // The journal keeps no note about a counterparty.
        journal_kind::MATCH_DISMISSED => {
            let (id, reason) = (text("match_id")?, text("reason")?);
            format!("entitywatch matches dismiss {id} --by {by} --reason {reason} --note '…'")
        }
        journal_kind::MATCH_CONFIRMED => {
            format!("entitywatch matches confirm {} --by {by}", text("match_id")?)
        }
        journal_kind::MATCH_REOPENED => {
            format!("entitywatch matches reopen {} --by {by}", text("match_id")?)
        }
        journal_kind::COUNTERPARTY_ERASED => {
            let (watchlist, id) = (text("watchlist")?, text("counterparty_id")?);
            format!("entitywatch watchlists erase --watchlist {watchlist} --id {id} --by {by}")
        }
        _ => return None,
    })
}

/// Text as one word of a command line, on one line.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", printable(text).replace('\'', "'\\''"))
    }
}

/// A terminal must not act on what people wrote.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::domain::JournalEntry;
    use crate::domain::journal::JournalEvent;

    fn check(kind: &str, data: Value, expected: &str) {
        let event = JournalEvent { kind: kind.to_owned(), data };
        let entry = JournalEntry::new(1, Timestamp::UNIX_EPOCH, &event, JournalEntry::genesis());
        assert_eq!(command_line(&entry), expected);
    }

    #[test]
    fn each_decision_becomes_the_command_that_repeats_it() {
        check(
            "hold.accepted",
            json!({"hold_id": "hld_1", "by": "Ann", "reason": "it's right", "as_baseline": true}),
            "entitywatch holds accept hld_1 --by Ann --reason 'it'\\''s right' --as-baseline",
        );
        check(
            "hold.rejected",
            json!({"hold_id": "hld_1", "by": "Ann B", "reason": "no"}),
            "entitywatch holds reject hld_1 --by 'Ann B' --reason no",
        );
        check(
            "watchlist.accepted",
            json!({"watchlist": "customers", "hold_id": "hld_2", "by": "Ann", "reason": "sold"}),
            "entitywatch holds accept hld_2 --by Ann --reason sold",
        );
        check(
            "watchlist.rejected",
            json!({"watchlist": "customers", "hold_id": "hld_2", "by": "Ann", "reason": "cut"}),
            "entitywatch holds reject hld_2 --by Ann --reason cut",
        );
        check(
            "item.taken",
            json!({"item_id": "itm_1", "by": "Ann"}),
            "entitywatch items take itm_1 --by Ann",
        );
        check(
            "item.closed",
            json!({"item_id": "itm_1", "by": "Ann", "outcome": "not-ours", "note": "a\nb"}),
            "entitywatch items close itm_1 --by Ann --outcome not-ours --note 'a b'",
        );
        check(
            "items.handed_over",
            json!({"from": "mail", "to": "deputy", "until": null, "by": "Ann"}),
            "entitywatch items handover mail deputy --by Ann",
        );
        check(
            "match.dismissed",
            json!({"match_id": "mch_1", "by": "Ann", "reason": "other"}),
            "entitywatch matches dismiss mch_1 --by Ann --reason other --note '…'",
        );
        check(
            "counterparty.erased",
            json!({"watchlist": "customers", "counterparty_id": "C 1", "by": "Ann"}),
            "entitywatch watchlists erase --watchlist customers --id 'C 1' --by Ann",
        );
    }

    #[test]
    fn a_decision_that_no_command_is_known_for_is_shown_with_its_data() {
        check("list.praised", json!({"by": "Ann"}), "list.praised {\"by\":\"Ann\"}");
        check("item.closed", json!({"by": "Ann"}), "item.closed {\"by\":\"Ann\"}");
    }
}
