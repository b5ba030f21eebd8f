//! Writes the changes and the possible matches as files: a spreadsheet and a CSV table for people,
//! and JSON for programs. Pure.

use crate::deliver::email::match_table;
use crate::deliver::email::spreadsheet::workbook;
use crate::deliver::email::table_cells::{COLUMN_COUNT, cells};
use crate::deliver::shown_matches::Shown;
use crate::deliver::{plain, shown_matches, with_matches};
use crate::domain::{Alert, Change, ChangeSet, PossibleMatch, Screening};

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

/// One attached file.
pub struct File {
    pub name: &'static str,
    pub media_type: &'static str,
    pub content: Vec<u8>,
}

/// The attached files of an alert, and the sentence about them in the message.
pub struct Files {
    pub files: Vec<File>,
    pub note: &'static str,
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV: &str = "text/csv; charset=utf-8";
const JSON: &str = "application/json";

/// The sentences about the files.
pub const NOTE: &str = "Attached: all changes as a spreadsheet (changes.xlsx), as CSV and as JSON.";
const NOTE_WITH_MATCHES: &str = "Attached: all possible matches and all changes as a spreadsheet \
                                 (changes.xlsx), as CSV and as JSON.";
const NOTE_OF_MATCHES: &str =
    "Attached: all possible matches as a spreadsheet (matches.xlsx), as CSV and as JSON.";

/// Writes the files. `None` if the alert has neither changes nor matches.
pub fn of(alert: &Alert, screening: Option<&Screening>) -> Result<Option<Files>, AttachmentError> {
    let changes: Vec<Change> = alert.body.all_changes().into_iter().cloned().collect();
    let matches = shown_matches::of(alert, screening);
    if changes.is_empty() && matches.is_empty() {
        return Ok(None);
    }
    let (note, workbook_name) = match (changes.is_empty(), matches.is_empty()) {
        (_, true) => (NOTE, "changes.xlsx"),
        (false, false) => (NOTE_WITH_MATCHES, "changes.xlsx"),
        (true, false) => (NOTE_OF_MATCHES, "matches.xlsx"),
    };
    let file = |name, media_type, content| File { name, media_type, content };
    let mut files = vec![file(workbook_name, XLSX, workbook(&changes, &matches)?)];
    if !matches.is_empty() {
        files.push(file("matches.csv", CSV, match_rows(&matches)?));
    }
    if changes.is_empty() {
        let found: Vec<&PossibleMatch> = matches.iter().map(|shown| &shown.found).collect();
        let json = serde_json::to_vec_pretty(&serde_json::json!({ "matches": found }))?;
        files.push(file("matches.json", JSON, json));
    } else {
        files.push(file("changes.csv", CSV, table(&changes)?));
        files.push(file("changes.json", JSON, json_of(changes, screening)?));
    }
    Ok(Some(Files { files, note }))
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

fn json_of(
    changes: Vec<Change>,
    screening: Option<&Screening>,
) -> Result<Vec<u8>, serde_json::Error> {
    let changes = ChangeSet::new(changes);
    if screening.is_none() {
        return serde_json::to_vec_pretty(&changes);
    }
    let mut json = serde_json::to_value(changes)?;
    with_matches::add(&mut json, screening)?;
    serde_json::to_vec_pretty(&json)
}

fn table(changes: &[Change]) -> Result<Vec<u8>, AttachmentError> {
    csv_of(&COLUMNS, changes.iter().map(|change| cells(change).to_vec()))
}

fn match_rows(matches: &[Shown<'_>]) -> Result<Vec<u8>, AttachmentError> {
    let columns = match_table::COLUMNS.map(|(name, ..)| name);
    csv_of(&columns, matches.iter().map(|shown| match_table::cells(shown).to_vec()))
}

fn csv_of(
    columns: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<Vec<u8>, AttachmentError> {
    let failed = |error: String| AttachmentError::Csv(error);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(columns).map_err(|error| failed(error.to_string()))?;
    for row in rows {
        writer
            .write_record(row.iter().map(|cell| plain::spreadsheet_cell(cell)))
            .map_err(|error| failed(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| failed(error.to_string()))
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
            assert!(plain::spreadsheet_cell(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(plain::spreadsheet_cell("Acme = Co"), "Acme = Co");
    }

    #[test]
    fn the_json_is_a_change_set() {
        let alert = sample::rule_of_june_2022();
        let files = of(&alert, None).unwrap().unwrap().files;
        let names: Vec<&str> = files.iter().map(|file| file.name).collect();
        assert_eq!(names, ["changes.xlsx", "changes.csv", "changes.json"]);
        let read: ChangeSet = serde_json::from_slice(&files[2].content).unwrap();
        let AlertBody::ListChanged(data) = &alert.body else { panic!("no list") };
        assert_eq!(read, ChangeSet { summary: data.summary, changes: data.changes.clone() });
    }
}
