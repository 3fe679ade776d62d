//! What was measured, as tables for people and a file for programs.

use std::path::Path;
use std::{fs, io};

use serde::Serialize;
use serde_json::Value;

/// What was measured so far.
#[derive(Default)]
pub(crate) struct Report {
    figures: Vec<BenchFigure>,
}

/// One figure; a ratio names what it is held against.
#[derive(Debug, Serialize)]
struct BenchFigure {
    name: String,
    value: f64,
    unit: &'static str,
    ratio: Option<f64>,
    against: Option<String>,
}

impl Report {
    pub(crate) fn note(&mut self, name: String, value: f64, unit: &'static str) {
        self.figures.push(BenchFigure {
            name,
            value,
            unit,
            ratio: None,
            against: None,
        });
    }

    /// A figure beside another one of the same unit.
    pub(crate) fn held(
        &mut self,
        name: String,
        (value, unit): (f64, &'static str),
        (other, against): (f64, &str),
    ) {
        self.figures.push(BenchFigure {
            name,
            value,
            unit,
            ratio: (other > 0.0).then(|| value / other),
            against: Some(against.to_owned()),
        });
    }

    /// Puts its figures into `target/bench.json`, in place of those of the same names.
    pub(crate) fn save(&self) -> io::Result<()> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench.json");
        let kept = fs::read(&path).unwrap_or_default();
        let mut all: Vec<Value> = serde_json::from_slice(&kept).unwrap_or_default();
        let is_new = |one: &Value| self.figures.iter().any(|figure| one["name"] == figure.name);
        all.retain(|one| !is_new(one));
        for figure in &self.figures {
            all.push(serde_json::to_value(figure)?);
        }
        fs::write(path, serde_json::to_string_pretty(&all)?)
    }
}
