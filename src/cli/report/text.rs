//! The report as text of a fixed width. Pure.

use super::{days, shown, without_repeats, zone_name};
use crate::cli::table::{table, wrapped};
use crate::cli::terminal::Screen;
use crate::pipeline::audit_report::{AuditReport, Section};

/// In columns. Not that of the terminal, so that the same report has the same bytes everywhere.
const WIDTH: u16 = 80;

pub fn of(report: &AuditReport) -> String {
    let mut text =
        format!("AUDIT REPORT\n{}\nDays and times in {}\n", days(report), zone_name(report));
    for caution in &report.cautions {
        text.push('\n');
        text.push_str(&wrapped(&format!("! {caution}"), 0, Some(WIDTH)));
        text.push('\n');
    }
    text.push('\n');
    let widest = report.facts.iter().map(|fact| fact.label.chars().count()).max().unwrap_or(0);
    for fact in &report.facts {
        let value = shown(&fact.value, &report.zone);
        let line = format!("{:widest$}  {value}", fact.label);
        if line.chars().count() > usize::from(WIDTH) {
            text.push_str(&[fact.label, "\n  ", &value].concat());
        } else {
            text.push_str(line.trim_end());
        }
        text.push('\n');
    }
    for section in &report.sections {
        text.push_str(&section_text(section, report));
    }
    text
}

fn section_text(section: &Section, report: &AuditReport) -> String {
    let title = section.title.to_uppercase();
    let mut text = format!("\n\n{title}\n{}\n", "=".repeat(title.chars().count()));
    if !section.note.is_empty() {
        text.push_str(&wrapped(section.note, 0, Some(WIDTH)).replace("\n  ", "\n"));
        text.push('\n');
    }
    text.push('\n');
    if section.rows.is_empty() {
        text.push_str(section.nothing);
        text.push('\n');
        return text;
    }
    let header: Vec<&str> = section.columns.iter().map(|column| column.heading).collect();
    let screen = Screen { width: Some(WIDTH), colored: false };
    text.push_str(&table(screen, &header, without_repeats(section, &report.zone)));
    text
}
