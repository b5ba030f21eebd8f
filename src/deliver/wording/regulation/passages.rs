//! The changed paragraphs of a text, each as it was and as it is. Pure.

use crate::deliver::plain;
use crate::deliver::wording::Row;
use crate::deliver::wording::regulation::paragraph_path::ParagraphPath;
use crate::domain::TextChange;
use crate::domain::word_diff::{Span, SpanKind};

/// Unchanged words of a changed paragraph are shown up to this many characters before and after a
/// change. The whole text is in the alert.
const CONTEXT_CHARS: usize = 120;
/// The most characters of the beginning of a paragraph that has no number.
const MAX_LABEL_CHARS: usize = 60;

/// One changed paragraph, or several that follow each other.
#[derive(Debug, PartialEq, Eq)]
pub struct Passage {
    /// `Paragraph (b)`
    pub label: String,
    was: Vec<Vec<Span>>,
    now: Vec<Vec<Span>>,
}

impl Passage {
    pub fn row(self) -> Row {
        Row { label: self.label, lines: Vec::new(), was: self.was, now: self.now }
    }
}

/// The changed paragraphs in the order of the text.
pub fn passages(changes: &[TextChange]) -> Vec<Passage> {
    let mut passages = Passages::default();
    for change in changes {
        match change.span() {
            Span { kind: SpanKind::Equal, text } => passages.equal(&text),
            Span { kind: SpanKind::Deleted, text } => {
                add(&mut passages.was, SpanKind::Deleted, &text);
                passages.is_changed = true;
            }
            Span { kind: SpanKind::Inserted, text } => {
                add(&mut passages.now, SpanKind::Inserted, &text);
                passages.is_changed = true;
            }
        }
    }
    passages.close();
    passages.found
}

/// The passages so far, and the paragraphs that are being read. The last one of each side is not
/// ended yet.
#[derive(Default)]
struct Passages {
    found: Vec<Passage>,
    was: Vec<Vec<Span>>,
    now: Vec<Vec<Span>>,
    is_changed: bool,
    was_path: ParagraphPath,
    now_path: ParagraphPath,
}

impl Passages {
    fn equal(&mut self, text: &str) {
        // What was changed before may have ended with its paragraph.
        if is_at_start(&self.was) && is_at_start(&self.now) {
            self.close();
        }
        let mut lines = text.split_inclusive('\n');
        for line in &mut lines {
            add(&mut self.was, SpanKind::Equal, line);
            add(&mut self.now, SpanKind::Equal, line);
            if line.ends_with('\n') {
                self.close();
            }
        }
    }

    /// Ends the paragraphs, and keeps them if they changed.
    fn close(&mut self) {
        let mut was = placed(std::mem::take(&mut self.was), &mut self.was_path);
        let mut now = placed(std::mem::take(&mut self.now), &mut self.now_path);
        if std::mem::take(&mut self.is_changed) {
            // The paragraph before an inserted or a deleted one.
            while was.first().zip(now.first()).is_some_and(|(was, now)| is_same(was, now)) {
                was.remove(0);
                now.remove(0);
            }
            let label = now.first().or(was.first()).map(label).unwrap_or_default();
            let shown = |lines: Vec<Line>| -> Vec<Vec<Span>> {
                lines.into_iter().map(|line| shortened(line.spans)).collect()
            };
            self.found.push(Passage { label, was: shown(was), now: shown(now) });
        }
    }
}

/// One paragraph, and where it is: `(f)(2)`.
struct Line {
    spans: Vec<Span>,
    place: Option<String>,
}

/// The paragraphs that are not empty.
fn placed(lines: Vec<Vec<Span>>, path: &mut ParagraphPath) -> Vec<Line> {
    let line = |spans: Vec<Span>| Line { place: path.next(&text_of(&spans)), spans };
    lines.into_iter().filter(|spans| !spans.is_empty()).map(line).collect()
}

fn is_same(was: &Line, now: &Line) -> bool {
    was.spans == now.spans && was.spans.iter().all(|span| span.kind == SpanKind::Equal)
}

fn text_of(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

fn is_at_start(lines: &[Vec<Span>]) -> bool {
    lines.last().is_none_or(Vec::is_empty)
}

/// Adds a text to the last line, and begins a new line after each line break.
fn add(lines: &mut Vec<Vec<Span>>, kind: SpanKind, text: &str) {
    for piece in text.split_inclusive('\n') {
        if lines.is_empty() {
            lines.push(Vec::new());
        }
        let words = piece.trim_end_matches('\n');
        if let Some(line) = lines.last_mut().filter(|_| !words.is_empty()) {
            line.push(Span::new(kind, words));
        }
        if piece.ends_with('\n') {
            lines.push(Vec::new());
        }
    }
}

/// `Paragraph (f)(2)`, or the beginning of a paragraph without a number.
fn label(line: &Line) -> String {
    let text = plain::line(&text_of(&line.spans));
    match &line.place {
        Some(place) => format!("Paragraph {place}"),
        None if text.starts_with('[') => "Source note".to_owned(),
        None => format!("“{}”", plain::shorten(&text, MAX_LABEL_CHARS)),
    }
}

/// The line with its long unchanged parts shortened, as clean text.
fn shortened(line: Vec<Span>) -> Vec<Span> {
    let last = line.len().saturating_sub(1);
    let span = |(at, span): (usize, Span)| {
        let text = clean(&span.text);
        if span.kind != SpanKind::Equal {
            return Span::new(span.kind, text);
        }
        let (head, tail) = match at {
            0 if last > 0 => (0, CONTEXT_CHARS),
            _ if at == last => (CONTEXT_CHARS, 0),
            _ => (CONTEXT_CHARS, CONTEXT_CHARS),
        };
        Span::new(SpanKind::Equal, elided(&text, head, tail))
    };
    line.into_iter().enumerate().map(span).filter(|span| !span.text.is_empty()).collect()
}

/// Clean text that keeps the space at its beginning and its end, which separates words.
fn clean(text: &str) -> String {
    let space = |is_there: bool| if is_there { " " } else { "" };
    let line = plain::line(text);
    if line.is_empty() {
        return space(!text.is_empty()).to_owned();
    }
    let begins = line.starts_with(' ') || !text.starts_with(char::is_whitespace);
    format!("{}{line}{}", space(!begins), space(text.ends_with(char::is_whitespace)))
}

/// The first and the last characters of a text, with an ellipsis for what is between them.
fn elided(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    if count <= head + tail + 1 {
        return text.to_owned();
    }
    let first: String = text.chars().take(head).collect();
    let last: String = text.chars().skip(count - tail).collect();
    format!("{first}…{last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(lines: &[Vec<Span>]) -> Vec<String> {
        let text = |line: &Vec<Span>| {
            line.iter()
                .map(|span| match span.kind {
                    SpanKind::Equal => span.text.clone(),
                    SpanKind::Deleted => format!("[-{}-]", span.text),
                    SpanKind::Inserted => format!("{{+{}+}}", span.text),
                })
                .collect()
        };
        lines.iter().map(text).collect()
    }

    #[track_caller]
    fn check(before: &str, after: &str, expected: &[(&str, &[&str], &[&str])]) {
        let found = passages(&TextChange::between(before, after));
        let found: Vec<(String, Vec<String>, Vec<String>)> = found
            .iter()
            .map(|one| (one.label.clone(), marked(&one.was), marked(&one.now)))
            .collect();
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let expected: Vec<(String, Vec<String>, Vec<String>)> = expected
            .iter()
            .map(|(label, was, now)| ((*label).to_owned(), owned(was), owned(now)))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_changed_word_is_shown_in_its_paragraph() {
        check(
            "Title.\n(a) One is owned.\n(b) Two.\n[61 FR 1]",
            "Title.\n(a) One is controlled.\n(b) Two.\n[61 FR 1; 90 FR 2]",
            &[
                ("Paragraph (a)", &["(a) One is [-owned-]."], &["(a) One is {+controlled+}."]),
                ("Source note", &["[61 FR 1]"], &["[61 FR 1{+; 90 FR 2+}]"]),
            ],
        );
    }

    #[test]
    fn inserted_and_deleted_paragraphs_stand_alone() {
        check(
            "(a) One.\n(c) Three.",
            "(a) One.\n(b) Two.\n(c) Three.",
            &[("Paragraph (b)", &[], &["{+(b) Two.+}"])],
        );
        check("(a) One.\n(b) Two.", "(a) One.", &[("Paragraph (b)", &["[-(b) Two.-]"], &[])]);
        check("(a) One.", "(a) One.", &[]);
        check(
            "(a) One.\n(1) Two.\n(i) Three.",
            "(a) One.\n(1) Two.\n(i) Three.\n(ii) Four.",
            &[("Paragraph (a)(1)(ii)", &[], &["{+(ii) Four.+}"])],
        );
    }

    #[test]
    fn long_unchanged_parts_are_shortened() {
        let long = "word ".repeat(100);
        let found =
            passages(&TextChange::between(&format!("(a) {long}old"), &format!("(a) {long}new")));
        let now = marked(&found[0].now).join("");
        assert!(now.starts_with('…') && now.ends_with("word {+new+}"), "{now}");
        assert!(now.chars().count() < 140, "{now}");
    }
}
