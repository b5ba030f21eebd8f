//! Standard Webhooks signatures (specification 1.0.0, "Signature scheme"): `v1,` and HMAC-SHA256 in
//! base64. Pure.

use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret::Secret;

/// A signing secret cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    #[error(
        "expected a signing secret of `whsec_` and base64, but got something that is not base64"
    )]
    NotBase64,
    #[error("expected a signing secret of `whsec_` and base64, but got an empty one")]
    Empty,
}

/// The number of bytes in the key of a secret, for `config check`.
///
/// # Errors
///
/// Fails if the secret cannot sign.
pub fn key_length(secret: &Secret) -> Result<usize, SecretError> {
    key(secret).map(|key| key.len())
}

/// The value of `webhook-signature`: one signature for each secret, separated by spaces. During a
/// rotation, a receiver that knows only one of the secrets accepts the message.
pub fn signatures(
    secrets: &[Secret],
    id: &str,
    timestamp_secs: i64,
    body: &[u8],
) -> Result<String, SecretError> {
    let signed: Result<Vec<String>, SecretError> =
        secrets.iter().map(|secret| signature(secret, id, timestamp_secs, body)).collect();
    Ok(signed?.join(" "))
}

fn signature(
    secret: &Secret,
    id: &str,
    timestamp_secs: i64,
    body: &[u8],
) -> Result<String, SecretError> {
    // HMAC accepts a key of any length. The error belongs to the trait and cannot occur.
    let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)?).map_err(|_| SecretError::Empty)?;
    mac.update(format!("{id}.{timestamp_secs}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

fn key(secret: &Secret) -> Result<Vec<u8>, SecretError> {
    // People omit the padding, and the official libraries accept that.
    let engine = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let text = secret.expose().trim();
    let key = engine
        .decode(text.strip_prefix("whsec_").unwrap_or(text))
        .map_err(|_| SecretError::NotBase64)?;
    if key.is_empty() { Err(SecretError::Empty) } else { Ok(key) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRETS: [&str; 2] =
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"];

    #[test]
    fn signatures_are_those_of_the_reference_library() {
        let secrets = SECRETS.map(Secret::new);
        let (id, at, body) = ("dlv_1", 1_656_590_400, r#"{"type":"test"}"#);
        let expected: Vec<String> = SECRETS
            .iter()
            .map(|secret| {
                standardwebhooks::Webhook::new(secret)
                    .unwrap()
                    .sign(id, at, body.as_bytes())
                    .unwrap()
            })
            .collect();
        assert_eq!(signatures(&secrets, id, at, body.as_bytes()).unwrap(), expected.join(" "));
    }

    #[test]
    fn ok_a_secret_may_lack_its_padding_and_its_prefix() {
        for text in ["whsec_c2VjcmV0IQ==", "whsec_c2VjcmV0IQ", "c2VjcmV0IQ=="] {
            assert_eq!(key_length(&Secret::new(text)), Ok(7), "{text}");
        }
    }

    #[test]
    fn err_a_secret_that_is_not_base64_is_not_repeated_in_the_error() {
        let error = key_length(&Secret::new("whsec_hunter2!")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected a signing secret of `whsec_` and base64, but got something that is not \
             base64"
        );
        assert_eq!(key_length(&Secret::new("whsec_")), Err(SecretError::Empty));
    }
}
