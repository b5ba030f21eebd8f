//! Reads some rows of a table as if they were all that it has.

use std::fs::File;
use std::io::{self, Read};
use std::iter::Peekable;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use crate::parse::RowBytes;

/// The bytes of a table's header and of the rows that are asked for, in the order of the file. Several may read one file at a time.
pub struct Excerpt<'a, I: Iterator<Item = RowBytes>> {
    file: &'a File,
    /// What is still to be read before the next row.
    at_hand: Range<u64>,
    rows: Peekable<I>,
}

impl<'a, I: Iterator<Item = RowBytes>> Excerpt<'a, I> {
    pub fn new(file: &'a File, header_bytes: u64, rows: I) -> Self {
        Self { file, at_hand: 0..header_bytes, rows: rows.peekable() }
    }
}

impl<I: Iterator<Item = RowBytes>> Read for Excerpt<'_, I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at_hand.is_empty()
            && let Some(row) = self.rows.next()
        {
            self.at_hand = row.start..row.end;
        }
        // Rows that stand one after the other are read at once.
        while (self.at_hand.end - self.at_hand.start) < buffer.len() as u64
            && let Some(row) = self.rows.next_if(|row| row.start == self.at_hand.end)
        {
            self.at_hand.end = row.end;
        }
        let wanted = usize::try_from(self.at_hand.end - self.at_hand.start).unwrap_or(usize::MAX).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted) else { return Ok(0) };
        let read = self.file.read_at(buffer, self.at_hand.start)?;
        if read == 0 && wanted > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it became shorter while it was read"));
        }
        self.at_hand.start += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn the_rows_that_are_asked_for_come_behind_the_header() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"a,b\n1,2\n3,4\n5,6\n7,8").unwrap();
        let read = |rows: &[(u64, u64)]| {
            let rows = rows.iter().map(|(start, end)| RowBytes { start: *start, end: *end });
            let mut text = String::new();
            Excerpt::new(&file, 4, rows).read_to_string(&mut text).map(|_| text).map_err(|error| error.to_string())
        };
        assert_eq!(read(&[]).unwrap(), "a,b\n");
        assert_eq!(read(&[(4, 8), (8, 12)]).unwrap(), "a,b\n1,2\n3,4\n");
        assert_eq!(read(&[(8, 12), (16, 19)]).unwrap(), "a,b\n3,4\n7,8");
        assert_eq!(read(&[(16, 20)]).unwrap_err(), "it became shorter while it was read");
    }
}
