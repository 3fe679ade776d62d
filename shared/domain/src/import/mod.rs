//! Scanner exports: from bytes to drafts of findings.
//!
//! A format is a row of [`FORMATS`] and a file of its own. What can't be read
//! whole is refused whole.

mod burp;
mod csv;
mod fingerprint;
mod group;
mod html;
mod json;
pub mod mapping;
mod nessus;
mod nuclei;
mod plain;
mod rerun;
mod sarif;
mod xml;
mod zap;

use std::io::BufRead;

use encoding_rs::{Encoding, UTF_8};

use crate::finding::Draft;
use crate::finding::draft::MAX_BYTES as MAX_DRAFT;
pub use csv::Columns;
pub use fingerprint::{Fingerprint, NotAFingerprint};
pub use mapping::Mapping;
pub use rerun::{Comparison, back, compare};
use xml::Element;

/// Bytes that an export may have.
pub const MAX_BYTES: usize = 50 * 1024 * 1024;
/// Findings that one export may make.
const MAX_DRAFTS: usize = 2_000;

/// What a scanner's file would make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The scanner's name on the screen.
    pub scanner: String,
    /// One draft a weakness, worst first; the same weakness on several assets
    /// is one draft with several assets.
    pub findings: Vec<Scanned>,
    /// Rows of the file.
    pub rows: usize,
    /// What the person should know of how it was read: a sentence each.
    pub remarks: Vec<String>,
}

/// A weakness that a scan reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// What is said of it.
    pub draft: Draft,
    /// What it is known by in the next run; no two of a scan have the same.
    pub fingerprint: Fingerprint,
}

/// Why a file makes nothing, in words for the person who sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
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
    /// A table that is too long.
    #[error("The table has more than {0} rows. Export it in parts.")]
    TooManyRows(usize),
    /// More findings than anybody can look through.
    #[error(
        "The file would make {0} findings; {MAX_DRAFTS} are taken at most. Export fewer hosts at a time."
    )]
    TooMany(usize),
}

/// What can be read, for those who sent something else.
const KNOWN: &str = "Take an export of Nessus (.nessus), Burp Suite or ZAP (XML), ZAP or Nuclei (JSON), a SARIF file, or a table as CSV.";

/// A format: the scanner's name, and how its files are known and read.
struct Format(&'static str, Kind);

/// How the files of a format are known, and what reads them.
enum Kind {
    /// By the root element.
    Xml(&'static str, fn(&Element) -> Found),
    /// By any of these names in the first object.
    Json(
        &'static [&'static str],
        fn(&mut dyn BufRead) -> Result<Found, Refused>,
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

/// What a format finds, and how many rows of the file went into it.
#[derive(Default)]
pub(crate) struct Found {
    findings: Vec<Scanned>,
    rows: usize,
    /// The scanner's own name, where the format is that of several.
    scanner: Option<String>,
    remarks: Vec<String>,
}

impl Found {
    fn new(findings: Vec<Scanned>, rows: usize) -> Self {
        Self {
            findings,
            rows,
            ..Self::default()
        }
    }

    /// Remarks that rows were left out, where any were.
    fn left_out(&mut self, rows: usize, because: &str) {
        if rows > 0 {
            self.remarks.push(format!("Left out: {rows} × {because}."));
        }
    }
}

/// The columns of a table; `None` for a scanner's own format, which needs no
/// mapping. Files that are neither are refused.
pub fn columns(bytes: &[u8]) -> Result<Option<Columns>, Refused> {
    match first(bytes)? {
        b'<' | b'{' | b'[' => Ok(None),
        _ => csv::columns(bytes)?.ok_or(Refused::Unknown).map(Some),
    }
}

/// Reads an export of any format that is known. For a table, `mapping` says
/// which column holds what.
pub fn read(bytes: &[u8], mapping: &Mapping) -> Result<Scan, Refused> {
    let (format, found) = match first(bytes)? {
        b'<' => read_xml(bytes)?,
        b'{' | b'[' => read_json(bytes)?,
        _ => ("CSV", csv::read(bytes, mapping)?),
    };
    let mut findings = found.findings;
    if findings.is_empty() {
        return Err(Refused::Nothing(format));
    }
    if findings.len() > MAX_DRAFTS {
        return Err(Refused::TooMany(findings.len()));
    }
    let scanner = found.scanner.unwrap_or_else(|| format.to_owned());
    for one in &mut findings {
        one.draft.explain(&format!("As rated by {scanner}."));
        fit(&mut one.draft);
    }
    findings.sort_by(|a, b| {
        let (a, b) = (&a.draft, &b.draft);
        a.severity
            .cmp(&b.severity)
            .then_with(|| a.title.cmp(&b.title))
    });
    Ok(Scan {
        scanner,
        findings,
        rows: found.rows,
        remarks: found.remarks,
    })
}

/// The first character that means something, in whatever encoding.
fn first(bytes: &[u8]) -> Result<u8, Refused> {
    if bytes.len() > MAX_BYTES {
        return Err(Refused::TooLarge);
    }
    let (_, mark) = Encoding::for_bom(bytes).unwrap_or((UTF_8, 0));
    let after = bytes.get(mark..).unwrap_or_default();
    let mut meaning = after
        .iter()
        .filter(|b| !b.is_ascii_whitespace() && (mark == 0 || **b != 0));
    meaning.next().copied().ok_or(Refused::Empty)
}

/// The text, where it is UTF-8 or has a byte order mark.
fn decoded(bytes: &[u8]) -> Option<String> {
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((UTF_8, 0));
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(bytes.get(mark..).unwrap_or_default());
    text.map(std::borrow::Cow::into_owned)
}

fn read_xml(bytes: &[u8]) -> Result<(&'static str, Found), Refused> {
    let root = xml::parse(bytes)?;
    for Format(scanner, kind) in FORMATS {
        if let Kind::Xml(name, read) = kind
            && name == root.name
        {
            return Ok((scanner, read(&root)));
        }
    }
    let foreign = FOREIGN.iter().find(|(name, _)| *name == root.name);
    let element = || {
        let name = plain::line(&root.name, 40);
        format!("another kind (its first element is “{name}”)")
    };
    Err(Refused::Foreign(
        foreign.map_or_else(element, |(_, words)| (*words).to_owned()),
    ))
}

fn read_json(bytes: &[u8]) -> Result<(&'static str, Found), Refused> {
    // UTF-8 is read as it is; other encodings are turned into it first.
    let turned = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => {
            let odd = || Refused::Encoding(encoding.name().to_owned());
            Some(decoded(bytes).ok_or_else(odd)?.into_bytes())
        }
        None => None,
    };
    let mut bytes = turned.as_deref().unwrap_or(bytes);
    let keys = json::keys(&mut &*bytes).map_err(|error| match json::refused("", &error) {
        Refused::Layout { .. } => Refused::Unknown,
        broken => broken,
    })?;
    for Format(scanner, kind) in FORMATS {
        if let Kind::Json(names, read) = kind
            && names.iter().any(|name| keys.iter().any(|key| key == name))
        {
            return Ok((scanner, read(&mut bytes)?));
        }
    }
    Err(Refused::Unknown)
}

/// Cuts what is longest until the form would accept it.
fn fit(draft: &mut Draft) {
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
