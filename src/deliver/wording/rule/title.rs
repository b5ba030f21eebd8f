//! The title and the subject of a message about a rule.

use crate::deliver::plain;
use crate::deliver::wording::count::counted;
use crate::domain::Summary;
use crate::domain::alert::{NoticeStatus, RuleNotice};

pub fn title(data: &RuleNotice) -> String {
    let ordered = match data.orders.added + data.orders.removed + data.orders.revised {
        0 => "entries not known yet".to_owned(),
        _ => orders(&data.orders),
    };
    match data.status {
        NoticeStatus::Filed => format!("Entity List rule filed: {ordered}"),
        NoticeStatus::Changed => format!("Entity List rule changed: {ordered}"),
        NoticeStatus::Withdrawn => "Entity List rule withdrawn before publication".to_owned(),
        NoticeStatus::Published if data.follows.is_some() => {
            "Entity List rule published, as announced".to_owned()
        }
        NoticeStatus::Published => format!("Entity List rule published: {ordered}"),
        NoticeStatus::Digest => format!(
            "Entity List rules of the last 30 days: {}",
            counted(data.documents.len(), "document")
        ),
    }
}

/// The counts of what a rule orders. A rule removes entries, whereas a source only stops showing
/// them.
pub fn orders(counts: &Summary) -> String {
    let parts = [(counts.added, "added"), (counts.removed, "removed"), (counts.revised, "revised")];
    parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect::<Vec<_>>()
        .join(", ")
}

pub fn subject(data: &RuleNotice, title: &str, counts: &[(String, usize)]) -> String {
    let citation = data
        .rule
        .as_ref()
        .and_then(|rule| rule.citation.as_deref())
        .map(|text| format!(" — {}", plain::line(text)));
    let names: Vec<&str> = counts.iter().map(|(name, _)| name.as_str()).take(3).collect();
    let more = if counts.len() > names.len() { ", …" } else { "" };
    let countries =
        if names.is_empty() { String::new() } else { format!(" ({}{more})", names.join(", ")) };
    format!("{title}{}{countries}", citation.unwrap_or_default())
}
