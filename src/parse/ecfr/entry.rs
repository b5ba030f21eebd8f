//! Builds entries from the rows of a supplement.
//!
//! Knows what the columns of a row mean. It must not know XML or how a cell is split into lines.

use std::collections::BTreeSet;

use crate::domain::{Entry, ListCode, Warning, country};
use crate::parse::citation::citations;
use crate::parse::ecfr::cell::Cell;
use crate::parse::ecfr::entity::take_apart;
use crate::parse::ecfr::table::{Column, Row};
use crate::parse::ecfr::words::begins_an_address;
use crate::parse::footnote::footnotes;

/// The columns of a supplement.
pub fn columns_of(list: ListCode) -> &'static [Column] {
    match list {
        ListCode::EL => &[
            Column::Country,
            Column::Entity,
            Column::LicenseRequirement,
            Column::LicensePolicy,
            Column::Citation,
        ],
        _ => &[Column::Country, Column::Entity, Column::Citation],
    }
}

/// Reads the rows of one supplement in order. A row belongs to the country heading above it.
pub struct EntryReader {
    list: ListCode,
    heading: Option<Heading>,
    rows: usize,
    pending: Option<Pending>,
    /// The keys of unknown columns, under which their values are kept.
    pub columns: BTreeSet<String>,
    pub entries: Vec<Entry>,
    pub warnings: Vec<Warning>,
}

/// An entry that may continue in the next row.
struct Pending {
    place: String,
    cells: Vec<Cell>,
    /// The values of unknown columns, by key.
    others: Vec<(String, String)>,
}

#[derive(Clone)]
struct Heading {
    text: String,
    code: Option<&'static str>,
}

impl EntryReader {
    pub fn new(list: ListCode) -> Self {
        Self {
            list,
            heading: None,
            rows: 0,
            pending: None,
            columns: BTreeSet::new(),
            entries: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Reads one row.
    pub fn row(&mut self, row: Row) {
        self.rows += 1;
        let place = format!("line {}, row {} of the {}", row.line, self.rows, self.list.title());
        let others = self.others(&place, row.extras);
        let mut cells = row.cells.into_iter();
        let country = cells.next().unwrap_or_default().flat();
        let cells: Vec<Cell> = cells.collect();
        let rest_is_empty = cells.iter().all(Cell::is_empty);
        if !country.is_empty() && !is_reserved(&country) {
            let known = country::iso_of_heading(without_continued(&country));
            if known.is_none() && rest_is_empty {
                self.warn(&place, &format!("a row without an entry says `{country}`"));
                return;
            }
            if known.is_none() {
                self.warn(
                    &place,
                    &format!(
                        "expected a country, but got `{country}`: the entry's country is unknown"
                    ),
                );
            }
            self.finish_entry();
            self.heading =
                Some(Heading { text: without_continued(&country).to_owned(), code: known });
        }
        let entity = cells.first().map(|cell| cell.text.clone()).unwrap_or_default();
        if rest_is_empty || is_reserved(&entity) {
            return;
        }
        if row.short {
            self.warn(
                &place,
                "the row has fewer cells than the table has columns: the missing ones count as \
                 empty",
            );
        }
        let alone = cells.iter().skip(1).all(Cell::is_empty);
        if alone
            && continues_entry(&entity)
            && let Some(Pending { cells: pending, .. }) = &mut self.pending
        {
            // The row is the rest of the entry above.
            if let Some(cell) = pending.first_mut() {
                cell.text.push('\n');
                cell.text.push_str(&entity);
            }
            return;
        }
        self.finish_entry();
        if entity.is_empty() {
            self.warn(
                &place,
                "expected an entity, but the cell is empty: the row is kept without a name",
            );
        }
        self.pending = Some(Pending { place, cells, others });
    }

    /// Ends the list and returns its entries, warnings and unknown columns.
    pub fn finish(mut self) -> (Vec<Entry>, Vec<Warning>, BTreeSet<String>) {
        self.finish_entry();
        (self.entries, self.warnings, self.columns)
    }

    /// The values of unknown columns. Each column gives one warning.
    fn others(&mut self, place: &str, extras: Vec<(String, Cell)>) -> Vec<(String, String)> {
        let mut others = Vec::new();
        for (heading, cell) in extras {
            let key = Entry::key_of_unknown_column(&heading);
            if self.columns.insert(key.clone()) {
                self.warn(
                    place,
                    &format!("the column `{key}` is unknown; it is kept as published"),
                );
            }
            if !cell.is_empty() {
                others.push((key, cell.flat()));
            }
        }
        others
    }

    fn finish_entry(&mut self) {
        let Some(Pending { place, cells, others }) = self.pending.take() else { return };
        let mut cells = cells.into_iter();
        let mut next = || cells.next().unwrap_or_default();
        let entity = next();
        let (requirement, policy) =
            if self.list == ListCode::EL { (next(), next()) } else { Default::default() };
        let citation = next();
        let code = self.heading.as_ref().and_then(|heading| heading.code);
        let parts = take_apart(&entity.text, code.and_then(country::name_of));
        let mut entry = Entry::named(self.list, parts.name);
        entry.form = parts.form;
        entry.aliases = parts.aliases;
        entry.addresses = parts.addresses;
        entry.remarks = parts.remarks.join("; ");
        entry.countries = code.map(str::to_owned).into_iter().collect();
        entry.license_requirement = requirement.flat();
        entry.license_policy = policy.flat();
        // A mark that lost its markup is read as in the Consolidated Screening List.
        entry.footnotes = footnotes(&entry.license_requirement);
        entry.footnotes.extend(requirement.marks);
        entry.footnotes.sort();
        entry.footnotes.dedup();
        let cited = citations(&citation.flat());
        entry.start_date = cited.first().and_then(|first| first.date).map(|date| date.to_string());
        entry.citations = cited.into_iter().map(|dated| dated.citation).collect();
        if entry.citations.is_empty() {
            self.warn(&place, "expected a Federal Register citation, but got none");
        }
        if !parts.subordinates.is_empty() {
            entry.other.insert("subordinate_parties", &parts.subordinates.join("\n"));
        }
        if !parts.certain {
            entry.other.insert("entity", &entity.flat());
        }
        if let Some(heading) = self
            .heading
            .as_ref()
            .filter(|heading| heading.code.is_none() || country::is_region_heading(&heading.text))
        {
            entry.other.insert("country_heading", &heading.text);
        }
        entry.other.extend(others);
        if self.heading.is_none() {
            self.warn(
                &place,
                "expected a country above the first entry, but got none: the entry's country is \
                 unknown",
            );
        }
        self.entries.push(entry);
    }

    fn warn(&mut self, place: &str, text: &str) {
        self.warnings.push(Warning { place: place.to_owned(), text: text.to_owned() });
    }
}

/// Whether the text continues the entry above: it begins as no name begins.
fn continues_entry(entity: &str) -> bool {
    entity.starts_with(['—', '(', '–'])
        || entity.starts_with("and ")
        || entity.starts_with("Subordinate ")
        || begins_an_address(entity)
}

/// Whether the cell holds no entry: `[Reserved]`, or asterisks.
fn is_reserved(text: &str) -> bool {
    let stars = text.contains('*') && text.trim_matches(['*', ' ']).is_empty();
    stars || text.trim_matches(['[', ']', '.', ' ']).eq_ignore_ascii_case("reserved")
}

/// The heading without `(continued)`.
fn without_continued(heading: &str) -> &str {
    let lower = heading.to_ascii_lowercase();
    let cut = ["(continued", "(cont", "—continued", "-continued"]
        .iter()
        .find_map(|mark| lower.find(mark));
    cut.and_then(|at| heading.get(..at)).unwrap_or(heading).trim()
}
