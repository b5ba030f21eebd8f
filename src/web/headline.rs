//! The one-line title of an alert, for the feed and the pages.

use crate::domain::alert::{ListChanged, NoticeStatus, RuleNotice};
use crate::domain::{Alert, AlertBody};

/// The title of an alert: which list, what happened, how many changes.
pub fn headline(alert: &Alert) -> String {
    match &alert.body {
        AlertBody::ListChanged(data) => counts(data),
        AlertBody::ListCorrected(data) => format!("Correction: {}", counts(data)),
        AlertBody::RuleFiled(data) | AlertBody::RulePublished(data) => rule_headline(data),
        AlertBody::RegulationChanged(data) => {
            let correction = if data.corrects.is_some() { "Correction: " } else { "" };
            format!("{correction}15 CFR {} changed: {}", data.section, data.title)
        }
        AlertBody::Digest(data) => {
            format!("Digest for {}: {} alerts", data.receiver, data.alerts.len())
        }
        AlertBody::SourceLagging(data) => match &data.expected {
            None => format!("{} does not show what a rule announced", data.source),
            Some(_) => format!("No new document came from {}", data.source),
        },
        AlertBody::SourceBaseline(data) => format!(
            "{}: first read from {}, {} entries",
            data.list.title(),
            data.source,
            data.count
        ),
        AlertBody::SourceFailing(data) => format!("Source {} is failing", data.source),
        AlertBody::SourceRecovered(data) => format!("Source {} works again", data.source),
        AlertBody::SnapshotHeld(data) => format!(
            "{} from {} is on hold for {}",
            data.hold.section.as_ref().map_or_else(
                || data.hold.list.title().to_owned(),
                |section| format!("§ {section}"),
            ),
            data.hold.source,
            data.hold.reason
        ),
        AlertBody::DeliveryFailing(data) => format!("Deliveries to {} are failing", data.receiver),
        AlertBody::DeliveryDead(data) => format!("A delivery to {} is dead", data.receiver),
        AlertBody::AlertEscalated(data) => format!("Not acknowledged: {}", data.title),
        AlertBody::ItemsOpen(data) => {
            format!("{} open items of {}", data.items.len(), data.receiver)
        }
        // The pages do not name counterparty files to people who may not see matches.
        AlertBody::WatchlistMatched(_) => "Possible matches".to_owned(),
        AlertBody::WatchlistFailing(_) => "A counterparty file is not up to date".to_owned(),
        AlertBody::Assurance(data) => {
            format!("Assurance: {} checks made, {} missed", data.checks.made, data.checks.missed)
        }
        AlertBody::ConfigRejected(_) => "A configuration was refused".to_owned(),
        AlertBody::Test(data) => format!("Test message to {}", data.receiver),
    }
}

fn rule_headline(data: &RuleNotice) -> String {
    let title = data
        .rule
        .as_ref()
        .and_then(|rule| rule.title.as_deref())
        .unwrap_or("a rule without a title");
    match data.status {
        NoticeStatus::Filed => format!("Filed: {title}"),
        NoticeStatus::Changed => format!("Changed: {title}"),
        NoticeStatus::Withdrawn => format!("Withdrawn: {title}"),
        NoticeStatus::Published => format!("Published: {title}"),
        NoticeStatus::Digest => {
            format!("Federal Register: {} documents on the Entity List", data.documents.len())
        }
    }
}

fn counts(data: &ListChanged) -> String {
    let mut lists: Vec<&str> =
        data.changes.iter().map(|change| change.entry.list.title()).collect();
    lists.sort_unstable();
    lists.dedup();
    let total = data.total;
    let counted = [
        (total.added, "added"),
        (total.removed, "removed"),
        (total.revised, "revised"),
        (total.editorial, "editorial"),
    ];
    let counted: Vec<String> = counted
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let rule = data
        .rule
        .as_ref()
        .and_then(|rule| rule.citation.as_ref())
        .map_or_else(String::new, |citation| format!(" ({citation})"));
    let lists = if lists.is_empty() { "Watched lists".to_owned() } else { lists.join(", ") };
    let counted = if counted.is_empty() { "no change".to_owned() } else { counted.join(", ") };
    format!("{lists}: {counted}{rule}")
}
