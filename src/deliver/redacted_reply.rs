//! Redacts text of a server, so that it can be stored: short, and without addresses, links, tokens
//! or control characters. Pure.

use std::net::IpAddr;

use crate::deliver::plain;

/// The most characters that are kept of a server's text.
const MAX_CHARS: usize = 200;
/// A shorter part of a secret is treated as an ordinary word.
const MIN_PART_CHARS: usize = 6;
/// A shorter secret would redact letters in every word.
const MIN_SECRET_CHARS: usize = 3;

/// The texts to redact: each secret, and its parts, because the path and the query of an address
/// are tokens too.
#[derive(Clone, Default)]
pub struct Redaction {
    needles: Vec<String>,
    quotes_nothing: bool,
}

impl Redaction {
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut needles: Vec<String> = Vec::new();
        for secret in secrets {
            let secret = cleaned(secret);
            let parts = secret.split(['/', '?', '&', '=', ' ', ':', '@', ',']);
            needles.extend(
                parts.filter(|part| part.chars().count() >= MIN_PART_CHARS).map(str::to_owned),
            );
            if secret.chars().count() >= MIN_SECRET_CHARS {
                needles.push(secret);
            }
        }
        // Longest first, because redacting a part would hide the complete secret.
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        needles.dedup();
        Self { needles, quotes_nothing: false }
    }

    /// For a message with counterparties. A server may repeat what it was sent, and its words are
    /// shown to people and receivers who may not see them. So nothing of them is kept.
    pub fn without_quotes(self) -> Self {
        Self { quotes_nothing: true, ..self }
    }

    pub fn quotes_nothing(&self) -> bool {
        self.quotes_nothing
    }
}

/// Returns `text` as one line of at most 200 characters, without the texts in `redaction` and
/// without anything that looks like an address.
pub fn redacted(text: &str, redaction: &Redaction) -> String {
    let mut text = cleaned(text);
    for needle in &redaction.needles {
        text = without(&text, needle);
    }
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| if looks_like_address(word) { "[…]" } else { word })
        .collect();
    plain::shorten(&words.join(" "), MAX_CHARS)
}

/// Like [`redacted`] for the words of a server. Empty if none of them may be kept.
pub fn quoted(text: &str, redaction: &Redaction) -> String {
    if redaction.quotes_nothing { String::new() } else { redacted(text, redaction) }
}

/// Cleans a text. Secrets are cleaned the same way, so that they are found.
fn cleaned(text: &str) -> String {
    // JSON may write an address as `https:\/\/`.
    plain::line(&text.replace('\\', ""))
}

/// Replaces every occurrence of `needle`, ignoring the case of ASCII letters.
fn without(text: &str, needle: &str) -> String {
    // ASCII lowercasing keeps byte positions. Full lowercasing does not.
    let (lower, needle) = (text.to_ascii_lowercase(), needle.to_ascii_lowercase());
    let mut kept = String::with_capacity(text.len());
    let mut end = 0;
    for (at, found) in lower.match_indices(&needle) {
        kept.push_str(text.get(end..at).unwrap_or_default());
        kept.push_str("[…]");
        end = at + found.len();
    }
    kept.push_str(text.get(end..).unwrap_or_default());
    kept
}

fn looks_like_address(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != ':');
    let without_port = bare.rsplit_once(':').map_or(bare, |(host, _)| host);
    word.contains("://")
        || word.contains('@')
        || [bare, without_port]
            .iter()
            .any(|text| text.trim_matches(['[', ']']).parse::<IpAddr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let redaction = Redaction::of([
            "https://hooks.example.com/services/T0001/B0002/abcdefgh?key=zyxwvuts",
            "Bearer s3cr3t-token",
        ]);
        assert_eq!(redacted(text, &redaction), expected);
    }

    #[test]
    fn ordinary_text_is_kept() {
        check("invalid_payload", "invalid_payload");
        check("5.1.1 The mailbox\r\n is full", "5.1.1 The mailbox is full");
    }

    #[test]
    fn secrets_links_and_addresses_are_redacted() {
        check(r#"{"error":"no such hook: ABCDEFGH"}"#, r#"{"error":"no such hook: […]"}"#);
        check("got s3cr3t-token, sorry", "got […], sorry");
        check(
            "see https://example.com/why or write to <someone@example.com>",
            "see […] or write to […]",
        );
        check(r"see https:\/\/example.com\/why", "see […]");
        check(
            "client [192.0.2.7] or 192.0.2.7:25 or 2001:db8::1 is blocked",
            "client […] or […] or […] is blocked",
        );
    }

    #[test]
    fn a_secret_is_found_in_any_form() {
        for (secret, text) in [
            ("ab1", "no ab1 here"),
            ("pa\\ss", r"no pa\ss here"),
            ("two  spaces", "no two  spaces here"),
            ("PÄSSWORT", "no PÄSSWORT here"),
            ("Mixed Case", "no MIXED case here"),
        ] {
            assert_eq!(redacted(text, &Redaction::of([secret])), "no […] here", "{secret}");
        }
        assert_eq!(redacted("ab ab abc", &Redaction::of(["", "ab"])), "ab ab abc");
        assert_eq!(redacted("[…][…] x", &Redaction::of(["[…]"])), "[…][…] x");
    }

    #[test]
    fn a_long_text_is_shortened_after_redaction() {
        let text = format!("{} s3cr3t-token", "x".repeat(195));
        let kept = redacted(&text, &Redaction::of(["s3cr3t-token"]));
        assert!(kept.chars().count() <= 200 && !kept.contains("s3c"), "{kept}");
    }
}
