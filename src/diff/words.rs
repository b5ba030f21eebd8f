//! What differs between two texts, word by word, for a reader.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    Equal,
    Deleted,
    Inserted,
}

/// A stretch of text that both have, or one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub kind: SpanKind,
    pub text: String,
}

/// The spans whose equal and deleted texts make up `before`, and whose equal and inserted ones make
/// up `after`.
///
/// Ends within about a tenth of a second: what has not been compared by then is shown as deleted
/// and inserted whole.
pub fn differences(before: &str, after: &str) -> Vec<Span> {
    let difference = TextDiff::configure().timeout(DEADLINE).diff_unicode_words(before, after);
    let mut spans: Vec<Span> = Vec::new();
    for change in difference.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => SpanKind::Equal,
            ChangeTag::Delete => SpanKind::Deleted,
            ChangeTag::Insert => SpanKind::Inserted,
        };
        match spans.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => spans.push(Span { kind, text: change.value().to_owned() }),
        }
    }
    spans
}

const DEADLINE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spans_make_up_both_texts() {
        let (before, after) = (
            "Presumption of denial for all items.",
            "Case-by-case review for all items; denial otherwise.",
        );
        let spans = differences(before, after);
        let without = |kind: SpanKind| {
            spans.iter().filter(|s| s.kind != kind).map(|s| s.text.as_str()).collect::<String>()
        };
        assert_eq!(without(SpanKind::Inserted), before);
        assert_eq!(without(SpanKind::Deleted), after);
        assert!(
            spans.iter().any(|s| s.kind == SpanKind::Equal && s.text.contains("for all items"))
        );
    }

    #[test]
    fn equal_texts_are_one_span_and_empty_ones_none() {
        assert_eq!(differences("a b", "a b"), [Span { kind: SpanKind::Equal, text: "a b".into() }]);
        assert_eq!(differences("", ""), []);
    }
}
