//! A finding: a weakness of a client's systems, and its way to being closed.

pub mod bulk;
pub mod comment;
pub mod decision;
pub mod draft;
pub mod edits;
pub mod event;
pub mod filter;
pub mod life;
pub mod outcome;
pub mod plan;
pub mod status;
pub mod transition;
pub mod writing;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use bulk::{BulkAction, MAX_BULK};
pub use comment::{Comment, CommentInput, NewComment, comment};
pub use decision::{AcceptedRisk, Decision, Proposal};
pub use draft::{FindingContent, FindingInput, MAX_REASON};
pub use edits::{FieldChange, edits};
pub use event::{NoteRule, Transition};
pub use filter::{
    AssigneeFilter, FindingFilter, FindingFilterInput, FindingOrder, PROPOSED, StatusGroup,
};
pub use life::LifecycleTimes;
pub use outcome::{Retest, RetestOutcome};
pub use plan::{Assignee, Remediation, RemediationInput, due, plan};
pub use status::FindingStatus;
pub use transition::{
    FindingChange, MAX_NOTE, RiskDeadline, TransitionRefusal, TransitionRequest, lapse, transition,
};
#[cfg(test)]
pub(crate) use writing::blank;
pub use writing::{create, edit, rate};

use crate::id::FindingId;
use crate::import::Fingerprint;
use crate::score::CvssScore;
use crate::severity::Severity;

/// What lists and rules need of a finding; the long text is its [`Draft`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// One line.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// The score of its CVSS vector, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<CvssScore>,
    /// The number of the weakness in the Common Weakness Enumeration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwe: Option<u32>,
    /// Where it stands.
    pub status: FindingStatus,
    /// The first affected asset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    /// How many assets are affected.
    pub assets: i64,
    /// The beginning of the other assets, for search.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub also: String,
    /// The last day on which it is to be fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// Who is to fix it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Assignee>,
    /// Short words, in lower case, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The risk, where it is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<AcceptedRisk>,
    /// The decision that the client waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// Since when the client knows of it, and when it was found fixed.
    #[serde(default, skip_serializing_if = "LifecycleTimes::is_empty")]
    pub life: LifecycleTimes,
    /// Retests so far.
    #[serde(default)]
    pub rounds: i64,
    /// Of what a scan reported: what it is known by in the next run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// When it was last changed.
    pub updated: Timestamp,
    /// Goes up with every change; a change made on sight of another version is
    /// refused.
    #[serde(rename = "v")]
    pub version: i64,
}

impl Finding {
    /// Whether a fix was due before `today`. What is said to be fixed waits for
    /// the team, not for the client.
    pub fn is_overdue(&self, today: Date) -> bool {
        let unfixed = self.status.is_active() && self.status != FindingStatus::Resolved;
        unfixed && self.due.is_some_and(|due| due < today)
    }

    /// The same, elsewhere.
    #[cfg(test)]
    pub(crate) fn in_status(self, status: FindingStatus) -> Self {
        Self { status, ..self }
    }
}

#[cfg(test)]
mod tests;
