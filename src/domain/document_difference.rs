//! A document as its difference from another one of the same source.
//!
//! zstd compresses the one with the other as the dictionary before it (`zstd --patch-from`). A list
//! of 17 MB that changed a little takes 5 kB instead of megabytes.

use std::io::{self, Read, Write};

use bytes::Bytes;
use sha2::Digest as _;

use crate::domain::document::DocumentWriter;
use crate::domain::{Document, Sha256};

/// The level of the compression. Higher ones take longer and save nothing (measured on lists).
const LEVEL: i32 = 3;
/// The largest window, as a power of two: both documents must fit into it, as two lists of 30 MB
/// do. It bounds the memory, of which the daemon has 1 GB (`MemoryMax` of the unit).
const MOST_WINDOW_LOG: u32 = 26;
const LEAST_WINDOW_LOG: u32 = 10;
/// Bytes that are unpacked at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// The difference of `document` from `base`. `None` if the two are too large together.
pub fn difference(document: &Document, base: &Document) -> io::Result<Option<Bytes>> {
    let Some(window) = window_log(document.size_bytes, base.size_bytes) else { return Ok(None) };
    let (content, before) = (unpacked(document)?, unpacked(base)?);
    let mut encoder =
        zstd::stream::write::Encoder::with_ref_prefix(Vec::new(), LEVEL, before.as_slice())?;
    encoder.set_pledged_src_size(Some(content.len() as u64))?;
    encoder.window_log(window)?;
    encoder.long_distance_matching(true)?;
    encoder.write_all(&content)?;
    Ok(Some(encoder.finish()?.into()))
}

/// The document with this difference from `base`. Fails if the content has not the hash of the
/// document.
pub fn from_difference(document: &Document, base: &Document) -> io::Result<Document> {
    let mut writer = DocumentWriter::new()?;
    each_chunk(document, Some(base), |chunk| writer.write(chunk))?;
    let whole = writer.finish(document.fetched_at)?;
    if whole.sha256 == document.sha256 && whole.size_bytes == document.size_bytes {
        Ok(whole)
    } else {
        let reason = format!("expected the hash {}, but got {}", document.sha256, whole.sha256);
        Err(io::Error::new(io::ErrorKind::InvalidData, reason))
    }
}

/// Whether the content of a document, which may be a difference from `base`, has its hash and its
/// size.
pub fn is_intact(document: &Document, base: Option<&Document>) -> bool {
    let (mut hasher, mut size) = (sha2::Sha256::new(), 0);
    let read = each_chunk(document, base, |chunk| {
        hasher.update(chunk);
        size += chunk.len() as u64;
        Ok(())
    });
    let sha256 = Sha256::from_digest(&hasher.finalize());
    read.is_ok() && (&sha256, size) == (&document.sha256, document.size_bytes)
}

/// Passes the content of a document on, bit by bit.
fn each_chunk(
    document: &Document,
    base: Option<&Document>,
    mut pass: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let before = base.map(unpacked).transpose()?;
    let mut reader: Box<dyn Read + '_> = match &before {
        None => Box::new(document.reader()?),
        Some(before) => {
            let difference: &[u8] = &document.compressed;
            let mut decoder =
                zstd::stream::read::Decoder::with_ref_prefix(difference, before.as_slice())?;
            decoder.window_log_max(MOST_WINDOW_LOG)?;
            Box::new(decoder)
        }
    };
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match reader.read(&mut chunk)? {
            0 => return Ok(()),
            length => pass(chunk.get(..length).unwrap_or_default())?,
        }
    }
}

fn unpacked(document: &Document) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    document.reader()?.read_to_end(&mut content)?;
    Ok(content)
}

fn window_log(document: u64, base: u64) -> Option<u32> {
    let log = document.saturating_add(base).max(1).checked_next_power_of_two()?.trailing_zeros();
    (log <= MOST_WINDOW_LOG).then_some(log.max(LEAST_WINDOW_LOG))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn document(content: &[u8]) -> Document {
        let mut writer = DocumentWriter::new().unwrap();
        writer.write(content).unwrap();
        writer.finish(Timestamp::UNIX_EPOCH).unwrap()
    }

    /// Lines that do not repeat, and so hardly compress by themselves.
    fn lines(count: u64) -> Vec<u8> {
        let line = |n: u64| Sha256::of(&n.to_be_bytes()).to_string() + "\n";
        (0..count).map(line).collect::<String>().into_bytes()
    }

    #[test]
    fn ok_a_document_is_the_same_after_it_was_a_difference() {
        let before = document(&lines(20_000));
        let mut content = lines(20_000);
        content[640_000] = b'x';
        content.extend_from_slice(b"one more line\n");
        let after = document(&content);
        let difference = difference(&after, &before).unwrap().unwrap();
        assert!(difference.len() < 1_000, "{} bytes", difference.len());
        assert!(after.compressed.len() > 400_000, "{} bytes", after.compressed.len());
        let stored = Document { compressed: difference, ..after.clone() };
        assert!(is_intact(&stored, Some(&before)));
        let whole = from_difference(&stored, &before).unwrap();
        assert_eq!(io::read_to_string(whole.reader().unwrap()).unwrap().into_bytes(), content);
        assert!(is_intact(&whole, None));
    }

    #[test]
    fn err_another_base_or_a_damaged_difference() {
        let (before, other) = (document(&lines(2_000)), document(&lines(1_999)));
        let after = document(&lines(2_001));
        let difference = difference(&after, &before).unwrap().unwrap();
        let stored = Document { compressed: difference.clone(), ..after.clone() };
        assert!(!is_intact(&stored, Some(&other)) && !is_intact(&stored, None));
        from_difference(&stored, &other).unwrap_err();
        let cut =
            Document { compressed: difference.slice(..difference.len() - 1), ..after.clone() };
        from_difference(&cut, &before).unwrap_err();
        let renamed = Document { sha256: Sha256::of(b"another"), ..after };
        assert!(!is_intact(&renamed, None));
    }

    #[test]
    fn documents_that_are_too_large_together_have_no_difference() {
        assert_eq!(window_log(17_000_000, 17_000_000), Some(26));
        assert_eq!(window_log(33_554_432, 33_554_432), Some(26));
        assert_eq!(window_log(33_554_432, 33_554_433), None);
        assert_eq!(window_log(u64::MAX, u64::MAX), None);
        assert_eq!(window_log(0, 0), Some(10));
    }
}
