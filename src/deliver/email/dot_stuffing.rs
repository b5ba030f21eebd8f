//! A message as it goes over the wire after `DATA` (RFC 5321, 4.5.2). Pure.

/// The lines of a message: each ends with CRLF, and a dot at its beginning is doubled.
///
/// A line feed or a carriage return that stands alone becomes a line break. Servers disagree on
/// what such a one means, and a dot after it could end the message for one of them and not for the
/// next.
pub fn dot_stuffed(message: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(message.len() + message.len() / 64);
    let mut at_line_start = true;
    let mut bytes = message.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' | b'\n' => {
                if byte == b'\r' {
                    bytes.next_if_eq(&b'\n');
                }
                lines.extend_from_slice(b"\r\n");
                at_line_start = true;
            }
            _ => {
                if at_line_start && byte == b'.' {
                    lines.push(b'.');
                }
                lines.push(byte);
                at_line_start = false;
            }
        }
    }
    if !at_line_start {
        lines.extend_from_slice(b"\r\n");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, expected: &str) {
        assert_eq!(
            String::from_utf8(dot_stuffed(message.as_bytes())).unwrap(),
            expected,
            "{message:?}"
        );
    }

    #[test]
    fn a_dot_at_the_beginning_of_a_line_is_doubled() {
        check("a\r\n.\r\n..b\r\nc.d\r\n", "a\r\n..\r\n...b\r\nc.d\r\n");
        check(".", "..\r\n");
    }

    #[test]
    fn every_line_break_is_crlf() {
        check("a\nb\rc\r\nd", "a\r\nb\r\nc\r\nd\r\n");
        check("a\n.\nb", "a\r\n..\r\nb\r\n");
        check("a\r.\rb", "a\r\n..\r\nb\r\n");
        check("a\r\r\nb\n\n", "a\r\n\r\nb\r\n\r\n");
        check("", "");
    }
}
