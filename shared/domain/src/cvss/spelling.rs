//! The spellings of CVSS vectors: what scanners, calculators and people write, as one text.

use super::invalid::InvalidCvssVector;
use super::metric::CvssVersion;
use crate::input::clean_text;

/// A vector's version and its metrics, as a text spells them.
#[derive(Debug)]
pub(super) struct Spelling<'a> {
    pub(super) version: CvssVersion,
    /// Names and values in capitals, in the order of the text.
    metrics: Vec<(&'a str, &'a str)>,
}

/// What stands around and between the metrics of a vector: in brackets, in quotes, after `CVSS2#`,
/// in the address of a calculator.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || "/#?&=,;|()[]{}<>\"'`".contains(c)
}

/// The text in capitals, with nothing around its colons.
pub(super) fn to_upper(text: &str) -> String {
    let upper = clean_text(text).to_ascii_uppercase();
    let parts: Vec<&str> = upper.split(':').map(str::trim).collect();
    parts.join(":")
}

impl<'a> Spelling<'a> {
    /// Reads a text of [`to_upper`].
    pub(super) fn parse(upper: &'a str) -> Result<Self, InvalidCvssVector> {
        let mut prefix: Vec<&str> = Vec::new();
        let mut metrics: Vec<(&str, &str)> = Vec::new();
        let words = upper
            .split(is_separator)
            .map(|word| word.trim_end_matches(['.', ':']));
        for word in words.filter(|word| !word.is_empty()) {
            match split_metric(word) {
                Some((before, metric)) => {
                    prefix.extend(before.filter(|_| metrics.is_empty()));
                    metrics.push(metric);
                }
                None if metrics.is_empty() => prefix.push(word),
                None if is_remark(word) => {}
                None => return Err(InvalidCvssVector::Metrics(format!("{word} has no value"))),
            }
        }
        let version = version_in(&prefix.join(" "))?.or_else(|| version_of(&metrics));
        Ok(Self {
            version: version.ok_or(InvalidCvssVector::Version)?,
            metrics,
        })
    }

    /// Whether the metric is there.
    pub(super) fn has(&self, code: &str) -> bool {
        self.metrics.iter().any(|(name, _)| *name == code)
    }

    /// Whether any of the metrics that `of` names has a value other than "not defined".
    pub(super) fn defines(&self, of: impl Fn(&str) -> bool) -> bool {
        let mut metrics = self.metrics.iter();
        metrics.any(|(name, value)| of(name) && !matches!(*value, "X" | "ND"))
    }

    /// The text in the letters of the specification.
    pub(super) fn to_text(&self) -> String {
        let metrics = self.metrics.iter().map(|(name, value)| {
            let name = match (self.version, *name) {
                (CvssVersion::V20, "AU") => "Au",
                (_, name) => name,
            };
            format!("{name}:{value}")
        });
        let metrics: Vec<String> = metrics.collect();
        format!("{}{}", self.version.prefix(), metrics.join("/"))
    }
}

/// A metric with its value, and what is written in front of it, as in `VECTOR:AV:N`.
fn split_metric(word: &str) -> Option<(Option<&str>, (&str, &str))> {
    let (head, value) = word.rsplit_once(':')?;
    let (before, name) = match head.rsplit_once(':') {
        Some((before, name)) => (Some(before), name),
        None => (None, head),
    };
    let is_name =
        !name.is_empty() && name.len() <= 3 && name.bytes().all(|b| b.is_ascii_uppercase());
    is_name.then_some((before, (name, value)))
}

/// Whether a word behind a vector says nothing of it: its score, or the end of an address.
fn is_remark(word: &str) -> bool {
    word == "VERSION" || word.parse::<f64>().is_ok()
}

/// The version that is written in front of the metrics; `None` where none is.
fn version_in(prefix: &str) -> Result<Option<CvssVersion>, InvalidCvssVector> {
    let Some((_, rest)) = prefix.rsplit_once("CVSS") else {
        return Ok(None);
    };
    let rest = rest.trim_start_matches([':', 'V', '_', '-', ' ']);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
    match rest.get(..end.unwrap_or(rest.len())).unwrap_or_default() {
        "" => Ok(None),
        "2" | "2.0" => Ok(Some(CvssVersion::V20)),
        "3.0" => Ok(Some(CvssVersion::V30)),
        "3" | "3.1" => Ok(Some(CvssVersion::V31)),
        "4" | "4.0" => Ok(Some(CvssVersion::V40)),
        _ => Err(InvalidCvssVector::Version),
    }
}

/// The version that has metrics of these names.
fn version_of(metrics: &[(&str, &str)]) -> Option<CvssVersion> {
    let has = |code: &str| metrics.iter().any(|(name, _)| *name == code);
    if has("AT") || has("VC") {
        Some(CvssVersion::V40)
    } else if has("PR") || has("UI") || has("S") {
        Some(CvssVersion::V31)
    } else if has("AU") {
        Some(CvssVersion::V20)
    } else {
        None
    }
}
