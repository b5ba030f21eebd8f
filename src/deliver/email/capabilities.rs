//! The extensions that a mail server announces in its reply to `EHLO` (RFC 5321, 4.1.1.1). Pure.

use crate::deliver::email::smtp_reply::Reply;

/// The extensions that this client uses. A server that knows only `HELO` has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    pub starttls: bool,
    /// `Some(0)`: the server knows `SIZE` and announces no limit (RFC 1870).
    pub size_bytes: Option<u64>,
    pub eight_bit: bool,
    pub utf8: bool,
    /// The mechanisms of `AUTH`, in upper case.
    pub auth: Vec<String>,
}

impl Capabilities {
    /// Reads the reply. The first line is a greeting. Each other line is one extension.
    pub fn of(reply: &Reply) -> Self {
        let mut found = Self::default();
        for line in reply.lines.iter().skip(1) {
            // Some servers also send `AUTH=PLAIN`, an old spelling.
            let line = line.to_ascii_uppercase();
            let mut words =
                line.split(|c: char| c.is_whitespace() || c == '=').filter(|word| !word.is_empty());
            match words.next() {
                Some("STARTTLS") => found.starttls = true,
                Some("8BITMIME") => found.eight_bit = true,
                Some("SMTPUTF8") => found.utf8 = true,
                Some("SIZE") => {
                    found.size_bytes =
                        Some(words.next().and_then(|bytes| bytes.parse().ok()).unwrap_or(0));
                }
                Some("AUTH") => {
                    for mechanism in words.map(str::to_owned) {
                        if !found.auth.contains(&mechanism) {
                            found.auth.push(mechanism);
                        }
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The most bytes that a message may have. `None` if the server announces no limit.
    pub fn max_bytes(&self) -> Option<u64> {
        self.size_bytes.filter(|bytes| *bytes > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Capabilities {
        Capabilities::of(&Reply {
            code: 250,
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        })
    }

    #[test]
    fn each_extension_is_read_in_any_case() {
        let found = of(&[
            "mail.example.com",
            "size 10240000",
            "StartTLS",
            "8bitmime",
            "SMTPUTF8",
            "auth plain LOGIN",
            "AUTH=LOGIN XOAUTH2",
        ]);
        let auth = ["PLAIN", "LOGIN", "XOAUTH2"].map(str::to_owned).to_vec();
        assert_eq!(
            found,
            Capabilities {
                starttls: true,
                size_bytes: Some(10_240_000),
                eight_bit: true,
                utf8: true,
                auth
            }
        );
    }

    #[test]
    fn the_greeting_is_not_an_extension() {
        assert_eq!(of(&["STARTTLS"]), Capabilities::default());
        assert_eq!(of(&[]), Capabilities::default());
    }

    #[test]
    fn a_missing_or_zero_size_is_no_limit() {
        assert_eq!(of(&["mail", "SIZE 1000"]).max_bytes(), Some(1000));
        for line in ["SIZE", "SIZE 0", "SIZE many", "SIZE 99999999999999999999999"] {
            assert_eq!(
                (of(&["mail", line]).size_bytes, of(&["mail", line]).max_bytes()),
                (Some(0), None),
                "{line}"
            );
        }
        assert_eq!(of(&["mail"]).size_bytes, None);
    }
}
