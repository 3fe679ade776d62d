//! CVSS scores in tenths, and their severities.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::severity::Severity;

/// A CVSS score in tenths: 0 to 100 for 0.0 to 10.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CvssScore(u8);

impl CvssScore {
    /// `None` for more than 100 tenths.
    pub fn from_tenths(tenths: u8) -> Option<Self> {
        (tenths <= 100).then_some(Self(tenths))
    }

    /// The points rounded to a tenth and clamped to 0.0 to 10.0.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "held within 0 and 100"
    )]
    pub(super) fn from_points(points: f64) -> Self {
        Self((points * 10.0).round().clamp(0.0, 100.0) as u8)
    }

    pub const fn tenths(self) -> u8 {
        self.0
    }

    /// The severity by the CVSS specifications.
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
