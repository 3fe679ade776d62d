//! CSV: a table of findings, whose columns a person names.
//!
//! Fingerprint: `csv` and the rule, where a column holds one, else the title in
//! lower case.

use std::borrow::Cow;
use std::io::Read;

use ::csv::{ByteRecord, ErrorKind, ReaderBuilder};
use encoding_rs::WINDOWS_1252;
use serde::{Deserialize, Serialize};

use super::group::{FindingGroup, cwe, known, scored, section, vector};
use super::input::{Gauge, Gauged, told};
use super::mapping::ColumnMapping;
use super::{Fingerprint, ScanBuilder, ScanError, plain};
use crate::finding::FindingContent;
use crate::severity::Severity;

/// Columns of a table at most.
const MAX_COLUMNS: usize = 200;
/// Characters of a column's name.
const MAX_NAME: usize = 100;
/// What stands between the cells.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// The columns of a table, each with what its first row holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CsvColumns {
    /// Their names, no two alike.
    pub names: Vec<String>,
    /// What the first row holds, cut.
    pub examples: Vec<String>,
}

/// Words for severities.
const WORDS: [(&str, Severity); 22] = [
    ("critical", Severity::Critical),
    ("very high", Severity::Critical),
    ("p1", Severity::Critical),
    ("high", Severity::High),
    ("severe", Severity::High),
    ("important", Severity::High),
    ("error", Severity::High),
    ("p2", Severity::High),
    ("medium", Severity::Medium),
    ("moderate", Severity::Medium),
    ("warning", Severity::Medium),
    ("p3", Severity::Medium),
    ("low", Severity::Low),
    ("minor", Severity::Low),
    ("p4", Severity::Low),
    ("info", Severity::Info),
    ("information", Severity::Info),
    ("informational", Severity::Info),
    ("none", Severity::Info),
    ("note", Severity::Info),
    ("log", Severity::Info),
    ("p5", Severity::Info),
];

/// The columns of a table, by its beginning; `None` where the bytes are no table.
pub(crate) fn columns(head: &[u8]) -> Result<Option<CsvColumns>, ScanError> {
    let Some(mut table) = Table::open(head, Box::new(head))? else {
        return Ok(None);
    };
    let mut first = ByteRecord::new();
    let _ = table.reader.read_byte_record(&mut first);
    let examples = (0..table.names.len()).map(|n| plain::line(&cell(&first, n), 60));
    Ok(Some(CsvColumns {
        examples: examples.collect(),
        names: table.names,
    }))
}

/// One draft a title (or a rule); the assets of its rows are its assets.
pub(crate) fn read(
    head: &[u8],
    input: Box<dyn Read + '_>,
    mapping: &ColumnMapping,
    found: &mut ScanBuilder,
) -> Result<(), ScanError> {
    let Some(mut table) = Table::open(head, input)? else {
        return Err(ScanError::Unknown);
    };
    let mapping = mapping.clone().within(&table.names);
    if mapping.title.is_empty() {
        return Err(ScanError::NoTitle);
    }
    let names = table.names;
    let place = |column: &str| names.iter().position(|name| name == column);
    let (mut untitled, mut unrated, mut record) = (0, 0, ByteRecord::new());
    loop {
        table.gauge.begin();
        let more = table.reader.read_byte_record(&mut record);
        if !more.map_err(broken)? {
            break;
        }
        if record.as_slice().contains(&0) {
            return Err(ScanError::Unknown);
        }
        found.rows += 1;
        let row = Row::of(
            |column| place(column).map(|n| cell(&record, n)).unwrap_or_default(),
            &mapping,
        );
        if row.title.is_empty() {
            untitled += 1;
        } else {
            unrated += usize::from(row.severity.is_none());
            row.add_to(found);
        }
    }
    found.left_out(untitled, "a row without a title");
    if unrated > 0 {
        found.remarks.push(format!(
            "Rows whose severity is empty or can't be read: {unrated}. They count as info."
        ));
    }
    Ok(())
}

/// A table after the line of names.
struct Table<'a> {
    reader: ::csv::Reader<Gauged<Box<dyn Read + 'a>>>,
    gauge: Gauge,
    names: Vec<String>,
}

impl<'a> Table<'a> {
    /// `None` where it is none. What separates its cells, `head` tells.
    fn open(head: &[u8], inner: Box<dyn Read + 'a>) -> Result<Option<Self>, ScanError> {
        let text = head.trim_ascii_start();
        let line = text.split(|b| *b == b'\n').next().unwrap_or_default();
        let count = |delimiter: &u8| memchr::memchr_iter(*delimiter, line).count();
        let delimiter = DELIMITERS.into_iter().rev().max_by_key(count);
        let gauge = Gauge::new();
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter.unwrap_or(b','))
            .flexible(true)
            .has_headers(true)
            .from_reader(Gauged {
                inner,
                gauge: gauge.clone(),
            });
        let headers = reader.byte_headers().map_err(broken)?;
        if headers.len() < 2 || headers.as_slice().contains(&0) {
            return Ok(None);
        }
        if headers.len() > MAX_COLUMNS {
            return Err(ScanError::TooManyColumns(MAX_COLUMNS));
        }
        let names = names(headers);
        Ok(Some(Self {
            reader,
            gauge,
            names,
        }))
    }
}

/// A cell's text: in UTF-8, or as spreadsheets write that know none.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Names for all columns, no two alike.
fn names(headers: &ByteRecord) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (n, header) in headers.iter().enumerate() {
        let name = plain::line(&decoded(header), MAX_NAME);
        let odd = name.is_empty() || names.contains(&name);
        names.push(if odd {
            format!("{name} (column {})", n + 1).trim().to_owned()
        } else {
            name
        });
    }
    names
}

/// A cell as text. A spreadsheet's mark for text, one apostrophe before it, is
/// taken off.
fn cell(record: &ByteRecord, n: usize) -> String {
    let text = decoded(record.get(n).unwrap_or_default());
    let text = text.trim();
    match text.strip_prefix('\'') {
        Some(rest) if !rest.ends_with('\'') => rest.to_owned(),
        _ => text.to_owned(),
    }
}

fn broken(error: ::csv::Error) -> ScanError {
    let line = error.position().map_or(1, ::csv::Position::line);
    let refused = match error.into_kind() {
        ErrorKind::Io(error) => told(&error),
        _ => None,
    };
    refused.unwrap_or(ScanError::Broken {
        line: usize::try_from(line).unwrap_or(usize::MAX),
    })
}

/// What a row says.
struct Row {
    rule: String,
    title: String,
    severity: Option<Severity>,
    vector: String,
    cwe: Option<u32>,
    cves: String,
    assets: Vec<String>,
    description: String,
    impact: String,
    recommendation: String,
    references: Vec<String>,
}

impl Row {
    fn of(cell: impl Fn(&str) -> String, mapping: &ColumnMapping) -> Self {
        let lines = |text: String| {
            text.lines()
                .map(|line| line.trim().to_owned())
                .collect::<Vec<_>>()
        };
        let vector_text = cell(&mapping.vector);
        let rated = severity(&cell(&mapping.severity));
        let of_vector = || vector(&vector_text).map(|v| v.score().severity());
        Self {
            rule: cell(&mapping.rule),
            title: plain::line(&cell(&mapping.title), 200),
            severity: rated.or_else(of_vector),
            cwe: cwe(&cell(&mapping.cwe)),
            cves: cell(&mapping.cve),
            assets: lines(cell(&mapping.asset)),
            description: plain::markdown(&cell(&mapping.description)),
            impact: plain::markdown(&cell(&mapping.impact)),
            recommendation: plain::markdown(&cell(&mapping.recommendation)),
            vector: vector_text,
            references: lines(cell(&mapping.references)),
        }
    }

    fn key(&self) -> String {
        match self.rule.trim() {
            "" => self.title.to_lowercase(),
            rule => rule.to_owned(),
        }
    }

    fn add_to(&self, found: &mut ScanBuilder) {
        let fingerprint = Fingerprint::new("csv", &self.key());
        let Some(group) = found.at(fingerprint, || self.first()) else {
            return;
        };
        group.rate(self.severity.unwrap_or(Severity::Info));
        for asset in &self.assets {
            group.assets.add(asset);
        }
        group.tell(&self.description, || {
            let place = plain::markdown(self.assets.first().map_or("", String::as_str));
            let place = format!("**{place}**");
            section([place.trim_matches('*'), &self.description])
        });
        let numbers = group.draft.cves.iter().map(String::as_str);
        let (cves, beyond) = known(numbers.chain([self.cves.as_str()]));
        for reference in self.references.iter().chain(&beyond) {
            group.refer(reference);
        }
        let draft = &mut group.draft;
        draft.cves = cves;
        draft.cwe = draft.cwe.or(self.cwe);
        if draft.vector.is_none() {
            draft.vector = vector(&self.vector);
        }
        for (text, more) in [
            (&mut draft.impact, &self.impact),
            (&mut draft.recommendation, &self.recommendation),
        ] {
            if text.is_empty() {
                *text = section([more.as_str()]);
            }
        }
    }

    fn first(&self) -> FindingGroup {
        let draft = FindingContent {
            title: self.title.clone(),
            severity: Severity::Info,
            severity_reason: None,
            vector: None,
            cwe: None,
            cves: Vec::new(),
            assets: Vec::new(),
            description: section([self.description.as_str()]),
            impact: String::new(),
            recommendation: String::new(),
            references: String::new(),
        };
        FindingGroup::new(draft, &self.description)
    }
}

/// A severity in words, or as a score.
fn severity(text: &str) -> Option<Severity> {
    let word = text.trim().to_lowercase();
    let known = WORDS.iter().find(|(known, _)| *known == word);
    known
        .map(|(_, severity)| *severity)
        .or_else(|| scored(&word))
}
