//! Unpacks a document as its pieces are received, and counts what is unpacked.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

use crate::domain::document::DocumentWriter;

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];

/// Two layers: a gzip file, sent by a server that compresses its answers.
const MOST_LAYERS: u8 = 2;

/// Unpacks gzip. The first bytes decide, not a label: labels are wrong more often than gzip's magic
/// number.
pub(super) enum Decoder {
    /// Fewer bytes than the decision needs. Up to `layers` more layers may be unpacked. `sink` is
    /// present until the decision is made.
    Undecided {
        first: Vec<u8>,
        sink: Option<Sink>,
        layers: u8,
    },
    Plain(Sink),
    Gzip(Box<MultiGzDecoder<Decoder>>),
}

impl Decoder {
    pub(super) fn new(sink: Sink) -> Self {
        Self::with_layers(sink, MOST_LAYERS)
    }

    fn with_layers(sink: Sink, layers: u8) -> Self {
        Self::Undecided { first: Vec::new(), sink: Some(sink), layers }
    }

    /// Decides by the first bytes: gzip or plain.
    pub(super) fn decide(&mut self) -> io::Result<()> {
        let Self::Undecided { first, sink, layers } = self else { return Ok(()) };
        // Half of the magic number: the stream broke off after its first byte.
        if first.len() == 1 && first.first() == GZIP_MAGIC.first() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (first, layers) = (std::mem::take(first), *layers);
        let Some(sink) = sink.take() else { return Ok(()) };
        *self = match layers.checked_sub(1) {
            Some(layers) if first.starts_with(GZIP_MAGIC) => {
                Self::Gzip(Box::new(MultiGzDecoder::new(Self::with_layers(sink, layers))))
            }
            _ => Self::Plain(sink),
        };
        self.write_all(&first)
    }

    pub(super) fn sink_mut(&mut self) -> Option<&mut Sink> {
        match self {
            Self::Undecided { sink, .. } => sink.as_mut(),
            Self::Plain(sink) => Some(sink),
            Self::Gzip(decoder) => decoder.get_mut().sink_mut(),
        }
    }

    /// Ends the stream, and refuses one that broke off.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.decide()?;
        match self {
            Self::Gzip(decoder) => {
                decoder.try_finish()?;
                decoder.get_mut().end()
            }
            Self::Undecided { .. } | Self::Plain(_) => Ok(()),
        }
    }

    pub(super) fn into_sink(self) -> io::Result<Option<Sink>> {
        match self {
            Self::Undecided { sink, .. } => Ok(sink),
            Self::Plain(sink) => Ok(Some(sink)),
            Self::Gzip(decoder) => decoder.finish()?.into_sink(),
        }
    }
}

impl Write for Decoder {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(sink) => sink.write(content),
            Self::Gzip(decoder) => decoder.write(content),
            Self::Undecided { first, .. } => {
                first.extend_from_slice(content);
                if first.len() >= GZIP_MAGIC.len() {
                    self.decide()?;
                }
                Ok(content.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where decoded content is written.
pub(super) struct Sink {
    pub(super) writer: DocumentWriter,
    /// The first bytes, to recognize a web page.
    pub(super) head: Vec<u8>,
    pub(super) most_bytes: u64,
    pub(super) too_much: bool,
}

impl Sink {
    const HEAD: usize = 256;

    pub(super) fn new(writer: DocumentWriter) -> Self {
        Self { writer, head: Vec::new(), most_bytes: 0, too_much: false }
    }
}

impl Write for Sink {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        if self.writer.size_bytes().saturating_add(content.len() as u64) > self.most_bytes {
            self.too_much = true;
            return Err(io::Error::other("too much"));
        }
        let missing = Self::HEAD.saturating_sub(self.head.len()).min(content.len());
        self.head.extend_from_slice(content.get(..missing).unwrap_or_default());
        self.writer.write(content)?;
        Ok(content.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
