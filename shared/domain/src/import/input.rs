//! Files as they come: piece by piece, bounded, as UTF-8.
//!
//! What ends the reading of a file is carried as an [`io::Error`] through the
//! parsers that read it; [`told`] takes it out again.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::rc::Rc;

use encoding_rs::{Decoder, DecoderResult, Encoding};

use super::{MAX_BYTES, ScanError};

/// Bytes from which it is told what a file is.
pub const HEAD: usize = 256 * 1024;
/// Bytes of one part of a file: an element, a row, a text.
const MAX_PART: usize = 8 * 1024 * 1024;
/// Bytes that are turned into UTF-8 at once.
const CHUNK: usize = 32 * 1024;

/// A refusal on its way through a parser.
fn stop(refused: ScanError) -> io::Error {
    io::Error::other(refused)
}

/// The refusal that an error carries.
pub(crate) fn told(error: &io::Error) -> Option<ScanError> {
    error.get_ref()?.downcast_ref::<ScanError>().cloned()
}

/// A file of at most [`MAX_BYTES`]. That it couldn't be read is noted beside, so
/// that nobody takes it for the file's fault.
pub(crate) struct Bounded<'a> {
    pub(crate) inner: &'a mut dyn Read,
    pub(crate) taken: usize,
    pub(crate) broke: &'a RefCell<Option<io::Error>>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Ok(n) => {
                    self.taken += n;
                    return if self.taken > MAX_BYTES {
                        Err(stop(ScanError::TooLarge))
                    } else {
                        Ok(n)
                    };
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let kind = error.kind();
                    self.broke.replace(Some(error));
                    return Err(kind.into());
                }
            }
        }
    }
}

/// Text of any encoding as UTF-8; what isn't such text ends it.
pub(crate) struct Decoded<R> {
    inner: R,
    encoding: &'static Encoding,
    decoder: Decoder,
    raw: Vec<u8>,
    from: usize,
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    /// Of what comes after a byte order mark.
    pub(crate) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            encoding,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: Vec::new(),
            from: 0,
            text: Vec::new(),
            at: 0,
            ended: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut last = false;
        if self.from >= self.raw.len() {
            self.raw.resize(CHUNK, 0);
            let n = self.inner.read(&mut self.raw)?;
            self.raw.truncate(n);
            self.from = 0;
            last = n == 0;
        }
        self.at = 0;
        self.text.resize(CHUNK, 0);
        let rest = self.raw.get(self.from..).unwrap_or_default();
        let (result, read, written) =
            self.decoder
                .decode_to_utf8_without_replacement(rest, &mut self.text, last);
        self.from += read;
        self.text.truncate(written);
        match result {
            DecoderResult::InputEmpty => self.ended = last,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                return Err(stop(ScanError::Encoding(self.encoding.name().to_owned())));
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.text.len() && !self.ended {
            self.fill()?;
        }
        let mut rest = self.text.get(self.at..).unwrap_or_default();
        let n = rest.read(buffer)?;
        self.at += n;
        Ok(n)
    }
}

/// How much more of a part may come.
#[derive(Debug, Clone)]
pub(crate) struct Gauge(Rc<Cell<usize>>);

impl Gauge {
    pub(crate) fn new() -> Self {
        Self(Rc::new(Cell::new(MAX_PART)))
    }

    /// Another part begins.
    pub(crate) fn begin(&self) {
        self.0.set(MAX_PART);
    }
}

/// A file whose parts are bounded: whoever reads it says where they begin.
pub(crate) struct Gauged<R> {
    pub(crate) inner: R,
    pub(crate) gauge: Gauge,
}

impl<R: Read> Read for Gauged<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.gauge.0.get();
        if left == 0 {
            return Err(stop(ScanError::Oversized));
        }
        let n = self.inner.read(buffer)?;
        self.gauge.0.set(left.saturating_sub(n));
        Ok(n)
    }
}

/// JSON whose texts are bounded.
pub(crate) struct Texts<R> {
    inner: R,
    length: usize,
    inside: bool,
    escaped: bool,
}

impl<R: Read> Texts<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self {
            inner,
            length: 0,
            inside: false,
            escaped: false,
        }
    }
}

impl<R: Read> Read for Texts<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        for byte in buffer.iter().take(n) {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.inside => self.escaped = true,
                b'"' => {
                    self.inside = !self.inside;
                    self.length = 0;
                }
                _ => {}
            }
            self.length += usize::from(self.inside);
            if self.length > MAX_PART {
                return Err(stop(ScanError::Oversized));
            }
        }
        Ok(n)
    }
}
