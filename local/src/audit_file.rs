//! An exported audit log, checked offline.

use domain::audit::{CHAIN_START, EXPORT_COLUMNS, EXPORT_WIDTH, ExportedEntry, verify_chain};
use domain::spreadsheet::unescape_formula;

/// Checks the text of an export; what was found, in words, either way.
pub fn verify_export(text: &str) -> Result<String, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let expected = ["number"].into_iter().chain(EXPORT_COLUMNS);
    let expected: Vec<_> = expected.chain(["previous", "hash"]).collect();
    if csv.headers().map_err(|e| e.to_string())? != expected {
        return Err("This isn't an audit log that the portal exported.".to_owned());
    }
    let entries: Result<Vec<_>, _> = csv.records().map(entry).collect();
    let whole = verify_chain(entries?).map_err(|broken| broken.to_string())?;
    if whole.hash == CHAIN_START {
        return Ok("The file holds no entries.".to_owned());
    }
    let follows = match whole.first {
        1 => String::new(),
        first => format!(
            "\nThe file begins after number {}, whose hash is {}.",
            first - 1,
            whole.after
        ),
    };
    Ok(format!(
        "Entries {} to {} are as they were recorded.{follows}\nThe hash of number {} is {}.",
        whole.first, whole.last, whole.last, whole.hash
    ))
}

fn entry(record: Result<csv::StringRecord, csv::Error>) -> Result<ExportedEntry, String> {
    let record = record.map_err(|e| e.to_string())?;
    let mut cells = record.iter().map(|cell| unescape_formula(cell).to_owned());
    let mut next = || cells.next().unwrap_or_default();
    let seq = next();
    let seq = seq
        .parse()
        .map_err(|_| format!("'{seq}' is no number of an entry"))?;
    let columns = (0..EXPORT_WIDTH).map(|_| next()).collect();
    Ok(ExportedEntry {
        seq,
        columns,
        previous: next(),
        hash: next(),
    })
}
