//! CVSS: a vector, and the score and severity that the standard gives it.

mod metrics;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use metrics::{CvssMetric, CvssVersion, values};

use crate::severity::Severity;

/// A CVSS 3.1 or 4.0 vector that has a score, in the spelling it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CvssVector {
    text: String,
    score: CvssScore,
}

/// A CVSS score in tenths: 0 to 100 for 0.0 to 10.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CvssScore(u8);

/// Why a text is not a vector that can be scored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCvssVector {
    /// It doesn't begin with a version that is known here.
    #[error("Begin the vector with CVSS:3.1/ or CVSS:4.0/.")]
    Version,
    /// A metric is missing, repeated or has no such value.
    #[error("This is not a complete CVSS vector: {0}.")]
    Metrics(String),
}

impl CvssScore {
    /// From tenths; more than 100 is no score.
    pub fn from_tenths(tenths: u8) -> Option<Self> {
        (tenths <= 100).then_some(Self(tenths))
    }

    /// The score in tenths.
    pub const fn tenths(self) -> u8 {
        self.0
    }

    /// The severity that the CVSS specifications give the score.
    pub const fn severity(self) -> Severity {
        match self.0 {
            90.. => Severity::Critical,
            70.. => Severity::High,
            40.. => Severity::Medium,
            1.. => Severity::Low,
            0 => Severity::Info,
        }
    }
}

impl fmt::Display for CvssScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

impl CvssVector {
    /// The score of the vector.
    pub const fn score(&self) -> CvssScore {
        self.score
    }

    /// The vector as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for CvssVector {
    type Err = InvalidCvssVector;

    fn from_str(text: &str) -> Result<Self, InvalidCvssVector> {
        let text = text.trim();
        if !text.starts_with("CVSS:3.1/") && !text.starts_with("CVSS:4.0/") {
            return Err(InvalidCvssVector::Version);
        }
        complete(text)?;
        let parsed: cvss::Cvss = text
            .parse()
            .map_err(|e: cvss::Error| InvalidCvssVector::Metrics(e.to_string()))?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        // 0.0 to 10.0 by the standard
        let score = CvssScore((parsed.score() * 10.0).round().clamp(0.0, 100.0) as u8);
        Ok(Self {
            text: text.to_owned(),
            score,
        })
    }
}

/// Holds where every base metric is there once. The library scores what it is
/// given; metrics beyond the base are refused in 3.1, because it passes them over.
fn complete(text: &str) -> Result<(), InvalidCvssVector> {
    let mut metrics: Vec<&str> = text
        .split('/')
        .skip(1)
        .filter_map(|m| m.split(':').next())
        .collect();
    let version = CvssVersion::of(text).ok_or(InvalidCvssVector::Version)?;
    let base: Vec<&str> = version.metrics().iter().map(|metric| metric.code).collect();
    if let Some(missing) = base.iter().find(|metric| !metrics.contains(metric)) {
        return Err(InvalidCvssVector::Metrics(format!("{missing} is missing")));
    }
    if version == CvssVersion::V31
        && let Some(more) = metrics.iter().find(|metric| !base.contains(metric))
    {
        return Err(InvalidCvssVector::Metrics(format!(
            "only base metrics are scored, not {more}"
        )));
    }
    metrics.sort_unstable();
    match metrics.windows(2).find(|pair| pair.first() == pair.last()) {
        Some(twice) => Err(InvalidCvssVector::Metrics(format!(
            "{} is there twice",
            twice.first().copied().unwrap_or_default()
        ))),
        None => Ok(()),
    }
}

impl TryFrom<String> for CvssVector {
    type Error = InvalidCvssVector;

    fn try_from(text: String) -> Result<Self, InvalidCvssVector> {
        text.parse()
    }
}

impl From<CvssVector> for String {
    fn from(vector: CvssVector) -> Self {
        vector.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_get_the_scores_of_the_specification() {
        for (text, score, severity) in [
            (
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                "9.8",
                Severity::Critical,
            ),
            (
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
                "6.1",
                Severity::Medium,
            ),
            (
                "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N",
                "0.0",
                Severity::Info,
            ),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:L/SC:H/SI:N/SA:L",
                "7.8",
                Severity::High,
            ),
        ] {
            let vector: CvssVector = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(vector.score().to_string(), score, "{text}");
            assert_eq!(vector.score().severity(), severity, "{text}");
        }
    }

    #[test]
    fn incomplete_and_foreign_vectors_are_refused() {
        for text in [
            "",
            "9.8",
            "CVSS:3.1/",
            "CVSS:3.1/AV:N",
            "CVSS:2.0/AV:N",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:Q",
        ] {
            assert!(text.parse::<CvssVector>().is_err(), "{text}");
        }
    }
}
