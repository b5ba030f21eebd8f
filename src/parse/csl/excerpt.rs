//! The beginning of a text that an error or a warning quotes.

/// The most characters that are quoted: a damaged file may have megabytes in one cell.
const MOST_CHARACTERS: usize = 60;

/// The first [`MOST_CHARACTERS`] of a text, with control characters replaced by spaces.
pub fn shortened(text: &str) -> String {
    let mut short: String =
        text.chars().take(MOST_CHARACTERS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MOST_CHARACTERS).is_some() {
        short.push('…');
    }
    short
}
