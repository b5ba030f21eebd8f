//! The screen of `entitywatch status`, at most 80 columns wide.

use jiff::Timestamp;

use super::soon;
use crate::cli::output::time;
use crate::deliver::plain;
use crate::domain::size_text;
use crate::store::DaemonRow;
use crate::stored_json::{HoldRow, ItemRow, ReceiverRow, SourceRow, StatusRow, WatchlistStateRow};

/// The width of a usual terminal. A longer line is cut.
const COLUMNS: usize = 80;
/// Items on the screen, the oldest first. `items list` has the rest.
const SHOWN_ITEMS: usize = 5;
/// Names are filled up to this width, so that what follows is in one column.
const NAME_WIDTH: usize = 14;

/// The lines of the screen.
pub fn lines(status: &StatusRow) -> Vec<String> {
    let mut lines = vec![format!("entitywatch {}, {}", status.version, time(status.at))];
    let mut section = |title: &str, nothing: &str, content: Vec<String>| {
        lines.push(String::new());
        lines.push(title.to_owned());
        if content.is_empty() {
            lines.push(format!("  {nothing}"));
        }
        lines.extend(content);
    };
    section(
        "DAEMONS",
        "none runs: nothing is checked on schedule",
        status.daemons.iter().map(daemon).collect(),
    );
    section(
        "SOURCES",
        "none is configured",
        status.sources.iter().flat_map(|row| source(row, status.at)).collect(),
    );
    if !status.watchlists.is_empty() {
        let files = status.watchlists.iter().flat_map(counterparty_file).collect();
        section("COUNTERPARTY FILES", "none is configured", files);
    }
    section("ON HOLD", "nothing", status.holds.iter().flat_map(hold).collect());
    section("NOT ACKNOWLEDGED OR CLOSED", "nothing", items(&status.items, status.at));
    section(
        "RECEIVERS",
        "none is configured",
        status.receivers.iter().flat_map(|row| receiver(row, status.at)).collect(),
    );
    section("STORE", "nothing", store_lines(status));
    lines.iter().map(|line| fitted(line)).collect()
}

fn store_lines(status: &StatusRow) -> Vec<String> {
    let growth = status
        .store
        .bytes_per_year
        .map(|bytes| format!(", grows by about {} a year", size_text(bytes)))
        .unwrap_or_default();
    let mut lines = vec![format!("  {}{growth}", size_text(status.store.bytes))];
    lines.extend(status.backup.as_ref().map(|backup| {
        let overdue = if backup.overdue { "OVERDUE: " } else { "" };
        match (&backup.error, backup.last_at, backup.last_bytes) {
            (Some(error), ..) => format!("  backups cannot be read: {}", plain::line(error)),
            (None, Some(at), Some(bytes)) => {
                format!("  {overdue}last backup {} ({})", time(at), size_text(bytes))
            }
            _ => format!("  {overdue}no backup so far"),
        }
    }));
    if status.waiting_decisions > 0 {
        lines.push(format!(
            "  decisions made before the restore and not yet carried out again: {}",
            status.waiting_decisions
        ));
    }
    lines
}

fn daemon(DaemonRow { host, pid, started_at, watching_since, .. }: &DaemonRow) -> String {
    let at = if host.is_empty() { format!("pid {pid}") } else { format!("pid {pid} on {host}") };
    match watching_since {
        Some(since) => format!("  watches since {}: {at}", time(*since)),
        None => format!("  stands by since {}: {at}", time(*started_at)),
    }
}

fn source(row: &SourceRow, now: Timestamp) -> Vec<String> {
    let next = row.next_check_at.map_or_else(
        || "not configured any more".to_owned(),
        |next| format!("next check {}", soon(next, now)),
    );
    let state = match (row.failing_since, row.last_success_at) {
        (Some(since), _) => format!("fails since {}", time(since)),
        (None, Some(success)) => format!("ok {}", time(success)),
        (None, None) => "not checked so far".to_owned(),
    };
    let mut lines = vec![format!("  {} {state}, {next}", name(&row.source))];
    let counted = row.lists.iter().map(|list| {
        let on_hold = if list.hold_id.is_some() { " (on hold)" } else { "" };
        format!("{} {} entries{on_hold}", list.list, list.count)
    });
    let absent = row.absent.iter().map(|list| format!("{list} none so far"));
    let lists: Vec<String> = counted.chain(absent).collect();
    if !lists.is_empty() {
        lines.push(format!("    {}", lists.join(", ")));
    }
    if !row.sections.is_empty() {
        let numbers: Vec<&str> =
            row.sections.iter().map(|section| section.section.as_str()).collect();
        lines.push(format!("    text of §§ {}", numbers.join(", ")));
    }
    if row.failing_since.is_some()
        && let Some(error) = &row.last_error
    {
        lines.push(detail(error));
    }
    lines
}

fn counterparty_file(row: &WatchlistStateRow) -> Vec<String> {
    let written =
        row.dated.map_or_else(|| "never read".to_owned(), |at| format!("written {}", time(at)));
    let bad = match row.bad_rows {
        0 => String::new(),
        1 => ", 1 with a problem".to_owned(),
        bad => format!(", {bad} with problems"),
    };
    let rows = if row.rows == 1 { "row" } else { "rows" };
    let matches = if row.open == 1 { "match" } else { "matches" };
    let mut lines = vec![
        format!("  {} {written}, {} {rows}{bad}", name(&row.name), row.rows),
        format!("    {} open {matches}, {} stale", row.open, row.stale),
    ];
    if let Some(problem) = &row.problem {
        let since = time(problem.since);
        lines.push(format!("    {} since {since}", problem.kind.as_str()));
        lines.push(detail(&problem.detail));
    }
    lines
}

fn hold(hold: &HoldRow) -> Vec<String> {
    vec![
        format!("  {} {} since {}", name(hold.origin()), hold.subject(), time(hold.opened_at)),
        detail(&hold.message),
        format!("    entitywatch holds show {}", hold.hold_id),
    ]
}

fn items(rows: &[ItemRow], now: Timestamp) -> Vec<String> {
    let mut lines: Vec<String> =
        rows.iter().take(SHOWN_ITEMS).flat_map(|row| item(row, now)).collect();
    if let more @ 1.. = rows.len().saturating_sub(SHOWN_ITEMS) {
        lines.push(format!("  {more} more: entitywatch items list"));
    }
    lines
}

fn item(row: &ItemRow, now: Timestamp) -> Vec<String> {
    let state = match (&row.taken_by, row.due_at) {
        (Some(by), _) => format!("taken by {}", plain::line(by)),
        (None, Some(due)) if due <= now => format!("open, due since {}", time(due)),
        (None, Some(due)) => format!("open, due {}", time(due)),
        (None, None) => "open".to_owned(),
    };
    vec![
        format!("  {state}, since {}", time(row.reopened_at.unwrap_or(row.opened_at))),
        detail(&row.title),
        format!("    entitywatch items show {}", row.item_id),
    ]
}

fn receiver(row: &ReceiverRow, now: Timestamp) -> Vec<String> {
    let ReceiverRow { state, pending, dead, .. } = row;
    let health = match (state.disabled_at, state.failing_since, state.last_success_at) {
        (Some(at), _, _) => format!("switched off {}", time(at)),
        (None, Some(since), _) => format!("fails since {}", time(since)),
        (None, None, Some(success)) => format!("ok {}", time(success)),
        (None, None, None) => "nothing sent so far".to_owned(),
    };
    let kind = row.kind.as_deref().unwrap_or("not configured any more");
    let mut lines = vec![format!(
        "  {} {kind}, {health}, {pending} waiting, {dead} dead",
        name(&state.receiver)
    )];
    if let Some(until) = state.not_before.filter(|until| *until > now) {
        lines.push(format!("    asked to be left alone until {}", time(until)));
    }
    if (state.disabled_at.is_some() || state.failing_since.is_some())
        && let Some(error) = state.disabled_reason.as_ref().or(state.last_error.as_ref())
    {
        lines.push(detail(error));
    }
    lines
}

fn name(name: &str) -> String {
    format!("{:<NAME_WIDTH$}", plain::line(name))
}

/// The text of a server or a publisher, without line breaks and control characters.
fn detail(text: &str) -> String {
    format!("    {}", plain::line(text))
}

/// A line, cut to the width of the screen.
fn fitted(line: &str) -> String {
    if line.chars().count() <= COLUMNS {
        return line.to_owned();
    }
    let mut cut: String = line.chars().take(COLUMNS - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::matching::screening::{WatchlistProblem, WatchlistProblemKind};
    use crate::domain::{ItemId, ItemState, ListCode, ListState, Sha256, SourceState};
    use crate::schedule::Schedule;
    use crate::store::{OutboxCount, ReceiverState, StoreSize};
    use crate::stored_json::BackupRow;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn status() -> StatusRow {
        let now = at("2026-03-01T10:00:00Z");
        let state = SourceState {
            source: "csl".to_owned(),
            last_check_at: Some(at("2026-03-01T09:45:00Z")),
            last_success_at: Some(at("2026-03-01T09:45:00Z")),
            ..SourceState::default()
        };
        let list = ListState {
            source: "csl".to_owned(),
            list: ListCode::EL,
            baseline_at: now,
            count: 3_402,
            recent_counts: Vec::new(),
            document_sha256: Sha256::of(b""),
            observed_at: now,
            as_of: None,
            rejected_content: None,
        };
        let schedule = Schedule::parse("*/30 * * * *", "UTC").unwrap();
        let daemon = |instance, watching_since| DaemonRow {
            instance,
            host: format!("watch-{instance}"),
            pid: 77,
            version: "0.1.0".to_owned(),
            config_hash: None,
            started_at: at("2026-03-01T08:00:00Z"),
            watching_since,
        };
        let receiver = ReceiverState {
            receiver: "erp".to_owned(),
            failing_since: Some(at("2026-03-01T09:59:00Z")),
            last_error: Some(format!("answered\u{1b} 500 {}", "x".repeat(100))),
            ..ReceiverState::default()
        };
        let outbox = OutboxCount {
            receiver: "erp".to_owned(),
            pending: 2,
            dead: 0,
            oldest_pending_at: Some(now),
        };
        StatusRow {
            at: now,
            version: "0.1.0".to_owned(),
            watching: true,
            daemons: vec![daemon(2, Some(at("2026-03-01T09:00:00Z"))), daemon(3, None)],
            sources: vec![SourceRow::new(state, vec![list], &[], Some(&schedule), now)],
            holds: Vec::new(),
            watchlists: Vec::new(),
            items: vec![item_row()],
            receivers: vec![ReceiverRow::new(Some("webhook"), false, receiver, Some(&outbox), now)],
            store: StoreSize { bytes: 512_000_000, bytes_per_year: Some(210_000_000) },
            backup: Some(BackupRow {
                folder: "/srv/backup".to_owned(),
                last_at: Some(at("2026-02-28T02:30:01Z")),
                last_bytes: Some(480_000_000),
                overdue: true,
                error: None,
            }),
            waiting_decisions: 2,
        }
    }

    fn item_row() -> ItemRow {
        ItemRow {
            item_id: ItemId("itm_1".into()),
            state: ItemState::Open,
            rule: None,
            title: "Entity List: 41 added".into(),
            opened_at: at("2026-03-01T05:00:00Z"),
            reopened_at: None,
            due_at: Some(at("2026-03-01T12:00:00Z")),
            receivers: vec!["compliance".into()],
            escalated_to: Vec::new(),
            taken_by: None,
            taken_at: None,
            closed_by: None,
            closed_at: None,
            outcome: None,
            note: None,
            alerts: Vec::new(),
            history: Vec::new(),
        }
    }

    #[test]
    fn ok_the_screen_shows_who_watches_what_and_what_fails_in_80_columns() {
        let lines = lines(&status());
        assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS), "{lines:#?}");
        let expected = [
            "entitywatch 0.1.0, 2026-03-01 10:00:00Z",
            "",
            "DAEMONS",
            "  watches since 2026-03-01 09:00:00Z: pid 77 on watch-2",
            "  stands by since 2026-03-01 08:00:00Z: pid 77 on watch-3",
            "",
            "SOURCES",
            "  csl            ok 2026-03-01 09:45:00Z, next check now",
            "    EL 3402 entries",
            "",
            "ON HOLD",
            "  nothing",
            "",
            "NOT ACKNOWLEDGED OR CLOSED",
            "  open, due 2026-03-01 12:00:00Z, since 2026-03-01 05:00:00Z",
            "    Entity List: 41 added",
            "    entitywatch items show itm_1",
            "",
            "RECEIVERS",
            "  erp            webhook, fails since 2026-03-01 09:59:00Z, 2 waiting, 0 dead",
        ];
        assert_eq!(lines[..expected.len()], expected);
        assert!(lines[expected.len()].starts_with("    answered 500 xxx"), "{lines:#?}");
        let store = [
            "",
            "STORE",
            "  512 MB, grows by about 210 MB a year",
            "  OVERDUE: last backup 2026-02-28 02:30:01Z (480 MB)",
            "  decisions made before the restore and not yet carried out again: 2",
        ];
        assert_eq!(lines[expected.len() + 1..], store);
    }

    #[test]
    fn ok_many_items_stay_on_one_screen() {
        let mut row = status();
        row.items = vec![item_row(); SHOWN_ITEMS];
        let without_more = lines(&row);
        row.items.push(item_row());
        let with_more = lines(&row);
        assert_eq!(with_more.len(), without_more.len() + 1);
        assert!(with_more.contains(&"  1 more: entitywatch items list".to_owned()));
        assert!(!without_more.iter().any(|line| line.contains("more:")), "{without_more:#?}");
    }

    #[test]
    fn a_counterparty_file_is_shown_with_its_matches_and_what_is_wrong_with_it() {
        let mut row = status();
        let since = at("2026-03-01T08:00:00Z");
        row.backup = None;
        let mut problem = WatchlistProblem {
            kind: WatchlistProblemKind::Unreadable,
            detail: "failed to read /srv/customers.csv: entity not found".into(),
            since,
        };
        row.watchlists.push(WatchlistStateRow {
            name: "customers".into(),
            rows: 1,
            dated: Some(since),
            problem: Some(problem.clone()),
            bad_rows: 2,
            open: 3,
            stale: 0,
        });
        let shown = lines(&row).join("\n");
        let expected = "COUNTERPARTY FILES\n  customers      written 2026-03-01 08:00:00Z, 1 row, \
                        2 with problems\n    3 open matches, 0 stale\n    unreadable since \
                        2026-03-01 08:00:00Z\n    failed to read /srv/customers.csv: entity not found";
        assert!(shown.contains(expected), "{shown}");
        assert!(row.has_failed(), "the file cannot be read");
        problem.kind = WatchlistProblemKind::Old;
        row.watchlists[0].problem = Some(problem);
        assert!(!row.has_failed());
    }

    #[test]
    fn a_delivery_that_is_retried_is_no_failure_and_what_operators_were_alerted_of_is() {
        let mut row = status();
        assert!(row.has_failed(), "a backup is overdue");
        row.backup = None;
        assert!(!row.has_failed());
        row.receivers[0].state.failure_alerted = true;
        assert!(row.has_failed());
        row.receivers[0].state.failure_alerted = false;
        row.receivers[0].dead = 1;
        assert!(row.has_failed());
        row.receivers[0].dead = 0;
        row.sources[0].consecutive_failures = 1;
        assert!(row.has_failed());
    }
}
