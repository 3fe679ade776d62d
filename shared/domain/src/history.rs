//! What happened to a finding: who, what, when. Only ever added to.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::finding::{Decision, FieldChange, FindingStatus, RetestOutcome};
use crate::id::UserId;
use crate::person::Actor;

/// One entry of a finding's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// Who, by account.
    pub by: UserId,
    /// Who, by the name at that time.
    pub by_name: String,
    /// Whether it was one of the consultancy.
    pub by_team: bool,
    /// What.
    pub what: FindingEvent,
    /// A note or reason, as typed (markdown).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FindingEvent {
    /// Written by hand.
    Created,
    /// Made by an import of a scanner's file.
    Imported {
        /// The scanner, as named by its format.
        scanner: String,
    },
    /// The text or the rating was changed.
    Edited {
        /// The fields that differ, in the order of the form; long ones are cut.
        #[serde(default)]
        changes: Vec<FieldChange>,
    },
    /// Who fixes it, by when, or its tags were changed.
    Planned {
        /// What differs.
        changes: Vec<FieldChange>,
    },
    /// The status went from one to another.
    Moved {
        /// Before.
        from: FindingStatus,
        /// After.
        to: FindingStatus,
    },
    /// A fix was tested.
    Retested {
        /// The round.
        round: i64,
        /// What came of it.
        outcome: RetestOutcome,
    },
    /// The client asked for a decision.
    Proposed {
        /// Which.
        decision: Decision,
        /// The last day of an accepted risk.
        until: Option<Date>,
    },
    /// The team refused what was asked for.
    Declined {
        /// Which decision.
        decision: Decision,
    },
    /// The team decided.
    Decided {
        /// What.
        decision: Decision,
        /// The last day of an accepted risk.
        until: Option<Date>,
        /// Who had asked for it.
        proposed_by: Option<String>,
    },
    /// An accepted risk ended, and the finding is open again.
    Lapsed {
        /// The last day of the risk.
        until: Date,
    },
}

impl FindingEvent {
    /// What became of the finding, in a few words.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Created | Self::Imported { .. } => "Draft",
            Self::Edited { .. } => "Edited",
            Self::Planned { .. } => "Planned",
            Self::Moved { to, .. } => to.label(),
            Self::Retested { outcome, .. } => outcome.label(),
            Self::Proposed { .. } => "Decision proposed",
            Self::Declined { .. } => "Proposal declined",
            Self::Decided { decision, .. } => decision.leads_to().label(),
            Self::Lapsed { .. } => "Reopened: the risk ended",
        }
    }
}

/// Who did what nobody did.
const NOBODY: &str = "SecPortal";

impl HistoryEntry {
    /// An entry by `actor` at `at`.
    pub fn new(actor: &Actor, at: Timestamp, what: FindingEvent, note: Option<String>) -> Self {
        Self {
            at,
            by: actor.user,
            by_name: actor.name.clone(),
            by_team: actor.role.is_team(),
            what,
            note,
        }
    }

    /// An entry of what happened by itself.
    pub fn by_itself(at: Timestamp, what: FindingEvent) -> Self {
        Self {
            at,
            by: UserId::new(0, 0),
            by_name: NOBODY.to_owned(),
            by_team: true,
            what,
            note: None,
        }
    }

    /// Whether the client may read it: nothing that happened to a draft, and
    /// no edit of the text.
    pub fn is_shared(&self) -> bool {
        !matches!(
            self.what,
            FindingEvent::Created | FindingEvent::Imported { .. } | FindingEvent::Edited { .. }
        )
    }
}
