//! What somebody may want to do with a finding: who, from where, to where.

use super::{Decision, FindingStatus, RetestOutcome};
use crate::role::{Action, Role};

/// What somebody wants to do with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// Show the draft to the client.
    Publish,
    /// Begin working on a fix.
    Start,
    /// Say that it is fixed.
    Resolve,
    /// Record a retest.
    Retest(RetestOutcome),
    /// Ask for a decision.
    Propose(Decision),
    /// Decide as was proposed.
    Approve,
    /// Refuse what was proposed.
    Decline,
    /// Decide without having been asked; an accepted risk may be prolonged.
    Decide(Decision),
    /// Open what was closed.
    Reopen,
    /// Make a draft of what nobody has worked on yet.
    Withdraw,
}

/// What goes along with an event besides the note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteRule {
    /// Nothing is said.
    None,
    /// Something may be said.
    Optional,
    /// A reason is demanded, in these words.
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
const CARRIED: &[FindingStatus] = &[
    FindingStatus::Open,
    FindingStatus::InProgress,
    FindingStatus::Reopened,
    FindingStatus::AcceptedRisk,
];
const ACTIVE_OR_CARRIED: &[FindingStatus] = &[
    FindingStatus::Open,
    FindingStatus::InProgress,
    FindingStatus::Resolved,
    FindingStatus::Reopened,
    FindingStatus::AcceptedRisk,
];

impl Transition {
    /// Every event, in the order in which pages offer them.
    pub const ALL: [Self; 14] = [
        Self::Publish,
        Self::Start,
        Self::Resolve,
        Self::Retest(RetestOutcome::Fixed),
        Self::Retest(RetestOutcome::Partly),
        Self::Retest(RetestOutcome::NotFixed),
        Self::Approve,
        Self::Decline,
        Self::Decide(Decision::AcceptRisk),
        Self::Decide(Decision::FalsePositive),
        Self::Propose(Decision::AcceptRisk),
        Self::Propose(Decision::FalsePositive),
        Self::Reopen,
        Self::Withdraw,
    ];

    /// The statuses it may start from.
    pub const fn from(self) -> &'static [FindingStatus] {
        match self {
            Self::Publish => &[FindingStatus::Draft],
            Self::Start => &[FindingStatus::Open, FindingStatus::Reopened],
            Self::Resolve | Self::Propose(Decision::FalsePositive) => UNFIXED,
            Self::Retest(_) | Self::Decide(Decision::FalsePositive) => ACTIVE,
            Self::Propose(Decision::AcceptRisk) | Self::Approve | Self::Decline => CARRIED,
            Self::Decide(Decision::AcceptRisk) => ACTIVE_OR_CARRIED,
            Self::Reopen => CLOSED,
            Self::Withdraw => &[FindingStatus::Open],
        }
    }

    /// The status it leads to; `None` where the finding stays where it is, or
    /// goes where a proposal says.
    pub const fn to(self) -> Option<FindingStatus> {
        match self {
            Self::Publish => Some(FindingStatus::Open),
            Self::Start => Some(FindingStatus::InProgress),
            Self::Resolve => Some(FindingStatus::Resolved),
            Self::Retest(outcome) => Some(outcome.leads_to()),
            Self::Decide(decision) => Some(decision.leads_to()),
            Self::Reopen => Some(FindingStatus::Reopened),
            Self::Withdraw => Some(FindingStatus::Draft),
            Self::Propose(_) | Self::Approve | Self::Decline => None,
        }
    }

    /// Whether it answers a proposal, and so needs one.
    pub const fn answers(self) -> bool {
        matches!(self, Self::Approve | Self::Decline)
    }

    /// What a role must be allowed to do for it.
    pub const fn action(self) -> Action {
        match self {
            Self::Publish | Self::Withdraw => Action::PublishFindings,
            Self::Start | Self::Resolve => Action::RemediateFindings,
            Self::Retest(_) | Self::Reopen => Action::VerifyFindings,
            Self::Decide(_) | Self::Approve | Self::Decline => Action::DecideFindings,
            Self::Propose(_) => Action::ProposeDecisions,
        }
    }

    /// What is to be said with it.
    pub const fn note(self) -> NoteRule {
        match self {
            Self::Publish | Self::Withdraw => NoteRule::None,
            Self::Start | Self::Resolve | Self::Retest(RetestOutcome::Fixed) | Self::Approve => {
                NoteRule::Optional
            }
            Self::Retest(_) => NoteRule::Required("Say what is still open."),
            Self::Propose(_) | Self::Decide(_) => NoteRule::Required("Say why."),
            Self::Decline => NoteRule::Required("Say why it is declined."),
            Self::Reopen => NoteRule::Required("Say why it is reopened."),
        }
    }

    /// The decision that it asks for or makes by itself.
    pub const fn decision(self) -> Option<Decision> {
        match self {
            Self::Propose(decision) | Self::Decide(decision) => Some(decision),
            _ => None,
        }
    }

    /// The last part of the address that takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Start => "start",
            Self::Resolve => "resolve",
            Self::Retest(RetestOutcome::Fixed) => "fixed",
            Self::Retest(RetestOutcome::Partly) => "partly-fixed",
            Self::Retest(RetestOutcome::NotFixed) => "not-fixed",
            Self::Propose(Decision::AcceptRisk) => "propose-risk",
            Self::Propose(Decision::FalsePositive) => "propose-false-positive",
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::Decide(Decision::AcceptRisk) => "accept-risk",
            Self::Decide(Decision::FalsePositive) => "false-positive",
            Self::Reopen => "reopen",
            Self::Withdraw => "withdraw",
        }
    }

    /// The event that an address names.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    /// The words on the button.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Publish => "Publish",
            Self::Start => "Start work",
            Self::Resolve => "Mark as resolved",
            Self::Retest(RetestOutcome::Fixed) => "Verify and close",
            Self::Retest(RetestOutcome::Partly) => "Partly fixed",
            Self::Retest(RetestOutcome::NotFixed) => "Not fixed",
            Self::Propose(Decision::AcceptRisk) => "Propose to accept the risk",
            Self::Propose(Decision::FalsePositive) => "Propose as false positive",
            Self::Approve => "Approve",
            Self::Decline => "Decline",
            Self::Decide(Decision::AcceptRisk) => "Accept the risk",
            Self::Decide(Decision::FalsePositive) => "Close as false positive",
            Self::Reopen => "Reopen",
            Self::Withdraw => "Take back to draft",
        }
    }

    /// The events that pages offer to `role` for a finding in `status`, with a
    /// proposal that waits for an answer or without one.
    pub fn offered(
        role: Role,
        status: FindingStatus,
        proposed: bool,
    ) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |event| {
            role.may(event.action())
                && event.from().contains(&status)
                && (proposed || !event.answers())
        })
    }
}
