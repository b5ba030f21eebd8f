//! Rows as CSV: one column for each field of the JSON, with its exact value.
//!
//! The columns come from the schema of the row, so that they are the same for every result, also
//! for an empty one. A field of an object is named `entry.name`. A list, and an object whose keys
//! vary, is JSON in its cell. What is null or absent is an empty cell.
//!
//! A program gets exact values. What a person opens in a spreadsheet has no formula in it.

use std::borrow::Cow;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::ser::Error as _;
use serde_json::Value;

use crate::domain::formula::without_formula;

/// The prefix of a reference to a definition of the same schema.
const DEFINITIONS: &str = "#/$defs/";
/// No row has objects inside objects deeper than this. It ends a schema that contains itself.
const MAX_DEPTH: usize = 4;

/// Makes spreadsheets read the table as UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A header and the rows, ended by line feeds. The values are exact.
///
/// # Errors
/// If a row is not valid JSON.
pub fn csv<T: Serialize + JsonSchema>(rows: &[T]) -> serde_json::Result<String> {
    written(rows, csv::Terminator::Any(b'\n'), exact)
}

/// Like [`csv`], for a person who opens it in a spreadsheet: it begins with a byte order mark,
/// lines end as RFC 4180 says, and no cell is a formula.
///
/// # Errors
/// If a row is not valid JSON.
pub fn csv_for_spreadsheets<T: Serialize + JsonSchema>(rows: &[T]) -> serde_json::Result<String> {
    let table = written(rows, csv::Terminator::CRLF, without_formula)?;
    Ok(format!("{BYTE_ORDER_MARK}{table}"))
}

fn exact(cell: Cow<'_, str>) -> String {
    cell.into_owned()
}

fn written<T: Serialize + JsonSchema>(
    rows: &[T],
    line_end: csv::Terminator,
    as_written: impl Fn(Cow<'_, str>) -> String,
) -> serde_json::Result<String> {
    let columns = columns::<T>();
    let mut writer = csv::WriterBuilder::new().terminator(line_end).from_writer(Vec::new());
    let unwritten = |error: csv::Error| serde_json::Error::custom(error);
    writer.write_record(&columns).map_err(unwritten)?;
    for row in rows {
        let row = serde_json::to_value(row)?;
        let cells = columns.iter().map(|column| cell(&row, column));
        writer.write_record(cells.map(&as_written)).map_err(unwritten)?;
    }
    let bytes = writer.into_inner().map_err(serde_json::Error::custom)?;
    String::from_utf8(bytes).map_err(serde_json::Error::custom)
}

/// The names of the columns, in the order of the schema.
fn columns<T: JsonSchema>() -> Vec<String> {
    let schema = Value::from(
        SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>(),
    );
    let definitions = schema.get("$defs").cloned().unwrap_or_default();
    let mut columns = Vec::new();
    for (name, field) in properties(&schema, &definitions) {
        add(&mut columns, name.clone(), field, &definitions, MAX_DEPTH);
    }
    // Variants, such as the types of alerts, have different objects in one field: it stays whole.
    let variants = schema.get("oneOf").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (name, field) in variants.iter().flat_map(|variant| properties(variant, &definitions)) {
        add(&mut columns, name.clone(), field, &definitions, 0);
    }
    columns
}

fn add(columns: &mut Vec<String>, name: String, field: &Value, definitions: &Value, depth: usize) {
    let inner: Vec<(&String, &Value)> = match named_object(field, definitions) {
        Some(object) if depth > 0 => properties(object, definitions).collect(),
        _ => Vec::new(),
    };
    if inner.is_empty() && !columns.contains(&name) {
        columns.push(name.clone());
    }
    for (key, field) in inner {
        add(columns, format!("{name}.{key}"), field, definitions, depth - 1);
    }
}

/// The schema of an object, or of one that may be null.
fn named_object<'a>(field: &'a Value, definitions: &'a Value) -> Option<&'a Value> {
    let field = resolved(field, definitions);
    if field.get("properties").is_some() {
        return Some(field);
    }
    let choices = field.get("anyOf")?.as_array()?;
    let mut objects = choices.iter().filter(|choice| choice.get("type") != Some(&"null".into()));
    let only = objects.next().filter(|_| objects.next().is_none())?;
    named_object(only, definitions)
}

fn resolved<'a>(field: &'a Value, definitions: &'a Value) -> &'a Value {
    field
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| definitions.get(reference.strip_prefix(DEFINITIONS)?))
        .unwrap_or(field)
}

fn properties<'a>(
    object: &'a Value,
    definitions: &'a Value,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let all = resolved(object, definitions).get("properties").and_then(Value::as_object);
    all.into_iter().flatten()
}

/// The value at this place of a row. A name of a column is a path: no field of a row has a dot in
/// its name.
fn cell<'a>(row: &'a Value, column: &str) -> Cow<'a, str> {
    match column.split('.').try_fold(row, |value, key| value.get(key)) {
        None | Some(Value::Null) => Cow::Borrowed(""),
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(other) => Cow::Owned(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Alert, Change, ChangeKind, Entry, Hold, ListCode, Severity};
    use crate::stored_json::{ChangeRow, DeliveryRow, EntryRow};

    #[test]
    fn ok_columns_are_flat_and_there_without_a_row() {
        let changes = columns::<ChangeRow>();
        for name in ["source", "kind", "entry.name", "before.name", "fields", "match.score"] {
            assert!(changes.iter().any(|column| column == name), "{name}: {changes:?}");
        }
        assert!(changes.contains(&"rule.citation".to_owned()), "{changes:?}");
        assert_eq!(columns::<Alert>(), ["alert_id", "created_at", "type", "data"]);
        assert_eq!(columns::<EntryRow>().first().map(String::as_str), Some("source"));
        assert!(columns::<DeliveryRow>().contains(&"waits_for".to_owned()));
        assert!(columns::<Hold>().contains(&"hold_id".to_owned()));
        let header = csv::<EntryRow>(&[]).unwrap();
        assert_eq!(header.lines().count(), 1);
        assert!(header.starts_with("source,known_from,"), "{header}");
    }

    #[test]
    fn ok_values_are_exact() {
        let mut entry = Entry::named(ListCode::EL, "=Alder, \"Optics\"\nCo. ");
        entry.aliases = vec!["a; b".to_owned(), "c".to_owned()];
        entry.remarks = "-1+1".to_owned();
        let id = Change::id_of(ChangeKind::Added, None, Some(&entry), 0);
        let change = Change::of_entry(id, ChangeKind::Added, Severity::High, entry);
        let text = csv(&[change]).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let record = reader.records().next().unwrap().unwrap();
        let value = |name: &str| {
            let at = header.iter().position(|column| column == name);
            record.get(at.unwrap_or_else(|| panic!("{name}: {header:?}"))).unwrap().to_owned()
        };
        assert_eq!(value("entry.name"), "=Alder, \"Optics\"\nCo. ");
        assert_eq!(value("entry.aliases"), "[\"a; b\",\"c\"]");
        assert_eq!(value("entry.remarks"), "-1+1");
        assert_eq!(value("editorial"), "false");
        assert_eq!(value("before.name"), "");
    }

    #[test]
    fn ok_a_table_for_spreadsheets_has_no_formula_and_reads_back() {
        let entries: Vec<Entry> = ["=1+1", "Alder, Co.", "\u{202e}@SUM(A1)"]
            .map(|name| Entry::named(ListCode::EL, name))
            .into();
        let text = csv_for_spreadsheets(&entries).unwrap();
        let table = text.strip_prefix(BYTE_ORDER_MARK).unwrap();
        assert_eq!(table.matches("\r\n").count(), 4, "{table:?}");
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let at = reader.headers().unwrap().iter().position(|column| column == "name").unwrap();
        let names: Vec<String> =
            reader.records().map(|row| row.unwrap().get(at).unwrap().to_owned()).collect();
        assert_eq!(names, ["'=1+1", "Alder, Co.", "'\u{202e}@SUM(A1)"]);
    }
}
