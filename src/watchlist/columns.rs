//! Which column of a counterparty file holds what.

use crate::watchlist::field::Field;
use crate::watchlist::headers::{self, key};

/// The most columns that are named as not used.
const MAX_UNUSED: usize = 20;

/// The headers of the columns, if they are not among the recognized ones, and how several names in
/// one cell are separated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    pub id: Option<String>,
    pub name: Option<String>,
    pub aliases: Option<String>,
    pub address: Option<String>,
    pub country: Option<String>,
    pub owner: Option<String>,
    /// Separates several aliases, and several addresses, in one cell.
    pub alias_separator: String,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            id: None,
            name: None,
            aliases: None,
            address: None,
            country: None,
            owner: None,
            alias_separator: ";".to_owned(),
        }
    }
}

/// The columns of one file, by place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub fields: Vec<Option<Field>>,
    /// The headers of columns that are not used.
    pub unused: Vec<String>,
}

impl Header {
    /// The columns that are not used, as a part of a sentence about the file.
    pub fn unused_in_words(&self) -> Option<String> {
        let quoted =
            |cell: &String| format!("`{}`", cell.split_whitespace().collect::<Vec<_>>().join(" "));
        let mut names: Vec<String> = self.unused.iter().take(MAX_UNUSED).map(quoted).collect();
        if let Some(more) = self.unused.len().checked_sub(MAX_UNUSED).filter(|more| *more > 0) {
            names.push(format!("{more} more"));
        }
        match names.as_slice() {
            [] => None,
            [one] => Some(format!("has a column that is not used: {one}")),
            several => Some(format!("has columns that are not used: {}", several.join(", "))),
        }
    }
}

impl Columns {
    /// Reads the cells of a header. A mapped column is found by its header alone. `Err` names the
    /// column that is missing.
    pub fn header(&self, cells: &[String]) -> Result<Header, &'static str> {
        let mapped = [
            (Field::Id, &self.id),
            (Field::Name, &self.name),
            (Field::Aliases, &self.aliases),
            (Field::Address, &self.address),
            (Field::Country, &self.country),
            (Field::Owner, &self.owner),
        ];
        let mut fields = Vec::with_capacity(cells.len());
        for cell in cells {
            let key = key(cell);
            let by_map = mapped.iter().find(|(_, header)| {
                header.as_ref().is_some_and(|header| !key.is_empty() && self::key(header) == key)
            });
            let is_mapped = |field: Field| {
                mapped.iter().any(|(known, header)| *known == field && header.is_some())
            };
            let recognized = || {
                let (field, _) = headers::recognized(&key)?;
                (!is_mapped(field)).then_some(field)
            };
            fields.push(by_map.map(|(field, _)| *field).or_else(recognized));
        }
        keep_the_best(&mut fields, cells);
        for (field, name) in [(Field::Id, "id"), (Field::Name, "name")] {
            if !fields.contains(&Some(field)) {
                return Err(name);
            }
        }
        let unused = fields.iter().zip(cells).filter(|(field, cell)| {
            // A separator without a header at the end of the line makes an empty one.
            field.is_none() && !cell.is_empty()
        });
        let unused = unused.map(|(_, cell)| cell.clone()).collect();
        Ok(Header { fields, unused })
    }
}

/// Of several columns for an id, a name, a country or an owner, the best known header counts.
fn keep_the_best(fields: &mut [Option<Field>], cells: &[String]) {
    for field in [Field::Id, Field::Name, Field::Country, Field::Owner] {
        // A mapped header is the only one of its field.
        let rank = |cell: &String| headers::recognized(&key(cell)).map_or(0, |(_, rank)| rank);
        let best = fields
            .iter()
            .zip(cells)
            .enumerate()
            .filter(|(_, (found, _))| **found == Some(field))
            .min_by_key(|(_, (_, cell))| rank(cell))
            .map(|(at, _)| at);
        for (at, found) in fields.iter_mut().enumerate() {
            if *found == Some(field) && Some(at) != best {
                *found = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(columns: &Columns, header: &[&str]) -> Result<Vec<Option<Field>>, &'static str> {
        let cells: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
        columns.header(&cells).map(|header| header.fields)
    }

    #[test]
    fn ok_headers_are_recognized_without_case_and_punctuation() {
        let header = ["Customer No.", "Company Name", "Street", "City", "Country/Region", "Fax"];
        assert_eq!(
            fields(&Columns::default(), &header),
            Ok(vec![
                Some(Field::Id),
                Some(Field::Name),
                Some(Field::Address),
                Some(Field::Address),
                Some(Field::Country),
                None
            ])
        );
    }

    #[test]
    fn ok_a_mapped_column_replaces_the_recognized_ones() {
        let columns = Columns { name: Some("Trading name".into()), ..Columns::default() };
        assert_eq!(
            fields(&columns, &["id", "name", "TRADING NAME"]),
            Ok(vec![Some(Field::Id), None, Some(Field::Name)])
        );
    }

    #[test]
    fn ok_of_two_columns_the_best_known_header_counts() {
        assert_eq!(
            fields(&Columns::default(), &["Code", "ID", "Customer", "Name"]),
            Ok(vec![None, Some(Field::Id), None, Some(Field::Name)])
        );
    }

    #[test]
    fn columns_that_are_not_used_are_named() {
        let unused = |columns: &Columns, header: &[&str]| {
            let cells: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
            columns.header(&cells).unwrap().unused
        };
        let none = Columns::default();
        assert_eq!(unused(&none, &["id", "name", "Fax", "", "Straße"]), ["Fax"]);
        assert_eq!(unused(&none, &["id", "code", "name"]), ["code"], "one id is enough");
        let mapped = Columns { address: Some("Site".into()), ..Columns::default() };
        assert_eq!(unused(&mapped, &["id", "name", "Site", "City"]), ["City"]);
    }

    #[test]
    fn err_a_header_without_id_or_name() {
        assert_eq!(fields(&Columns::default(), &["name", "address"]), Err("id"));
        assert_eq!(fields(&Columns::default(), &["id", "address"]), Err("name"));
        let columns = Columns { id: Some("Konto".into()), ..Columns::default() };
        assert_eq!(fields(&columns, &["id", "name"]), Err("id"), "the mapped one is missing");
    }
}
