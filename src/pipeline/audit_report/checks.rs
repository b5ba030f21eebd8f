//! The sections about checks. Pure.

use std::collections::BTreeMap;

use crate::pipeline::audit_report::section::{Cell, Column, Section, column};
use crate::pipeline::past::check_tally::CheckTally;

const CHECKS: &[Column] = &[
    column("source", "Source"),
    column("due", "Due"),
    column("missed", "Missed"),
    column("made", "Made"),
    column("unchanged", "Unchanged"),
    column("changed", "Changed"),
    column("first_lists", "First lists"),
    column("on_hold", "On hold"),
    column("failed", "Failed"),
    column("last_success", "Last success"),
];
const MISSED: &[Column] = &[
    column("source", "Source"),
    column("missed", "Missed checks"),
    column("first", "First due"),
    column("last", "Last due"),
];
const FAILURES: &[Column] = &[
    column("source", "Source"),
    column("first", "First failed"),
    column("last", "Last failed"),
    column("failed", "Failed checks"),
    column("detail", "Last error"),
];

pub fn sections(tallies: &BTreeMap<String, CheckTally>) -> [Section; 3] {
    [checks(tallies), missed(tallies), failures(tallies)]
}

fn checks(tallies: &BTreeMap<String, CheckTally>) -> Section {
    let row = |(source, tally): (&String, &CheckTally)| {
        vec![
            source.as_str().into(),
            tally.due.into(),
            tally.missed.into(),
            tally.made.into(),
            tally.unchanged.into(),
            tally.changed.into(),
            tally.baseline.into(),
            tally.on_hold.into(),
            tally.failed.into(),
            tally.last_success_at.into(),
        ]
    };
    Section {
        id: "checks",
        title: "Checks of each source",
        note: "Due by the schedule in force. Made on schedule or by a command. A check is missed \
               if none was made before the next one was due.",
        nothing: "No source was watched, and none was checked.",
        columns: CHECKS,
        rows: tallies.iter().map(row).collect(),
        grouped: 0,
    }
}

fn missed(tallies: &BTreeMap<String, CheckTally>) -> Section {
    let mut rows = Vec::new();
    for (source, tally) in tallies {
        rows.extend(tally.gaps.iter().map(|gap| {
            vec![source.as_str().into(), gap.count.into(), gap.first.into(), gap.last.into()]
        }));
        let listed: u64 = tally.gaps.iter().map(|gap| gap.count).sum();
        rows.extend(more(tally.missed.saturating_sub(listed)).map(|count| {
            vec![source.as_str().into(), count, "more, not listed".into(), Cell::Empty]
        }));
    }
    Section {
        id: "missed",
        title: "Missed checks",
        note: "Times in which nothing was checked although it was due.",
        nothing: "No check was missed.",
        columns: MISSED,
        rows,
        grouped: 1,
    }
}

fn failures(tallies: &BTreeMap<String, CheckTally>) -> Section {
    let mut rows = Vec::new();
    for (source, tally) in tallies {
        rows.extend(tally.failures.iter().map(|run| {
            vec![
                source.as_str().into(),
                run.first.into(),
                run.last.into(),
                run.count.into(),
                run.error.as_str().into(),
            ]
        }));
        let listed: u64 = tally.failures.iter().map(|run| run.count).sum();
        rows.extend(more(tally.failed.saturating_sub(listed)).map(|count| {
            vec![source.as_str().into(), "more, not listed".into(), Cell::Empty, count, Cell::Empty]
        }));
    }
    Section {
        id: "failures",
        title: "Failed checks",
        note: "Failed checks in a row are one line. The lists stay as they were until a check \
               succeeds.",
        nothing: "No check failed.",
        columns: FAILURES,
        rows,
        grouped: 1,
    }
}

fn more(count: u64) -> Option<Cell> {
    (count > 0).then_some(Cell::Count(count))
}
