//! The report as one page that can be printed. It loads nothing, and everything in it is escaped.

use anyhow::Result;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde::Serialize;

use super::{days, shown, without_repeats, zone_name};
use crate::pipeline::audit_report::{AuditReport, Cell, Section};

/// The facts that stand in boxes at the top.
const HIGHLIGHTS: [&str; 6] =
    ["checks_made", "checks_missed", "checks_failed", "changes", "alerts", "accepted_deliveries"];

#[derive(Serialize)]
struct Page {
    days: String,
    zone: String,
    cautions: Vec<String>,
    highlights: Vec<Fact>,
    facts: Vec<Fact>,
    sections: Vec<Table>,
}

#[derive(Serialize)]
struct Fact {
    label: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Table {
    id: &'static str,
    title: &'static str,
    note: &'static str,
    nothing: &'static str,
    headings: Vec<Heading>,
    rows: Vec<Vec<String>>,
}

#[derive(Serialize)]
struct Heading {
    text: &'static str,
    class: &'static str,
}

pub fn of(report: &AuditReport) -> Result<String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template("report.html", include_str!("report.html"))?;
    let fact = |fact: &crate::pipeline::audit_report::Fact| Fact {
        label: fact.label,
        value: shown(&fact.value, &report.zone),
    };
    let is_high = |key: &str| HIGHLIGHTS.contains(&key);
    let page = Page {
        days: days(report),
        zone: zone_name(report),
        cautions: report.cautions.clone(),
        highlights: report.facts.iter().filter(|one| is_high(one.key)).map(fact).collect(),
        facts: report.facts.iter().filter(|one| !is_high(one.key)).map(fact).collect(),
        sections: report.sections.iter().map(|section| table(section, report)).collect(),
    };
    Ok(environment.get_template("report.html")?.render(Value::from(Serde(&page)))?)
}

fn table(section: &Section, report: &AuditReport) -> Table {
    let heading = |(at, column): (usize, &crate::pipeline::audit_report::Column)| Heading {
        text: column.heading,
        class: class(section, at),
    };
    Table {
        id: section.id,
        title: section.title,
        note: section.note,
        nothing: section.nothing,
        headings: section.columns.iter().enumerate().map(heading).collect(),
        rows: without_repeats(section, &report.zone),
    }
}

/// How a column is set, by its first value.
fn class(section: &Section, at: usize) -> &'static str {
    let first =
        section.rows.iter().filter_map(|row| row.get(at)).find(|cell| **cell != Cell::Empty);
    match first {
        Some(Cell::Count(_)) => "number",
        Some(Cell::Time(_)) => "time",
        Some(Cell::Text(text)) if text.contains('_') && !text.contains(' ') => "id",
        Some(Cell::Text(text)) if text.len() == 64 && !text.contains(' ') => "id",
        Some(Cell::Text(_) | Cell::Empty) | None => "text",
    }
}
