//! Makes text of a list, or of a server, fit to be shown: it is not trusted. Pure.

/// One line: control characters and line breaks become spaces, invisible and direction-changing
/// ones are taken out (an override could make a name read as another one), runs of space become
/// one.
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

/// At most `max_chars` characters, with an ellipsis in place of what is cut.
pub fn shorten(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Zero-width characters, bidirectional controls, tags, variation selectors beyond the usual, and
/// the byte order mark. ZWJ and ZWNJ stay: Persian and Indic names are spelled with them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_its_line() {
        assert_eq!(
            line("  Acme\r\nBcc: x@example.com\u{0}\u{85}Ltd. "),
            "Acme Bcc: x@example.com Ltd."
        );
        assert_eq!(line("safe \u{202e}txet\u{202c} name\u{200b}"), "safe txet name");
        assert_eq!(line("شرکت می\u{200c}خواهم 黒"), "شرکت می\u{200c}خواهم 黒");
    }

    #[test]
    fn a_text_is_cut_by_characters() {
        assert_eq!(shorten("黒龍江省", 4), "黒龍江省");
        assert_eq!(shorten("黒龍江省哈", 4), "黒龍江…");
    }
}
