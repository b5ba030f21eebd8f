//! The audit report of a period: what was checked, what changed, who was alerted when, who acted
//! and decided, and which configuration and version did it.
//!
//! It is made from the journal and the store alone, and only from what they had at the end of the
//! period. So the report of a past period is the same whenever it is made. Rows are read one by
//! one, and only changes, alerts and acts are kept: memory does not grow with the checks.
//!
//! To add a section, add a file with a function that returns a [`Section`], and a line in `of`.

mod acts;
mod alerts;
mod changes;
mod checks;
mod configuration_rows;
mod holds;
mod items;
mod journal_pass;
mod section;
mod source_names;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::deliver::MessageSettings;
use crate::domain::journal_kind;
use crate::pipeline::past::check_tally::CheckTally;
use crate::pipeline::past::configurations::Configurations;
use crate::pipeline::past::period::Period;
use crate::store::{Result, Store};
use items::PastItems;
use journal_pass::JournalPass;
use source_names::LaterNames;

pub use section::{AuditReport, Cell, Column, Fact, Section};

/// Makes the report of the days from `first` to `last`, both included, in the time zone of
/// messages. If the last day is not over, it covers what there is until `now`.
pub async fn of(
    store: &Store,
    messages: &MessageSettings,
    (first, last): (Date, Date),
    now: Timestamp,
) -> Result<AuditReport> {
    let zone = (*messages.timezone).clone();
    let days = Period::of_days(first, last, &zone);
    let is_over = days.until <= now;
    let period = Period { until: days.until.min(now).max(days.from), ..days };

    let mut configurations = Configurations::default();
    let kind = journal_kind::CONFIG_LOADED;
    store.each_entry_of_kind(kind, period.until, |entry| configurations.add(&entry)).await?;
    let mut names = LaterNames::default();
    let later = |entry: crate::domain::JournalEntry| {
        if entry.at >= period.until {
            names.add(entry);
        }
    };
    store.each_entry_of_kind(journal_kind::SOURCE_RENAMED, Timestamp::MAX, later).await?;
    // Links and the company's own instructions are no part of a title.
    let messages = MessageSettings {
        timezone: messages.timezone.clone(),
        source_titles: configurations.titles(period),
        ..MessageSettings::default()
    };
    let mut pass = JournalPass::new(period, configurations.watched(period));
    let until = pass.reads_until().min(now);
    store.each_journal_entry(period.from, until, |entry| pass.add(entry)).await?;
    let tallies = pass.tallies(now);
    let mut past_items = PastItems::new(period);
    store.each_entry_of_kind(items::PREFIX, period.until, |entry| past_items.add(entry)).await?;

    let [changes_by_list, changes] = changes::sections(store, period, &names).await?;
    let (alerts, alert_counts) = alerts::section(store, period, &messages).await?;
    let holds = holds::section(store, period, &names).await?;
    let mut facts = period_facts(period);
    facts.extend(counts(&tallies));
    facts.extend([
        fact("changes", "Changes", Cell::count(changes.rows.len())),
        fact("alerts", "Alerts", Cell::count(alert_counts.alerts)),
        fact("accepted_deliveries", "Deliveries accepted", Cell::count(alert_counts.accepted)),
        fact("items_opened", "Items opened", Cell::count(past_items.opened_in_period())),
        fact("items_unclosed", "Items not closed", Cell::count(past_items.unclosed())),
        fact("holds", "Lists on hold", Cell::count(holds.rows.len())),
    ]);
    facts.extend(journal_facts(store, &pass, period).await?);

    let mut sections = Vec::from(checks::sections(&tallies));
    sections.extend([changes_by_list, changes, alerts]);
    sections.extend(past_items.sections(store, &messages).await?);
    sections.push(holds);
    let [acts, events, kinds] = acts::sections(&pass.acts, &pass.events, &pass.kinds);
    sections.extend([acts, configuration_rows::section(configurations.in_force(period))]);
    sections.extend([events, kinds]);
    Ok(AuditReport { first, last, zone, facts, cautions: cautions(&pass, is_over), sections })
}

fn fact(key: &'static str, label: &'static str, value: impl Into<Cell>) -> Fact {
    Fact { key, label, value: value.into() }
}

fn period_facts(period: Period) -> Vec<Fact> {
    vec![fact("from", "From", period.from), fact("until", "Until (not included)", period.until)]
}

/// The sums over all sources.
fn counts(tallies: &BTreeMap<String, CheckTally>) -> [Fact; 5] {
    let sum = |of: fn(&CheckTally) -> u64| Cell::Count(tallies.values().map(of).sum());
    [
        fact("checks_due", "Checks due", sum(|tally| tally.due)),
        fact("checks_made", "Checks made", sum(|tally| tally.made)),
        fact("checks_unchanged", "Checks without a change", sum(|tally| tally.unchanged)),
        fact("checks_failed", "Checks failed", sum(|tally| tally.failed)),
        fact("checks_missed", "Checks missed", sum(|tally| tally.missed)),
    ]
}

/// The head of the journal at the end of the period, by which the report can be held against the
/// journal years later.
async fn journal_facts(store: &Store, pass: &JournalPass, period: Period) -> Result<Vec<Fact>> {
    let mut facts = vec![fact("journal_entries", "Journal entries of the period", pass.entries)];
    if let Some(head) = store.journal_entry_before(period.until).await? {
        facts.extend([
            fact("journal_head_number", "Last journal entry", head.seq),
            fact("journal_head", "Journal head", head.hash.as_str()),
        ]);
    }
    Ok(facts)
}

fn cautions(pass: &JournalPass, is_over: bool) -> Vec<String> {
    let mut cautions = Vec::new();
    if let Some(seq) = pass.broken_at {
        cautions.push(format!(
            "The journal is not intact: entry {seq} was changed, or does not follow from the one \
             before. Run `entitywatch journal verify`."
        ));
    }
    if !is_over {
        cautions.push(
            "The period is not over. The report covers it up to the time at which it was made, \
             and a later report will have more."
                .to_owned(),
        );
    }
    cautions
}
