//! The base metrics of CVSS for the calculator.

/// A version of CVSS whose vectors are scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CvssVersion {
    V20,
    V30,
    V31,
    V40,
}

/// A base metric.
#[derive(Debug, Clone, Copy)]
pub struct CvssMetric {
    /// The abbreviation in a vector.
    pub code: &'static str,
    /// The displayed name.
    pub name: &'static str,
    /// Abbreviations and displayed names, the worst first.
    pub values: &'static [(&'static str, &'static str)],
}

const fn metric(
    code: &'static str,
    name: &'static str,
    values: &'static [(&'static str, &'static str)],
) -> CvssMetric {
    CvssMetric { code, name, values }
}

const VECTOR: &[(&str, &str)] = &[
    ("N", "Network"),
    ("A", "Adjacent"),
    ("L", "Local"),
    ("P", "Physical"),
];
const COMPLEXITY: &[(&str, &str)] = &[("L", "Low"), ("H", "High")];
const PRIVILEGES: &[(&str, &str)] = &[("N", "None"), ("L", "Low"), ("H", "High")];
const EFFECT: &[(&str, &str)] = &[("H", "High"), ("L", "Low"), ("N", "None")];

const V31: [CvssMetric; 8] = [
    metric("AV", "Attack vector", VECTOR),
    metric("AC", "Attack complexity", COMPLEXITY),
    metric("PR", "Privileges required", PRIVILEGES),
    metric(
        "UI",
        "User interaction",
        &[("N", "None"), ("R", "Required")],
    ),
    metric("S", "Scope", &[("C", "Changed"), ("U", "Unchanged")]),
    metric("C", "Confidentiality", EFFECT),
    metric("I", "Integrity", EFFECT),
    metric("A", "Availability", EFFECT),
];

const V40: [CvssMetric; 11] = [
    metric("AV", "Attack vector", VECTOR),
    metric("AC", "Attack complexity", COMPLEXITY),
    metric(
        "AT",
        "Attack requirements",
        &[("N", "None"), ("P", "Present")],
    ),
    metric("PR", "Privileges required", PRIVILEGES),
    metric(
        "UI",
        "User interaction",
        &[("N", "None"), ("P", "Passive"), ("A", "Active")],
    ),
    metric("VC", "Confidentiality of the system", EFFECT),
    metric("VI", "Integrity of the system", EFFECT),
    metric("VA", "Availability of the system", EFFECT),
    metric("SC", "Confidentiality beyond it", EFFECT),
    metric("SI", "Integrity beyond it", EFFECT),
    metric("SA", "Availability beyond it", EFFECT),
];

impl CvssVersion {
    /// The versions that have a calculator.
    pub const CALCULATED: [Self; 2] = [Self::V31, Self::V40];

    pub const fn number(self) -> &'static str {
        match self {
            Self::V20 => "2.0",
            Self::V30 => "3.0",
            Self::V31 => "3.1",
            Self::V40 => "4.0",
        }
    }

    /// The beginning of a vector. That of 2.0 has none.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::V20 => "",
            Self::V30 => "CVSS:3.0/",
            Self::V31 => "CVSS:3.1/",
            Self::V40 => "CVSS:4.0/",
        }
    }

    /// The base metrics, in the order of a vector; none of 2.0, which has no calculator.
    pub const fn metrics(self) -> &'static [CvssMetric] {
        match self {
            Self::V20 => &[],
            Self::V30 | Self::V31 => &V31,
            Self::V40 => &V40,
        }
    }

    /// The version with a calculator that a vector begins with.
    pub fn of_vector(text: &str) -> Option<Self> {
        let begins = |version: &Self| text.trim().starts_with(version.prefix());
        Self::CALCULATED.into_iter().find(begins)
    }
}

/// The metrics and values of a vector, which can be incomplete.
pub fn vector_values(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = text.trim().split('/').skip(1);
    parts.filter_map(|part| part.split_once(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_vector_contains_chosen_values() {
        for version in CvssVersion::CALCULATED {
            for metric in version.metrics() {
                for (value, _) in metric.values {
                    let chosen = |code: &str| {
                        let other = version.metrics().iter().find(|m| m.code == code);
                        let first = other.and_then(|m| m.values.first()).map(|(v, _)| *v);
                        if code == metric.code {
                            Some(*value)
                        } else {
                            first
                        }
                    };
                    let vector = version.compose(chosen).expect("complete");
                    assert_eq!(CvssVersion::of_vector(vector.as_str()), Some(version));
                    let said = vector_values(vector.as_str());
                    let said: Vec<_> = said.filter(|(code, _)| *code == metric.code).collect();
                    assert_eq!(said, [(metric.code, *value)]);
                }
            }
        }
    }

    #[test]
    fn compose_without_metric_names_it() {
        let none = CvssVersion::V40.compose(|code| (code != "AT").then_some("N"));
        let named = none.expect_err("incomplete").to_string();
        assert!(named.contains("Attack requirements is missing"), "{named}");
    }

    #[test]
    fn worst_values_score_ten_and_best_score_zero() {
        for version in CvssVersion::CALCULATED {
            let first = |code: &str| {
                let metric = version.metrics().iter().find(|m| m.code == code);
                metric
                    .and_then(|m| m.values.first())
                    .map(|(value, _)| *value)
            };
            let worst = version.compose(first).expect("complete");
            assert_eq!(worst.score().to_string(), "10.0");
            let none = |code: &str| match code {
                "C" | "I" | "A" | "VC" | "VI" | "VA" | "SC" | "SI" | "SA" => Some("N"),
                code => first(code),
            };
            let none = version.compose(none).expect("complete");
            assert_eq!(none.score().to_string(), "0.0");
        }
    }
}
