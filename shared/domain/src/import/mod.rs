//! Scanner exports: from bytes to drafts of findings.
//!
//! A format is a row of [`FORMATS`] and a file of its own. A file is read as a
//! stream, row by row; what is kept of it is one draft a weakness. What can't be
//! read whole is refused whole.

mod burp;
mod csv;
mod fingerprint;
mod group;
mod html;
mod input;
pub mod job;
mod json;
pub mod mapping;
mod nessus;
mod nuclei;
mod plain;
mod rerun;
mod sarif;
mod xml;
mod zap;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use encoding_rs::{Encoding, UTF_8};
use serde::{Deserialize, Serialize};

use crate::engagement::MAX_FINDINGS;
use crate::finding::FindingContent;
use crate::finding::draft::MAX_BYTES as MAX_DRAFT;
pub use csv::CsvColumns;
pub use fingerprint::{Fingerprint, InvalidFingerprint};
use group::FindingGroup;
pub use input::HEAD;
use input::{Bounded, Decoded, Texts};
pub use mapping::ColumnMapping;
pub use rerun::{RerunComparison, back, compare};
use xml::XmlDocument;

/// Bytes that an export may have.
pub const MAX_BYTES: usize = 50 * 1024 * 1024;
/// Findings that one export may make: as many as an engagement may have.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a few thousand
pub const MAX_DRAFTS: usize = MAX_FINDINGS as usize;

/// What a scanner's file would make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The scanner's name on the screen.
    pub scanner: String,
    /// One draft a weakness, worst first; the same weakness on several assets
    /// is one draft with several assets.
    pub findings: Vec<ScannedFinding>,
    /// Rows of the file.
    pub rows: usize,
    /// What the person should know of how it was read: a sentence each.
    pub remarks: Vec<String>,
}

/// A weakness that a scan reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannedFinding {
    /// What is said of it.
    pub draft: FindingContent,
    /// What it is known by in the next run; no two of a scan have the same.
    pub fingerprint: Fingerprint,
}

/// Why a file makes nothing, in words for the person who sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// There is nothing in it.
    #[error("The file is empty.")]
    Empty,
    /// More bytes than are read.
    #[error("The file is too large: {} MB are taken at most.", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    /// Not text in the encoding that it declares.
    #[error("The file is not text in the encoding {0} that it declares. Export it again.")]
    Encoding(String),
    /// Nothing that is known here.
    #[error("This is no scan that can be read here. {KNOWN}")]
    Unknown,
    /// A scanner's, but not laid out as it writes it.
    #[error(
        "The file isn't laid out as {scanner} writes it, near line {line}. Export it again; nothing was imported."
    )]
    Layout {
        /// The scanner.
        scanner: &'static str,
        /// Counted from 1.
        line: usize,
    },
    /// XML or JSON that breaks off or isn't well-formed.
    #[error(
        "The file is broken or incomplete near line {line}. Export it again; nothing was imported."
    )]
    Broken {
        /// Counted from 1.
        line: usize,
    },
    /// It declares or uses entities, which no scanner's export needs.
    #[error("The file declares XML entities, which are not accepted. Nothing was imported.")]
    Entities,
    /// Deeper than any scanner's export.
    #[error("The file is nested too deeply to be a scanner's export.")]
    TooDeep,
    /// Another scanner's, or something else.
    #[error("This is a file of {0}. {KNOWN}")]
    Foreign(String),
    /// A scan without a single finding.
    #[error("There are no findings in this {0} file.")]
    Nothing(&'static str),
    /// A table of which nobody has said which column is the title.
    #[error("Say which column holds the title.")]
    NoTitle,
    /// A table that is too wide.
    #[error("The table has more than {0} columns.")]
    TooManyColumns(usize),
    /// An element, a row or a text that is larger than any scanner's.
    #[error(
        "A part of the file is larger than anything that a scanner writes. Nothing was imported."
    )]
    Oversized,
    /// More findings than an engagement may have.
    #[error(
        "The file would make more than {MAX_DRAFTS} findings, which is as many as an engagement may have. Export fewer issues at a time."
    )]
    TooMany,
}

/// What can be read, for those who sent something else.
const KNOWN: &str = "Take an export of Nessus (.nessus), Burp Suite or ZAP (XML), ZAP or Nuclei (JSON), a SARIF file, or a table as CSV.";

/// A format: the scanner's name, and how its files are known and read.
struct Format(&'static str, Kind);

/// How the files of a format are known, and what reads them.
enum Kind {
    /// By the root element.
    Xml(
        &'static str,
        fn(XmlDocument<'_>, &mut ScanBuilder) -> Result<(), ScanError>,
    ),
    /// By any of these names in the first object.
    Json(
        &'static [&'static str],
        fn(&mut dyn BufRead, &mut ScanBuilder) -> Result<(), ScanError>,
    ),
}

/// The formats that are known by themselves. What is none of them may be a table.
const FORMATS: [Format; 6] = [
    Format("Nessus", Kind::Xml("NessusClientData_v2", nessus::read)),
    Format("Burp Suite", Kind::Xml("issues", burp::read)),
    Format("ZAP", Kind::Xml("OWASPZAPReport", zap::read_xml)),
    Format("ZAP", Kind::Json(&["site"], zap::read_json)),
    Format("SARIF", Kind::Json(&["runs"], sarif::read)),
    Format(
        "Nuclei",
        Kind::Json(&["template-id", "templateID"], nuclei::read),
    ),
];

/// Root elements of files that people mistake for the right one.
const FOREIGN: [(&str, &str); 5] = [
    ("nmaprun", "Nmap"),
    ("NessusClientData", "an old version of Nessus"),
    ("niktoscan", "Nikto"),
    ("html", "a web page"),
    ("items", "Burp Suite that holds items, not issues"),
];

/// What a format finds, while it reads.
#[derive(Default)]
pub(crate) struct ScanBuilder {
    groups: BTreeMap<Fingerprint, FindingGroup>,
    rows: usize,
    /// There were more findings than are taken.
    full: bool,
    /// The scanner's own name, where the format is that of several.
    scanner: Option<String>,
    remarks: Vec<String>,
}

impl ScanBuilder {
    /// The finding with this fingerprint, which `first` makes where it is new;
    /// `None` where there are too many.
    fn at(
        &mut self,
        known: Fingerprint,
        first: impl FnOnce() -> FindingGroup,
    ) -> Option<&mut FindingGroup> {
        if self.groups.len() >= MAX_DRAFTS && !self.groups.contains_key(&known) {
            self.full = true;
            return None;
        }
        Some(self.groups.entry(known).or_insert_with(first))
    }

    /// Remarks that rows were left out, where any were.
    fn left_out(&mut self, rows: usize, because: &str) {
        if rows > 0 {
            self.remarks.push(format!("Left out: {rows} × {because}."));
        }
    }
}

/// What is said of a file once all of it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanSummary {
    /// The scanner's name on the screen.
    pub scanner: String,
    /// Rows of the file.
    pub rows: usize,
    /// What the person should know of how it was read: a sentence each.
    pub remarks: Vec<String>,
}

/// The columns of a table, by the first [`HEAD`] bytes of a file; `None` for a
/// scanner's own format, which needs no mapping. Files that are neither are
/// refused.
pub fn columns(head: &[u8]) -> Result<Option<CsvColumns>, ScanError> {
    let head = head.get(..HEAD).unwrap_or(head);
    match first(head)? {
        b'<' | b'{' | b'[' => Ok(None),
        _ => csv::columns(&decoded(head))?
            .ok_or(ScanError::Unknown)
            .map(Some),
    }
}

/// Reads an export of any format that is known. For a table, `mapping` says
/// which column holds what.
pub fn read(bytes: &[u8], mapping: &ColumnMapping) -> Result<Scan, ScanError> {
    if bytes.len() > MAX_BYTES {
        return Err(ScanError::TooLarge);
    }
    let mut findings = Vec::new();
    let read = stream(&mut &*bytes, mapping, |one| findings.push(one));
    // What is in memory can be read.
    let summary = read.unwrap_or(Err(ScanError::Unknown))?;
    Ok(Scan {
        scanner: summary.scanner,
        findings,
        rows: summary.rows,
        remarks: summary.remarks,
    })
}

/// The same of a file that comes piece by piece: `take` gets its findings one by
/// one, worst first, once all of it was read. An error is one of `input`.
pub fn stream(
    input: &mut dyn Read,
    mapping: &ColumnMapping,
    take: impl FnMut(ScannedFinding),
) -> io::Result<Result<ScanSummary, ScanError>> {
    let broke = RefCell::new(None);
    let bounded = Bounded {
        inner: input,
        taken: 0,
        broke: &broke,
    };
    let read = parse(bounded, mapping, take);
    match broke.take() {
        Some(error) => Err(error),
        None => Ok(read),
    }
}

fn parse(
    mut input: Bounded<'_>,
    mapping: &ColumnMapping,
    take: impl FnMut(ScannedFinding),
) -> Result<ScanSummary, ScanError> {
    let mut head = Vec::new();
    let most = u64::try_from(HEAD).unwrap_or(u64::MAX);
    let begun = input.by_ref().take(most).read_to_end(&mut head);
    begun.map_err(|error| input::told(&error).unwrap_or(ScanError::Broken { line: 1 }))?;
    let kind = first(&head)?;
    let (encoding, mark) = match Encoding::for_bom(&head) {
        Some((encoding, mark)) => (Some(encoding), mark),
        None => (None, 0),
    };
    let text = head.get(mark..).unwrap_or_default().to_vec();
    let whole: Box<dyn Read + '_> = Box::new(Cursor::new(text).chain(input));
    let mut found = ScanBuilder::default();
    let format = match kind {
        b'<' => {
            let encoding = encoding.unwrap_or_else(|| xml::declared(&head));
            read_xml(whole, encoding, &mut found)?
        }
        b'{' | b'[' => read_json(&head, whole, encoding, &mut found)?,
        _ => {
            let whole = match encoding {
                Some(encoding) => Box::new(Decoded::new(whole, encoding)),
                None => whole,
            };
            csv::read(&decoded(&head), whole, mapping, &mut found)?;
            "CSV"
        }
    };
    finish(found, format, take)
}

/// Gives what was found, worst first.
fn finish(
    found: ScanBuilder,
    format: &'static str,
    mut take: impl FnMut(ScannedFinding),
) -> Result<ScanSummary, ScanError> {
    if found.full {
        return Err(ScanError::TooMany);
    }
    if found.groups.is_empty() {
        return Err(ScanError::Nothing(format));
    }
    let scanner = found.scanner.unwrap_or_else(|| format.to_owned());
    let mut groups: Vec<(Fingerprint, FindingGroup)> = found.groups.into_iter().collect();
    groups.sort_by(|(_, a), (_, b)| {
        let (a, b) = (&a.draft, &b.draft);
        (a.severity, &a.title).cmp(&(b.severity, &b.title))
    });
    for (fingerprint, group) in groups {
        let mut draft = group.finish();
        draft.explain(&format!("As rated by {scanner}."));
        fit(&mut draft);
        take(ScannedFinding { draft, fingerprint });
    }
    Ok(ScanSummary {
        scanner,
        rows: found.rows,
        remarks: found.remarks,
    })
}

/// The first character that means something, in whatever encoding.
fn first(head: &[u8]) -> Result<u8, ScanError> {
    let (_, mark) = Encoding::for_bom(head).unwrap_or((UTF_8, 0));
    let after = head.get(mark..).unwrap_or_default();
    let mut meaning = after
        .iter()
        .filter(|b| !b.is_ascii_whitespace() && (mark == 0 || **b != 0));
    meaning.next().copied().ok_or(ScanError::Empty)
}

/// A beginning without its byte order mark, as UTF-8 where the mark says what it
/// is in.
fn decoded(head: &[u8]) -> Vec<u8> {
    match Encoding::for_bom(head) {
        Some((encoding, mark)) => {
            let text = head.get(mark..).unwrap_or_default();
            let (text, _) = encoding.decode_without_bom_handling(text);
            text.into_owned().into_bytes()
        }
        None => head.to_vec(),
    }
}

fn read_xml(
    input: Box<dyn Read + '_>,
    encoding: &'static Encoding,
    found: &mut ScanBuilder,
) -> Result<&'static str, ScanError> {
    let document = XmlDocument::open(input, encoding)?;
    let name = document.name();
    for Format(scanner, kind) in FORMATS {
        if let Kind::Xml(root, read) = kind
            && root == name
        {
            read(document, found)?;
            return Ok(scanner);
        }
    }
    let known = FOREIGN.iter().find(|(known, _)| *known == name);
    let foreign = known.map_or_else(
        || {
            let name = plain::line(name, 40);
            format!("another kind (its first element is “{name}”)")
        },
        |(_, words)| (*words).to_owned(),
    );
    // Broken comes before foreign.
    document.walk(&[], &[], |_| {})?;
    Err(ScanError::Foreign(foreign))
}

fn read_json(
    head: &[u8],
    input: Box<dyn Read + '_>,
    encoding: Option<&'static Encoding>,
    found: &mut ScanBuilder,
) -> Result<&'static str, ScanError> {
    let (keys, wrong) = json::keys(&decoded(head));
    let input = match encoding {
        Some(encoding) => Box::new(Decoded::new(input, encoding)),
        None => input,
    };
    for Format(scanner, kind) in FORMATS {
        if let Kind::Json(names, read) = kind
            && names.iter().any(|name| keys.iter().any(|key| key == name))
        {
            read(&mut BufReader::new(Texts::new(input)), found)?;
            return Ok(scanner);
        }
    }
    match wrong.map_err(|error| json::refused("", error)) {
        // A larger file goes on after its beginning.
        Err(ScanError::Broken { .. }) if head.len() >= HEAD => Err(ScanError::Unknown),
        Ok(()) | Err(ScanError::Layout { .. }) => Err(ScanError::Unknown),
        Err(broken) => Err(broken),
    }
}

/// Cuts what is longest until the form would accept it.
fn fit(draft: &mut FindingContent) {
    while draft.bytes() > MAX_DRAFT {
        let assets: usize = draft.assets.iter().map(String::len).sum();
        let sections = [
            &mut draft.description,
            &mut draft.impact,
            &mut draft.recommendation,
            &mut draft.references,
        ];
        match sections.into_iter().max_by_key(|text| text.len()) {
            Some(longest) if longest.len() > assets => {
                *longest = plain::cut(longest, longest.chars().count() / 2);
            }
            _ => draft.assets.truncate(draft.assets.len() / 2),
        }
    }
}

#[cfg(test)]
mod tests;
