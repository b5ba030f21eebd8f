//! What changed between two texts, word by word. Pure; by `similar`, bounded in time.

use std::collections::HashSet;
use std::time::Duration;

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

/// Two long texts that have little in common are shown as one gone and one come, rather than
/// searched for ever.
const LONGEST_SEARCH: Duration = Duration::from_millis(200);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SpanKind {
    Same,
    Gone,
    Come,
}

/// A run of words of one kind. The spans of a text, joined, are the text.
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
pub fn spans(before: &str, after: &str) -> Vec<Span> {
    let diff = TextDiff::configure().timeout(LONGEST_SEARCH).diff_unicode_words(before, after);
    let mut pieces: Vec<Span> = Vec::new();
    for change in diff.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => SpanKind::Same,
            ChangeTag::Delete => SpanKind::Gone,
            ChangeTag::Insert => SpanKind::Come,
        };
        match pieces.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => pieces.push(Span::new(kind, change.value())),
        }
    }
    merge_over_spaces(pieces)
}

/// Joins changes that have nothing but a space or a mark in common between them: `two new words`
/// reads better struck out and replaced as a whole than word for word.
fn merge_over_spaces(pieces: Vec<Span>) -> Vec<Span> {
    let mut merged: Vec<Span> = Vec::new();
    let (mut gone, mut come) = (String::new(), String::new());
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece.kind {
            SpanKind::Gone => gone.push_str(&piece.text),
            SpanKind::Come => come.push_str(&piece.text),
            SpanKind::Same => {
                let trivial = !piece.text.chars().any(char::is_alphanumeric);
                if trivial && !gone.is_empty() && !come.is_empty() && pieces.peek().is_some() {
                    gone.push_str(&piece.text);
                    come.push_str(&piece.text);
                    continue;
                }
                flush(&mut merged, &mut gone, &mut come);
                merged.push(piece);
            }
        }
    }
    flush(&mut merged, &mut gone, &mut come);
    merged
}

fn flush(merged: &mut Vec<Span>, gone: &mut String, come: &mut String) {
    for (kind, text) in
        [(SpanKind::Gone, std::mem::take(gone)), (SpanKind::Come, std::mem::take(come))]
    {
        if !text.is_empty() {
            merged.push(Span::new(kind, text));
        }
    }
}

/// How alike two texts are by their words, from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "no text has 2^52 words")]
pub fn likeness(a: &str, b: &str) -> f64 {
    let words = |text: &str| -> HashSet<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let (a, b) = (words(a), words(b));
    let common = a.intersection(&b).count();
    let all = a.len() + b.len();
    if all == 0 { 0.0 } else { 2.0 * common as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, expected: &str) {
        let marked: String = spans(before, after)
            .iter()
            .map(|span| match span.kind {
                SpanKind::Same => span.text.clone(),
                SpanKind::Gone => format!("[-{}-]", span.text),
                SpanKind::Come => format!("{{+{}+}}", span.text),
            })
            .collect();
        assert_eq!(marked, expected);
    }

    #[test]
    fn words_are_marked_and_not_letters() {
        check(
            "Case-by-case review",
            "Presumption of denial",
            "[-Case-by-case review-]{+Presumption of denial+}",
        );
        check("Policy of denial", "Presumption of denial", "[-Policy-]{+Presumption+} of denial");
        check("All items", "All items subject to the EAR", "All items{+ subject to the EAR+}");
        check("Unit 1-2, Road", "Unit 12, Road", "Unit [-1-2-]{+12+}, Road");
    }

    #[test]
    fn the_spans_of_each_side_join_to_its_text() {
        let (before, after) =
            ("西安 Institute, No. 5; Xi'an", "西安市 Institute, No. 15 Xi'an, China");
        let spans = spans(before, after);
        let side = |gone: SpanKind| -> String {
            spans.iter().filter(|s| s.kind != gone).map(|s| s.text.as_str()).collect()
        };
        assert_eq!(
            (side(SpanKind::Come), side(SpanKind::Gone)),
            (before.to_owned(), after.to_owned())
        );
    }

    #[test]
    fn two_long_texts_without_a_common_word_come_to_an_end() {
        let (before, after): (String, String) = (
            (0..20_000).map(|n| format!("a{n} ")).collect(),
            (0..20_000).map(|n| format!("b{n} ")).collect(),
        );
        let spans = spans(&before, &after);
        assert!(spans.iter().any(|span| span.kind == SpanKind::Gone));
    }
}
