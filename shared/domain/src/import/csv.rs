//! CSV: a table of findings, whose columns a person names.
//!
//! Fingerprint: `csv` and the rule, where a column holds one, else the title in
//! lower case.

use std::collections::BTreeMap;

use ::csv::{ByteRecord, ReaderBuilder, StringRecord};
use encoding_rs::WINDOWS_1252;

use super::group::{Assets, cwe, known, scored, section, vector};
use super::mapping::Mapping;
use super::{Fingerprint, Found, Refused, Scanned, plain};
use crate::finding::Draft;
use crate::severity::Severity;

/// Columns and rows of a table at most.
const MAX_COLUMNS: usize = 200;
const MAX_ROWS: usize = 100_000;
/// Characters of a column's name.
const MAX_NAME: usize = 100;
/// Rows whose description is told, where rows of one finding differ.
const MAX_DETAILS: usize = 10;
/// What stands between the cells.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// The columns of a table, each with what its first row holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
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

/// The columns of a table; `None` where the bytes are no table.
pub(crate) fn columns(bytes: &[u8]) -> Result<Option<Columns>, Refused> {
    let Some((mut reader, names)) = open(bytes)? else {
        return Ok(None);
    };
    let mut first = ByteRecord::new();
    let _ = reader.read_byte_record(&mut first);
    let examples = (0..names.len()).map(|n| plain::line(&cell(&first, n), 60));
    Ok(Some(Columns {
        examples: examples.collect(),
        names,
    }))
}

/// One draft a title (or a rule); the assets of its rows are its assets.
pub(crate) fn read(bytes: &[u8], mapping: &Mapping) -> Result<Found, Refused> {
    let Some((mut reader, names)) = open(bytes)? else {
        return Err(Refused::Unknown);
    };
    let mapping = mapping.clone().within(&names);
    if mapping.title.is_empty() {
        return Err(Refused::NoTitle);
    }
    let place = |column: &str| names.iter().position(|name| name == column);
    let mut groups: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let (mut rows, mut untitled, mut record) = (0, 0, ByteRecord::new());
    loop {
        let more = reader.read_byte_record(&mut record);
        if !more.map_err(|error| broken(&error))? {
            break;
        }
        rows += 1;
        if rows > MAX_ROWS {
            return Err(Refused::TooManyRows(MAX_ROWS));
        }
        let row = Row::of(
            |column| place(column).map(|n| cell(&record, n)).unwrap_or_default(),
            &mapping,
        );
        if row.title.is_empty() {
            untitled += 1;
        } else {
            groups.entry(row.key()).or_default().push(row);
        }
    }
    let unrated = groups
        .values()
        .flatten()
        .filter(|row| row.severity.is_none())
        .count();
    let findings = groups.iter().filter_map(|(key, rows)| {
        let draft = draft(rows)?;
        Some(Scanned {
            draft,
            fingerprint: Fingerprint::new("csv", key),
        })
    });
    let mut found = Found::new(findings.collect(), rows);
    found.left_out(untitled, "a row without a title");
    if unrated > 0 {
        found.remarks.push(format!(
            "Rows whose severity is empty or can't be read: {unrated}. They count as info."
        ));
    }
    Ok(found)
}

type Reader = ::csv::Reader<std::io::Cursor<Vec<u8>>>;

/// A reader after the line of names, and the names.
fn open(bytes: &[u8]) -> Result<Option<(Reader, Vec<String>)>, Refused> {
    let text = super::decoded(bytes).unwrap_or_else(|| {
        // What spreadsheets write that know no UTF-8.
        WINDOWS_1252
            .decode_without_bom_handling(bytes)
            .0
            .into_owned()
    });
    let line = text.trim_start().lines().next().unwrap_or_default();
    let count = |delimiter: &u8| line.bytes().filter(|byte| byte == delimiter).count();
    let delimiter = DELIMITERS.into_iter().rev().max_by_key(count);
    if text.contains('\0') {
        return Ok(None);
    }
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .flexible(true)
        .has_headers(true)
        .from_reader(std::io::Cursor::new(text.into_bytes()));
    let headers = reader.headers().map_err(|error| broken(&error))?.clone();
    if headers.len() < 2 {
        return Ok(None);
    }
    if headers.len() > MAX_COLUMNS {
        return Err(Refused::TooManyColumns(MAX_COLUMNS));
    }
    Ok(Some((reader, names(&headers))))
}

/// Names for all columns, no two alike.
fn names(headers: &StringRecord) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (n, header) in headers.iter().enumerate() {
        let name = plain::line(header, MAX_NAME);
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
    let text = String::from_utf8_lossy(record.get(n).unwrap_or_default());
    let text = text.trim();
    match text.strip_prefix('\'') {
        Some(rest) if !rest.ends_with('\'') => rest.to_owned(),
        _ => text.to_owned(),
    }
}

fn broken(error: &::csv::Error) -> Refused {
    let line = error.position().map_or(1, ::csv::Position::line);
    Refused::Broken {
        line: usize::try_from(line).unwrap_or(usize::MAX),
    }
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
    fn of(cell: impl Fn(&str) -> String, mapping: &Mapping) -> Self {
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
}

/// A severity in words, or as a score.
fn severity(text: &str) -> Option<Severity> {
    let word = text.trim().to_lowercase();
    let known = WORDS.iter().find(|(known, _)| *known == word);
    known
        .map(|(_, severity)| *severity)
        .or_else(|| scored(&word))
}

fn draft(rows: &[Row]) -> Option<Draft> {
    let first = rows.first()?;
    let mut assets = Assets::default();
    for asset in rows.iter().flat_map(|row| &row.assets) {
        assets.add(asset);
    }
    let (assets, more) = assets.finish();
    let mut told = vec![first.description.as_str()];
    let mut details = Vec::new();
    for row in rows {
        if details.len() < MAX_DETAILS && !told.contains(&row.description.as_str()) {
            told.push(&row.description);
            let place = plain::markdown(row.assets.first().map_or("", String::as_str));
            details.push(section([
                format!("**{place}**").trim_matches('*'),
                &row.description,
            ]));
        }
    }
    let description = [
        first.description.as_str(),
        more.as_deref().unwrap_or_default(),
    ];
    let text = |of: fn(&Row) -> &String| rows.iter().map(of).find(|text| !text.is_empty());
    let (cves, beyond) = known(rows.iter().map(|row| row.cves.as_str()));
    let references = rows.iter().flat_map(|row| &row.references).chain(&beyond);
    Some(Draft {
        title: first.title.clone(),
        severity: rows
            .iter()
            .filter_map(|row| row.severity)
            .min()
            .unwrap_or(Severity::Info),
        severity_reason: None,
        vector: rows.iter().find_map(|row| vector(&row.vector)),
        cwe: rows.iter().find_map(|row| row.cwe),
        cves,
        assets,
        description: section(
            description
                .into_iter()
                .chain(details.iter().map(String::as_str)),
        ),
        impact: section([text(|row| &row.impact).map_or("", String::as_str)]),
        recommendation: section([text(|row| &row.recommendation).map_or("", String::as_str)]),
        references: section([plain::references(references.map(String::as_str)).as_str()]),
    })
}
