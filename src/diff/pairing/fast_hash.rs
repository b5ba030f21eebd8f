//! A fast hash for tables that live as long as one comparison: a multiplication for eight bytes, as
//! the Rust compiler's own tables use it. What hashes alike is still compared.

use std::hash::{BuildHasherDefault, Hasher};

pub type MixerState = BuildHasherDefault<Mixer>;

#[derive(Clone, Copy, Debug, Default)]
pub struct Mixer(u64);

impl Mixer {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.mix(u64::from_le_bytes(*word)));
        if !rest.is_empty() {
            self.mix(
                rest.iter().fold(rest.len() as u64, |word, byte| word << 8 | u64::from(*byte)),
            );
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.mix(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.mix(value);
    }

    fn write_usize(&mut self, value: usize) {
        self.mix(value as u64);
    }

    /// The tables look at the highest and the lowest bits: the highest are the best mixed.
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

/// The hash of some bytes.
pub fn mixed(bytes: &[u8]) -> u64 {
    let mut mixer = Mixer::default();
    mixer.write(bytes);
    mixer.finish()
}
