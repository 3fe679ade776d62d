//! Reading a file of any format, as a stream.

use std::cell::RefCell;
use std::io::{self, Cursor, Read};

use encoding_rs::{Encoding, UTF_8};

use super::builder::ScanBuilder;
use super::csv::{self, CsvColumns};
use super::error::ScanError;
use super::formats::{read_json, read_xml};
use super::input::{self, BoundedReader, HEAD_BYTES, Utf8Reader, to_utf8};
use super::mapping::ColumnMapping;
use super::scan::{Scan, ScanSummary, ScannedFinding};
use super::xml;
use crate::file::MAX_SCAN_BYTES;

/// Why a stream makes no scan.
#[derive(Debug, thiserror::Error)]
pub enum ScanStreamError {
    /// The stream itself failed: it can be read again later.
    #[error(transparent)]
    Io(io::Error),
    /// The file is refused, for good.
    #[error(transparent)]
    Refused(ScanError),
}

/// The columns of a table, from the first [`HEAD_BYTES`] of a file; `None` for a scanner's own
/// format, which needs no mapping. A file that is neither is refused.
pub fn parse_columns(head: &[u8]) -> Result<Option<CsvColumns>, ScanError> {
    let head = head.get(..HEAD_BYTES).unwrap_or(head);
    match first_character(head)? {
        b'<' | b'{' | b'[' => Ok(None),
        _ => csv::columns(&to_utf8(head))?
            .ok_or(ScanError::Unknown)
            .map(Some),
    }
}

/// Reads a file of any format. Only a table needs `mapping`.
pub fn parse_scan(bytes: &[u8], mapping: &ColumnMapping) -> Result<Scan, ScanError> {
    if bytes.len() > MAX_SCAN_BYTES {
        return Err(ScanError::TooLarge);
    }
    let mut findings = Vec::new();
    let parsed = parse_stream(&mut &*bytes, mapping, |finding| findings.push(finding));
    let summary = parsed.map_err(|error| match error {
        ScanStreamError::Refused(error) => error,
        // Reading from memory doesn't fail.
        ScanStreamError::Io(_) => ScanError::Unknown,
    })?;
    Ok(Scan {
        scanner: summary.scanner,
        findings,
        rows: summary.rows,
        remarks: summary.remarks,
    })
}

/// Reads a file that comes piece by piece. `on_finding` gets the findings, worst first, once the
/// whole file was read.
pub fn parse_stream(
    input: &mut dyn Read,
    mapping: &ColumnMapping,
    on_finding: impl FnMut(ScannedFinding),
) -> Result<ScanSummary, ScanStreamError> {
    let io_error = RefCell::new(None);
    let bounded = BoundedReader {
        inner: input,
        bytes_read: 0,
        io_error: &io_error,
    };
    let parsed = parse(bounded, mapping, on_finding);
    match io_error.take() {
        Some(error) => Err(ScanStreamError::Io(error)),
        None => parsed.map_err(ScanStreamError::Refused),
    }
}

fn parse(
    mut input: BoundedReader<'_>,
    mapping: &ColumnMapping,
    on_finding: impl FnMut(ScannedFinding),
) -> Result<ScanSummary, ScanError> {
    let mut head = Vec::new();
    let limit = u64::try_from(HEAD_BYTES).unwrap_or(u64::MAX);
    let read = input.by_ref().take(limit).read_to_end(&mut head);
    read.map_err(|error| input::refusal_of(&error).unwrap_or(ScanError::Broken { line: 1 }))?;
    let first = first_character(&head)?;
    let (encoding, mark) = match Encoding::for_bom(&head) {
        Some((encoding, mark)) => (Some(encoding), mark),
        None => (None, 0),
    };
    let without_mark = head.get(mark..).unwrap_or_default().to_vec();
    let whole: Box<dyn Read + '_> = Box::new(Cursor::new(without_mark).chain(input));
    let mut builder = ScanBuilder::default();
    let format = match first {
        b'<' => {
            let encoding = encoding.unwrap_or_else(|| xml::declared_encoding(&head));
            read_xml(whole, encoding, &mut builder)?
        }
        b'{' | b'[' => read_json(&head, whole, encoding, &mut builder)?,
        _ => {
            let whole = match encoding {
                Some(encoding) => Box::new(Utf8Reader::new(whole, encoding)),
                None => whole,
            };
            csv::read(&to_utf8(&head), whole, mapping, &mut builder)?;
            "CSV"
        }
    };
    builder.finish(format, on_finding)
}

/// The first character that isn't white space, in any encoding.
fn first_character(head: &[u8]) -> Result<u8, ScanError> {
    let (_, mark) = Encoding::for_bom(head).unwrap_or((UTF_8, 0));
    let after_mark = head.get(mark..).unwrap_or_default();
    let mut characters = after_mark
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace() && (mark == 0 || **byte != 0));
    characters.next().copied().ok_or(ScanError::Empty)
}
