//! Cleans text from a list or a server for display, because such text is not trusted. Pure.

/// Returns one line. Control characters and line breaks become spaces, and runs of spaces become
/// one. Invisible and direction-changing characters are removed, because an override could make a
/// name read as another one.
pub fn line(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        if c.is_whitespace() || c.is_control() {
            if !clean.ends_with(' ') && !clean.is_empty() {
                clean.push(' ');
            }
        } else {
            clean.push(c);
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// Removes what `line` removes except for spaces, and keeps line breaks.
pub fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c) && (!c.is_control() || *c == '\n')).collect()
}

/// The text as a cell of a CSV file for people, which a spreadsheet must not run as a formula
/// (OWASP, "CSV Injection").
pub fn spreadsheet_cell(text: &str) -> String {
    let formula = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let text = visible(text);
    if text.trim_start().starts_with(formula) { format!("'{text}") } else { text }
}

/// Shortens to at most `max_chars` characters. An ellipsis replaces the rest.
pub fn shorten(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Zero-width characters, bidirectional controls, tags, and the byte order mark. ZWJ and ZWNJ are
/// kept, because Persian and Indic names need them.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}'
            | '\u{061c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_on_its_line() {
        assert_eq!(
            line("  Acme\r\nBcc: x@example.com\u{0}\u{85}Ltd. "),
            "Acme Bcc: x@example.com Ltd."
        );
        assert_eq!(line("safe \u{202e}txet\u{202c} name\u{200b}"), "safe txet name");
        assert_eq!(line("شرکت می\u{200c}خواهم 黒"), "شرکت می\u{200c}خواهم 黒");
    }

    #[test]
    fn a_visible_text_keeps_its_spaces_and_its_lines() {
        assert_eq!(visible("a  b\nc\r\u{202e}\u{7}"), "a  b\nc");
    }

    #[test]
    fn a_text_is_shortened_by_characters() {
        assert_eq!(shorten("黒龍江省", 4), "黒龍江省");
        assert_eq!(shorten("黒龍江省哈", 4), "黒龍江…");
    }
}
