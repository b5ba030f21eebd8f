//! A hash of the ASCII letters and digits of a text, without case, spaces and punctuation.
//!
//! Texts that differ only in those have one hash. Other texts may have it too, so that a caller
//! must compare the texts as well.

#[derive(Clone, Copy, Debug, Default)]
pub struct LetterHash(u64);

impl LetterHash {
    /// The hash of a whole text.
    pub fn of(text: &str) -> u64 {
        let mut hash = Self::default();
        text.bytes().for_each(|byte| hash.push(byte));
        hash.value()
    }

    /// Adds a byte, if it is a letter or digit.
    pub fn push(&mut self, byte: u8) {
        if byte.is_ascii_alphanumeric() {
            self.0 = (self.0 ^ u64::from(byte.to_ascii_lowercase()))
                .wrapping_mul(FNV_PRIME)
                .rotate_left(7);
        }
    }

    pub fn value(self) -> u64 {
        self.0
    }
}

/// The multiplier of the 64-bit FNV hash.
const FNV_PRIME: u64 = 0x0100_0000_01b3;
