//! Reads the lines of one reply of a mail server (RFC 5321, 4.2). Pure.
//!
//! Only the three digits decide. The text after them may be missing, in any encoding and of any
//! length.

use std::borrow::Cow;

/// A complete reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// 200 to 599. Of several lines, the code of the last one.
    pub code: u16,
    /// The text of each line, without code and line break.
    pub lines: Vec<String>,
}

/// A line that is not part of a reply, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAReply(pub String);

impl Reply {
    /// 2xx: done as requested.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// 4xx or 5xx: not done.
    pub fn is_refusal(&self) -> bool {
        self.code >= 400
    }

    /// `SMTP 550 5.1.1 no such user`
    pub fn text(&self) -> String {
        format!("SMTP {} {}", self.code, self.lines.join(" ")).trim_end().to_owned()
    }

    /// Its codes without any words: `SMTP 554 5.7.1`
    pub fn codes(&self) -> String {
        let enhanced = self
            .enhanced()
            .map(|(subject, detail)| format!(" {}.{subject}.{detail}", self.code / 100));
        format!("SMTP {}{}", self.code, enhanced.unwrap_or_default())
    }

    /// The subject and the detail of the enhanced code (RFC 3463): `(1, 1)` for `5.1.1`.
    pub fn enhanced(&self) -> Option<(u16, u16)> {
        let mut parts = self.lines.first()?.split_whitespace().next()?.split('.');
        let class: u16 = parts.next()?.parse().ok()?;
        let (subject, detail) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        (parts.next().is_none() && class == self.code / 100).then_some((subject, detail))
    }
}

/// A reply whose last line has not arrived yet.
#[derive(Debug, Default)]
pub struct PartialReply(Vec<String>);

impl PartialReply {
    /// Adds one line, with or without its line break. Returns the reply if this was the last line.
    ///
    /// # Errors
    ///
    /// Fails if the first line does not start with a code. A later line without a code is kept as
    /// text.
    pub fn push(&mut self, line: &[u8]) -> Result<Option<Reply>, NotAReply> {
        let bare = line.strip_suffix(b"\n").unwrap_or(line);
        let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
        match code_of(bare) {
            Some((code, more, text)) => {
                self.0.push(decoded(text).into_owned());
                Ok((!more).then(|| Reply { code, lines: std::mem::take(&mut self.0) }))
            }
            None if self.0.is_empty() => Err(NotAReply(decoded(bare).into_owned())),
            None => {
                self.0.push(decoded(bare).into_owned());
                Ok(None)
            }
        }
    }
}

/// The code, whether more lines follow, and the text.
fn code_of(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (digits, rest) = line.split_at_checked(3)?;
    let is_code = digits.iter().all(u8::is_ascii_digit) && (b'2'..=b'5').contains(digits.first()?);
    let code = std::str::from_utf8(digits).ok().filter(|_| is_code)?.parse().ok()?;
    match rest {
        [b'-', text @ ..] => Some((code, true, text)),
        [b' ', text @ ..] => Some((code, false, text)),
        [next, ..] if next.is_ascii_digit() => None,
        text => Some((code, false, text)),
    }
}

/// Decodes UTF-8, or else Latin-1, in which every byte is a character.
fn decoded(text: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(text) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(text.iter().copied().map(char::from).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the lines of `text` up to the end of the first reply.
    fn read(text: &[u8]) -> Result<Option<Reply>, NotAReply> {
        let mut reply = PartialReply::default();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            if let Some(reply) = reply.push(line)? {
                return Ok(Some(reply));
            }
        }
        Ok(None)
    }

    #[track_caller]
    fn check(text: &[u8], code: u16, lines: &[&str]) {
        let expected = Reply { code, lines: lines.iter().map(|line| (*line).to_owned()).collect() };
        assert_eq!(read(text), Ok(Some(expected)), "{}", String::from_utf8_lossy(text));
    }

    #[test]
    fn ok_only_the_code_decides() {
        check(b"250 2.0.0 queued\r\n", 250, &["2.0.0 queued"]);
        check(b"250\r\n", 250, &[""]);
        check(b"250 \r\n", 250, &[""]);
        check(b"250\n", 250, &[""]);
        check(b"250", 250, &[""]);
        check(b"250\tok\r\n", 250, &["\tok"]);
        check(b"299 odd\r\n", 299, &["odd"]);
    }

    #[test]
    fn ok_lines_in_any_mixture() {
        check(b"250-one\r\n250-two\r\n250 three\r\n", 250, &["one", "two", "three"]);
        check(b"250-one\r\n250\r\n", 250, &["one", ""]);
        check(b"250-\r\n250-\r\n250 \r\n", 250, &["", "", ""]);
        check(
            b"250-one\r\nwithout a code\r\n\r\n250 end\r\n",
            250,
            &["one", "without a code", "", "end"],
        );
        check(b"250-accepted\r\n550 after all not\r\n", 550, &["accepted", "after all not"]);
    }

    #[test]
    fn ok_text_in_any_encoding() {
        check("250 prêt\r\n".as_bytes(), 250, &["prêt"]);
        check(b"250 pr\xeat\r\n", 250, &["prêt"]);
        check(b"250 \xff\xfe\x80\r\n", 250, &["ÿþ\u{80}"]);
        check(b"250-\xc3\r\n250 \xa9\r\n", 250, &["Ã", "©"]);
    }

    #[test]
    fn err_a_line_without_a_code() {
        for text in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"\r\n",
            b"25\r\n",
            b"2500 x\r\n",
            b"150 x\r\n",
            b"650 x\r\n",
            b" 250 x\r\n",
        ] {
            assert!(read(text).is_err(), "{}", String::from_utf8_lossy(text));
        }
        assert_eq!(read(b"250-more\r\n"), Ok(None));
    }

    #[test]
    fn an_enhanced_code_is_of_the_same_class() {
        let of = |text: &[u8]| read(text).unwrap().unwrap().enhanced();
        assert_eq!(of(b"552 5.3.4 too big\r\n"), Some((3, 4)));
        assert_eq!(of(b"552-5.3.4 too big\r\n552 bye\r\n"), Some((3, 4)));
        assert_eq!(of(b"552 5.3.4\r\n"), Some((3, 4)));
        assert_eq!(of(b"552 4.3.4 too big\r\n"), None);
        assert_eq!(of(b"552 192.0.2.1 says no\r\n"), None);
        assert_eq!(of(b"552\r\n"), None);
    }
}
