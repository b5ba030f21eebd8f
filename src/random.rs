//! The only place that asks the system for random bytes: tokens, sessions and the key of forms.
//! Ids are never random.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The system has no random bytes. Nothing secret can be made then.
#[derive(Debug, thiserror::Error)]
#[error("failed to get random bytes from the system: {0}")]
pub struct NoRandomness(getrandom::Error);

/// 256 random bits.
pub fn bits_256() -> Result<[u8; 32], NoRandomness> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(bytes)
}

/// 256 random bits as text: 43 letters, digits, `-` and `_`.
pub fn text_of_256_bits() -> Result<String, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(bits_256()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_another_one_and_fits_in_a_header_and_a_form() {
        let texts: Vec<String> = (0..100).map(|_| text_of_256_bits().unwrap()).collect();
        let mut unique = texts.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), texts.len());
        for text in texts {
            assert_eq!(text.len(), 43, "{text}");
            assert!(
                text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)),
                "{text}"
            );
        }
    }
}
