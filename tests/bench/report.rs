//! What was measured, as a table for people and a file for programs.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use serde_json::{Value, json};

use crate::Measured;

/// What was measured so far.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    size: usize,
    millis: f64,
    slow: f64,
    read: f64,
    write: f64,
    trips: u32,
    bytes: usize,
}

impl Report {
    /// Notes what a page took in a workspace with so many findings.
    pub(crate) fn note(&mut self, name: &str, size: usize, measured: &Measured) {
        self.rows.push(Row {
            name: name.to_owned(),
            size,
            millis: measured.median.as_secs_f64() * 1e3,
            slow: measured.slow.as_secs_f64() * 1e3,
            read: measured.spent.read,
            write: measured.spent.write,
            trips: measured.spent.round_trips,
            bytes: measured.bytes,
        });
    }

    /// What the same page took in the smallest workspace.
    fn against(&self, row: &Row) -> f64 {
        let same = self.rows.iter().find(|one| one.name == row.name);
        same.map_or(row.millis, |one| one.millis)
    }

    pub(crate) fn table(&self) -> String {
        let mut table = format!(
            "{:<28} {:>8} {:>9} {:>7} {:>9} {:>7} {:>7} {:>6} {:>7}\n",
            "page", "findings", "median", "ratio", "p99", "read", "write", "trips", "bytes"
        );
        for row in &self.rows {
            let _ = writeln!(
                table,
                "{:<28} {:>8} {:>6.2} ms {:>7.2} {:>6.2} ms {:>7} {:>7} {:>6} {:>7}",
                row.name,
                row.size,
                row.millis,
                row.millis / self.against(row),
                row.slow,
                row.read,
                row.write,
                row.trips,
                row.bytes
            );
        }
        table
    }

    /// Writes `target/bench.json`: each figure with its unit, and for times the
    /// ratio to what it is held against.
    pub(crate) fn save(&self) -> io::Result<()> {
        let figures: Vec<Value> = self.rows.iter().flat_map(|row| self.figures(row)).collect();
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
        fs::write(
            target.join("bench.json"),
            serde_json::to_string_pretty(&figures)?,
        )
    }

    fn figures(&self, row: &Row) -> Vec<Value> {
        let name = format!("{}, {} findings", row.name, row.size);
        let against = self.against(row);
        let time = json!({
            "name": name, "value": row.millis, "unit": "ms",
            "ratio": row.millis / against, "against": "the smallest workspace",
        });
        let plain = [
            ("read", json!(row.read), "read units"),
            ("write", json!(row.write), "write units"),
            ("round trips", json!(row.trips), "calls one after another"),
            ("page", json!(row.bytes), "bytes"),
            ("p99", json!(row.slow), "ms"),
        ];
        let plain = plain.map(|(what, value, unit)| {
            json!({
                "name": format!("{name}: {what}"), "value": value, "unit": unit,
                "ratio": null, "against": null,
            })
        });
        [time].into_iter().chain(plain).collect()
    }
}
