//! What differs between two texts of several paragraphs, word by word.
//!
//! Paragraphs that are in both texts are found first, and only what is between them is compared
//! word by word. So the texts may be long, and words of one paragraph are never matched with those
//! of another that has not changed.

use crate::domain::word_diff::{Span, SpanKind, item_diff, word_diff};

/// The spans that lead from `before` to `after`, in reading order. A line break begins a paragraph,
/// so that the last paragraph is like the others.
///
/// ```
/// use entitywatch::domain::text_diff::text_diff;
/// use entitywatch::domain::word_diff::{Span, SpanKind};
///
/// assert_eq!(
///     text_diff("(a) One.\n(b) Two.", "(a) One.\n(b) Three."),
///     [
///         Span::new(SpanKind::Equal, "(a) One.\n(b) "),
///         Span::new(SpanKind::Deleted, "Two"),
///         Span::new(SpanKind::Inserted, "Three"),
///         Span::new(SpanKind::Equal, "."),
///     ]
/// );
/// ```
pub fn text_diff(before: &str, after: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut deleted, mut inserted) = (String::new(), String::new());
    for span in item_diff(&paragraphs(before), &paragraphs(after)) {
        match span.kind {
            SpanKind::Deleted => deleted.push_str(&span.text),
            SpanKind::Inserted => inserted.push_str(&span.text),
            SpanKind::Equal => {
                compare(&mut spans, &mut deleted, &mut inserted);
                push(&mut spans, span);
            }
        }
    }
    compare(&mut spans, &mut deleted, &mut inserted);
    spans
}

/// The paragraphs, each but the first with the line break before it.
fn paragraphs(text: &str) -> Vec<String> {
    let line =
        |(at, line): (usize, &str)| if at == 0 { line.to_owned() } else { format!("\n{line}") };
    text.split('\n').enumerate().map(line).collect()
}

/// Adds the spans between two runs of paragraphs.
fn compare(spans: &mut Vec<Span>, deleted: &mut String, inserted: &mut String) {
    let (before, after) = (std::mem::take(deleted), std::mem::take(inserted));
    for span in word_diff(&before, &after) {
        push(spans, span);
    }
}

fn push(spans: &mut Vec<Span>, span: Span) {
    match spans.last_mut() {
        _ if span.text.is_empty() => {}
        Some(last) if last.kind == span.kind => last.text.push_str(&span.text),
        _ => spans.push(span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(before: &str, after: &str) -> String {
        let spans = text_diff(before, after);
        let joined = |without: SpanKind| -> String {
            spans
                .iter()
                .filter(|span| span.kind != without)
                .map(|span| span.text.as_str())
                .collect()
        };
        assert_eq!(
            (joined(SpanKind::Inserted), joined(SpanKind::Deleted)),
            (before.into(), after.into())
        );
        spans
            .iter()
            .map(|span| match span.kind {
                SpanKind::Equal => span.text.clone(),
                SpanKind::Deleted => format!("[-{}-]", span.text),
                SpanKind::Inserted => format!("{{+{}+}}", span.text),
            })
            .collect()
    }

    #[test]
    fn an_inserted_paragraph_does_not_touch_its_neighbors() {
        assert_eq!(
            marked("(a) One.\n(c) Three.", "(a) One.\n(b) Two.\n(c) Three."),
            "(a) One.{+\n(b) Two.+}\n(c) Three."
        );
        assert_eq!(marked("(a) One.", "(a) One."), "(a) One.");
        assert_eq!(marked("", "(a) One."), "{+(a) One.+}");
        assert_eq!(marked("(a) One.", ""), "[-(a) One.-]");
    }

    #[test]
    fn a_changed_word_is_marked_in_a_text_that_is_too_long_to_compare_at_once() {
        let paragraph = |number: usize, word: &str| {
            let words: Vec<String> = (0..500).map(|at| format!("w{number}x{at}")).collect();
            format!("({number}) {} {word}.\n", words.join(" "))
        };
        let text = |word: &str| -> String {
            (0..20)
                .map(|number| paragraph(number, if number == 9 { word } else { "same" }))
                .collect()
        };
        let spans = text_diff(&text("owned"), &text("controlled"));
        let changed: Vec<(SpanKind, &str)> = spans
            .iter()
            .filter(|span| span.kind != SpanKind::Equal)
            .map(|span| (span.kind, span.text.as_str()))
            .collect();
        assert_eq!(changed, [(SpanKind::Deleted, "owned"), (SpanKind::Inserted, "controlled")]);
    }
}
