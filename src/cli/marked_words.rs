//! A text with its deleted and inserted words marked, as in the text of an email.

use crate::deliver::plain;
use crate::domain::TextChange;

/// The text as `same [−deleted][+inserted]`.
pub fn marked(words: &[TextChange]) -> String {
    let piece = |piece: &TextChange| match piece {
        TextChange::Same(text) => plain::visible(text),
        TextChange::Deleted(text) => format!("[−{}]", plain::visible(text)),
        TextChange::Inserted(text) => format!("[+{}]", plain::visible(text)),
    };
    words.iter().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deleted_and_inserted_words_are_marked() {
        let words = TextChange::between("(a) One is owned.", "(a) One is held.");
        assert_eq!(marked(&words), "(a) One is [−owned][+held].");
    }
}
