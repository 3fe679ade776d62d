//! CVSS vectors that have a score.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::metric::CvssVersion;
use super::score::CvssScore;

/// A CVSS 3.1 or 4.0 vector that has a score, in the spelling it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CvssVector {
    text: String,
    score: CvssScore,
}

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

impl CvssVersion {
    /// The vector of the values that `chosen` gives for the metrics.
    pub fn compose<'a>(
        self,
        chosen: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<CvssVector, InvalidCvssVector> {
        let mut text = self.prefix().trim_end_matches('/').to_owned();
        for metric in self.metrics() {
            let value = chosen(metric.code).filter(|value| !value.is_empty());
            let Some(value) = value else {
                let missing = format!("{} is missing", metric.name);
                return Err(InvalidCvssVector::Metrics(missing));
            };
            text.push('/');
            text.push_str(metric.code);
            text.push(':');
            text.push_str(value);
        }
        text.parse()
    }
}

impl FromStr for CvssVector {
    type Err = InvalidCvssVector;

    fn from_str(text: &str) -> Result<Self, InvalidCvssVector> {
        let text = text.trim();
        if !text.starts_with("CVSS:3.1/") && !text.starts_with("CVSS:4.0/") {
            return Err(InvalidCvssVector::Version);
        }
        check_complete(text)?;
        let parsed: cvss::Cvss = text
            .parse()
            .map_err(|e: cvss::Error| InvalidCvssVector::Metrics(e.to_string()))?;
        let score = CvssScore::from_points(parsed.score());
        Ok(Self {
            text: text.to_owned(),
            score,
        })
    }
}

/// Holds where every base metric is there once. The library scores what it is
/// given; metrics beyond the base are refused in 3.1, because it passes them over.
fn check_complete(text: &str) -> Result<(), InvalidCvssVector> {
    let mut metrics: Vec<&str> = text
        .split('/')
        .skip(1)
        .filter_map(|m| m.split(':').next())
        .collect();
    let version = CvssVersion::of_vector(text).ok_or(InvalidCvssVector::Version)?;
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
    use crate::severity::Severity;

    #[test]
    fn cvss_score_equals_specification() {
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
