//! The changes as files: a table for people, and JSON for programs. Pure.

use crate::deliver::wording::value_text;
use crate::domain::{Alert, Change, ChangeSet, Form};

/// Together longer than this they are left out: relays refuse such messages.
pub const LONGEST_BYTES: usize = 10 * 1024 * 1024;
/// So that spreadsheets read the table as UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Changes that cannot be written as a file.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("failed to write the table: {0}")]
    Csv(String),
}

/// The files of an alert.
pub enum Attachments {
    /// It has no changes.
    None,
    Files {
        csv: Vec<u8>,
        json: Vec<u8>,
        note: String,
    },
    TooLong(String),
}

impl Attachments {
    /// What the message says of them.
    pub fn note(&self) -> Option<&str> {
        match self {
            Attachments::None => None,
            Attachments::Files { note, .. } | Attachments::TooLong(note) => Some(note),
        }
    }
}

pub fn of(alert: &Alert) -> Result<Attachments, AttachmentError> {
    within(alert, LONGEST_BYTES)
}

fn within(alert: &Alert, longest_bytes: usize) -> Result<Attachments, AttachmentError> {
    let Some(changes) = alert.body.changes().filter(|changes| !changes.is_empty()) else { return Ok(Attachments::None) };
    let csv = table(changes)?;
    let json = serde_json::to_vec_pretty(&ChangeSet::new(changes.to_vec()))?;
    let size_bytes = csv.len() + json.len();
    if size_bytes > longest_bytes {
        let sizes = format!("{} MB, and at most {} MB are attached", size_bytes.div_ceil(1024 * 1024), longest_bytes.div_ceil(1024 * 1024));
        return Ok(Attachments::TooLong(format!("The changes as CSV and JSON are left out: they are {sizes}.")));
    }
    Ok(Attachments::Files { csv, json, note: "Attached: the changes as CSV (changes.csv) and as JSON (changes.json).".to_owned() })
}

const COLUMNS: [&str; 19] = [
    "change_id",
    "kind",
    "severity",
    "editorial",
    "list",
    "form",
    "name",
    "aliases",
    "addresses",
    "countries",
    "license_requirement",
    "license_policy",
    "footnotes",
    "citations",
    "start_date",
    "end_date",
    "remarks",
    "before_and_after",
    "match_evidence",
];

fn table(changes: &[Change]) -> Result<Vec<u8>, AttachmentError> {
    let failed = |error: String| AttachmentError::Csv(error);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(COLUMNS).map_err(|error| failed(error.to_string()))?;
    for change in changes {
        writer.write_record(cells(change).map(|cell| harmless(&cell))).map_err(|error| failed(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| failed(error.to_string()))
}

fn cells(change: &Change) -> [String; 19] {
    let entry = &change.entry;
    let fields = change.fields.iter().map(|field| format!("{}: {} → {}", field.field, value_text(&field.before), value_text(&field.after)));
    let citations: Vec<String> = entry.citations.iter().map(ToString::to_string).collect();
    let evidence = change.matched.as_ref().map_or_else(String::new, |matched| matched.evidence.join("; "));
    let form = if entry.form == Form::Address { "address" } else { "party" };
    [
        change.change_id.to_string(),
        change.kind.as_str().to_owned(),
        change.severity.as_str().to_owned(),
        change.editorial.to_string(),
        entry.list.to_string(),
        form.to_owned(),
        entry.name.clone(),
        entry.aliases.join("; "),
        entry.addresses.join("; "),
        entry.countries.join("; "),
        entry.license_requirement.clone(),
        entry.license_policy.clone(),
        entry.footnotes.join("; "),
        citations.join("; "),
        entry.start_date.clone().unwrap_or_default(),
        entry.end_date.clone().unwrap_or_default(),
        entry.remarks.clone(),
        fields.collect::<Vec<_>>().join("\n"),
        evidence,
    ]
}

/// A cell that a spreadsheet does not take for a formula (OWASP, "CSV Injection").
fn harmless(cell: &str) -> String {
    let formula = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r'];
    let text: String = cell.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    if cell.starts_with(formula) || text.trim_start().starts_with(formula) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;
    use crate::domain::AlertBody;

    #[test]
    fn the_table_has_a_row_for_each_change_and_reads_back() {
        let alert = sample::rule_of_june_2022();
        let changes = &alert.body.list_changed().unwrap().changes;
        let table = table(changes).unwrap();
        assert!(table.starts_with(BYTE_ORDER_MARK));
        let mut reader = csv::Reader::from_reader(table.as_slice());
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        let names: Vec<&str> = rows.iter().map(|row| &row[6]).collect();
        assert_eq!(names, changes.iter().map(|change| change.entry.name.as_str()).collect::<Vec<_>>());
    }

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1", "\r=1"] {
            assert!(harmless(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(harmless("Acme = Co"), "Acme = Co");
    }

    #[test]
    fn files_that_are_too_long_are_left_out_and_that_is_said() {
        let alert = sample::rule_of_june_2022();
        let left_out = within(&alert, 100).unwrap();
        assert_eq!(left_out.note(), Some("The changes as CSV and JSON are left out: they are 1 MB, and at most 1 MB are attached."));
        assert!(matches!(left_out, Attachments::TooLong(_)));
    }

    #[test]
    fn the_json_is_a_change_set() {
        let alert = sample::rule_of_june_2022();
        let Attachments::Files { json, .. } = of(&alert).unwrap() else { panic!("no files") };
        let read: ChangeSet = serde_json::from_slice(&json).unwrap();
        let AlertBody::ListChanged(data) = &alert.body else { panic!("no list") };
        assert_eq!(read, ChangeSet { summary: data.summary, changes: data.changes.clone() });
    }
}
