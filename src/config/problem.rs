//! The mistakes of a configuration, each with file, line, column and the line itself. Never shows a
//! secret.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `expected X, but got Y`
    pub message: String,
    /// The bytes of the file that the mistake is about. `None` if it is about the whole file.
    pub span: Option<Range<usize>>,
    /// How to correct it.
    pub hint: Option<String>,
}

impl Problem {
    pub fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), span: Some(span), hint: None }
    }

    pub fn whole(message: impl Into<String>) -> Self {
        Self { message: message.into(), span: None, hint: None }
    }

    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// All mistakes of one file, in the order of the file. `Display` shows each with its line and a
/// caret.
#[derive(Clone, Debug)]
pub struct ConfigErrors {
    path: PathBuf,
    /// The file with its secrets redacted.
    text: String,
    pub problems: Vec<Problem>,
}

impl std::error::Error for ConfigErrors {}

impl ConfigErrors {
    /// `text` must be redacted (see [`redact`](crate::config::redact::redact)).
    pub(super) fn new(path: &Path, text: String, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.span.as_ref().map_or(usize::MAX, |span| span.start));
        problems.dedup();
        Self { path: path.to_owned(), text, problems }
    }

    /// Line and column of a problem, starting at 1. The column counts characters.
    pub fn position(&self, problem: &Problem) -> Option<(usize, usize)> {
        problem.span.as_ref().map(|span| position(&self.text, span.start))
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display().to_string();
        for (number, problem) in self.problems.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            let Some(span) = &problem.span else {
                writeln!(f, "error: {}", problem.message)?;
                writeln!(f, " --> {path}")?;
                if let Some(hint) = &problem.hint {
                    writeln!(f, "  = help: {hint}")?;
                }
                continue;
            };
            let span = on_one_line(&self.text, span);
            let snippet = Snippet::source(self.text.as_str())
                .path(path.as_str())
                .annotation(AnnotationKind::Primary.span(span));
            let mut group = Level::ERROR.primary_title(problem.message.as_str()).element(snippet);
            if let Some(hint) = &problem.hint {
                group = group.element(Level::HELP.message(hint.as_str()));
            }
            writeln!(f, "{}", Renderer::plain().decor_style(DecorStyle::Ascii).render(&[group]))?;
        }
        Ok(())
    }
}

/// Limits a span to its first line, because a caret marks one line.
fn on_one_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = floor(text, span.start);
    let end = floor(text, span.end).max(start);
    let line_end =
        text.get(start..end).and_then(|part| part.find('\n')).map_or(end, |offset| start + offset);
    start..line_end
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..floor(text, at)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
