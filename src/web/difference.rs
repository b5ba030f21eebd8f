//! What differs between two values of a field, in pieces to show: words of a text, items of a list.
//! Pure.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

/// Two long texts that share little are shown as coarser pieces after this long.
const PATIENCE: Duration = Duration::from_millis(200);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tag {
    Same,
    Gone,
    New,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    pub tag: Tag,
    pub text: String,
}

/// One line for each item of a list, or one for a text; a field that was or is absent counts as an
/// empty text.
pub fn of(before: &Value, after: &Value) -> impl Iterator<Item = Vec<Piece>> {
    match (before, after) {
        (Value::Array(before), Value::Array(after)) => items(&texts(before), &texts(after)),
        (before, after) => vec![words(&text(before), &text(after))],
    }
    .into_iter()
}

/// Whole items: those that stayed, those that went, those that came.
fn items(before: &[String], after: &[String]) -> Vec<Vec<Piece>> {
    TextDiff::configure()
        .timeout(PATIENCE)
        .diff_slices(&refs(before), &refs(after))
        .iter_all_changes()
        .map(|change| vec![Piece { tag: tag_of(change.tag()), text: change.value().to_owned() }])
        .collect()
}

/// Words, with neighbours of one kind put together.
fn words(before: &str, after: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for change in
        TextDiff::configure().timeout(PATIENCE).diff_unicode_words(before, after).iter_all_changes()
    {
        let tag = tag_of(change.tag());
        match pieces.last_mut() {
            Some(last) if last.tag == tag => last.text.push_str(change.value()),
            _ => pieces.push(Piece { tag, text: change.value().to_owned() }),
        }
    }
    pieces
}

fn tag_of(tag: ChangeTag) -> Tag {
    match tag {
        ChangeTag::Equal => Tag::Same,
        ChangeTag::Delete => Tag::Gone,
        ChangeTag::Insert => Tag::New,
    }
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

fn refs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(before: Value, after: Value, expected: &[&str]) {
        let lines: Vec<String> = of(&before, &after)
            .map(|line| {
                let shown = line.iter().map(|piece| match piece.tag {
                    Tag::Same => piece.text.clone(),
                    Tag::Gone => format!("[-{}-]", piece.text),
                    Tag::New => format!("{{+{}+}}", piece.text),
                });
                shown.collect()
            })
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_text_differs_by_words() {
        check(
            json!("Room 12, Dock Road"),
            json!("Room 14, Dock Road"),
            &["Room [-12-]{+14+}, Dock Road"],
        );
    }

    #[test]
    fn a_list_differs_by_items() {
        check(json!(["a", "b b"]), json!(["b b", "c"]), &["[-a-]", "b b", "{+c+}"]);
    }

    #[test]
    fn what_was_absent_is_wholly_new() {
        check(json!(null), json!("2027-01-01"), &["{+2027-01-01+}"]);
    }
}
