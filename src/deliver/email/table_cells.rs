//! The cells of one change in the CSV file and in the spreadsheet. Pure.

use crate::deliver::plain;
use crate::deliver::wording::value_text;
use crate::domain::{Change, Form};

/// The number of columns of the CSV file and of the spreadsheet.
pub const COLUMN_COUNT: usize = 20;

/// The cells of one change, not escaped, without control characters and characters that change the
/// direction of writing.
pub fn cells(change: &Change) -> [String; COLUMN_COUNT] {
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
    .map(|cell| plain::visible(&cell))
}
