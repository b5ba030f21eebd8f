//! Which words of a text the other side of a match does not have.
//!
//! The order of words, their case, and diacritics make no difference, as in the comparison of
//! names.

use std::collections::HashSet;

use serde::Serialize;

use crate::domain::search::folded;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    pub text: String,
    /// The other side does not have this word.
    pub differs: bool,
}

/// The words of some texts.
#[derive(Debug, Default)]
pub struct Words(HashSet<String>);

impl Words {
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let words = texts.into_iter().flat_map(parts).filter(|part| is_word(part));
        Self(words.map(folded).collect())
    }

    /// The text in pieces: what these words are not among differs. Nothing differs from no words.
    pub fn mark(&self, text: &str) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for part in parts(text) {
            let differs = !self.0.is_empty() && is_word(part) && !self.0.contains(&folded(part));
            match pieces.last_mut() {
                Some(last) if last.differs == differs => last.text.push_str(part),
                _ => pieces.push(Piece { text: part.to_owned(), differs }),
            }
        }
        join(pieces)
    }
}

/// Two words beside each other that differ are one piece, with what is between them.
fn join(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    let mut rest = pieces.into_iter().peekable();
    while let Some(piece) = rest.next() {
        let is_between = joined.last().is_some_and(|last| last.differs)
            && rest.peek().is_some_and(|next| next.differs)
            && !parts(&piece.text).any(is_word);
        match joined.last_mut() {
            Some(last) if is_between || last.differs == piece.differs => {
                last.text.push_str(&piece.text);
            }
            _ => joined.push(piece),
        }
    }
    joined
}

/// The words, and what is between them.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_word = rest.chars().next()?.is_alphanumeric();
        let end = rest.find(|c: char| c.is_alphanumeric() != is_word).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part)
    })
}

fn is_word(part: &str) -> bool {
    part.chars().next().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, others: &[&str], expected: &str) {
        let pieces = Words::of(others.iter().copied()).mark(text);
        assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), text);
        let marked = pieces.iter().map(|piece| match piece.differs {
            true => format!("[{}]", piece.text),
            false => piece.text.clone(),
        });
        assert_eq!(marked.collect::<String>(), expected);
    }

    #[test]
    fn ok_words_that_only_one_side_has_differ() {
        check("Alder Optics Ltd.", &["Alder Optics Co., Ltd"], "Alder Optics Ltd.");
        check("Alder Marine Works Ltd.", &["ALDER LTD"], "Alder [Marine Works] Ltd.");
        check("12 Dock Rd., Unit 4", &["Unit 5, 12 Dock Road"], "12 Dock [Rd]., Unit [4]");
    }

    #[test]
    fn ok_order_case_and_diacritics_make_no_difference() {
        check("Ünited Optics", &["OPTICS, united"], "Ünited Optics");
        check("Société", &["societe"], "Société");
    }

    #[test]
    fn ok_nothing_differs_from_nothing() {
        check("Alder", &[], "Alder");
        check("", &["Alder"], "");
        check("…", &["Alder"], "…");
    }
}
