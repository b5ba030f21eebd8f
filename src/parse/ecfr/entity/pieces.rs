//! The pieces of an Entity cell: aliases, and the text between them.

use crate::domain::subordinate::introduction;
use crate::parse::ecfr::known_as::find_known_as;

/// One piece of a cell.
pub enum Piece {
    /// The text after a `—`.
    Alias(String),
    Text(String),
}

/// The lines of a cell, split further at alias marks and where a subordinate party or a shared
/// address begins.
pub fn pieces_of(cell: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut announced = false;
    for line in cell.split('\n').flat_map(sentences) {
        let mut start = 0;
        let mut alias = false;
        let mut close = |from: usize, to: usize, alias: bool| {
            let text = line.get(from..to).unwrap_or_default().trim();
            if !text.is_empty() {
                pieces.push(if alias {
                    Piece::Alias(text.to_owned())
                } else {
                    Piece::Text(text.to_owned())
                });
            }
        };
        announced |= find_known_as(line, 0).is_some();
        for (at, character) in line.char_indices() {
            let dash = character == '—' || at == 0 && matches!(character, '–' | '―' | '-');
            let head = line.get(..at).unwrap_or_default();
            let separated = head.trim_end().len() < head.len() || head.ends_with([';', ':']);
            let follows =
                line.get(at + character.len_utf8()..).is_some_and(|rest| !rest.starts_with(' '));
            if dash && (at == 0 || announced && separated && follows) {
                close(start, at, alias);
                start = at + character.len_utf8();
                alias = true;
            }
        }
        close(start, line.len(), alias);
    }
    pieces
}

/// Splits a line before each sentence that introduces a subordinate party or a shared address.
fn sentences(line: &str) -> Vec<&str> {
    let parties =
        std::iter::successors(introduction(line, 0), |found| introduction(line, found.end));
    let addresses = line.match_indices("The following address").map(|(at, _)| at);
    // After a bracket, lower case continues the name:
    // `Mines (BM) subordinate institution: Second Works`.
    let begins = |at: usize| {
        let head = line.get(..at).unwrap_or_default().trim_end();
        let is_capital = line.get(at..).is_some_and(|rest| rest.starts_with(char::is_uppercase));
        head.ends_with(['.', ';']) || (head.ends_with(')') && is_capital)
    };
    let mut cuts: Vec<usize> =
        parties.map(|found| found.start).chain(addresses).filter(|at| begins(*at)).collect();
    cuts.sort_unstable();
    let mut parts = Vec::new();
    let mut start = 0;
    for cut in cuts {
        parts.push(line.get(start..cut).unwrap_or_default());
        start = cut;
    }
    parts.push(line.get(start..).unwrap_or_default());
    parts
}
