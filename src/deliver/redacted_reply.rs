//! What may be kept of a server's answer: a short text without addresses, links, tokens or control
//! characters. Pure.

use std::net::IpAddr;

use crate::deliver::plain;

/// The most characters of a server's answer that are kept.
const MAX_CHARS: usize = 200;
/// A secret's part shorter than this is a word like any other.
const MIN_PART_CHARS: usize = 6;
/// A whole secret shorter than this would blot letters out of every word.
const MIN_SECRET_CHARS: usize = 3;

/// The texts that must not be shown, whole and in their parts: an address's path and query are
/// tokens too.
#[derive(Clone, Default)]
pub struct Redaction(Vec<String>);

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
        // The longest first: a part must not break up the whole.
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        needles.dedup();
        Self(needles)
    }
}

/// Cuts `text` to a line of at most 200 characters and takes out what is redaction and all that looks
/// like an address.
pub fn redacted(text: &str, redaction: &Redaction) -> String {
    let mut text = cleaned(text);
    for needle in &redaction.0 {
        text = without(&text, needle);
    }
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| if looks_like_address(word) { "[…]" } else { word })
        .collect();
    plain::shorten(&words.join(" "), MAX_CHARS)
}

/// As a text is searched, so must be what is searched for.
fn cleaned(text: &str) -> String {
    // JSON may write `https:\/\/`, which is as good an address as any.
    plain::line(&text.replace('\\', ""))
}

/// Every occurrence of `needle` taken out, whatever the case of its ASCII letters.
fn without(text: &str, needle: &str) -> String {
    // ASCII lowercasing keeps every byte's place, which full lowercasing does not.
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
    fn what_says_something_is_kept() {
        check("invalid_payload", "invalid_payload");
        check("5.1.1 The mailbox\r\n is full", "5.1.1 The mailbox is full");
    }

    #[test]
    fn secrets_links_and_addresses_are_taken_out() {
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
    fn a_secret_is_found_as_the_text_is_searched() {
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
    fn a_long_answer_is_cut_after_it_was_cleaned() {
        let text = format!("{} s3cr3t-token", "x".repeat(195));
        let kept = redacted(&text, &Redaction::of(["s3cr3t-token"]));
        assert!(kept.chars().count() <= 200 && !kept.contains("s3c"), "{kept}");
    }
}
