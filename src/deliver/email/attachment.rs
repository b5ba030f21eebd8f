//! Writes the changes as files: a CSV table for people and JSON for programs. Pure.

use crate::deliver::wording::value_text;
use crate::domain::{Alert, Change, ChangeSet, Form};

/// Makes spreadsheets read the table as UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The changes could not be written as a file.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("failed to write the table: {0}")]
    Csv(String),
}

/// The attached files of an alert.
pub struct Files {
    pub csv: Vec<u8>,
    pub json: Vec<u8>,
}

/// The sentence in the message about the files.
pub const NOTE: &str = "Attached: the changes as CSV (changes.csv) and as JSON (changes.json).";

/// Writes the files. `None` if the alert has no changes.
pub fn of(alert: &Alert) -> Result<Option<Files>, AttachmentError> {
    let Some(changes) = alert.body.changes().filter(|changes| !changes.is_empty()) else {
        return Ok(None);
    };
    Ok(Some(Files {
        csv: table(changes)?,
        json: serde_json::to_vec_pretty(&ChangeSet::new(changes.to_vec()))?,
    }))
}

const COLUMNS: [&str; 20] = [
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
    "entry_id",
];

fn table(changes: &[Change]) -> Result<Vec<u8>, AttachmentError> {
    let failed = |error: String| AttachmentError::Csv(error);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(COLUMNS).map_err(|error| failed(error.to_string()))?;
    for change in changes {
        writer
            .write_record(cells(change).map(|cell| harmless(&cell)))
            .map_err(|error| failed(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| failed(error.to_string()))
}

fn cells(change: &Change) -> [String; 20] {
    let entry = &change.entry;
    let fields = change.fields.iter().map(|field| {
        format!("{}: {} → {}", field.field, value_text(&field.before), value_text(&field.after))
    });
    let citations: Vec<String> = entry.citations.iter().map(ToString::to_string).collect();
    let evidence =
        change.matched.as_ref().map_or_else(String::new, |matched| matched.evidence.join("; "));
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
        entry.entry_id.as_ref().map(ToString::to_string).unwrap_or_default(),
    ]
}

/// Changes a cell so that a spreadsheet does not run it as a formula (OWASP, "CSV Injection").
fn harmless(cell: &str) -> String {
    let formula = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r'];
    let text: String = cell.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    if cell.starts_with(formula) || text.trim_start().starts_with(formula) {
        format!("'{text}")
    } else {
        text
    }
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
        assert_eq!(
            names,
            changes.iter().map(|change| change.entry.name.as_str()).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_cell_cannot_be_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1", "\r=1"] {
            assert!(harmless(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(harmless("Acme = Co"), "Acme = Co");
    }

    #[test]
    fn the_json_is_a_change_set() {
        let alert = sample::rule_of_june_2022();
        let Files { json, .. } = of(&alert).unwrap().unwrap();
        let read: ChangeSet = serde_json::from_slice(&json).unwrap();
        let AlertBody::ListChanged(data) = &alert.body else { panic!("no list") };
        assert_eq!(read, ChangeSet { summary: data.summary, changes: data.changes.clone() });
    }
}
