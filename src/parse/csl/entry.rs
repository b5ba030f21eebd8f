//! Builds an entry from the cells of a row.

use jiff::civil::Date;

use crate::domain::{Entry, Form, ListCode};
use crate::parse::citation::citations;
use crate::parse::csl::address::countries_of;
use crate::parse::csl::cells::Cells;
use crate::parse::csl::column::Column;
use crate::parse::footnote::footnotes;
use crate::parse::warnings::Warnings;

/// The entry of one row. `extras` are the keys and values of unknown columns. Unusual values are
/// kept as published; see [`note_oddities`].
pub fn entry_of(list: ListCode, cells: &Cells<'_>, extras: &[(String, String)]) -> Entry {
    let mut entry = identifying_part(list, cells);
    entry.countries = countries_of(list, &entry.addresses);
    entry.form = form_of(&entry.name, &entry.addresses);
    entry.license_requirement = cells.trimmed(Column::LicenseRequirement).to_owned();
    entry.license_policy = cells.trimmed(Column::LicensePolicy).to_owned();
    entry.footnotes = footnotes(&entry.license_requirement);
    entry.publisher_id = cells.trimmed(Column::Id).to_owned();
    entry.start_date = text_of_date(Column::StartDate, cells);
    entry.end_date = text_of_date(Column::EndDate, cells);

    let notice = cells.trimmed(Column::FederalRegisterNotice);
    let read: Vec<String> = entry.citations.iter().map(ToString::to_string).collect();
    // The publisher uses commas and semicolons interchangeably, so the separators are not compared.
    if !notice.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()).eq(read.iter()) {
        // Keeps dates and issue numbers that are not part of a citation.
        entry.other.insert(Column::FederalRegisterNotice.name(), notice);
    }
    keep_others(&mut entry, cells, |column| !column.has_field() && !column.identifies());
    entry.other.extend(extras.iter().map(|(key, text)| (key, text)));
    entry.shrink_to_fit();
    entry
}

/// The entry with only the fields that distinguish one party from another.
pub fn identifying_part(list: ListCode, cells: &Cells<'_>) -> Entry {
    let mut entry = Entry::named(list, cells.trimmed(Column::Name));
    entry.aliases = aliases_of(list, cells.get(Column::AltNames));
    entry.addresses = parts_of(cells.get(Column::Addresses)).map(str::to_owned).collect();
    entry.citations = citations(cells.trimmed(Column::FederalRegisterNotice))
        .into_iter()
        .map(|dated| dated.citation)
        .collect();
    cells.trimmed(Column::Remarks).clone_into(&mut entry.remarks);
    keep_others(&mut entry, cells, Column::identifies);
    entry
}

fn keep_others(entry: &mut Entry, cells: &Cells<'_>, which: impl Fn(Column) -> bool) {
    for column in Column::ALL.iter().filter(|column| which(**column)) {
        let text = cells.trimmed(*column);
        if !text.is_empty() {
            entry.other.insert(column.name(), text);
        }
    }
}

/// Adds a warning for each unusual value of a row.
pub fn note_oddities(cells: &Cells<'_>, place: &dyn Fn(Column) -> String, warnings: &mut Warnings) {
    if cells.trimmed(Column::Name).is_empty() {
        warnings.push(
            || place(Column::Name),
            || "the name is empty; the row is kept without one".to_owned(),
        );
    }
    for column in [Column::StartDate, Column::EndDate] {
        let text = cells.trimmed(column);
        if !text.is_empty() && (text.len() != 10 || text.parse::<Date>().is_err()) {
            warnings.push(
                || place(column),
                || {
                    format!(
                        "expected a date such as 2022-06-30, but got `{text}`; it is kept as \
                         published"
                    )
                },
            );
        }
    }
}

/// The separator of the list. It is never escaped.
const SEPARATOR: &str = "; ";

fn parts_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(SEPARATOR).map(str::trim).filter(|part| !part.is_empty())
}

/// The aliases of a cell. The CSV has the agency's own cell. The JSON splits it and drops the
/// `and ` before the last alias; `CellSeed` joins it again. Both are read in the same way, so that
/// the two formats of one day give equal aliases.
///
/// The list of the State Department joins aliases with `, `, and the JSON splits them at these
/// commas.
fn aliases_of(list: ListCode, text: &str) -> Vec<String> {
    let parts = parts_of(text).flat_map(|part| match list {
        ListCode::ISN => part.split(", ").collect(),
        _ => vec![part],
    });
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    parts
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { without_and(part) }.to_owned())
        .collect()
}

/// The alias without a leading `and `, which joins it to the alias before it. `and` alone is a
/// name.
fn without_and(alias: &str) -> &str {
    let bare = alias
        .strip_prefix("and")
        .filter(|rest| rest.starts_with(char::is_whitespace))
        .map(str::trim_start);
    bare.filter(|bare| !bare.is_empty()).unwrap_or(alias)
}

/// Since 89 FR 51644 an entry may be only an address. Its name is then `Address 01` or the address.
fn form_of(name: &str, addresses: &[String]) -> Form {
    let number = name
        .get(..7)
        .filter(|word| word.eq_ignore_ascii_case("address"))
        .and_then(|_| name.get(7..))
        .map(str::trim_start);
    let is_numbered =
        number.is_some_and(|rest| name.get(7..8) == Some(" ") && is_number_alone(rest));
    let is_an_address = name.bytes().any(|byte| byte.is_ascii_digit())
        && name.contains(',')
        && addresses.iter().any(|address| {
            address.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(", "))
        });
    if is_numbered || is_an_address { Form::Address } else { Form::Party }
}

/// Whether the text is a number of up to three digits: `01`, or `01, 7 Long Road`, but not
/// `1000 Holdings`.
fn is_number_alone(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=3).contains(&digits)
        && text
            .get(digits..)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([',', ':', '.', ';', ')']))
}

fn text_of_date(column: Column, cells: &Cells<'_>) -> Option<String> {
    Some(cells.trimmed(column)).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Citation;

    fn entry(list: ListCode, filled: &[(Column, &str)]) -> (Entry, Vec<String>) {
        let mut cells = [""; Column::COUNT];
        for (column, text) in filled {
            cells[*column as usize] = text;
        }
        let cells = Cells::Each(&cells);
        let mut warnings = Warnings::default();
        note_oddities(&cells, &|column| format!("line 2, column {}", column.name()), &mut warnings);
        (
            entry_of(list, &cells, &[]),
            warnings
                .finish()
                .into_iter()
                .map(|warning| format!("{}: {}", warning.place, warning.text))
                .collect(),
        )
    }

    #[test]
    fn a_row_of_the_entity_list_becomes_an_entry() {
        let (entry, warnings) = entry(
            ListCode::EL,
            &[
                (Column::Id, "0a1b"),
                (Column::Name, " Northern Widgets OOO "),
                (Column::AltNames, "Severnye Vidzhety; NW; and Widgets North"),
                (Column::Addresses, "1 Long Road, Minsk, BY; 2 Short Road, Almaty, KZ"),
                (Column::FederalRegisterNotice, "87 FR 38925; 88 FR 66273"),
                (Column::StartDate, "2022-06-30"),
                (
                    Column::LicenseRequirement,
                    "For all items subject to the EAR. (See § 734.9(g),3 of the EAR) ",
                ),
                (Column::LicensePolicy, "Presumption of denial."),
                (Column::Programs, "A; B"),
            ],
        );
        assert_eq!(warnings, [""; 0]);
        assert_eq!(entry.name, "Northern Widgets OOO");
        assert_eq!(entry.aliases, ["Severnye Vidzhety", "NW", "Widgets North"]);
        assert_eq!(entry.addresses, ["1 Long Road, Minsk, BY", "2 Short Road, Almaty, KZ"]);
        assert_eq!(entry.countries, ["BY", "KZ"]);
        assert_eq!(entry.footnotes, ["3"]);
        assert_eq!(entry.citations, [Citation::page(87, 38925), Citation::page(88, 66273)]);
        assert_eq!(entry.start_date.as_deref(), Some("2022-06-30"));
        assert_eq!(entry.end_date, None);
        assert_eq!(entry.publisher_id, "0a1b");
        assert_eq!(entry.other.iter().collect::<Vec<_>>(), [("programs", "A; B")]);
    }

    #[test]
    fn a_notice_with_more_than_citations_is_kept() {
        let (entry, _) = entry(
            ListCode::EL,
            &[(Column::Name, "A"), (Column::FederalRegisterNotice, "77 FR 61249 No. 195")],
        );
        assert_eq!(entry.citations, [Citation::page(77, 61249)]);
        assert_eq!(entry.other.get("federal_register_notice"), Some("77 FR 61249 No. 195"));
    }

    #[test]
    fn citations_are_separated_by_commas_or_semicolons() {
        for notice in
            ["86 FR 12531, 86 FR 67319", "86 FR 12531; 86 FR 67319;", "86 FR 12531 ,86 FR 67319"]
        {
            let (entry, _) = entry(
                ListCode::EL,
                &[(Column::Name, "A"), (Column::FederalRegisterNotice, notice)],
            );
            assert_eq!(
                entry.citations,
                [Citation::page(86, 12531), Citation::page(86, 67319)],
                "{notice}"
            );
            assert!(entry.other.is_empty(), "{notice}: {:?}", entry.other);
        }
    }

    #[test]
    fn a_text_that_is_not_a_date_is_kept_with_a_warning() {
        let (entry, warnings) =
            entry(ListCode::DPL, &[(Column::Name, "A"), (Column::EndDate, "indefinite")]);
        assert_eq!(entry.end_date.as_deref(), Some("indefinite"));
        assert_eq!(
            warnings,
            ["line 2, column end_date: expected a date such as 2022-06-30, but got `indefinite`; \
              it is kept as published"]
        );
    }

    #[test]
    fn an_and_is_dropped_only_after_another_alias() {
        let aliases_of = |text| aliases_of(ListCode::EL, text);
        assert_eq!(aliases_of("and Sons"), ["and Sons"]);
        assert_eq!(aliases_of("and Sons; Anders; and Sons"), ["and Sons", "Anders", "Sons"]);
        assert_eq!(
            aliases_of("Alder; and Birch; Cedar; and\u{a0}Dogwood"),
            ["Alder", "Birch", "Cedar", "Dogwood"]
        );
        assert_eq!(
            aliases_of("Alder; Sand and Gravel; Android; Anders and Sons;"),
            ["Alder", "Sand and Gravel", "Android", "Anders and Sons;"]
        );
        assert_eq!(aliases_of("A;B; ; and"), ["A;B", "and"]);
        assert_eq!(aliases_of("A; and; B"), ["A", "and", "B"]);
        assert_eq!(aliases_of(" "), [""; 0]);
    }

    #[test]
    fn aliases_of_the_state_department_are_joined_by_commas() {
        for text in
            ["Alder Works, AW, and Alder", "Alder Works; AW; Alder", "Alder Works; AW, Alder"]
        {
            assert_eq!(aliases_of(ListCode::ISN, text), ["Alder Works", "AW", "Alder"]);
        }
        for list in [ListCode::EL, ListCode::MEU, ListCode::SDN] {
            assert_eq!(
                aliases_of(list, "Alder Co., Ltd., Minsk"),
                ["Alder Co., Ltd., Minsk"],
                "{list}"
            );
        }
        assert_eq!(aliases_of(ListCode::ISN, "Alder,Birch"), ["Alder,Birch"]);
    }

    #[test]
    fn an_address_is_distinguished_from_a_party() {
        let long_road = ["Room 4, 7 Long Road, Hong Kong, HK".to_owned()];
        for name in [
            "Address 01",
            "ADDRESS 2",
            "Address 12, Room 4",
            "Room 4, 7 Long Road",
            "Room 4, 7 Long Road, Hong Kong, HK",
        ] {
            assert_eq!(form_of(name, &long_road), Form::Address, "{name}");
        }
        for name in [
            "Address Systems 01",
            "Address01 Ltd.",
            "Address 1000 Holdings",
            "Address 4 You Ltd.",
            "Addressé",
            "Room 4",
            "北京公司",
        ] {
            assert_eq!(form_of(name, &long_road), Form::Party, "{name}");
        }
    }
}
