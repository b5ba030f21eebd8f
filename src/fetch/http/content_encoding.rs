//! The `Content-Encoding` of a response, and whether it describes the bytes that were received.

use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// Encodings that change the bytes, and that no request asks for. With one of these labels, bytes
/// that are not text cannot be read.
const UNASKED_ENCODINGS: [&str; 7] =
    ["br", "zstd", "deflate", "compress", "x-compress", "dcb", "dcz"];

/// The longest label that an error quotes, in characters.
const LABEL_CHARS: usize = 40;

/// The server's `Content-Encoding`, unless it says that there is none.
///
/// The bytes decide how the body is decoded, not this label: file storage services repeat any label
/// that a file was uploaded with (`aws-chunked`, `UTF-8`, `none`).
pub(super) fn encoding_label(headers: &HeaderMap) -> Option<String> {
    let labels: Vec<&str> =
        headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok()).collect();
    let label = labels.join(", ").to_ascii_lowercase();
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ',' | ' ');
    let label: String = label.chars().filter(is_plain).take(LABEL_CHARS).collect();
    let label = label.trim();
    (!label.is_empty() && label != "identity").then(|| label.to_owned())
}

fn names(label: &str) -> impl Iterator<Item = &str> {
    label.split(',').map(str::trim).filter(|name| !name.is_empty())
}

pub(super) fn unasked_encoding(label: &str) -> Option<&str> {
    names(label).find(|name| UNASKED_ENCODINGS.contains(name))
}

/// Whether the label matches the bytes that were received.
pub(super) fn fits(label: &str, is_gzip: bool) -> bool {
    is_gzip && names(label).all(|name| matches!(name, "gzip" | "x-gzip" | "identity"))
}
