//! CSV: a table of findings, whose columns a person maps. Rows with the same rule or title are one finding.
//!
//! Fingerprint: `csv` and the rule, where a column holds one, else the title in
//! lower case.

use std::borrow::Cow;
use std::io::Read;

use ::csv::{ByteRecord, ErrorKind, ReaderBuilder};
use encoding_rs::WINDOWS_1252;
use serde::{Deserialize, Serialize};

use super::builder::ScanBuilder;
use super::error::ScanError;
use super::finding_group::FindingGroup;
use super::identifiers::{distinct_cves, parse_cwe, parse_score};
use super::input::{PartLimit, PartReader, refusal_of};
use super::mapping::ColumnMapping;
use super::text::{self, section};
use crate::cvss::CvssVector;
use crate::finding::{FindingContent, Fingerprint};
use crate::severity::Severity;

/// Columns of a table at most.
const MAX_COLUMNS: usize = 200;
/// Characters of a column's name.
const MAX_NAME: usize = 100;
/// What may separate cells.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// The columns of a table, each with what its first row holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CsvColumns {
    /// Distinct names.
    pub names: Vec<String>,
    /// The cells of the first row, cut.
    pub examples: Vec<String>,
}

/// Words for severities, in lower case.
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

/// The columns of a table, from its beginning; `None` where it isn't a table.
pub(crate) fn columns(head: &[u8]) -> Result<Option<CsvColumns>, ScanError> {
    let Some(mut table) = Table::open(head, Box::new(head))? else {
        return Ok(None);
    };
    let mut first = ByteRecord::new();
    let _ = table.reader.read_byte_record(&mut first);
    let examples = (0..table.names.len()).map(|n| text::single_line(&cell(&first, n), 60));
    Ok(Some(CsvColumns {
        examples: examples.collect(),
        names: table.names,
    }))
}

/// One finding a rule or title; the assets of its rows are its assets.
pub(crate) fn read(
    head: &[u8],
    input: Box<dyn Read + '_>,
    mapping: &ColumnMapping,
    builder: &mut ScanBuilder,
) -> Result<(), ScanError> {
    let Some(mut table) = Table::open(head, input)? else {
        return Err(ScanError::Unknown);
    };
    let mapping = mapping.clone().restricted_to(&table.names);
    if mapping.title.is_empty() {
        return Err(ScanError::NoTitle);
    }
    let names = table.names;
    let position = |column: &str| names.iter().position(|name| name == column);
    let (mut untitled, mut unrated, mut record) = (0, 0, ByteRecord::new());
    loop {
        table.limit.reset();
        let has_row = table.reader.read_byte_record(&mut record);
        if !has_row.map_err(scan_error)? {
            break;
        }
        if record.as_slice().contains(&0) {
            return Err(ScanError::Unknown);
        }
        builder.count_row();
        let row = CsvRow::of(
            |column| {
                position(column)
                    .map(|n| cell(&record, n))
                    .unwrap_or_default()
            },
            &mapping,
        );
        if row.title.is_empty() {
            untitled += 1;
        } else {
            unrated += usize::from(row.severity.is_none());
            row.add_to(builder);
        }
    }
    builder.remark_skipped(untitled, "a row without a title");
    if unrated > 0 {
        builder.remark(format!(
            "Rows whose severity is empty or can't be read: {unrated}. They count as info."
        ));
    }
    Ok(())
}

/// A table, after its header.
struct Table<'a> {
    reader: ::csv::Reader<PartReader<Box<dyn Read + 'a>>>,
    limit: PartLimit,
    names: Vec<String>,
}

impl<'a> Table<'a> {
    /// `None` where it isn't a table. The first line of `head` tells the delimiter.
    fn open(head: &[u8], inner: Box<dyn Read + 'a>) -> Result<Option<Self>, ScanError> {
        let text = head.trim_ascii_start();
        let line = text.split(|b| *b == b'\n').next().unwrap_or_default();
        let count = |delimiter: &u8| memchr::memchr_iter(*delimiter, line).count();
        let delimiter = DELIMITERS.into_iter().rev().max_by_key(count);
        let limit = PartLimit::new();
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter.unwrap_or(b','))
            .flexible(true)
            .has_headers(true)
            .from_reader(PartReader {
                inner,
                limit: limit.clone(),
            });
        let headers = reader.byte_headers().map_err(scan_error)?;
        if headers.len() < 2 || headers.as_slice().contains(&0) {
            return Ok(None);
        }
        if headers.len() > MAX_COLUMNS {
            return Err(ScanError::TooManyColumns(MAX_COLUMNS));
        }
        let names = names(headers);
        Ok(Some(Self {
            reader,
            limit,
            names,
        }))
    }
}

/// Text in UTF-8, or in Windows-1252 as some spreadsheets write it.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Distinct names for all columns.
fn names(headers: &ByteRecord) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (n, header) in headers.iter().enumerate() {
        let name = text::single_line(&decoded(header), MAX_NAME);
        let is_unusable = name.is_empty() || names.contains(&name);
        names.push(if is_unusable {
            format!("{name} (column {})", n + 1).trim().to_owned()
        } else {
            name
        });
    }
    names
}

/// A cell as text, without the apostrophe that marks text in spreadsheets.
fn cell(record: &ByteRecord, n: usize) -> String {
    let text = decoded(record.get(n).unwrap_or_default());
    let text = text.trim();
    match text.strip_prefix('\'') {
        Some(rest) if !rest.ends_with('\'') => rest.to_owned(),
        _ => text.to_owned(),
    }
}

fn scan_error(error: ::csv::Error) -> ScanError {
    let line = error.position().map_or(1, ::csv::Position::line);
    let refusal = match error.into_kind() {
        ErrorKind::Io(error) => refusal_of(&error),
        _ => None,
    };
    refusal.unwrap_or(ScanError::Broken {
        line: usize::try_from(line).unwrap_or(usize::MAX),
    })
}

/// A row by the mapping.
struct CsvRow {
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

impl CsvRow {
    fn of(cell: impl Fn(&str) -> String, mapping: &ColumnMapping) -> Self {
        let lines = |text: String| {
            text.lines()
                .map(|line| line.trim().to_owned())
                .collect::<Vec<_>>()
        };
        let vector_text = cell(&mapping.vector);
        let named = severity(&cell(&mapping.severity));
        let by_vector = || match vector_text.parse::<CvssVector>() {
            Ok(vector) => Some(vector.severity()),
            Err(_) => parse_score(&vector_text),
        };
        Self {
            rule: cell(&mapping.rule),
            title: text::single_line(&cell(&mapping.title), 200),
            severity: named.or_else(by_vector),
            cwe: parse_cwe(&cell(&mapping.cwe)),
            cves: cell(&mapping.cve),
            assets: lines(cell(&mapping.asset)),
            description: text::escape_markdown(&cell(&mapping.description)),
            impact: text::escape_markdown(&cell(&mapping.impact)),
            recommendation: text::escape_markdown(&cell(&mapping.recommendation)),
            vector: vector_text,
            references: lines(cell(&mapping.references)),
        }
    }

    fn rule(&self) -> String {
        match self.rule.trim() {
            "" => self.title.to_lowercase(),
            rule => rule.to_owned(),
        }
    }

    fn add_to(&self, builder: &mut ScanBuilder) {
        let fingerprint = Fingerprint::new("csv", &self.rule());
        let Some(group) = builder.group_for(fingerprint, || self.new_group()) else {
            return;
        };
        group.raise_severity(self.severity.unwrap_or(Severity::Info));
        for asset in &self.assets {
            group.assets.add(asset);
        }
        group.add_vector([self.vector.as_str()]);
        group.add_detail(&self.description, || {
            let place = text::escape_markdown(self.assets.first().map_or("", String::as_str));
            let place = format!("**{place}**");
            section([place.trim_matches('*'), &self.description])
        });
        let numbers = group.content.cves.iter().map(String::as_str);
        let (cves, beyond) = distinct_cves(numbers.chain([self.cves.as_str()]));
        for reference in self.references.iter().chain(&beyond) {
            group.add_reference(reference);
        }
        let content = &mut group.content;
        content.cves = cves;
        content.cwe = content.cwe.or(self.cwe);
        for (text, more) in [
            (&mut content.impact, &self.impact),
            (&mut content.recommendation, &self.recommendation),
        ] {
            if text.is_empty() {
                *text = section([more.as_str()]);
            }
        }
    }

    fn new_group(&self) -> FindingGroup {
        let content = FindingContent {
            description: section([self.description.as_str()]),
            ..FindingContent::titled(self.title.as_str(), Severity::Info)
        };
        FindingGroup::new(content, &self.description)
    }
}

/// A severity in words, or as a score.
fn severity(text: &str) -> Option<Severity> {
    let word = text.trim().to_lowercase();
    let known = WORDS.iter().find(|(known, _)| *known == word);
    known
        .map(|(_, severity)| *severity)
        .or_else(|| parse_score(&word))
}
