//! The state machine of a finding: a finding, an actor and a request make a change or a refusal.

use jiff::Timestamp;
use jiff::civil::Date;

use super::counts::Counts;
use super::decision::{AcceptedRisk, Decision, Proposal};
use super::event::FindingEvent;
use super::field_change::FieldChange;
use super::finding::Finding;
use super::history::HistoryEntry;
use super::retest::Retest;
use super::status::FindingStatus;
use super::transition::{NoteRule, Transition};
use crate::input::FieldErrors;
use crate::person::Actor;
use crate::workspace::Workspace;

/// Longest note or reason, in characters.
pub const MAX_NOTE: usize = 4_000;

/// The submitted form of a transition.
#[derive(Debug, Clone, Copy)]
pub struct TransitionRequest<'a> {
    pub transition: Transition,
    /// Markdown of at most [`MAX_NOTE`] characters.
    pub note: &'a str,
    /// The last day of an accepted risk, like `2026-11-24`.
    pub until: &'a str,
}

impl Transition {
    /// A request for this transition, with a note and without a date.
    pub const fn with_note(self, note: &str) -> TransitionRequest<'_> {
        TransitionRequest {
            transition: self,
            note,
            until: "",
        }
    }
}

/// A permitted change, ready to be executed in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingChange {
    /// The finding after the change, with its next version.
    pub finding: Finding,
    /// What the change adds to the totals.
    pub counts: Counts,
    pub entry: HistoryEntry,
    /// Whether the client can see that something changed.
    pub shared: bool,
    /// The retest that the change records.
    pub retest: Option<Retest>,
    /// The entry of the fields that only the team is told of, where the client is told of others.
    pub internal_entry: Option<HistoryEntry>,
    /// The changes of an edit in full; empty where the history entry holds them uncut.
    pub full_changes: Vec<FieldChange>,
    /// Set where the change accepts or prolongs a risk.
    pub risk_deadline: Option<RiskDeadline>,
}

/// When the worker looks at an accepted risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RiskDeadline {
    /// The last day of the risk; it identifies the risk when the time comes.
    pub until: Date,
    pub warn_at: Timestamp,
    pub expire_at: Timestamp,
}

/// Why a change is not permitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransitionRefusal {
    /// The role may never do this.
    Role,
    /// The transition doesn't start from the finding's status, which this is.
    WrongStatus(FindingStatus),
    /// There is no proposal to approve or decline.
    NoProposal,
    /// The note or the date can't be accepted.
    Invalid(FieldErrors),
}

/// Decides whether `actor` may make the requested transition of `finding` now, and what it changes.
pub fn apply_transition(
    finding: &Finding,
    actor: &Actor,
    workspace: &Workspace,
    request: TransitionRequest<'_>,
    now: Timestamp,
) -> Result<FindingChange, TransitionRefusal> {
    let TransitionRequest { transition, .. } = request;
    if !actor.role.may(transition.action()) {
        return Err(TransitionRefusal::Role);
    }
    if !transition.allowed_from().contains(&finding.status) {
        return Err(TransitionRefusal::WrongStatus(finding.status));
    }
    let today = workspace.today(now);
    let mut invalid = FieldErrors::default();
    let note = match transition.note_rule() {
        NoteRule::None => String::new(),
        NoteRule::Optional => invalid.parse_text("note", request.note, MAX_NOTE),
        NoteRule::Required(message) => {
            invalid.parse_required_text("note", request.note, MAX_NOTE, message)
        }
    };
    let until = transition
        .decision()
        .and_then(|decision| decision.parse_until(request.until, today, &mut invalid));
    let note = invalid
        .into_result(note)
        .map_err(TransitionRefusal::Invalid)?;
    let note = Some(note).filter(|note| !note.trim().is_empty());
    let (mut after, event) = apply_status(finding, actor, transition, until, today, now)?;
    after.due = due_after(finding, &after, transition, workspace, today);
    let retest = match transition {
        Transition::Retest(outcome) => Some(Retest {
            number: after.retests,
            outcome,
            note: note.clone(),
            at: now,
            by: actor.user,
            by_name: actor.name.clone(),
        }),
        _ => None,
    };
    let entry = HistoryEntry::new(actor, now, event, note);
    Ok(FindingChange {
        retest,
        risk_deadline: risk_deadline(finding, &after, workspace),
        ..FindingChange::between(finding, after, entry, now)
    })
}

/// Reopens a finding whose accepted risk ended with the day `until`; `None` where that risk was
/// prolonged, replaced or ended by a transition.
pub fn apply_risk_expiry(
    finding: &Finding,
    workspace: &Workspace,
    until: Date,
    now: Timestamp,
) -> Option<FindingChange> {
    let accepted = finding.accepted_risk.as_ref()?;
    let today = workspace.today(now);
    if finding.status != FindingStatus::AcceptedRisk || accepted.until != until || today <= until {
        return None;
    }
    let after = Finding {
        status: FindingStatus::Reopened,
        accepted_risk: None,
        due: workspace.due.due_date(finding.severity, today),
        ..finding.clone()
    };
    let entry = HistoryEntry::by_system(now, FindingEvent::RiskExpired { until });
    Some(FindingChange::between(finding, after, entry, now))
}

/// The finding after a permitted transition, and the event for its history.
fn apply_status(
    finding: &Finding,
    actor: &Actor,
    transition: Transition,
    until: Option<Date>,
    today: Date,
    now: Timestamp,
) -> Result<(Finding, FindingEvent), TransitionRefusal> {
    let from = finding.status;
    let to = transition.target_status().unwrap_or(from);
    let mut after = Finding {
        status: to,
        accepted_risk: None,
        proposal: None,
        ..finding.clone()
    };
    let event = match transition {
        Transition::Publish
        | Transition::Resolve
        | Transition::Reopen
        | Transition::Withdraw
        | Transition::Unresolve => FindingEvent::StatusChanged { from, to },
        Transition::Start => {
            after.proposal.clone_from(&finding.proposal);
            FindingEvent::StatusChanged { from, to }
        }
        Transition::Retest(outcome) => {
            after.retests += 1;
            let number = after.retests;
            FindingEvent::Retested { number, outcome }
        }
        Transition::Decide(decision) => {
            return Ok(apply_decision(after, actor, decision, until, None));
        }
        Transition::Propose(decision) => {
            after.accepted_risk.clone_from(&finding.accepted_risk);
            after.proposal = Some(Proposal {
                decision,
                until,
                by: actor.user,
                by_name: actor.name.clone(),
                at: now,
            });
            FindingEvent::Proposed { decision, until }
        }
        Transition::WithdrawProposal => {
            let proposal = finding.proposal.as_ref();
            let proposal = proposal.ok_or(TransitionRefusal::NoProposal)?;
            after.accepted_risk.clone_from(&finding.accepted_risk);
            FindingEvent::ProposalWithdrawn {
                decision: proposal.decision,
            }
        }
        Transition::Approve | Transition::Decline => {
            let proposal = finding
                .proposal
                .clone()
                .ok_or(TransitionRefusal::NoProposal)?;
            if transition == Transition::Approve {
                if proposal.until.is_some_and(|until| until <= today) {
                    let over = "The day that was proposed is over. Decline it, or decide anew.";
                    return Err(TransitionRefusal::Invalid(FieldErrors::of("note", over)));
                }
                let (decision, until) = (proposal.decision, proposal.until);
                return Ok(apply_decision(
                    after,
                    actor,
                    decision,
                    until,
                    Some(proposal),
                ));
            }
            after.accepted_risk.clone_from(&finding.accepted_risk);
            FindingEvent::Declined {
                decision: proposal.decision,
            }
        }
    };
    Ok((after, event))
}

/// The finding after a decision of the team, and the event for its history.
fn apply_decision(
    finding: Finding,
    actor: &Actor,
    decision: Decision,
    until: Option<Date>,
    proposal: Option<Proposal>,
) -> (Finding, FindingEvent) {
    let accepted_risk = until.map(|until| AcceptedRisk {
        until,
        by: actor.user,
        proposed_by: proposal.as_ref().map(|proposal| proposal.by),
    });
    let after = Finding {
        status: decision.target_status(),
        accepted_risk,
        ..finding
    };
    let event = FindingEvent::Decided {
        decision,
        until,
        proposed_by: proposal.map(|proposal| proposal.by_name),
    };
    (after, event)
}

/// The due date after a transition. The workspace's policy sets it when the finding is published,
/// and when a closed finding is reopened after its due date.
fn due_after(
    before: &Finding,
    after: &Finding,
    transition: Transition,
    workspace: &Workspace,
    today: Date,
) -> Option<Date> {
    let by_policy = || workspace.due.due_date(after.severity, today);
    match transition {
        Transition::Publish => before.due.or_else(by_policy),
        Transition::Reopen => before.due.filter(|due| *due >= today).or_else(by_policy),
        _ => before.due,
    }
}

/// The deadline of a risk that is accepted or prolonged; `None` where the risk stays as it was.
fn risk_deadline(before: &Finding, after: &Finding, workspace: &Workspace) -> Option<RiskDeadline> {
    let accepted = after.accepted_risk.as_ref()?;
    if before.accepted_risk.as_ref() == Some(accepted) {
        return None;
    }
    let day_before = accepted.warning_date().yesterday();
    Some(RiskDeadline {
        until: accepted.until,
        warn_at: day_before.map_or(Timestamp::MIN, |day| workspace.end_of_day(day)),
        expire_at: workspace.end_of_day(accepted.until),
    })
}

impl FindingChange {
    /// The change from one version of a finding to the next.
    pub(super) fn between(
        before: &Finding,
        after: Finding,
        entry: HistoryEntry,
        now: Timestamp,
    ) -> Self {
        let finding = Finding {
            lifecycle: before.lifecycle.after(before.status, after.status, now),
            updated: now,
            version: before.version + 1,
            ..after
        };
        Self {
            counts: Counts::difference(before, &finding),
            entry,
            shared: before.status.is_published() || finding.status.is_published(),
            retest: None,
            internal_entry: None,
            full_changes: Vec::new(),
            risk_deadline: None,
            finding,
        }
    }
}
