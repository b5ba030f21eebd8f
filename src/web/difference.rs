//! What differs between two values of a field, as lines to show.
//!
//! Knows the JSON of a field's values. `domain::word_diff` finds the differences.

use serde_json::Value;

use crate::domain::country;
use crate::domain::word_diff::{Span, item_diff, word_diff};

/// The field whose items are codes of countries. People read their names.
const COUNTRIES: &str = "countries";

/// One line for each item of a list, or one line for a text. An absent value counts as an empty
/// text.
pub fn lines(field: &str, before: &Value, after: &Value) -> Vec<Vec<Span>> {
    match (before, after) {
        (Value::Array(before), Value::Array(after)) => {
            let (before, after) = (items(field, before), items(field, after));
            item_diff(&before, &after).into_iter().map(|span| vec![span]).collect()
        }
        (before, after) => vec![word_diff(&text(before), &text(after))],
    }
}

fn items(field: &str, items: &[Value]) -> Vec<String> {
    let texts = texts(items);
    if field != COUNTRIES {
        return texts;
    }
    texts.iter().map(|code| country::name_in_messages(code).to_owned()).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => texts(items).join("; "),
        other => other.to_string(),
    }
}

fn texts(items: &[Value]) -> Vec<String> {
    items.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::word_diff::SpanKind;

    fn check(before: Value, after: Value, expected: &[&str]) {
        check_field("addresses", before, after, expected);
    }

    fn check_field(field: &str, before: Value, after: Value, expected: &[&str]) {
        let lines: Vec<String> = lines(field, &before, &after)
            .iter()
            .map(|line| {
                let shown = line.iter().map(|span| match span.kind {
                    SpanKind::Equal => span.text.clone(),
                    SpanKind::Deleted => format!("[-{}-]", span.text),
                    SpanKind::Inserted => format!("{{+{}+}}", span.text),
                });
                shown.collect()
            })
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn ok_texts_differ_by_words() {
        check(
            json!("Room 12, Dock Road"),
            json!("Room 14, Dock Road"),
            &["Room [-12-]{+14+}, Dock Road"],
        );
    }

    #[test]
    fn ok_lists_differ_by_items() {
        check(json!(["a", "b b"]), json!(["b b", "c"]), &["[-a-]", "b b", "{+c+}"]);
    }

    #[test]
    fn ok_countries_are_shown_by_name() {
        check_field(
            "countries",
            json!(["CN"]),
            json!(["CN", "AE"]),
            &["China", "{+United Arab Emirates+}"],
        );
        check(json!(["CN"]), json!(["AE"]), &["[-CN-]", "{+AE+}"]);
    }

    #[test]
    fn ok_everything_is_inserted_where_the_value_was_absent() {
        check(json!(null), json!("2027-01-01"), &["{+2027-01-01+}"]);
    }
}
