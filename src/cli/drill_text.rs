//! The report of a drill for people.

use jiff::Timestamp;

use crate::cli::drill_report::{DrillReport, FileAge, ListAge};
use crate::cli::output::{self, time, title};
use crate::deliver::plain;
use crate::deliver::wording::count::counted;
use crate::pipeline::drill::{KindOutcome, Missed};

/// Hours in a day, for ages.
const DAY_HOURS: i64 = 24;

pub fn text(report: &DrillReport) -> String {
    let mut lines = vec![
        title("Drill"),
        format!("held at {} with {}, matcher {}", time(report.at), report.program, report.matcher),
        String::new(),
        title("Lists"),
    ];
    lines.extend(report.lists.iter().map(|list| age(list, report.at)));
    if !report.watchlists.is_empty() {
        lines.extend([String::new(), title("Counterparty files")]);
        lines.extend(report.watchlists.iter().map(|file| file_age(file, report.at)));
    }
    lines.extend([String::new(), title("Parties"), parties(report), String::new()]);
    let (listed, other): (Vec<&KindOutcome>, Vec<&KindOutcome>) =
        report.outcome.kinds.iter().partition(|kind| kind.on_list);
    lines.push(kinds("On the list, written", &listed));
    lines.extend([String::new(), kinds("On no list", &other), String::new()]);
    lines.push(title("On the list, and not found"));
    lines.extend(missed(&report.outcome.missed));
    lines.extend([String::new(), title("On no list, and shown as strong")]);
    lines.extend(missed(&report.outcome.false_alarms));
    lines.extend([String::new(), title("Receivers")]);
    if report.receivers.is_empty() {
        lines.push("none is configured".to_owned());
    }
    for receiver in &report.receivers {
        let state = if receiver.accepted { "accepted" } else { "NOT ACCEPTED" };
        let line =
            format!("{} ({}): {state}: {}", receiver.receiver, receiver.kind, receiver.answer);
        lines.push(plain::line(&line));
    }
    lines.push(String::new());
    lines.push(
        "A drill is a sample of made-up spellings. It shows what would be found today, and \
         certifies nothing."
            .to_owned(),
    );
    lines.join("\n")
}

fn age(list: &ListAge, now: Timestamp) -> String {
    let mut line = format!("{} of {}: {}", list.list, list.source, counted(list.entries, "row"));
    if let Some(day) = list.as_of {
        line.push_str(&format!(", dated {day}"));
    }
    match list.observed_at {
        Some(at) => line.push_str(&format!(", in this form since {}", time(at))),
        None => line.push_str(", never read"),
    }
    match list.last_success_at {
        Some(at) => line.push_str(&format!(", last checked {} ({})", time(at), ago(at, now))),
        None => line.push_str(", never checked without an error"),
    }
    if let Some(since) = list.failing_since {
        line.push_str(&format!(", FAILING since {}", time(since)));
    }
    if list.on_hold {
        line.push_str(", ON HOLD");
    }
    plain::line(&line)
}

fn file_age(file: &FileAge, now: Timestamp) -> String {
    let mut line = format!("{}: {}", file.watchlist, counted(file.rows, "row"));
    match file.dated {
        Some(at) => line.push_str(&format!(", written {} ({})", time(at), ago(at, now))),
        None => line.push_str(", never read"),
    }
    if let Some(problem) = &file.problem {
        let (kind, since) = (problem.kind.as_str().to_uppercase(), time(problem.since));
        line.push_str(&format!(", {kind} since {since}: {}", problem.detail));
    }
    plain::line(&line)
}

/// `3 hours ago`, `2 days ago`
fn ago(at: Timestamp, now: Timestamp) -> String {
    let hours = now.duration_since(at).as_hours().max(0);
    let (count, unit) = match hours {
        0 => return "less than an hour ago".to_owned(),
        hours if hours < 2 * DAY_HOURS => (hours, "hour"),
        hours => (hours / DAY_HOURS, "day"),
    };
    format!("{} ago", counted(usize::try_from(count).unwrap_or_default(), unit))
}

fn parties(report: &DrillReport) -> String {
    let parties = &report.parties;
    let since = match (&parties.since, &parties.since_citation) {
        (Some(day), Some(citation)) => format!(", since {day} ({citation})"),
        (Some(day), None) => format!(", since {day}"),
        (None, Some(citation)) => format!(", since {citation}"),
        (None, None) => String::new(),
    };
    let word = if parties.taken == 1 { "party" } else { "parties" };
    plain::line(&format!("the {} {word} listed or amended last{since}", parties.taken))
}

fn kinds(heading: &str, kinds: &[&KindOutcome]) -> String {
    let cells = |kind: &&KindOutcome| {
        vec![
            kind.kind.as_str().to_owned(),
            kind.kind.title().to_owned(),
            format!("{} of {}", kind.found, kind.asked),
            kind.strong.to_string(),
        ]
    };
    let header = ["kind", heading, "found", "strong"];
    output::table(&header, kinds.iter().map(cells))
}

fn missed(missed: &[Missed]) -> Vec<String> {
    if missed.is_empty() {
        return vec!["none".to_owned()];
    }
    let line = |missed: &Missed| {
        let Missed { kind, written, entry, list } = missed;
        plain::line(&format!("{}: {written} / {entry} [{list}]", kind.as_str()))
    };
    missed.iter().map(line).collect()
}
