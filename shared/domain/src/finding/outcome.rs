//! Retests: each is a round that ends with an outcome.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::FindingStatus;
use crate::id::UserId;

/// What the team found when it tested a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetestOutcome {
    /// Nothing of it is left.
    Fixed,
    /// Some of it is left.
    Partly,
    /// It is as it was.
    NotFixed,
}

impl RetestOutcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Fixed, Self::Partly, Self::NotFixed];

    /// The name used in the table and templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Partly => "partly",
            Self::NotFixed => "not_fixed",
        }
    }

    /// The words on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Fixed => "Fixed",
            Self::Partly => "Partly fixed",
            Self::NotFixed => "Not fixed",
        }
    }

    /// Where a finding goes by it.
    pub const fn leads_to(self) -> FindingStatus {
        match self {
            Self::Fixed => FindingStatus::Verified,
            Self::Partly | Self::NotFixed => FindingStatus::Reopened,
        }
    }
}

/// One retest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retest {
    /// The first is 1.
    pub number: i64,
    /// What came of it.
    pub outcome: RetestOutcome,
    /// What was tested and seen, as typed (markdown).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Who tested, by account.
    pub by: UserId,
    /// Who tested, by the name at that time.
    pub by_name: String,
}
