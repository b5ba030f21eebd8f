//! Splitting a query string into decoded parameters.

use crate::web::error::WebError;

/// The names and values of a query string, decoded, in order.
pub fn parameters(query: &str) -> impl Iterator<Item = Result<(String, String), WebError>> {
    query.split('&').filter(|part| !part.is_empty()).map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        decoded(name).zip(decoded(value)).ok_or_else(|| {
            WebError::BadRequest(format!(
                "expected a parameter in percent-encoded UTF-8, but got `{part}`"
            ))
        })
    })
}

/// A name or value: `+` is a space and `%41` is `A`. `None` if it is not UTF-8 or an escape is
/// incomplete.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}
