//! What can happen to a finding, as its history records it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::decision::Decision;
use super::field_change::FieldChange;
use super::retest::RetestOutcome;
use super::status::FindingStatus;

/// Something that happened to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FindingEvent {
    /// It was written by hand, as a draft.
    Created,
    /// It was made by an import, as a draft.
    Imported {
        /// The scanner, as named by its format.
        scanner: String,
    },
    /// The content or the severity was changed, or the remediation of a draft.
    Edited {
        /// The fields that differ, in the order of the form, each cut at 200 characters.
        #[serde(default)]
        changes: Vec<FieldChange>,
    },
    /// The severity of a published finding was changed, and its due date with it.
    Rated { changes: Vec<FieldChange> },
    /// The assignee, due date or tags of a published finding were changed.
    #[serde(rename = "planned")]
    RemediationChanged { changes: Vec<FieldChange> },
    #[serde(rename = "moved")]
    StatusChanged {
        from: FindingStatus,
        to: FindingStatus,
    },
    Retested {
        /// The number of the retest, from 1.
        #[serde(rename = "round")]
        number: i64,
        outcome: RetestOutcome,
    },
    /// The client asked for a decision.
    Proposed {
        decision: Decision,
        /// The last day of an accepted risk.
        until: Option<Date>,
    },
    /// The client took its proposal back.
    ProposalWithdrawn { decision: Decision },
    /// The team declined the client's proposal.
    Declined { decision: Decision },
    /// The team decided, with a proposal or without one.
    Decided {
        decision: Decision,
        /// The last day of an accepted risk.
        until: Option<Date>,
        /// The name of the person who had proposed it.
        proposed_by: Option<String>,
    },
    /// An accepted risk ended, and the finding was reopened.
    #[serde(rename = "lapsed")]
    RiskExpired {
        /// The last day of the risk.
        until: Date,
    },
}

impl FindingEvent {
    /// The last day of the risk that the event is about.
    pub const fn until(&self) -> Option<Date> {
        match self {
            Self::Proposed { until, .. } | Self::Decided { until, .. } => *until,
            Self::RiskExpired { until } => Some(*until),
            _ => None,
        }
    }

    /// The fields that it changed; empty for an event that isn't an edit.
    pub fn field_changes(&self) -> &[FieldChange] {
        match self {
            Self::Edited { changes }
            | Self::Rated { changes }
            | Self::RemediationChanged { changes } => changes,
            _ => &[],
        }
    }
}
