//! Reads parts of a file as if they were the entire file.

use std::fs::File;
use std::io::{self, Read};
use std::iter::Peekable;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

/// Parts of a file, one after the other. Several excerpts may read one file at the same time.
pub struct Excerpt<'a, I: Iterator<Item = Range<u64>>> {
    file: &'a File,
    /// The rest of the current part.
    pending: Range<u64>,
    parts: Peekable<I>,
}

impl<'a, I: Iterator<Item = Range<u64>>> Excerpt<'a, I> {
    pub fn new(file: &'a File, parts: impl IntoIterator<IntoIter = I>) -> Self {
        Self { file, pending: 0..0, parts: parts.into_iter().peekable() }
    }
}

impl<I: Iterator<Item = Range<u64>>> Read for Excerpt<'_, I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.pending.is_empty()
            && let Some(part) = self.parts.next()
        {
            self.pending = part;
        }
        // Adjacent parts are read in one call.
        while (self.pending.end - self.pending.start) < buffer.len() as u64
            && let Some(part) = self.parts.next_if(|part| part.start == self.pending.end)
        {
            self.pending.end = part.end;
        }
        let wanted = usize::try_from(self.pending.end - self.pending.start)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted) else { return Ok(0) };
        let read = self.file.read_at(buffer, self.pending.start)?;
        if read == 0 && wanted > 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file became shorter while it was read",
            ));
        }
        self.pending.start += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn the_requested_parts_are_read_one_after_the_other() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"a,b\n1,2\n3,4\n5,6\n7,8").unwrap();
        let read = |parts: &[Range<u64>]| {
            let mut text = String::new();
            let read = Excerpt::new(&file, parts.iter().cloned()).read_to_string(&mut text);
            read.map(|_| text).map_err(|error| error.to_string())
        };
        assert_eq!(read(&[]).unwrap(), "");
        assert_eq!(read(&[4..8, 8..12]).unwrap(), "1,2\n3,4\n");
        assert_eq!(read(&[8..12, 16..19]).unwrap(), "3,4\n7,8");
        assert_eq!(
            read(&[16..18, 18..20]).unwrap_err(),
            "the file became shorter while it was read"
        );
    }
}
