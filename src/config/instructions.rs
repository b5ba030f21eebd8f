//! Reads `[messages] what_to_do_file`: the company's own instructions.

use std::path::Path;

use crate::config::SecretsMode;
use crate::config::problem::Problem;
use crate::config::raw::RawMessages;
use crate::config::secret::Lookup;
use crate::config::text::{self, trimmed};

/// The longest instructions, in bytes. They are in every alert about changes, and a reader has a
/// minute.
const MAX_BYTES: usize = 4_000;

/// The paragraphs of the instructions. A blank line ends a paragraph.
pub(super) fn read(
    raw: &RawMessages,
    lookup: Lookup<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<String> {
    let Some(file) = &raw.what_to_do_file else { return Vec::new() };
    let path = lookup.folder.join(&file.value.0);
    match paragraphs_of(&path) {
        Ok(paragraphs) => paragraphs,
        // A command that only reads may run as a user who cannot read this file.
        Err(_) if lookup.mode == SecretsMode::Skip => Vec::new(),
        Err(reason) => {
            let problem = format!("failed to read {}: {reason}", path.display());
            problems.push(Problem::at(file.span.clone(), problem));
            Vec::new()
        }
    }
}

fn paragraphs_of(path: &Path) -> Result<Vec<String>, InstructionsError> {
    let bytes = std::fs::read(path)?;
    if bytes.len() > MAX_BYTES {
        return Err(InstructionsError::TooLong(bytes.len()));
    }
    let text = text::of_bytes(bytes).map_err(InstructionsError::NotText)?;
    let paragraphs = paragraphs(&text);
    if paragraphs.is_empty() { Err(InstructionsError::Empty) } else { Ok(paragraphs) }
}

#[derive(Debug, thiserror::Error)]
enum InstructionsError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    NotText(&'static str),
    #[error("expected instructions of at most {MAX_BYTES} bytes, but got {0}")]
    TooLong(usize),
    #[error("expected instructions, but got an empty file")]
    Empty,
}

fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![Vec::new()];
    for line in text.lines().map(trimmed) {
        match paragraphs.last_mut() {
            Some(current) if !line.is_empty() => current.push(line),
            _ => paragraphs.push(Vec::new()),
        }
    }
    let joined = paragraphs.into_iter().filter(|lines| !lines.is_empty());
    joined.map(|lines| lines.join(" ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_line_ends_a_paragraph() {
        assert_eq!(
            paragraphs("\nHold the shipment.\r\nCall counsel.\r\n\r\n\n  +1 555 0100 \n"),
            ["Hold the shipment. Call counsel.", "+1 555 0100"]
        );
    }

    #[test]
    fn err_a_file_that_is_no_instructions_says_what_was_expected() {
        let folder = tempfile::tempdir().unwrap();
        let check = |content: &[u8], expected: &str| {
            let path = folder.path().join("what-to-do.txt");
            std::fs::write(&path, content).unwrap();
            assert_eq!(paragraphs_of(&path).unwrap_err().to_string(), expected);
        };
        check(b" \n", "expected instructions, but got an empty file");
        check(&[b'x'; 4_001], "expected instructions of at most 4000 bytes, but got 4001");
        check(b"a\0b", "expected UTF-8 text, but got NUL bytes, as in UTF-16: save it as UTF-8");
        let missing = paragraphs_of(&folder.path().join("none.txt")).unwrap_err();
        assert!(missing.to_string().contains("No such file"), "{missing}");
    }
}
