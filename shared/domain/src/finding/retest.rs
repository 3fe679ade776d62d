//! Retests: tests of a fix, each with a number and an outcome.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::status::FindingStatus;
use crate::id::UserId;

/// What the team found when it tested a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetestOutcome {
    Fixed,
    #[serde(rename = "partly")]
    PartlyFixed,
    NotFixed,
}

impl RetestOutcome {
    pub const ALL: [Self; 3] = [Self::Fixed, Self::PartlyFixed, Self::NotFixed];

    /// The name used in the table and templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::PartlyFixed => "partly",
            Self::NotFixed => "not_fixed",
        }
    }

    /// The displayed name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Fixed => "Fixed",
            Self::PartlyFixed => "Partly fixed",
            Self::NotFixed => "Not fixed",
        }
    }

    /// The status of a finding after the retest.
    pub const fn target_status(self) -> FindingStatus {
        match self {
            Self::Fixed => FindingStatus::Verified,
            Self::PartlyFixed | Self::NotFixed => FindingStatus::Reopened,
        }
    }
}

/// A test of a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retest {
    /// From 1, within the finding.
    pub number: i64,
    pub outcome: RetestOutcome,
    /// What was tested and seen (Markdown).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub at: Timestamp,
    pub by: UserId,
    /// The tester's name at that time.
    pub by_name: String,
}
