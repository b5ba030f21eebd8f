//! The secrets of several lines: the signing secrets and the headers of a webhook.

use crate::config::text::trimmed;
use crate::deliver::key_length;
use crate::secret::Secret;

/// Headers that the program sets itself, or that would change the meaning of a request.
const OWN_HEADERS: [&str; 16] = [
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "content-type",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "host",
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "user-agent",
];

/// Which line is wrong. Never quotes a secret.
#[derive(Debug, thiserror::Error)]
pub enum LinesError {
    #[error("expected a secret that begins with `whsec_` on line {0}")]
    NoSecret(usize),
    #[error("expected base64 after `whsec_` on line {0}")]
    NoBase64(usize),
    #[error("expected a secret of 24 to 64 bytes on line {number}, but got {length}")]
    Length { number: usize, length: usize },
    #[error("expected `Name: value` on line {0}")]
    NoHeader(usize),
    #[error("expected `Name: value` in ASCII on line {0}")]
    NotAscii(usize),
    #[error("found the header `{name}` on line {number}, but entitywatch sets this header itself")]
    OwnHeader { name: String, number: usize },
    #[error("expected at least one line `Name: value`")]
    NoHeaders,
}

/// The signing secrets of a webhook, one on each line (Standard Webhooks 1.0: `whsec_` and base64
/// of 24 to 64 bytes).
///
/// # Errors
///
/// Names the wrong line without quoting it.
pub fn signing_secrets(text: &str) -> Result<Vec<Secret>, LinesError> {
    let lines = text.lines().map(trimmed).enumerate().filter(|(_, line)| !line.is_empty());
    lines
        .map(|(index, line)| {
            let number = index + 1;
            if !line.starts_with("whsec_") {
                return Err(LinesError::NoSecret(number));
            }
            // A secret without its padding is the same secret. The reference libraries accept both.
            let length =
                key_length(&Secret::new(line)).map_err(|_| LinesError::NoBase64(number))?;
            if !(24..=64).contains(&length) {
                return Err(LinesError::Length { number, length });
            }
            Ok(Secret::new(line))
        })
        .collect()
}

/// Header lines `Name: value`. Empty lines and lines that begin with `#` are skipped.
///
/// # Errors
///
/// Names the wrong line without quoting it.
pub fn header_lines(text: &str) -> Result<Vec<(String, Secret)>, LinesError> {
    let mut headers = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let (line, number) = (trimmed(line), index + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line.split_once(':').ok_or(LinesError::NoHeader(number))?;
        let is_token = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
        let value = trimmed(value);
        if !is_token
            || value.is_empty()
            || value.bytes().any(|b| b.is_ascii_control() || !b.is_ascii())
        {
            return Err(LinesError::NotAscii(number));
        }
        if OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(LinesError::OwnHeader { name: name.to_owned(), number });
        }
        headers.push((name.to_owned(), Secret::new(value)));
    }
    if headers.is_empty() { Err(LinesError::NoHeaders) } else { Ok(headers) }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn whsec(bytes: usize) -> String {
        format!("whsec_{}", STANDARD.encode(vec![7; bytes]))
    }

    #[test]
    fn ok_signing_secrets() {
        assert_eq!(signing_secrets(&whsec(24)).unwrap().len(), 1);
        assert_eq!(
            signing_secrets(&format!("{}\n\n {} \n", whsec(32), whsec(64))).unwrap().len(),
            2
        );
    }

    #[test]
    fn ok_byte_order_marks_line_ends_and_padding_are_not_part_of_a_secret() {
        let plain = whsec(32);
        let padless = plain.trim_end_matches('=');
        assert!(padless.len() < plain.len());
        let secrets =
            signing_secrets(&format!("\u{feff}{plain}\r\n\r\n\u{feff} {padless} \r\n")).unwrap();
        assert_eq!(
            secrets.iter().map(Secret::expose).collect::<Vec<_>>(),
            [plain.as_str(), padless]
        );
        let headers =
            header_lines("\u{feff}A: b\r\n\u{feff}# no header\r\n\u{feff}C:\u{feff}d\r\n").unwrap();
        let shown: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
        assert_eq!(shown, [("A", "b"), ("C", "d")]);
    }

    #[test]
    fn err_signing_secrets() {
        let table = [
            (whsec(23), "expected a secret of 24 to 64 bytes on line 1, but got 23"),
            (
                format!("{}\n{}", whsec(24), whsec(65)),
                "expected a secret of 24 to 64 bytes on line 2, but got 65",
            ),
            ("hunter2".to_owned(), "expected a secret that begins with `whsec_` on line 1"),
            ("whsec_!".to_owned(), "expected base64 after `whsec_` on line 1"),
            (format!("{}\n\nwhsec_!", whsec(24)), "expected base64 after `whsec_` on line 3"),
        ];
        for (text, expected) in table {
            assert_eq!(signing_secrets(&text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn ok_headers() {
        let headers =
            header_lines("# token of the ERP\nAuthorization: Bearer a:b\n\nX-Team:trade\n")
                .unwrap();
        let shown: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
        assert_eq!(shown, [("Authorization", "Bearer a:b"), ("X-Team", "trade")]);
    }

    #[test]
    fn err_headers() {
        let table = [
            ("Authorization", "expected `Name: value` on line 1"),
            ("A: b\nBad name: x", "expected `Name: value` in ASCII on line 2"),
            ("A:", "expected `Name: value` in ASCII on line 1"),
            (
                "Webhook-Id: 1",
                "found the header `Webhook-Id` on line 1, but entitywatch sets this header itself",
            ),
            (
                "Upgrade: h2c",
                "found the header `Upgrade` on line 1, but entitywatch sets this header itself",
            ),
            ("A: b\u{7}", "expected `Name: value` in ASCII on line 1"),
            ("A : b", "expected `Name: value` in ASCII on line 1"),
            ("# nothing\n", "expected at least one line `Name: value`"),
        ];
        for (text, expected) in table {
            assert_eq!(header_lines(text).unwrap_err().to_string(), expected);
        }
    }
}
