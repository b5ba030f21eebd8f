//! Prepares a message for transfer after `DATA` (RFC 5321, 4.5.2). Pure.

/// Returns the message with every line ended by CRLF and every leading dot doubled.
///
/// A lone line feed or carriage return becomes CRLF. Servers disagree about lone ones, so a dot
/// after one could end the message for one server and not for the next.
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
    fn a_dot_at_the_start_of_a_line_is_doubled() {
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
