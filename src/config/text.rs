//! Text in files as editors save it: the configuration, secrets, header lines and certificates.

/// The byte order mark, which some editors write before UTF-8.
const MARK: char = '\u{feff}';

/// The text without a leading byte order mark.
///
/// # Errors
///
/// Names the encoding that was found, and never quotes the text.
pub fn of_bytes(bytes: Vec<u8>) -> Result<String, &'static str> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("expected UTF-8 text, but got UTF-16: save it as UTF-8");
    }
    // UTF-16 without a mark, or no text at all. Neither a configuration nor a secret contains NUL.
    if bytes.contains(&0) {
        return Err("expected UTF-8 text, but got NUL bytes, as in UTF-16: save it as UTF-8");
    }
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text")?;
    Ok(text.strip_prefix(MARK).map_or_else(|| text.clone(), str::to_owned))
}

/// Trims white space and byte order marks. Two concatenated files may have a mark in the middle, at
/// the start of a line.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == MARK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_byte_order_mark_is_not_part_of_a_text() {
        assert_eq!(of_bytes(b"\xef\xbb\xbfa\r\n".to_vec()), Ok("a\r\n".to_owned()));
        assert_eq!(of_bytes("é".into()), Ok("é".to_owned()));
        for text in ["x", " \u{feff}x", "\u{feff}\u{feff} x\r\n", "\u{feff} x \u{feff}\u{a0}"] {
            assert_eq!(trimmed(text), "x", "{text:?}");
        }
        assert_eq!(trimmed("a \u{feff} b"), "a \u{feff} b");
    }

    #[test]
    fn err_other_encodings_are_named() {
        let utf16 = |order: fn(u16) -> [u8; 2], mark: &str| {
            format!("{mark}hi").encode_utf16().flat_map(order).collect::<Vec<u8>>()
        };
        for bytes in [
            utf16(u16::to_le_bytes, "\u{feff}"),
            utf16(u16::to_be_bytes, "\u{feff}"),
            utf16(u16::to_le_bytes, ""),
        ] {
            assert!(
                of_bytes(bytes.clone()).unwrap_err().contains("UTF-16: save it as UTF-8"),
                "{bytes:?}"
            );
        }
        assert_eq!(of_bytes(vec![b'a', 0xe9]), Err("it is not UTF-8 text"));
    }
}
