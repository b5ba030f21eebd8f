//! `report`: the audit report of a period as text, as a page or as a table.
//!
//! The three formats print the same sections. What they print depends on nothing but the report: no
//! terminal, no present time.

mod csv;
mod html;
mod text;

use std::io::{Write, stdout};

use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::args::{ReportArgs, ReportFormat};
use crate::cli::output::ignore_closed_pipe;
use crate::cli::usage::Usage;
use crate::config::Config;
use crate::deliver::plain;
use crate::pipeline::audit_report::{self, AuditReport, Cell};
use crate::store::Store;

/// Prints the report.
pub async fn report(
    store: &Store,
    config: &Config,
    args: &ReportArgs,
    now: Timestamp,
) -> Result<()> {
    if args.to < args.from {
        return Err(Usage(format!(
            "expected --to on or after --from {}, but got {}",
            args.from, args.to
        ))
        .into());
    }
    if args.from > now.to_zoned((*config.messages.timezone).clone()).date() {
        return Err(
            Usage(format!("expected --from on or before today, but got {}", args.from)).into()
        );
    }
    let report = audit_report::of(store, &config.messages, (args.from, args.to), now).await?;
    let printed = match args.format {
        ReportFormat::Text => text::of(&report),
        ReportFormat::Html => html::of(&report)?,
        ReportFormat::Csv => csv::of(&report)?,
    };
    let mut out = stdout().lock();
    out.write_all(printed.as_bytes()).and_then(|()| out.flush()).or_else(ignore_closed_pipe)?;
    Ok(())
}

/// `November 1 to November 30, 2026`, or one day.
fn days(report: &AuditReport) -> String {
    let (first, last) = (report.first, report.last);
    let long = "%B %-d, %Y";
    if first == last {
        return first.strftime(long).to_string();
    }
    let format = if first.year() == last.year() { "%B %-d" } else { long };
    format!("{} to {}", first.strftime(format), last.strftime(long))
}

fn zone_name(report: &AuditReport) -> String {
    report.zone.iana_name().unwrap_or("UTC").to_owned()
}

/// A value for people, on one line.
fn shown(cell: &Cell, zone: &TimeZone) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => plain::line(text),
        Cell::Count(count) => grouped(*count),
        Cell::Time(at) => at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string(),
    }
}

/// `12,345`
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The rows for people: the grouped columns are left out if all of them are as in the row above.
fn without_repeats(section: &audit_report::Section, zone: &TimeZone) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::with_capacity(section.rows.len());
    let mut before: Option<&[Cell]> = None;
    for row in &section.rows {
        let group = row.get(..section.grouped);
        let repeated = if group.is_some() && group == before { section.grouped } else { 0 };
        let text = |(at, cell)| if at < repeated { String::new() } else { shown(cell, zone) };
        rows.push(row.iter().enumerate().map(text).collect());
        before = group;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::audit_report::{Column, Fact, Section};

    const COLUMNS: &[Column] = &[
        Column { key: "time", heading: "Recorded" },
        Column { key: "name", heading: "Name" },
        Column { key: "failed", heading: "Failed" },
    ];

    fn sample() -> AuditReport {
        let at: Timestamp = "2026-11-01T13:00:00Z".parse().unwrap();
        let row = |name: &str, count| vec![Cell::from(at), Cell::from(name), Cell::Count(count)];
        AuditReport {
            first: "2026-11-01".parse().unwrap(),
            last: "2026-11-30".parse().unwrap(),
            zone: TimeZone::get("America/New_York").unwrap(),
            facts: vec![Fact { key: "checks_due", label: "Checks due", value: Cell::Count(2_976) }],
            cautions: vec!["The period is not over.".into()],
            sections: vec![
                Section {
                    id: "changes",
                    title: "Changes",
                    note: "What was found.",
                    nothing: "No list changed.",
                    columns: COLUMNS,
                    rows: vec![row("=1+1 <b>Alder</b>", 1), row("Bi\u{202e}rch\nLtd.", 12_345)],
                    grouped: 1,
                },
                Section {
                    id: "holds",
                    title: "Holds",
                    note: "",
                    nothing: "No list was on hold.",
                    columns: &[Column { key: "time", heading: "Time" }],
                    rows: Vec::new(),
                    grouped: 0,
                },
            ],
        }
    }

    #[test]
    fn text_says_what_there_is_and_what_there_is_not() {
        let text = text::of(&sample());
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        for part in [
            "November 1 to November 30, 2026",
            "Checks due  2,976",
            "The period is not over.",
            "2026-11-01 08:00:00 EST  =1+1 <b>Alder</b>",
            "Birch Ltd.",
            "12,345",
            "No list was on hold.",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(text.matches("2026-11-01 08:00:00").count(), 1, "not repeated: {text}");
    }

    #[test]
    fn a_page_escapes_what_comes_from_lists() {
        let page = html::of(&sample()).unwrap();
        assert!(page.contains("=1+1 &lt;b&gt;Alder"), "{page}");
        assert!(page.contains("No list was on hold."), "{page}");
        assert!(!page.contains("<script") && !page.contains("http://"), "{page}");
    }

    #[test]
    fn a_table_is_rectangular_and_has_no_formula() {
        let table = csv::of(&sample()).unwrap();
        let text = table.strip_prefix('\u{feff}').unwrap();
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let header: Vec<String> = reader.headers().unwrap().iter().map(ToOwned::to_owned).collect();
        assert_eq!(header, ["section", "fact", "value", "time", "name", "failed"]);
        let rows: Vec<Vec<String>> = reader
            .records()
            .map(|row| row.unwrap().iter().map(ToOwned::to_owned).collect())
            .collect();
        assert_eq!(rows[0], ["summary", "checks_due", "2976", "", "", ""]);
        assert_eq!(rows[1][1..], ["caution", "The period is not over.", "", "", ""]);
        assert_eq!(rows[2], ["changes", "", "", "2026-11-01T13:00:00Z", "'=1+1 <b>Alder</b>", "1"]);
        assert_eq!(rows[3][3..], ["2026-11-01T13:00:00Z", "Birch\nLtd.", "12345"]);
        assert_eq!(rows.len(), 4);
    }

    #[test]
    fn days_are_named_with_the_year_once() {
        let check = |first: &str, last: &str, expected: &str| {
            let report = AuditReport {
                first: first.parse().unwrap(),
                last: last.parse().unwrap(),
                ..sample()
            };
            assert_eq!(days(&report), expected);
        };
        check("2026-11-01", "2026-11-01", "November 1, 2026");
        check("2026-01-01", "2026-12-31", "January 1 to December 31, 2026");
        check("2025-12-01", "2026-01-31", "December 1, 2025 to January 31, 2026");
    }
}
