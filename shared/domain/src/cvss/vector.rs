//! CVSS vectors that have a score.

use std::str::FromStr;

use cvss::{Cvss, Error, v3};
use serde::{Deserialize, Serialize};

use super::invalid::InvalidCvssVector;
use super::metric::CvssVersion;
use super::score::CvssScore;
use super::spelling::{Spelling, to_upper};
use crate::severity::Severity;

/// A CVSS vector that has a score, in the spelling of its specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CvssVector {
    text: String,
    version: CvssVersion,
    score: CvssScore,
}

impl CvssVector {
    /// The score by the base metrics, and by temporal and environmental ones where there are any.
    pub const fn score(&self) -> CvssScore {
        self.score
    }

    /// The severity by the specification; of 2.0, which names none, by that of NVD, where the
    /// highest is high.
    pub fn severity(&self) -> Severity {
        match (self.version, self.score.severity()) {
            (CvssVersion::V20, Severity::Critical) => Severity::High,
            (_, severity) => severity,
        }
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
        let upper = to_upper(text);
        let spelling = Spelling::parse(&upper)?;
        let version = spelling.version;
        // The library scores a vector of 3.1 that lacks metrics.
        let metrics = version.metrics().iter();
        if let Some(missing) = metrics
            .map(|metric| metric.code)
            .find(|code| !spelling.has(code))
        {
            return Err(InvalidCvssVector::Metrics(format!("{missing} is missing")));
        }
        let text = spelling.to_text();
        let parsed = match version {
            CvssVersion::V20 => text.parse().map(Cvss::CvssV20),
            _ => text.parse(),
        };
        let parsed = parsed.map_err(|error| InvalidCvssVector::Metrics(describe(&error)))?;
        Ok(Self {
            text: parsed.to_string(),
            version,
            score: CvssScore::from_points(points(&parsed, &spelling)),
        })
    }
}

/// The score by every metric that is defined; the library's own is that of the base metrics alone,
/// except for 4.0.
fn points(parsed: &Cvss, spelling: &Spelling<'_>) -> f64 {
    let has_environment = spelling.defines(is_environmental);
    match parsed {
        Cvss::CvssV20(vector) if has_environment => vector.environmental_score().value(),
        Cvss::CvssV20(vector) => vector.temporal_score().value(),
        Cvss::CvssV30(vector) | Cvss::CvssV31(vector) if has_environment => {
            vector.environmental_score().value()
        }
        Cvss::CvssV30(vector) | Cvss::CvssV31(vector) => {
            // The equations of 3.0, rounded as 3.1 says, which floating point doesn't disturb.
            let minor_version = 1;
            let vector = v3::Vector {
                minor_version,
                ..vector.clone()
            };
            if spelling.defines(|code| matches!(code, "E" | "RL" | "RC")) {
                vector.temporal_score().value()
            } else {
                vector.base_score().value()
            }
        }
        other => other.score(),
    }
}

/// Whether a metric of 2.0, 3.0 or 3.1 is of the environmental group.
fn is_environmental(code: &str) -> bool {
    matches!(code, "CDP" | "TD" | "CR" | "IR" | "AR") || code.starts_with('M')
}

/// What is wrong with a vector, in a few words.
fn describe(error: &Error) -> String {
    let (metric, wrong) = match error {
        Error::InvalidMetricV2 { metric_type, value } => {
            (metric_type.name(), format!("can't be {value}"))
        }
        Error::InvalidMetricV3 { metric_type, value } => {
            (metric_type.name(), format!("can't be {value}"))
        }
        Error::InvalidMetricV4 { metric_type, value } => {
            (metric_type.name(), format!("can't be {value}"))
        }
        Error::DuplicateMetricV2 { metric_type } => {
            (metric_type.name(), "is there twice".to_owned())
        }
        Error::DuplicateMetricV3 { metric_type } => {
            (metric_type.name(), "is there twice".to_owned())
        }
        Error::DuplicateMetricV4 { metric_type } => {
            (metric_type.name(), "is there twice".to_owned())
        }
        Error::MissingMandatoryMetricV2 { metric_type } => {
            (metric_type.name(), "is missing".to_owned())
        }
        Error::MissingMandatoryMetricV4 { metric_type } => {
            (metric_type.name(), "is missing".to_owned())
        }
        Error::UnknownMetric { name } => (name.as_str(), "is no metric of this version".to_owned()),
        other => return other.to_string(),
    };
    format!("{metric} {wrong}")
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
    use proptest::prelude::*;

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
            assert_eq!(vector.severity(), severity, "{text}");
        }
    }

    /// Scores of the specifications' own examples and of the calculators of FIRST and NVD.
    #[test]
    fn temporal_and_environmental_metrics_are_kept_and_scored() {
        const BASE: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
        const V2: &str = "AV:N/AC:L/Au:N/C:C/I:C/A:C";
        for (text, score) in [
            (format!("{BASE}/E:X/RL:X"), "9.8"),
            (format!("{BASE}/E:P/RL:O/RC:C"), "8.8"),
            (format!("{BASE}/CR:L/IR:L/AR:L"), "8.0"),
            (format!("{BASE}/MAV:L"), "8.4"),
            (V2.to_owned(), "10.0"),
            (format!("{V2}/E:F/RL:OF/RC:C"), "8.3"),
            (
                format!("{V2}/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L"),
                "9.0",
            ),
        ] {
            let vector: CvssVector = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(vector.score().to_string(), score, "{text}");
            assert_eq!(vector.as_str(), text);
        }
    }

    #[test]
    fn severity_of_version_2_is_at_most_high() {
        let vector: CvssVector = "AV:N/AC:L/Au:N/C:C/I:C/A:C".parse().expect("a vector");
        assert_eq!(vector.severity(), Severity::High);
    }

    #[test]
    fn vector_in_any_usual_spelling_is_that_of_specification() {
        const V31: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
        const V30: &str = "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
        const V40: &str =
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:P/U:Red";
        const V20: &str = "AV:N/AC:L/Au:N/C:P/I:P/A:P/E:POC";
        for (text, written) in [
            ("cvss:3.1/av:n/ac:l/pr:n/ui:n/s:u/c:h/i:h/a:h", V31),
            ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", V31),
            ("(CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H)", V31),
            ("[AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H]", V31),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/", V31),
            (
                "9.8 (CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H) 9.8",
                V31,
            ),
            (
                "CVSSv3.1 Vector: AV:N / AC:L / PR:N / UI:N / S:U / C:H / I:H / A: H.",
                V31,
            ),
            ("CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N", V31),
            (
                "\u{feff}\u{a0}CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\u{0b}",
                V31,
            ),
            (
                "https://www.first.org/cvss/calculator/3.1#CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                V31,
            ),
            (
                "https://nvd.nist.gov/vuln-metrics/cvss/v3-calculator?vector=AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H&version=3.1",
                V31,
            ),
            ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", V30),
            ("CVSS3.0#AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", V30),
            (
                "av:n/ac:l/at:n/pr:n/ui:n/vc:h/vi:h/va:h/sc:n/si:n/sa:n/e:p/u:red",
                V40,
            ),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:P/U:Red",
                V40,
            ),
            ("(AV:N/AC:L/Au:N/C:P/I:P/A:P/E:POC)", V20),
            ("CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P/E:POC", V20),
            ("CVSS:2.0/AV:N/AC:L/AU:N/C:P/I:P/A:P/E:POC", V20),
        ] {
            let read = text.parse::<CvssVector>().map(String::from);
            assert_eq!(read.as_deref(), Ok(written), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_read_as_a_vector_that_reads_the_same(
            text in "(CVSS:[234]\\.[01]/)?([A-Za-z]{1,3}:[A-Za-z]{1,2}[/ ]){0,12}|\\PC{0,60}"
        ) {
            if let Ok(vector) = text.parse::<CvssVector>() {
                prop_assert_eq!(vector.as_str().parse(), Ok(vector.clone()));
            }
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
            "CVSS:2.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:5.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:Q",
            "CVSS:3.1/AV:N/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/XX:L",
        ] {
            assert!(text.parse::<CvssVector>().is_err(), "{text}");
        }
    }

    #[test]
    fn refusal_names_the_metric() {
        for (text, named) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", "A is missing"),
            (
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:Q",
                "A can't be Q",
            ),
            ("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:Q", "E can't be Q"),
            (
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E",
                "E has no value",
            ),
        ] {
            let wrong = text.parse::<CvssVector>().expect_err(text).to_string();
            assert!(wrong.contains(named), "{wrong}");
        }
    }
}
