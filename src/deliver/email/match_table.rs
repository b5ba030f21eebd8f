//! The possible matches of an alert as rows of a table. Pure.

use crate::deliver::plain;
use crate::deliver::shown_matches::Shown;

/// The number of columns of the CSV file and of the sheet.
pub const COLUMN_COUNT: usize = 19;
/// The names of the columns in the CSV file, and the headings and widths in the sheet.
pub const COLUMNS: [(&str, &str, f64); COLUMN_COUNT] = [
    ("match_id", "Match ID", 14.0),
    ("band", "Band", 10.0),
    ("score", "Score", 8.0),
    ("state", "State", 12.0),
    ("id", "Counterparty", 14.0),
    ("name", "Name", 40.0),
    ("aliases", "Aliases", 30.0),
    ("addresses", "Addresses", 40.0),
    ("country", "Country", 10.0),
    ("owner", "Owner", 20.0),
    ("entry", "Entry", 40.0),
    ("list", "List", 8.0),
    ("entry_countries", "Countries", 12.0),
    ("compared", "Compared", 40.0),
    ("compared_entry", "With", 40.0),
    ("reasons", "Because", 60.0),
    ("cause", "Cause", 20.0),
    ("watchlist", "Counterparty file", 20.0),
    ("change_id", "Change ID", 14.0),
];
/// The columns from the left that stay visible while scrolling: up to the name.
pub const FROZEN_COLUMNS: u16 = 6;

/// The cells of one match, not escaped, without control characters and characters that change the
/// direction of writing.
pub fn cells(shown: &Shown<'_>) -> [String; COLUMN_COUNT] {
    let found = &shown.found;
    let party = &found.counterparty;
    let entry = found.entry.as_deref();
    [
        found.match_id.to_string(),
        found.band.as_str().to_owned(),
        found.score.to_string(),
        found.state.as_str().to_owned(),
        party.id.clone(),
        party.name.clone(),
        party.aliases.join("; "),
        party.addresses.join("; "),
        party.country.clone(),
        party.owner.clone(),
        entry.map(|entry| entry.name.clone()).unwrap_or_default(),
        entry.map(|entry| entry.list.to_string()).unwrap_or_default(),
        entry.map(|entry| entry.countries.join(" ")).unwrap_or_default(),
        found.compared.counterparty.clone(),
        found.compared.entry.clone(),
        found.reasons.join("; "),
        found.cause.as_str().to_owned(),
        found.watchlist.clone(),
        shown.change.map(|change| change.change_id.to_string()).unwrap_or_default(),
    ]
    .map(|cell| plain::visible(&cell))
}
