//! From a document as it is kept to a snapshot: it is unpacked beside the parser, since the one
//! takes about as long as the other.

use std::io::{
    Read, {self},
};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Scope, scope};

use crate::domain::{Document, ListCode, Publisher, Snapshot};
use crate::parse;

/// What a document says of these lists, or in words why it says nothing.
pub fn snapshot(document: &Document, lists: &[ListCode]) -> Result<Snapshot, String> {
    let reader =
        document.reader().map_err(|problem| format!("failed to decompress it: {problem}"))?;
    scope(|scope| parse::parse(ReadAhead::of(scope, reader), lists))
        .map_err(|problem| problem.to_string())
}

/// Who published a document, by how it begins. `None` if it cannot be unpacked.
pub fn publisher(document: &Document) -> Option<Publisher> {
    parse::publisher(document.reader().ok()?).ok()
}

/// Bytes that are handed over at once, and how often that may be before they are taken.
const PIECE: usize = 128 << 10;
const PIECES: usize = 4;

/// What a reader reads, read by a thread of its own, some pieces ahead.
struct ReadAhead {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
}

impl ReadAhead {
    /// The thread ends with the reader, with the first error, or when nobody takes its pieces any
    /// more.
    fn of<'scope>(scope: &'scope Scope<'scope, '_>, mut reader: impl Read + Send + 'scope) -> Self {
        let (sender, pieces) = sync_channel(PIECES);
        scope.spawn(move || {
            loop {
                let mut piece = Vec::with_capacity(PIECE);
                let read = reader.by_ref().take(PIECE as u64).read_to_end(&mut piece);
                // What came before an error is not lost to it.
                let goes_on = !piece.is_empty() && sender.send(Ok(piece)).is_ok();
                match read {
                    Ok(_) if goes_on => {}
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
    fn ok_a_reader_that_is_left_early_does_not_wait() {
        scope(|scope| ReadAhead::of(scope, io::repeat(7)).read_exact(&mut [0; 10])).unwrap();
    }

    #[test]
    fn err_an_error_comes_after_what_was_read_before_it() {
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
