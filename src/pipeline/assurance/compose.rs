//! Puts the message together from what was counted and what stands. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::assurance::{
    CheckCounts, HoldAssurance, ItemAssurance, LastChange, ListAssurance, MissedChecks,
    SourceAssurance, Undelivered,
};
use crate::domain::{Assurance, Hold, Item, ListState, Sha256, SourceState};
use crate::pipeline::past::check_tally::CheckTally;
use crate::pipeline::past::period::Period;
use crate::store::{OutboxCount, RecordedChange};

/// What stands when the message is made.
pub struct Standing {
    /// The configured sources and receivers, in their order.
    pub sources: Vec<String>,
    pub receivers: Vec<String>,
    pub states: Vec<SourceState>,
    /// The watched lists.
    pub lists: Vec<ListState>,
    /// The substantive changes of the period.
    pub changes: usize,
    pub last_change: Option<RecordedChange>,
    pub holds: Vec<Hold>,
    pub outbox: Vec<OutboxCount>,
    pub items: Vec<Item>,
    pub journal_head: Sha256,
}

pub fn compose(
    period: Period,
    receivers: Vec<String>,
    tallies: &BTreeMap<String, CheckTally>,
    standing: Standing,
    now: Timestamp,
) -> Assurance {
    let state = |source: &str| standing.states.iter().find(|state| state.source == source);
    // The configured sources in their order, then those that were watched in the period only.
    let mut names: Vec<&String> = standing.sources.iter().collect();
    names.extend(tallies.keys().filter(|name| !standing.sources.contains(name)));
    let sources: Vec<SourceAssurance> =
        names.into_iter().map(|name| source(name, tallies.get(name), state(name))).collect();
    let mut checks = CheckCounts::default();
    for source in &sources {
        checks.due += source.checks.due;
        checks.made += source.checks.made;
        checks.unchanged += source.checks.unchanged;
        checks.failed += source.checks.failed;
        checks.missed += source.checks.missed;
    }
    let lists = standing.lists.iter().map(|list| ListAssurance {
        source: list.source.clone(),
        list: list.list,
        entries: list.count,
        observed_at: list.observed_at,
        as_of: list.as_of,
        confirmed_at: state(&list.source).and_then(|state| state.last_success_at),
    });
    let mut outbox = standing.outbox;
    // What waits for a receiver that was taken out of the configuration is not sent.
    outbox.retain(|count| standing.receivers.contains(&count.receiver));
    Assurance {
        alert_id: Assurance::id_of(period.until),
        receivers,
        from: period.from,
        to: period.until,
        checks,
        lists: lists.collect(),
        sources,
        change_count: standing.changes,
        last_change: standing.last_change.map(last_change),
        holds: standing.holds.into_iter().map(hold).collect(),
        dead: outbox.iter().filter_map(dead).collect(),
        waiting: outbox.iter().filter_map(|count| waiting(count, now)).collect(),
        items: standing.items.into_iter().map(item).collect(),
        watchlists: Vec::new(),
        journal_head: standing.journal_head,
    }
}

fn source(name: &str, tally: Option<&CheckTally>, state: Option<&SourceState>) -> SourceAssurance {
    let nothing = CheckTally::default();
    let tally = tally.unwrap_or(&nothing);
    let gaps = tally.gaps.iter();
    SourceAssurance {
        source: name.to_owned(),
        checks: CheckCounts {
            due: tally.due,
            made: tally.made,
            unchanged: tally.unchanged,
            failed: tally.failed,
            missed: tally.missed,
        },
        missed: gaps
            .map(|gap| MissedChecks { count: gap.count, first: gap.first, last: gap.last })
            .collect(),
        last_success_at: state.and_then(|state| state.last_success_at),
        failing_since: state.and_then(|state| state.failing_since),
        last_error: state.and_then(|state| state.last_error.clone()),
    }
}

fn last_change(recorded: RecordedChange) -> LastChange {
    LastChange {
        at: recorded.accepted_at.unwrap_or(recorded.observed_at),
        source: recorded.source,
        list: recorded.change.entry.list,
        name: recorded.change.entry.name,
        alert_id: recorded.alert_id,
    }
}

fn hold(hold: Hold) -> HoldAssurance {
    HoldAssurance {
        hold_id: hold.hold_id,
        source: hold.source,
        list: hold.list,
        reason: hold.reason,
        opened_at: hold.opened_at,
    }
}

fn dead(count: &OutboxCount) -> Option<Undelivered> {
    (count.dead > 0).then(|| Undelivered {
        receiver: count.receiver.clone(),
        deliveries: count.dead,
        since: None,
    })
}

fn waiting(count: &OutboxCount, now: Timestamp) -> Option<Undelivered> {
    let since =
        count.oldest_pending_at.filter(|at| now.duration_since(*at) > OutboxCount::WAITS_LONG)?;
    Some(Undelivered {
        receiver: count.receiver.clone(),
        deliveries: count.pending,
        since: Some(since),
    })
}

fn item(item: Item) -> ItemAssurance {
    ItemAssurance {
        item_id: item.item_id,
        state: item.state,
        title: item.title,
        opened_at: item.opened_at,
        taken_by: item.taken_by,
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn made(states: Vec<SourceState>, outbox: Vec<OutboxCount>) -> Assurance {
        let tally = CheckTally {
            due: 4,
            made: 3,
            unchanged: 2,
            failed: 1,
            missed: 1,
            ..CheckTally::default()
        };
        let tallies =
            BTreeMap::from([("csl".to_owned(), tally.clone()), ("old".to_owned(), tally)]);
        let standing = Standing {
            sources: vec!["new".into(), "csl".into()],
            receivers: vec!["erp".into()],
            states,
            lists: Vec::new(),
            changes: 0,
            last_change: None,
            holds: Vec::new(),
            outbox,
            items: Vec::new(),
            journal_head: Sha256::of(b"head"),
        };
        let period = Period { from: at(0), until: at(100) };
        compose(period, vec!["compliance".into()], &tallies, standing, at(101))
    }

    #[test]
    fn sums_are_those_of_all_sources_and_an_unchecked_one_is_named() {
        let data = made(Vec::new(), Vec::new());
        let names: Vec<&str> = data.sources.iter().map(|source| source.source.as_str()).collect();
        assert_eq!(names, ["new", "csl", "old"]);
        assert_eq!(
            data.checks,
            CheckCounts { due: 8, made: 6, unchanged: 4, failed: 2, missed: 2 }
        );
        assert_eq!(data.alert_id, Assurance::id_of(at(100)));
    }

    #[test]
    fn what_waits_for_over_an_hour_and_what_is_dead_is_named_unless_nobody_would_get_it() {
        let count = |receiver: &str, pending, dead, hours| OutboxCount {
            receiver: receiver.into(),
            pending,
            dead,
            oldest_pending_at: Some(at(hours)),
        };
        let data = made(Vec::new(), vec![count("erp", 2, 1, 99), count("gone", 1, 1, 1)]);
        assert_eq!(data.dead.iter().map(|dead| dead.deliveries).collect::<Vec<_>>(), [1]);
        assert_eq!(data.waiting.iter().map(|one| one.deliveries).collect::<Vec<_>>(), [2]);
        let data = made(Vec::new(), vec![count("erp", 2, 0, 100)]);
        assert!(data.dead.is_empty() && data.waiting.is_empty(), "an hour is not over");
    }
}
