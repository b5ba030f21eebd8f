//! Writes the changes as files: a spreadsheet and a CSV table for people, and JSON for programs.
//! Pure.

use crate::deliver::email::spreadsheet::workbook;
use crate::deliver::email::table_cells::{COLUMN_COUNT, cells};
use crate::deliver::plain;
use crate::domain::formula::without_formula;
use crate::domain::{Alert, Change, ChangeSet};

/// Makes spreadsheets read the table as UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The changes could not be written as a file.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("failed to write the table: {0}")]
    Csv(String),
    #[error("failed to write the spreadsheet: {0}")]
    Spreadsheet(#[from] rust_xlsxwriter::XlsxError),
}

/// The attached files of an alert.
pub struct Files {
    pub csv: Vec<u8>,
    pub json: Vec<u8>,
    pub xlsx: Vec<u8>,
}

/// The sentence in the message about the files.
pub const NOTE: &str = "Attached: all changes as a spreadsheet (changes.xlsx), as CSV and as JSON.";

/// Writes the files. `None` if the alert has no changes.
pub fn of(alert: &Alert) -> Result<Option<Files>, AttachmentError> {
    let changes: Vec<Change> = alert.body.all_changes().into_iter().cloned().collect();
    if changes.is_empty() {
        return Ok(None);
    }
    Ok(Some(Files {
        csv: table(&changes)?,
        xlsx: workbook(&changes)?,
        json: serde_json::to_vec_pretty(&ChangeSet::new(changes))?,
    }))
}

const COLUMNS: [&str; COLUMN_COUNT] = [
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

/// Changes a cell so that a spreadsheet does not run it as a formula.
fn harmless(cell: &str) -> String {
    without_formula(plain::visible(cell).into())
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
