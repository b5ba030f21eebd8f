//! What differs between two texts word by word, or between two lists item by item.
//!
//! The only diff of texts in the program: alerts and web pages show the same one. It must not know
//! how a difference is shown. The work is limited by the size of the input and not by a clock, so
//! that the same texts always give the same result.

use std::collections::HashSet;

use serde::Serialize;
use similar::{ChangeTag, DiffableStr as _, TextDiff};

/// The most words, spaces and marks that are compared, of both texts together. The search takes
/// time in proportion to the square of this number where two texts have nothing in common: about a
/// tenth of a second for this many. The longest license term has about 300.
const MOST_COMPARED_TOKENS: usize = 8_000;

/// The kind of a [`Span`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SpanKind {
    /// In both texts.
    Equal,
    /// In the text before only.
    Deleted,
    /// In the text after only.
    Inserted,
}

/// A run of words of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    pub kind: SpanKind,
    pub text: String,
}

impl Span {
    pub fn new(kind: SpanKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// The spans that lead from `before` to `after`, in reading order.
///
/// The equal and deleted spans, joined, are `before`. The equal and inserted spans, joined, are
/// `after`. Of two texts that are too long to compare, everything between their common beginning
/// and their common end is deleted and inserted.
///
/// ```
/// use entitywatch::domain::word_diff::{Span, SpanKind, word_diff};
///
/// assert_eq!(
///     word_diff("Policy of denial", "Presumption of denial"),
///     [
///         Span::new(SpanKind::Deleted, "Policy"),
///         Span::new(SpanKind::Inserted, "Presumption"),
///         Span::new(SpanKind::Equal, " of denial"),
///     ]
/// );
/// ```
pub fn word_diff(before: &str, after: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for span in token_spans(&before.tokenize_unicode_words(), &after.tokenize_unicode_words()) {
        match spans.last_mut() {
            Some(last) if last.kind == span.kind => last.text.push_str(&span.text),
            _ => spans.push(span),
        }
    }
    merge_across_spaces(spans)
}

/// One span for each item of two lists, in order: items of both, deleted items, inserted items.
pub fn item_diff(before: &[String], after: &[String]) -> Vec<Span> {
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    let after: Vec<&str> = after.iter().map(String::as_str).collect();
    token_spans(&before, &after)
}

/// How alike two texts are by their words, from 0 to 1, whatever the order of the words.
#[expect(clippy::cast_precision_loss, reason = "no text has 2^52 words")]
pub fn word_similarity(one: &str, other: &str) -> f64 {
    let words = |text: &str| -> HashSet<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let (one, other) = (words(one), words(other));
    let common = one.intersection(&other).count();
    let all = one.len() + other.len();
    if all == 0 { 0.0 } else { 2.0 * common as f64 / all as f64 }
}

/// One span for each token.
fn token_spans(before: &[&str], after: &[&str]) -> Vec<Span> {
    if before.len() + after.len() <= MOST_COMPARED_TOKENS {
        return compared(before, after);
    }
    let of_kind = |kind: SpanKind, tokens: &[&str]| {
        tokens.iter().map(|token| Span::new(kind, *token)).collect::<Vec<Span>>()
    };
    let head = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let (head, before) = before.split_at(head);
    let after = after.get(head.len()..).unwrap_or_default();
    let tail = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    let (before, tail) = before.split_at(before.len() - tail);
    let after = after.get(..after.len() - tail.len()).unwrap_or_default();

    let mut spans = of_kind(SpanKind::Equal, head);
    if before.len() + after.len() <= MOST_COMPARED_TOKENS {
        spans.extend(compared(before, after));
    } else {
        spans.extend(of_kind(SpanKind::Deleted, before));
        spans.extend(of_kind(SpanKind::Inserted, after));
    }
    spans.extend(of_kind(SpanKind::Equal, tail));
    spans
}

fn compared(before: &[&str], after: &[&str]) -> Vec<Span> {
    let difference = TextDiff::configure().diff_slices(before, after);
    let spans = difference.iter_all_changes().map(|change| {
        let kind = match change.tag() {
            ChangeTag::Equal => SpanKind::Equal,
            ChangeTag::Delete => SpanKind::Deleted,
            ChangeTag::Insert => SpanKind::Inserted,
        };
        Span::new(kind, change.value())
    });
    spans.collect()
}

/// Joins two changes that have only a space or a mark in common between them. A phrase reads better
/// if it is deleted and inserted in one piece than word by word.
fn merge_across_spaces(spans: Vec<Span>) -> Vec<Span> {
    let mut merged: Vec<Span> = Vec::new();
    let (mut deleted, mut inserted) = (String::new(), String::new());
    let mut spans = spans.into_iter().peekable();
    while let Some(span) = spans.next() {
        match span.kind {
            SpanKind::Deleted => deleted.push_str(&span.text),
            SpanKind::Inserted => inserted.push_str(&span.text),
            SpanKind::Equal => {
                let has_word = span.text.chars().any(char::is_alphanumeric);
                if !has_word
                    && !deleted.is_empty()
                    && !inserted.is_empty()
                    && spans.peek().is_some()
                {
                    deleted.push_str(&span.text);
                    inserted.push_str(&span.text);
                    continue;
                }
                push_change(&mut merged, &mut deleted, &mut inserted);
                merged.push(span);
            }
        }
    }
    push_change(&mut merged, &mut deleted, &mut inserted);
    merged
}

fn push_change(spans: &mut Vec<Span>, deleted: &mut String, inserted: &mut String) {
    for (kind, text) in [
        (SpanKind::Deleted, std::mem::take(deleted)),
        (SpanKind::Inserted, std::mem::take(inserted)),
    ] {
        if !text.is_empty() {
            spans.push(Span::new(kind, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(spans: &[Span]) -> String {
        spans
            .iter()
            .map(|span| match span.kind {
                SpanKind::Equal => span.text.clone(),
                SpanKind::Deleted => format!("[-{}-]", span.text),
                SpanKind::Inserted => format!("{{+{}+}}", span.text),
            })
            .collect()
    }

    #[track_caller]
    fn check(before: &str, after: &str, expected: &str) {
        assert_eq!(marked(&word_diff(before, after)), expected);
    }

    /// The texts before and after, put together again from the spans.
    fn sides(spans: &[Span]) -> (String, String) {
        let without = |kind: SpanKind| {
            spans.iter().filter(|span| span.kind != kind).map(|span| span.text.as_str()).collect()
        };
        (without(SpanKind::Inserted), without(SpanKind::Deleted))
    }

    #[test]
    fn ok_words_are_marked_and_not_letters() {
        check(
            "Case-by-case review",
            "Presumption of denial",
            "[-Case-by-case review-]{+Presumption of denial+}",
        );
        check("Policy of denial", "Presumption of denial", "[-Policy-]{+Presumption+} of denial");
        check("All items", "All items subject to the EAR", "All items{+ subject to the EAR+}");
        check("Unit 1-2, Road", "Unit 12, Road", "Unit [-1-2-]{+12+}, Road");
        check("a b", "a b", "a b");
        check("", "", "");
    }

    #[test]
    fn ok_the_spans_of_each_side_join_to_its_text() {
        for (before, after) in [
            ("西安 Institute, No. 5; Xi'an", "西安市 Institute, No. 15 Xi'an, China"),
            (
                "Presumption of denial for all items.",
                "Case-by-case review for all items; denial otherwise.",
            ),
        ] {
            let spans = word_diff(before, after);
            assert_eq!(sides(&spans), (before.to_owned(), after.to_owned()));
        }
    }

    #[test]
    fn ok_lists_differ_by_items() {
        let items = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let spans = item_diff(&items(&["a", "b b"]), &items(&["b b", "c"]));
        assert_eq!(
            spans,
            [
                Span::new(SpanKind::Deleted, "a"),
                Span::new(SpanKind::Equal, "b b"),
                Span::new(SpanKind::Inserted, "c"),
            ]
        );
        assert_eq!(item_diff(&[], &[]), []);
    }

    #[test]
    fn ok_a_long_text_with_a_short_change_is_compared_word_by_word() {
        let text = |middle: &str| format!("{} {middle} {}", "a ".repeat(6_000), "b ".repeat(6_000));
        let (before, after) = (text("one fish two"), text("red fish two"));
        let spans = word_diff(&before, &after);
        assert_eq!(sides(&spans), (before, after));
        let changed: Vec<&str> = spans
            .iter()
            .filter(|span| span.kind != SpanKind::Equal)
            .map(|span| span.text.as_str())
            .collect();
        assert_eq!(changed, ["one", "red"]);
    }

    #[test]
    fn err_two_texts_too_long_to_compare_are_deleted_and_inserted() {
        let text = |letter: char| -> String {
            let words: String = (0..20_000).map(|n| format!("{letter}{n} ")).collect();
            format!("All {words}end")
        };
        let (before, after) = (text('a'), text('b'));
        let spans = word_diff(&before, &after);
        let kinds: Vec<SpanKind> = spans.iter().map(|span| span.kind).collect();
        assert_eq!(
            kinds,
            [SpanKind::Equal, SpanKind::Deleted, SpanKind::Inserted, SpanKind::Equal]
        );
        assert_eq!(sides(&spans), (before, after));
    }

    #[test]
    fn ok_the_limit_of_compared_tokens_is_not_changed_by_accident() {
        let text = |words: usize| vec!["a"; words].join(" ");
        // A word and a space each, minus one space: 3,999 and 4,001 tokens, which is the limit.
        let (old, new) = (text(2_000), format!("b {}", text(2_000)));
        assert_eq!(
            old.tokenize_unicode_words().len() + new.tokenize_unicode_words().len(),
            MOST_COMPARED_TOKENS
        );
        assert_eq!(word_diff(&old, &new)[0], Span::new(SpanKind::Inserted, "b "));
    }

    #[test]
    fn ok_similarity_counts_common_words() {
        assert!((word_similarity("Ash Works", "works, ASH") - 1.0).abs() < 1e-9);
        assert!((word_similarity("Ash Works", "Ash Mill") - 0.5).abs() < 1e-9);
        assert!((word_similarity("", "") - 0.0).abs() < 1e-9);
    }
}
