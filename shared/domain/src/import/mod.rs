//! Scanner exports: from bytes to drafts of findings.
//!
//! A format is a row of [`FORMATS`] and a file of its own. What can't be read
//! whole is refused whole.

mod burp;
mod html;
mod nessus;
mod plain;
mod xml;

use crate::finding::Draft;
use crate::finding::draft::MAX_BYTES as MAX_DRAFT;
use xml::Element;

/// Bytes that an export may have.
pub const MAX_BYTES: usize = 50 * 1024 * 1024;
/// Findings that one export may make.
const MAX_DRAFTS: usize = 2_000;

/// What a scanner's file would make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The scanner's name on the screen.
    pub scanner: &'static str,
    /// One draft a weakness, worst first; the same weakness on several assets
    /// is one draft with several assets.
    pub drafts: Vec<Draft>,
    /// Rows of the file that went into the drafts.
    pub rows: usize,
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
    /// Not XML at all.
    #[error("This is not an XML file. Export the scan as .nessus, or from Burp as XML.")]
    NotXml,
    /// XML that breaks off or isn't well-formed.
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
    #[error("This is a file of {0}. Take an export of Nessus (.nessus) or Burp (XML).")]
    Foreign(String),
    /// A scan without a single finding.
    #[error("There are no findings in this {0} file.")]
    Nothing(&'static str),
    /// More findings than anybody can look through.
    #[error(
        "The file would make {0} findings; {MAX_DRAFTS} are taken at most. Export fewer hosts at a time."
    )]
    TooMany(usize),
}

/// The formats: the root element, the scanner's name, and what reads it.
type Read = fn(&Element) -> Found;
const FORMATS: [(&str, &str, Read); 2] = [
    ("NessusClientData_v2", "Nessus", nessus::read),
    ("issues", "Burp Suite", burp::read),
];

/// Root elements of files that people mistake for the right one.
const FOREIGN: [(&str, &str); 6] = [
    ("OWASPZAPReport", "ZAP"),
    ("nmaprun", "Nmap"),
    ("NessusClientData", "an old version of Nessus"),
    ("niktoscan", "Nikto"),
    ("html", "a web page"),
    ("items", "Burp Suite that holds items, not issues"),
];

/// What a format finds: drafts, and how many rows went into them.
pub(crate) struct Found {
    pub(crate) drafts: Vec<Draft>,
    pub(crate) rows: usize,
}

/// Reads an export of any format that is known.
pub fn read(bytes: &[u8]) -> Result<Scan, Refused> {
    let root = xml::parse(bytes)?;
    let known = FORMATS.iter().find(|(name, ..)| *name == root.name);
    let Some((_, scanner, read)) = known else {
        let named = FOREIGN
            .iter()
            .find(|(name, _)| *name == root.name)
            .map(|(_, words)| (*words).to_owned());
        let element = || {
            format!(
                "another kind (its first element is “{}”)",
                plain::line(&root.name, 40)
            )
        };
        return Err(Refused::Foreign(named.unwrap_or_else(element)));
    };
    let Found { mut drafts, rows } = read(&root);
    if drafts.is_empty() {
        return Err(Refused::Nothing(scanner));
    }
    if drafts.len() > MAX_DRAFTS {
        return Err(Refused::TooMany(drafts.len()));
    }
    for draft in &mut drafts {
        draft.explain(&format!("As rated by {scanner}."));
        fit(draft);
    }
    drafts.sort_by(|a, b| {
        a.severity
            .cmp(&b.severity)
            .then_with(|| a.title.cmp(&b.title))
    });
    Ok(Scan {
        scanner,
        drafts,
        rows,
    })
}

/// Cuts what is longest until the form would accept it.
fn fit(draft: &mut Draft) {
    while draft.bytes() > MAX_DRAFT {
        let assets: usize = draft.assets.iter().map(String::len).sum();
        let sections = [
            &mut draft.description,
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
