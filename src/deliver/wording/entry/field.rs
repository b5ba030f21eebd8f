//! The fields of an entry: their labels and their values as clean lines.

use serde_json::Value;

use crate::deliver::plain;
use crate::deliver::wording::time;
use crate::domain::country::name_in_messages;
use crate::domain::{Entry, Form};

/// The one label of a field, in messages, pages and tables. `key` is the field of a
/// [`FieldChange`].
///
/// [`FieldChange`]: crate::domain::FieldChange
pub fn label(key: &str) -> String {
    let known = match key {
        "name" => "Name",
        "aliases" => "Aliases",
        "addresses" => "Addresses",
        "countries" => "Countries",
        "license_requirement" => "License requirement",
        "license_policy" => "License review policy",
        "footnotes" => "Footnotes",
        "citations" => "Federal Register citations",
        "start_date" => "Listed from",
        "end_date" => "Listed until",
        "remarks" => "Remarks",
        "form" => "Listed as",
        "other.ids" => "Identification numbers",
        other => {
            let column =
                plain::line(&other.strip_prefix("other.").unwrap_or(other).replace('_', " "));
            let mut letters = column.chars();
            return letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect())
                .unwrap_or_default();
        }
    };
    known.to_owned()
}

/// The values of a field, each as a clean line.
pub fn values(entry: &Entry, key: &str) -> Vec<String> {
    let clean = |values: &[String]| -> Vec<String> {
        values.iter().map(|value| plain::line(value)).collect()
    };
    let one = |value: &str| -> Vec<String> {
        if value.is_empty() { Vec::new() } else { vec![plain::line(value)] }
    };
    let day = |value: &Option<String>| -> Vec<String> {
        value.as_deref().map(date).into_iter().collect()
    };
    match key {
        "name" => one(&entry.name),
        "aliases" => clean(&entry.aliases),
        "addresses" => clean(&entry.addresses),
        "countries" => {
            entry.countries.iter().map(|code| name_in_messages(code).to_owned()).collect()
        }
        "license_requirement" => one(&entry.license_requirement),
        "license_policy" => one(&entry.license_policy),
        "footnotes" => clean(&entry.footnotes),
        "citations" => {
            entry.citations.iter().map(|citation| plain::line(&citation.to_string())).collect()
        }
        "start_date" => day(&entry.start_date),
        "end_date" => day(&entry.end_date),
        "remarks" => one(&entry.remarks),
        "form" => vec![if entry.form == Form::Party {
            "a party".to_owned()
        } else {
            "an address without a name".to_owned()
        }],
        other => one(other
            .strip_prefix("other.")
            .and_then(|column| entry.other.get(column))
            .unwrap_or_default()),
    }
}

/// Whether a field has several values, which are compared one by one.
pub fn has_several_values(key: &str) -> bool {
    matches!(key, "aliases" | "addresses" | "countries" | "citations")
}

/// The keys of the publisher's other columns that one of the entries has, in order.
pub fn other_keys(entries: &[&Entry]) -> Vec<String> {
    /// Columns with the address of the publisher's page.
    const OMITTED: [&str; 2] = ["source_list_url", "source_information_url"];
    let mut keys: Vec<String> = entries
        .iter()
        .flat_map(|entry| entry.other.keys())
        .filter(|column| !OMITTED.contains(column))
        .map(|column| format!("other.{column}"))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// `June 28, 2022`, or the text as published if it is not a date.
fn date(text: &str) -> String {
    text.parse().map_or_else(|_| plain::line(text), time::date)
}

/// The JSON value of a field as text, for tables: `a; b`.
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => plain::line(text),
        Value::Array(values) => values.iter().map(value_text).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;

    #[test]
    fn dates_and_countries_are_in_words() {
        let entry = Entry {
            countries: vec!["CN".into(), "RU".into()],
            start_date: Some("2022-06-30".into()),
            end_date: Some("June 2023".into()),
            ..Entry::named(ListCode::EL, "Alder Works")
        };
        assert_eq!(values(&entry, "countries"), ["China", "Russia"]);
        assert_eq!(values(&entry, "start_date"), ["June 30, 2022"]);
        assert_eq!(values(&entry, "end_date"), ["June 2023"]);
    }

    #[test]
    fn an_unknown_column_is_labeled_by_its_name() {
        assert_eq!(label("other.vessel_flag"), "Vessel flag");
        assert_eq!(label("license_policy"), "License review policy");
    }
}
