//! Severities of findings.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A severity. The worst sorts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// CVSS 9.0 to 10.0.
    Critical,
    /// CVSS 7.0 to 8.9.
    High,
    /// CVSS 4.0 to 6.9.
    Medium,
    /// CVSS 0.1 to 3.9.
    Low,
    /// CVSS 0.0.
    Info,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 5] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Info,
    ];

    /// The name in forms, links and the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }

    /// 0 for the worst.
    pub const fn rank(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Severity {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|s| s.name() == text)
            .ok_or("Choose a severity.")
    }
}
