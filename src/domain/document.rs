//! The bytes that a publisher served, compressed as they came in.

use std::io::{
    Read, {self},
};

use bytes::Bytes;
use jiff::Timestamp;
use sha2::Digest;

use crate::domain::Sha256;

/// One fetched file: kept compressed, so that memory is bounded by the list and not by the file.
#[derive(Clone, Debug)]
pub struct Document {
    /// Of the decoded content (after any `Content-Encoding`).
    pub sha256: Sha256,
    pub size_bytes: u64,
    pub fetched_at: Timestamp,
    /// zstd.
    pub compressed: Bytes,
}

impl Document {
    /// The content, decompressed while it is read.
    pub fn reader(&self) -> io::Result<impl Read + '_> {
        zstd::stream::read::Decoder::with_buffer(self.compressed.as_ref())
    }
}

/// Makes a [`Document`] chunk by chunk.
pub struct DocumentWriter {
    hasher: sha2::Sha256,
    encoder: zstd::stream::write::Encoder<'static, Vec<u8>>,
    size_bytes: u64,
}

impl DocumentWriter {
    /// Level 1: a 23 MB list costs some 60 ms and comes to a tenth.
    const LEVEL: i32 = 1;

    pub fn new() -> io::Result<Self> {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), Self::LEVEL)?;
        // Beside whoever brings the next chunk, and hashes it.
        encoder.multithread(1)?;
        Ok(Self { hasher: sha2::Sha256::new(), encoder, size_bytes: 0 })
    }

    pub fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        use io::Write;
        self.hasher.update(chunk);
        // The first bytes start the thread. Where the machine has none left, this thread does the
        // work: it says nothing of the document.
        let written = match self.encoder.write_all(chunk) {
            Err(_) if self.size_bytes == 0 => {
                self.encoder = zstd::stream::write::Encoder::new(Vec::new(), Self::LEVEL)?;
                self.encoder.write_all(chunk)
            }
            written => written,
        };
        self.size_bytes += chunk.len() as u64;
        written
    }

    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    pub fn finish(self, fetched_at: Timestamp) -> io::Result<Document> {
        Ok(Document {
            sha256: Sha256::from_digest(&self.hasher.finalize()),
            size_bytes: self.size_bytes,
            fetched_at,
            compressed: self.encoder.finish()?.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut writer = DocumentWriter::new().unwrap();
        writer.write(b"one,").unwrap();
        writer.write(b"two").unwrap();
        let document = writer.finish(Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(document.sha256, Sha256::of(b"one,two"));
        assert_eq!(document.size_bytes, 7);
        assert_eq!(io::read_to_string(document.reader().unwrap()).unwrap(), "one,two");
    }
}
