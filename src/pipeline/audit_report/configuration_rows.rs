//! The section about configurations and versions. Pure.

use crate::pipeline::audit_report::section::{Cell, Column, Section, column};
use crate::pipeline::past::configurations::PastConfiguration;

const COLUMNS: &[Column] = &[
    column("time", "In force from"),
    column("version", "Version"),
    column("kind", "Because of"),
    column("source", "Sources"),
    column("sha256", "SHA-256 of the configuration"),
    column("detail", "What changed"),
];

pub fn section(in_force: &[PastConfiguration]) -> Section {
    Section {
        id: "configurations",
        title: "Configurations and versions in force",
        note: "The first line was in force when the period began. `journal export` has each \
               configuration whole, without secrets.",
        nothing: "No configuration was in force.",
        columns: COLUMNS,
        rows: in_force.iter().map(row).collect(),
        grouped: 0,
    }
}

fn row(one: &PastConfiguration) -> Vec<Cell> {
    let sources: Vec<&str> = one.sources.iter().map(|source| source.name.as_str()).collect();
    vec![
        one.at.into(),
        one.version.as_str().into(),
        one.loaded.as_str().into(),
        sources.join(", ").into(),
        one.sha256.as_str().into(),
        one.changed.join("; ").into(),
    ]
}
