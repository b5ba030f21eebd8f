//! The title and the subject of a message about a list change.

use crate::deliver::plain;
use crate::deliver::wording::count::summary;
use crate::deliver::wording::list::classification::{announced_count, shows_only_differences};
use crate::deliver::wording::subject::MAX_SUBJECT_CHARS;
use crate::domain::alert::ListChanged;

pub fn title(data: &ListChanged, lists: &str, source: &str) -> String {
    let kind = match data {
        _ if data.corrects.is_some() => " correction",
        _ if shows_only_differences(data) => " (differences)",
        _ if data.unconfirmed => " (unconfirmed)",
        _ if !data.changes.is_empty() && announced_count(data) == data.changes.len() => {
            " (as announced)"
        }
        _ if data.rule_alerted_before > 0 && data.follows.is_some() => " (further part)",
        _ => "",
    };
    format!("{lists}{kind}: {}", summary(&data.summary, source))
}

pub fn subject(data: &ListChanged, title: &str, counts: &[(String, usize)]) -> String {
    let citation = data
        .rule
        .as_ref()
        .and_then(|rule| rule.citation.as_deref())
        .map(|text| format!(" — {}", plain::line(text)));
    let fixed = format!("{title}{}", citation.unwrap_or_default());
    let mut names: Vec<&str> = counts.iter().map(|(name, _)| name.as_str()).take(3).collect();
    let more = counts.len() > names.len();
    while !names.is_empty() {
        let subject = format!(
            "{fixed} ({}{})",
            names.join(", "),
            if more || names.len() < counts.len() { ", …" } else { "" }
        );
        if subject.chars().count() <= MAX_SUBJECT_CHARS {
            return subject;
        }
        names.pop();
    }
    plain::shorten(&fixed, MAX_SUBJECT_CHARS)
}
