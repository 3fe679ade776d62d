//! The status of a finding.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a finding stands, from draft to closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingStatus {
    /// Being written: only the team sees it.
    Draft,
    /// Published; no work has started.
    Open,
    /// The client is working on a fix.
    InProgress,
    /// The client says it is fixed; the team has yet to verify.
    Resolved,
    /// A retest found it fixed: closed.
    Verified,
    /// To be fixed again: a retest failed, a risk ended, or it was closed too early.
    Reopened,
    /// No weakness after all: closed.
    FalsePositive,
    /// The client carries the risk until a day: closed until then.
    AcceptedRisk,
}

impl FindingStatus {
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::Open,
        Self::InProgress,
        Self::Resolved,
        Self::Verified,
        Self::Reopened,
        Self::FalsePositive,
        Self::AcceptedRisk,
    ];

    /// The name used in forms, the table and templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::InProgress => "in_progress",
            Self::Resolved => "resolved",
            Self::Verified => "verified",
            Self::Reopened => "reopened",
            Self::FalsePositive => "false_positive",
            Self::AcceptedRisk => "accepted_risk",
        }
    }

    /// The displayed name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Open => "Open",
            Self::InProgress => "In progress",
            Self::Resolved => "Resolved",
            Self::Verified => "Verified and closed",
            Self::Reopened => "Reopened",
            Self::FalsePositive => "False positive",
            Self::AcceptedRisk => "Accepted risk",
        }
    }

    /// Whether the client can see the finding.
    pub const fn is_published(self) -> bool {
        !matches!(self, Self::Draft)
    }

    /// Whether the finding is published and not closed.
    pub const fn is_active(self) -> bool {
        self.is_published() && !self.is_closed()
    }

    /// Whether nothing is to be done, for an accepted risk until its last day.
    pub const fn is_closed(self) -> bool {
        matches!(
            self,
            Self::Verified | Self::FalsePositive | Self::AcceptedRisk
        )
    }
}

impl FromStr for FindingStatus {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.name() == text)
            .ok_or("Choose a status.")
    }
}
