//! One change for many findings: decided for each by the same rules as for one.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{
    Assignee, Finding, FindingChange, Remediation, Transition, TransitionRefusal,
    TransitionRequest, plan, rate, transition,
};
use crate::person::Actor;
use crate::severity::Severity;
use crate::workspace::Workspace;

/// Findings that one request changes at most.
pub const MAX_BULK: usize = 100;

/// What is to be done to each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkAction {
    /// Move it.
    Move {
        /// How.
        event: Transition,
        /// What is said of it.
        note: String,
        /// Until when a risk is to be accepted.
        until: String,
    },
    /// Give it to somebody, or to nobody.
    Assign(Option<Assignee>),
    /// Say by when it is to be fixed.
    Due(Option<Date>),
    /// Rate it otherwise than before, and say why.
    Rate(Severity, String),
}

impl BulkAction {
    /// Whether a finding stands already as is wished.
    pub fn is_done(&self, finding: &Finding) -> bool {
        match self {
            Self::Move { event, .. } => event.to() == Some(finding.status),
            Self::Assign(to) => finding.assignee == *to,
            Self::Due(due) => finding.due == *due,
            Self::Rate(severity, _) => finding.severity == *severity,
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
            Self::Move { event, note, until } => {
                let ask = TransitionRequest {
                    event: *event,
                    note,
                    until,
                };
                transition(finding, actor, workspace, ask, now).map(Some)
            }
            Self::Assign(to) => {
                let after = Remediation {
                    assignee: to.clone(),
                    ..finding.plan()
                };
                plan(finding, &after, actor, now)
            }
            Self::Due(due) => {
                let after = Remediation {
                    due: *due,
                    ..finding.plan()
                };
                plan(finding, &after, actor, now)
            }
            Self::Rate(severity, reason) => rate(finding, *severity, reason, actor, now),
        }
    }
}
