//! The table of transitions: from which statuses, to which, by which permission, with which note.

use super::decision::Decision;
use super::retest::RetestOutcome;
use super::status::FindingStatus;
use crate::role::{Action, Role};

/// A step of a finding from one status to another, as a role may ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// Shows the draft to the client.
    Publish,
    /// Begins work on a fix.
    Start,
    /// The client says that it is fixed.
    Resolve,
    /// Records a retest.
    Retest(RetestOutcome),
    /// The client asks for a decision.
    Propose(Decision),
    /// The team decides as the client proposed.
    Approve,
    /// The team refuses the client's proposal.
    Decline,
    /// The team decides without a proposal; an accepted risk can be prolonged.
    Decide(Decision),
    /// Reopens a closed finding.
    Reopen,
    /// Takes an open finding back to draft.
    Withdraw,
    /// Takes back that it is fixed, before a retest.
    Unresolve,
    /// Takes back a proposal, before an answer.
    WithdrawProposal,
}

/// Whether a transition takes a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteRule {
    None,
    Optional,
    /// The message where the note is missing.
    Required(&'static str),
}

const ACTIVE: &[FindingStatus] = &[
    FindingStatus::Open,
    FindingStatus::InProgress,
    FindingStatus::Resolved,
    FindingStatus::Reopened,
];
const CLOSED: &[FindingStatus] = &[
    FindingStatus::Verified,
    FindingStatus::FalsePositive,
    FindingStatus::AcceptedRisk,
];
const UNFIXED: &[FindingStatus] = &[
    FindingStatus::Open,
    FindingStatus::InProgress,
    FindingStatus::Reopened,
];
const UNFIXED_OR_ACCEPTED: &[FindingStatus] = &[
    FindingStatus::Open,
    FindingStatus::InProgress,
    FindingStatus::Reopened,
    FindingStatus::AcceptedRisk,
];
const ACTIVE_OR_ACCEPTED: &[FindingStatus] = &[
    FindingStatus::Open,
    FindingStatus::InProgress,
    FindingStatus::Resolved,
    FindingStatus::Reopened,
    FindingStatus::AcceptedRisk,
];

impl Transition {
    /// Every transition, in the order in which pages offer them.
    pub const ALL: [Self; 16] = [
        Self::Publish,
        Self::Start,
        Self::Resolve,
        Self::Retest(RetestOutcome::Fixed),
        Self::Retest(RetestOutcome::PartlyFixed),
        Self::Retest(RetestOutcome::NotFixed),
        Self::Approve,
        Self::Decline,
        Self::Decide(Decision::AcceptRisk),
        Self::Decide(Decision::FalsePositive),
        Self::Propose(Decision::AcceptRisk),
        Self::Propose(Decision::FalsePositive),
        Self::Reopen,
        Self::Withdraw,
        Self::Unresolve,
        Self::WithdrawProposal,
    ];

    /// The statuses that it may start from.
    pub const fn allowed_from(self) -> &'static [FindingStatus] {
        match self {
            Self::Publish => &[FindingStatus::Draft],
            Self::Start => &[FindingStatus::Open, FindingStatus::Reopened],
            Self::Resolve | Self::Propose(Decision::FalsePositive) => UNFIXED,
            Self::Retest(_) | Self::Decide(Decision::FalsePositive) => ACTIVE,
            Self::Propose(Decision::AcceptRisk)
            | Self::Approve
            | Self::Decline
            | Self::WithdrawProposal => UNFIXED_OR_ACCEPTED,
            Self::Decide(Decision::AcceptRisk) => ACTIVE_OR_ACCEPTED,
            Self::Reopen => CLOSED,
            Self::Withdraw => &[FindingStatus::Open],
            Self::Unresolve => &[FindingStatus::Resolved],
        }
    }

    /// The status after it; `None` where the status stays, or the proposal decides it.
    pub const fn target_status(self) -> Option<FindingStatus> {
        match self {
            Self::Publish => Some(FindingStatus::Open),
            Self::Start | Self::Unresolve => Some(FindingStatus::InProgress),
            Self::Resolve => Some(FindingStatus::Resolved),
            Self::Retest(outcome) => Some(outcome.target_status()),
            Self::Decide(decision) => Some(decision.target_status()),
            Self::Reopen => Some(FindingStatus::Reopened),
            Self::Withdraw => Some(FindingStatus::Draft),
            Self::Propose(_) | Self::Approve | Self::Decline | Self::WithdrawProposal => None,
        }
    }

    /// Whether it is the team's answer to a proposal.
    pub const fn answers_proposal(self) -> bool {
        matches!(self, Self::Approve | Self::Decline)
    }

    /// Whether it is about a proposal, and so needs one.
    pub const fn needs_proposal(self) -> bool {
        self.answers_proposal() || matches!(self, Self::WithdrawProposal)
    }

    /// The permission that it demands.
    pub const fn action(self) -> Action {
        match self {
            Self::Publish | Self::Withdraw => Action::PublishFindings,
            Self::Start | Self::Resolve | Self::Unresolve => Action::RemediateFindings,
            Self::Retest(_) | Self::Reopen => Action::VerifyFindings,
            Self::Decide(_) | Self::Approve | Self::Decline => Action::DecideFindings,
            Self::Propose(_) | Self::WithdrawProposal => Action::ProposeDecisions,
        }
    }

    /// Whether it takes a note.
    pub const fn note_rule(self) -> NoteRule {
        match self {
            Self::Publish | Self::Withdraw | Self::Unresolve | Self::WithdrawProposal => {
                NoteRule::None
            }
            Self::Start | Self::Resolve | Self::Retest(RetestOutcome::Fixed) | Self::Approve => {
                NoteRule::Optional
            }
            Self::Retest(_) => NoteRule::Required("Say what is still open."),
            Self::Propose(_) | Self::Decide(_) => NoteRule::Required("Say why."),
            Self::Decline => NoteRule::Required("Say why it is declined."),
            Self::Reopen => NoteRule::Required("Say why it is reopened."),
        }
    }

    /// The decision that it proposes or makes.
    pub const fn decision(self) -> Option<Decision> {
        match self {
            Self::Propose(decision) | Self::Decide(decision) => Some(decision),
            _ => None,
        }
    }

    /// The last segment of its address, which is also the code of its flash.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Start => "start",
            Self::Resolve => "resolve",
            Self::Retest(RetestOutcome::Fixed) => "fixed",
            Self::Retest(RetestOutcome::PartlyFixed) => "partly-fixed",
            Self::Retest(RetestOutcome::NotFixed) => "not-fixed",
            Self::Propose(Decision::AcceptRisk) => "propose-risk",
            Self::Propose(Decision::FalsePositive) => "propose-false-positive",
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::Decide(Decision::AcceptRisk) => "accept-risk",
            Self::Decide(Decision::FalsePositive) => "false-positive",
            Self::Reopen => "reopen",
            Self::Withdraw => "withdraw",
            Self::Unresolve => "unresolve",
            Self::WithdrawProposal => "withdraw-proposal",
        }
    }

    /// The transition with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|transition| transition.name() == name)
    }

    /// The words on the button.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Publish => "Publish",
            Self::Start => "Start work",
            Self::Resolve => "Mark as resolved",
            Self::Retest(RetestOutcome::Fixed) => "Verify and close",
            Self::Retest(RetestOutcome::PartlyFixed) => "Partly fixed",
            Self::Retest(RetestOutcome::NotFixed) => "Not fixed",
            Self::Propose(Decision::AcceptRisk) => "Propose to accept the risk",
            Self::Propose(Decision::FalsePositive) => "Propose as false positive",
            Self::Approve => "Approve",
            Self::Decline => "Decline",
            Self::Decide(Decision::AcceptRisk) => "Accept the risk",
            Self::Decide(Decision::FalsePositive) => "Close as false positive",
            Self::Reopen => "Reopen",
            Self::Withdraw => "Take back to draft",
            Self::Unresolve => "Undo “Mark as resolved”",
            Self::WithdrawProposal => "Withdraw proposal",
        }
    }

    /// The transitions that `role` may make of a finding in `status`, with or without a proposal.
    pub fn available(
        role: Role,
        status: FindingStatus,
        has_proposal: bool,
    ) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |transition| {
            role.may(transition.action())
                && transition.allowed_from().contains(&status)
                && (has_proposal || !transition.needs_proposal())
        })
    }
}
