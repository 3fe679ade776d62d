//! One change of many findings, decided for each by the rules for one.

use jiff::Timestamp;
use jiff::civil::Date;

use super::assignee::Assignee;
use super::authoring::update_severity;
use super::change::{FindingChange, TransitionRefusal, TransitionRequest, apply_transition};
use super::finding::Finding;
use super::remediation::{Remediation, apply_remediation};
use super::transition::Transition;
use crate::person::Actor;
use crate::severity::Severity;
use crate::workspace::Workspace;

/// Findings that one request changes at most.
pub const MAX_BULK: usize = 100;

/// What a request does to each of its findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkAction {
    Transition {
        transition: Transition,
        note: String,
        /// The submitted last day of an accepted risk.
        until: String,
    },
    /// `None` unassigns.
    Assign(Option<Assignee>),
    /// `None` removes the due date.
    SetDueDate(Option<Date>),
    /// The severity and the reason for it.
    SetSeverity(Severity, String),
}

impl BulkAction {
    /// Whether the finding already is as the action would leave it.
    pub fn is_done(&self, finding: &Finding) -> bool {
        match self {
            Self::Transition { transition, .. } => {
                transition.target_status() == Some(finding.status)
            }
            Self::Assign(assignee) => finding.assignee == *assignee,
            Self::SetDueDate(due) => finding.due == *due,
            Self::SetSeverity(severity, _) => finding.severity == *severity,
        }
    }

    /// The change of one finding; `None` where nothing differs.
    pub fn decide(
        &self,
        finding: &Finding,
        actor: &Actor,
        workspace: &Workspace,
        now: Timestamp,
    ) -> Result<Option<FindingChange>, TransitionRefusal> {
        match self {
            Self::Transition {
                transition,
                note,
                until,
            } => {
                let request = TransitionRequest {
                    transition: *transition,
                    note,
                    until,
                };
                apply_transition(finding, actor, workspace, request, now).map(Some)
            }
            Self::Assign(assignee) => {
                let after = Remediation {
                    assignee: assignee.clone(),
                    ..finding.remediation()
                };
                apply_remediation(finding, &after, actor, now)
            }
            Self::SetDueDate(due) => {
                let after = Remediation {
                    due: *due,
                    ..finding.remediation()
                };
                apply_remediation(finding, &after, actor, now)
            }
            Self::SetSeverity(severity, reason) => {
                update_severity(finding, *severity, reason, actor, workspace, now)
            }
        }
    }
}
