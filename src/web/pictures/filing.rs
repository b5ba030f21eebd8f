//! How long after a rule was filed each source showed what it changes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Citation, RecordedRule, utc_midnight};
use crate::web::catalog::changes::Changes;

/// Hours of a day.
const DAY_HOURS: i64 = 24;
/// The ranges of days that the picture shows, each up to and with its last day.
const RANGES: [(&str, i64); 7] =
    [("0", 0), ("1", 1), ("2", 2), ("3", 3), ("4–7", 7), ("8–14", 14), ("15+", i64::MAX)];

/// When a source first showed a change that cites a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FilingRow {
    pub document_number: String,
    pub citation: Option<String>,
    pub title: Option<String>,
    /// When it was filed, else the day of its publication.
    pub filed_at: Timestamp,
    pub source: String,
    pub first_seen_at: Timestamp,
    /// Whole days after the filing. 0 if the source was first.
    pub days: i64,
}

/// The rules that a source shows, by rule and source. What `backfill` found is left out, because
/// it says nothing about the time at which a list showed it.
pub fn rows<'a>(
    changes: &'a Changes,
    rules: impl Iterator<Item = &'a RecordedRule>,
) -> Vec<FilingRow> {
    let mut by_page: BTreeMap<(u16, u32), &RecordedRule> = BTreeMap::new();
    for rule in rules.filter(|rule| rule.concerns_the_list()) {
        if let Some(page) = rule.volume.zip(rule.start_page) {
            by_page.insert(page, rule);
        }
    }
    let mut first: BTreeMap<(&str, &str), (Timestamp, &RecordedRule)> = BTreeMap::new();
    for line in changes.all().iter().filter(|line| !line.backfilled && !line.editorial) {
        let Some(citation @ Citation::Page { volume, page }) = &line.citation else { continue };
        let near = by_page.range(..=(*volume, *page)).next_back();
        let Some((_, rule)) = near.filter(|(_, rule)| rule.covers(citation)) else { continue };
        let key = (rule.document_number.as_str(), changes.source(line));
        let known = first.entry(key).or_insert((line.observed_at, rule));
        known.0 = known.0.min(line.observed_at);
    }
    first.into_iter().filter_map(|((_, source), (at, rule))| row(rule, source, at)).collect()
}

fn row(rule: &RecordedRule, source: &str, at: Timestamp) -> Option<FilingRow> {
    let filed_at = rule.rule.filed_at.or(rule.rule.published_on.map(utc_midnight))?;
    Some(FilingRow {
        document_number: rule.document_number.clone(),
        citation: rule.rule.citation.clone(),
        title: rule.rule.title.clone(),
        filed_at,
        source: source.to_owned(),
        first_seen_at: at,
        days: (at.duration_since(filed_at).as_hours() / DAY_HOURS).max(0),
    })
}

/// How many rules a source showed after how many days, and the day in the middle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delays {
    pub source: String,
    pub rules: usize,
    pub median: i64,
    /// The range of days, and how many rules.
    pub ranges: Vec<(String, usize)>,
}

/// The delays of each source.
pub fn delays(rows: &[FilingRow]) -> Vec<Delays> {
    let mut by_source: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for row in rows {
        by_source.entry(&row.source).or_default().push(row.days);
    }
    let of_source = |(source, mut days): (&str, Vec<i64>)| {
        days.sort_unstable();
        let mut after = i64::MIN;
        let ranges = RANGES.map(|(title, last)| {
            let count = days.iter().filter(|day| (after..=last).contains(*day)).count();
            after = last.saturating_add(1);
            (title.to_owned(), count)
        });
        Delays {
            source: source.to_owned(),
            rules: days.len(),
            median: days.get(days.len() / 2).copied().unwrap_or_default(),
            ranges: ranges.into(),
        }
    };
    by_source.into_iter().map(of_source).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_counted_in_ranges_of_days() {
        let row = |days| FilingRow {
            document_number: format!("2026-{days}"),
            citation: None,
            title: None,
            filed_at: Timestamp::UNIX_EPOCH,
            source: "csl".into(),
            first_seen_at: Timestamp::UNIX_EPOCH,
            days,
        };
        let rows = [0, 0, 3, 5, 7, 8, 400].map(row);
        let [delays] = delays(&rows).try_into().unwrap();
        let counts: Vec<usize> = delays.ranges.iter().map(|range| range.1).collect();
        assert_eq!(counts, [2, 0, 0, 1, 2, 1, 1]);
        assert_eq!((delays.rules, delays.median), (7, 5));
        assert_eq!(super::delays(&[]), []);
    }
}
