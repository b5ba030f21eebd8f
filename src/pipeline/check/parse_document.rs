//! Parses a stored document. A thread of its own decompresses it ahead of the parser, because both
//! take about equally long.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Scope, scope};

use crate::domain::{Document, ListCode, Publisher, Snapshot};
use crate::parse::{
    ParseError, {self},
};

/// The size of a piece in bytes, and the number of pieces that are read ahead.
const PIECE: usize = 128 << 10;
const PIECES: usize = 4;

/// Why a document cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableDocument {
    #[error("it is not in the store")]
    Missing,
    #[error("failed to decompress it: {0}")]
    Compressed(#[from] io::Error),
    #[error(transparent)]
    Refused(#[from] ParseError),
}

/// The entries of these lists in a document.
///
/// # Errors
/// The document cannot be decompressed or parsed.
pub fn snapshot(document: &Document, lists: &[ListCode]) -> Result<Snapshot, UnreadableDocument> {
    let reader = document.reader()?;
    Ok(scope(|scope| parse::parse(ReadAhead::of(scope, reader), lists))?)
}

/// The publisher of a document, recognized by its beginning. `None` if it cannot be decompressed.
pub fn publisher(document: &Document) -> Option<Publisher> {
    parse::publisher(document.reader().ok()?).ok()
}

/// Reads another reader ahead, in a thread of its own.
struct ReadAhead {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
}

impl ReadAhead {
    /// Starts the thread. It ends when the inner reader ends, at the first error, or when this
    /// reader is dropped.
    fn of<'scope>(scope: &'scope Scope<'scope, '_>, mut reader: impl Read + Send + 'scope) -> Self {
        let (sender, pieces) = sync_channel(PIECES);
        scope.spawn(move || {
            loop {
                let mut piece = Vec::with_capacity(PIECE);
                let read = reader.by_ref().take(PIECE as u64).read_to_end(&mut piece);
                // The bytes before an error are still passed on.
                let is_sent = !piece.is_empty() && sender.send(Ok(piece)).is_ok();
                match read {
                    Ok(_) if is_sent => {}
                    Ok(_) => break,
                    Err(error) => {
                        let _ = sender.send(Err(error));
                        break;
                    }
                }
            }
        });
        Self { pieces, piece: io::Cursor::default() }
    }
}

impl Read for ReadAhead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.piece.read(buffer)?;
        if read > 0 || buffer.is_empty() {
            return Ok(read);
        }
        match self.pieces.recv() {
            Ok(piece) => self.piece = io::Cursor::new(piece?),
            Err(_) => return Ok(0),
        }
        self.piece.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the archive is broken"))
        }
    }

    #[test]
    fn ok_the_bytes_are_those_of_the_reader() {
        let bytes: Vec<u8> = (0..=250).cycle().take(3 * PIECES * PIECE + 7).collect();
        let mut read = Vec::new();
        scope(|scope| ReadAhead::of(scope, bytes.as_slice()).read_to_end(&mut read)).unwrap();
        assert!(read == bytes);
    }

    #[test]
    fn ok_a_reader_that_is_dropped_early_does_not_wait() {
        scope(|scope| ReadAhead::of(scope, io::repeat(7)).read_exact(&mut [0; 10])).unwrap();
    }

    #[test]
    fn err_an_error_comes_after_the_bytes_before_it() {
        let mut read = Vec::new();
        let error =
            scope(|scope| ReadAhead::of(scope, b"one".chain(Broken)).read_to_end(&mut read))
                .unwrap_err();
        assert_eq!(
            (read.as_slice(), error.to_string().as_str()),
            (&b"one"[..], "the archive is broken")
        );
    }
}
