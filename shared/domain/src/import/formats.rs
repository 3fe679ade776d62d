//! The table of formats: how a scanner's file is recognised, and what reads it.
//!
//! A new importer is a file beside this one, a `mod` line and a row of [`FORMATS`].

use std::fmt;
use std::io::{BufRead, BufReader, Read};

use encoding_rs::Encoding;

use super::builder::ScanBuilder;
use super::error::ScanError;
use super::input::{BoundedStrings, HEAD_BYTES, Utf8Reader, to_utf8};
use super::scan::MAX_SCAN_FINDINGS;
use super::xml::XmlDocument;
use super::{burp, json, nessus, nuclei, sarif, text, zap};
use crate::file::MAX_SCAN_BYTES;

/// An importer: the reader of one scanner's file format.
struct Format {
    /// The scanner's displayed name.
    scanner: &'static str,
    /// What the scanner calls such a file: an extension or a syntax; empty where the format's own
    /// name says it.
    file: &'static str,
    /// The same beside the form's field, where that is said in other words.
    hint: Option<&'static str>,
    recognition: Recognition,
}

/// How the files of a format are recognised, and the function that reads them.
enum Recognition {
    /// By the name of the root element.
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

use Recognition::{Json, Xml};

/// Every format that is recognised by its content. A file of no such format can be a table.
#[rustfmt::skip] // a table
static FORMATS: &[Format] = &[
    Format { scanner: "Nessus", file: ".nessus", hint: None, recognition: Xml("NessusClientData_v2", nessus::read) },
    Format { scanner: "Burp Suite", file: "XML", hint: Some("issues as XML"), recognition: Xml("issues", burp::read) },
    Format { scanner: "ZAP", file: "XML", hint: None, recognition: Xml("OWASPZAPReport", zap::read_xml) },
    Format { scanner: "ZAP", file: "JSON", hint: None, recognition: Json(&["site"], zap::read_json) },
    Format { scanner: "Nuclei", file: "JSON", hint: None, recognition: Json(&["template-id", "templateID"], nuclei::read) },
    Format { scanner: "SARIF", file: "", hint: None, recognition: Json(&["runs"], sarif::read) },
];

/// Root elements of files that people mistake for the right one.
const UNSUPPORTED: [(&str, &str); 5] = [
    ("nmaprun", "Nmap"),
    ("NessusClientData", "an old version of Nessus"),
    ("niktoscan", "Nikto"),
    ("html", "a web page"),
    ("items", "Burp Suite that holds items, not issues"),
];

/// Items with equal keys as one, in the order of their first.
fn grouped(
    items: impl Iterator<Item = (&'static str, &'static str)>,
) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for (key, item) in items {
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => known.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups
}

/// What a person may send, beside the form's field: `Nessus (.nessus), …, or a table as CSV.`
pub fn format_hint() -> String {
    let files = FORMATS.iter().map(|format| {
        let hint = format.hint.unwrap_or(format.file);
        (format.scanner, hint)
    });
    let parts =
        grouped(files)
            .into_iter()
            .map(|(scanner, hints)| match hints.join(" or ").as_str() {
                "" => scanner.to_owned(),
                hints => format!("{scanner} ({hints})"),
            });
    format!(
        "{}, or a table as CSV.",
        parts.collect::<Vec<_>>().join(", ")
    )
}

/// The same for a person who sent something else.
fn accepted_formats() -> String {
    let files = FORMATS.iter().map(|format| (format.file, format.scanner));
    let parts = grouped(files).into_iter().map(|(file, scanners)| {
        let scanners = scanners.join(" or ");
        match file {
            "" => format!("a {scanners} file"),
            file => format!("{scanners} ({file})"),
        }
    });
    let parts = parts.collect::<Vec<_>>().join(", ");
    format!("Take an export of {parts}, or a table as CSV.")
}

/// Reads an XML file of any format; gives the scanner's name.
pub(super) fn read_xml(
    input: Box<dyn Read + '_>,
    encoding: &'static Encoding,
    builder: &mut ScanBuilder,
) -> Result<&'static str, ScanError> {
    let document = XmlDocument::open(input, encoding)?;
    let name = document.root_name();
    for format in FORMATS {
        if let Xml(root, read) = format.recognition
            && root == name
        {
            read(document, builder)?;
            return Ok(format.scanner);
        }
    }
    let known = UNSUPPORTED.iter().find(|(root, _)| *root == name);
    let kind = known.map_or_else(
        || {
            let name = text::single_line(name, 40);
            format!("another kind (its first element is “{name}”)")
        },
        |(_, words)| (*words).to_owned(),
    );
    // A broken file is refused as broken, whatever its kind.
    document.read_parts(&[], &[], |_| {})?;
    Err(ScanError::Unsupported(kind))
}

/// Reads a JSON file of any format; gives the scanner's name. `head` is its beginning, and `encoding`
/// that of its byte order mark.
pub(super) fn read_json(
    head: &[u8],
    input: Box<dyn Read + '_>,
    encoding: Option<&'static Encoding>,
    builder: &mut ScanBuilder,
) -> Result<&'static str, ScanError> {
    let (keys, parsed) = json::first_object_keys(&to_utf8(head));
    let input = match encoding {
        Some(encoding) => Box::new(Utf8Reader::new(input, encoding)),
        None => input,
    };
    for format in FORMATS {
        if let Json(names, read) = format.recognition
            && names.iter().any(|name| keys.iter().any(|key| key == name))
        {
            read(&mut BufReader::new(BoundedStrings::new(input)), builder)?;
            return Ok(format.scanner);
        }
    }
    match parsed.map_err(|error| json::to_scan_error("", error)) {
        // A larger file goes on after its head.
        Err(ScanError::Broken { .. }) if head.len() >= HEAD_BYTES => Err(ScanError::Unknown),
        Ok(()) | Err(ScanError::Layout { .. }) => Err(ScanError::Unknown),
        Err(broken) => Err(broken),
    }
}

/// The words for the person who sent the file.
impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("The file is empty."),
            Self::TooLarge => write!(
                f,
                "The file is too large: {} MB are taken at most.",
                MAX_SCAN_BYTES / 1024 / 1024
            ),
            Self::Encoding(encoding) => write!(
                f,
                "The file is not text in the encoding {encoding} that it declares. Export it again."
            ),
            Self::Unknown => write!(
                f,
                "This is no scan that can be read here. {}",
                accepted_formats()
            ),
            Self::Layout { scanner, line } => write!(
                f,
                "The file isn't laid out as {scanner} writes it, near line {line}. Export it again; nothing was imported."
            ),
            Self::Broken { line } => write!(
                f,
                "The file is broken or incomplete near line {line}. Export it again; nothing was imported."
            ),
            Self::XmlEntities => f.write_str(
                "The file declares XML entities, which are not accepted. Nothing was imported.",
            ),
            Self::TooDeep => {
                f.write_str("The file is nested too deeply to be a scanner's export.")
            }
            Self::Unsupported(kind) => {
                write!(f, "This is a file of {kind}. {}", accepted_formats())
            }
            Self::NoFindings(scanner) => {
                write!(f, "There are no findings in this {scanner} file.")
            }
            Self::NoTitle => f.write_str("Say which column holds the title."),
            Self::TooManyColumns(max) => write!(f, "The table has more than {max} columns."),
            Self::Oversized => f.write_str(
                "A part of the file is larger than anything that a scanner writes. Nothing was imported.",
            ),
            Self::TooMany => write!(
                f,
                "The file would make more than {MAX_SCAN_FINDINGS} findings, which is as many as an engagement may have. Export fewer issues at a time."
            ),
        }
    }
}

impl std::error::Error for ScanError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_name_every_format_of_the_table() {
        assert_eq!(
            format_hint(),
            "Nessus (.nessus), Burp Suite (issues as XML), ZAP (XML or JSON), Nuclei (JSON), SARIF, \
             or a table as CSV."
        );
        assert_eq!(
            accepted_formats(),
            "Take an export of Nessus (.nessus), Burp Suite or ZAP (XML), ZAP or Nuclei (JSON), \
             a SARIF file, or a table as CSV."
        );
    }
}
