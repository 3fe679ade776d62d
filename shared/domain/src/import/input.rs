//! Readers around a file: bounded in size, and as UTF-8.
//!
//! A refusal travels through the parsers as an [`io::Error`]; [`refusal_of`] takes it out again.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::rc::Rc;

use encoding_rs::{Decoder, DecoderResult, Encoding};

use super::error::ScanError;
use crate::file::MAX_SCAN_BYTES;

/// Bytes of a file's beginning by which its format is recognised.
pub const HEAD_BYTES: usize = 256 * 1024;
/// Bytes of one part of a file at most: an element, a row, a text.
const MAX_PART: usize = 8 * 1024 * 1024;
/// Bytes that are decoded at once.
const CHUNK: usize = 32 * 1024;

/// A refusal as an error that parsers hand through.
fn refuse(refusal: ScanError) -> io::Error {
    io::Error::other(refusal)
}

/// The refusal that an error carries.
pub(crate) fn refusal_of(error: &io::Error) -> Option<ScanError> {
    error.get_ref()?.downcast_ref::<ScanError>().cloned()
}

/// A head without its byte order mark, as UTF-8 where the mark names another encoding.
pub(crate) fn to_utf8(head: &[u8]) -> Vec<u8> {
    match Encoding::for_bom(head) {
        Some((encoding, mark)) => {
            let text = head.get(mark..).unwrap_or_default();
            let (text, _) = encoding.decode_without_bom_handling(text);
            text.into_owned().into_bytes()
        }
        None => head.to_vec(),
    }
}

/// A file of at most [`MAX_SCAN_BYTES`]. An error of the stream is kept in `io_error`, so that it
/// isn't taken for a fault of the file.
pub(crate) struct BoundedReader<'a> {
    pub(crate) inner: &'a mut dyn Read,
    pub(crate) bytes_read: usize,
    pub(crate) io_error: &'a RefCell<Option<io::Error>>,
}

impl Read for BoundedReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Ok(n) => {
                    self.bytes_read += n;
                    return if self.bytes_read > MAX_SCAN_BYTES {
                        Err(refuse(ScanError::TooLarge))
                    } else {
                        Ok(n)
                    };
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let kind = error.kind();
                    self.io_error.replace(Some(error));
                    return Err(kind.into());
                }
            }
        }
    }
}

/// Text of any encoding as UTF-8; bytes that aren't such text end it with a refusal.
pub(crate) struct Utf8Reader<R> {
    inner: R,
    encoding: &'static Encoding,
    decoder: Decoder,
    raw: Vec<u8>,
    /// Where in `raw` the undecoded bytes begin.
    raw_start: usize,
    text: Vec<u8>,
    /// Where in `text` the unread bytes begin.
    text_start: usize,
    has_ended: bool,
}

impl<R: Read> Utf8Reader<R> {
    /// A reader of the bytes after a byte order mark.
    pub(crate) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            encoding,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: Vec::new(),
            raw_start: 0,
            text: Vec::new(),
            text_start: 0,
            has_ended: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut is_last = false;
        if self.raw_start >= self.raw.len() {
            self.raw.resize(CHUNK, 0);
            let n = self.inner.read(&mut self.raw)?;
            self.raw.truncate(n);
            self.raw_start = 0;
            is_last = n == 0;
        }
        self.text_start = 0;
        self.text.resize(CHUNK, 0);
        let rest = self.raw.get(self.raw_start..).unwrap_or_default();
        let (result, read, written) =
            self.decoder
                .decode_to_utf8_without_replacement(rest, &mut self.text, is_last);
        self.raw_start += read;
        self.text.truncate(written);
        match result {
            DecoderResult::InputEmpty => self.has_ended = is_last,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                return Err(refuse(ScanError::Encoding(self.encoding.name().to_owned())));
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.text_start >= self.text.len() && !self.has_ended {
            self.fill()?;
        }
        let mut rest = self.text.get(self.text_start..).unwrap_or_default();
        let n = rest.read(buffer)?;
        self.text_start += n;
        Ok(n)
    }
}

/// The bytes that the current part can still have.
#[derive(Debug, Clone)]
pub(crate) struct PartLimit(Rc<Cell<usize>>);

impl PartLimit {
    pub(crate) fn new() -> Self {
        Self(Rc::new(Cell::new(MAX_PART)))
    }

    /// Begins another part.
    pub(crate) fn reset(&self) {
        self.0.set(MAX_PART);
    }
}

/// A file whose parts are bounded. The parser resets the limit where a part begins.
pub(crate) struct PartReader<R> {
    pub(crate) inner: R,
    pub(crate) limit: PartLimit,
}

impl<R: Read> Read for PartReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.limit.0.get();
        if left == 0 {
            return Err(refuse(ScanError::Oversized));
        }
        let n = self.inner.read(buffer)?;
        self.limit.0.set(left.saturating_sub(n));
        Ok(n)
    }
}

/// JSON whose strings are bounded.
pub(crate) struct BoundedStrings<R> {
    inner: R,
    length: usize,
    is_inside: bool,
    is_escaped: bool,
}

impl<R: Read> BoundedStrings<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self {
            inner,
            length: 0,
            is_inside: false,
            is_escaped: false,
        }
    }
}

impl<R: Read> Read for BoundedStrings<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        for byte in buffer.iter().take(n) {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.is_inside => self.is_escaped = true,
                b'"' => {
                    self.is_inside = !self.is_inside;
                    self.length = 0;
                }
                _ => {}
            }
            self.length += usize::from(self.is_inside);
            if self.length > MAX_PART {
                return Err(refuse(ScanError::Oversized));
            }
        }
        Ok(n)
    }
}
