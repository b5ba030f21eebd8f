//! Converts a JSON value to the text of the CSV cell.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::parse::csl::column::Column;

/// Reads the value of one key. Null gives an empty text, an array is joined with `; `, and the
/// object of an address or an id is joined with `, `.
#[derive(Clone, Copy)]
pub struct CellSeed(pub Option<Column>);

impl<'de> DeserializeSeed<'de> for CellSeed {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CellSeed {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a list of texts or null")
    }

    fn visit_unit<E>(self) -> Result<String, E> {
        Ok(String::new())
    }

    fn visit_bool<E>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E>(self, value: f64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_str<E>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn visit_string<E>(self, value: String) -> Result<String, E> {
        Ok(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<String, A::Error> {
        let mut joined = String::new();
        while let Some(text) = values.next_element_seed(self)? {
            if !text.trim().is_empty() {
                if !joined.is_empty() {
                    joined.push_str("; ");
                }
                joined.push_str(&text);
            }
        }
        Ok(joined)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
        let mut parts: Vec<(String, String)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let text = map.next_value_seed(CellSeed(None))?;
            if parts.iter().any(|(known, _)| *known == key) {
                return Err(serde::de::Error::custom(format!(
                    "the key `{key}` appears twice in one object"
                )));
            }
            parts.push((key, text));
        }
        Ok(joined_parts(self.0, parts))
    }
}

/// The parts of an address, in the order of the CSV.
const ADDRESS: &[&str] = &["address", "city", "state", "postal_code", "country"];

/// The parts of an id, in the order of the CSV.
const ID: &[&str] = &["type", "number", "country", "issue_date", "expiration_date"];

fn joined_parts(column: Option<Column>, mut parts: Vec<(String, String)>) -> String {
    let order: &[&str] = match column {
        Some(Column::Addresses) => ADDRESS,
        Some(Column::Ids) => ID,
        _ => &[],
    };
    parts.retain(|(_, text)| !text.trim().is_empty());
    // Unknown keys come last, in published order: the sort is stable.
    parts
        .sort_by_key(|(key, _)| order.iter().position(|known| known == key).unwrap_or(order.len()));
    // A country that the address already contains is not repeated.
    if let [(first, address), (second, country)] = parts.as_slice()
        && (column, first.as_str(), second.as_str())
            == (Some(Column::Addresses), "address", "country")
        && address
            .strip_suffix(country.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with(", "))
    {
        parts.truncate(1);
    }
    parts.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(column: Column, json: &str) -> String {
        CellSeed(Some(column)).deserialize(&mut serde_json::Deserializer::from_str(json)).unwrap()
    }

    #[test]
    fn ok_texts_and_lists_of_texts() {
        assert_eq!(cell(Column::AltNames, "null"), "");
        assert_eq!(cell(Column::AltNames, r#"[""]"#), "");
        assert_eq!(cell(Column::AltNames, r#"["A", null, "B; C"]"#), "A; B; C");
        assert_eq!(cell(Column::AltNames, r#""A; B""#), "A; B");
        assert_eq!(cell(Column::EntityNumber, "30882"), "30882");
    }

    #[test]
    fn ok_an_address_is_joined_in_the_order_of_the_csv() {
        let json = r#"[{"country": "BY", "postal_code": null, "state": "", "city": "Minsk",
            "address": "1 Long Road"}, {"country": "KZ"}]"#;
        assert_eq!(cell(Column::Addresses, json), "1 Long Road, Minsk, BY; KZ");
    }

    #[test]
    fn ok_a_country_is_not_repeated() {
        assert_eq!(
            cell(Column::Addresses, r#"[{"address": "1 Long Road, Minsk, BY", "country": "BY"}]"#),
            "1 Long Road, Minsk, BY"
        );
        assert_eq!(cell(Column::Addresses, r#"[{"address": "BY", "country": "BY"}]"#), "BY");
        assert_eq!(
            cell(
                Column::Addresses,
                r#"[{"address": "1 Long Road", "state": "CR", "country": "CR"}]"#
            ),
            "1 Long Road, CR, CR"
        );
        assert_eq!(
            cell(Column::Addresses, r#"[{"address": "Unit ABY", "country": "BY"}]"#),
            "Unit ABY, BY"
        );
    }

    #[test]
    fn ok_ids_are_written_as_the_csv_does() {
        let json = r#"[{"number": "U001", "type": "Passport", "country": "TR",
            "issue_date": null}, {"type": "Gender", "number": "Male"}]"#;
        assert_eq!(cell(Column::Ids, json), "Passport, U001, TR; Gender, Male");
    }
}
