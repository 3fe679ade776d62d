//! The state machine of a finding: what comes of what somebody wants.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{
    AcceptedRisk, Decision, FieldChange, Finding, FindingStatus, NoteRule, Proposal, Retest,
    Transition,
};
use crate::counts::Counts;
use crate::history::{FindingEvent, HistoryEntry};
use crate::input::FieldErrors;
use crate::person::Actor;
use crate::workspace::Workspace;

/// Longest note or reason, in characters.
pub const MAX_NOTE: usize = 4_000;

/// What somebody wants, as typed.
#[derive(Debug, Clone, Copy)]
pub struct TransitionRequest<'a> {
    /// What.
    pub event: Transition,
    /// What is said of it: markdown of at most [`MAX_NOTE`] characters.
    pub note: &'a str,
    /// Until when a risk is to be accepted.
    pub until: &'a str,
}

impl Transition {
    /// The event, with a note and nothing else.
    pub const fn because(self, note: &str) -> TransitionRequest<'_> {
        TransitionRequest {
            event: self,
            note,
            until: "",
        }
    }
}

/// A change that is allowed, ready to be executed in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingChange {
    /// The finding after it, with its next version.
    pub finding: Finding,
    /// What it does to the totals.
    pub counts: Counts,
    /// The entry for the history.
    pub entry: HistoryEntry,
    /// Whether the client can see that something changed.
    pub shared: bool,
    /// The retest that it records.
    pub round: Option<Retest>,
    /// What an edit changed, in full, where the entry holds it cut.
    pub full: Vec<FieldChange>,
    /// When to look at the risk that it accepts.
    pub deadline: Option<RiskDeadline>,
}

/// When something is to be done about an accepted risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RiskDeadline {
    /// The last day of the risk, by which it is known that it is still this one.
    pub until: Date,
    /// When people are warned.
    pub warn: Timestamp,
    /// When the finding is opened again.
    pub lapse: Timestamp,
}

/// Why a move is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransitionRefusal {
    /// The role may never do this.
    Role,
    /// Not from where the finding stands now.
    From(FindingStatus),
    /// Nothing is proposed that could be answered.
    NothingProposed,
    /// What goes along with it can't be accepted.
    Invalid(FieldErrors),
}

/// Decides whether `actor` may do what is asked to `finding` now, and what
/// comes of it.
pub fn transition(
    finding: &Finding,
    actor: &Actor,
    workspace: &Workspace,
    ask: TransitionRequest<'_>,
    now: Timestamp,
) -> Result<FindingChange, TransitionRefusal> {
    let TransitionRequest { event, .. } = ask;
    if !actor.role.may(event.action()) {
        return Err(TransitionRefusal::Role);
    }
    if !event.from().contains(&finding.status) {
        return Err(TransitionRefusal::From(finding.status));
    }
    let today = workspace.today(now);
    let mut invalid = FieldErrors::default();
    let note = match event.note() {
        NoteRule::None => String::new(),
        NoteRule::Optional => invalid.text("note", ask.note, MAX_NOTE),
        NoteRule::Required(why) => invalid.required_text("note", ask.note, MAX_NOTE, why),
    };
    let until = event
        .decision()
        .and_then(|decision| decision.until(ask.until, today, &mut invalid));
    let note = invalid
        .into_result(note)
        .map_err(TransitionRefusal::Invalid)?;
    let note = Some(note).filter(|note| !note.trim().is_empty());
    let (mut after, what) = apply(finding, actor, event, until, today, now)?;
    after.due = due(finding, &after, event, workspace, today);
    let round = match event {
        Transition::Retest(outcome) => Some(Retest {
            number: after.rounds,
            outcome,
            note: note.clone(),
            at: now,
            by: actor.user,
            by_name: actor.name.clone(),
        }),
        _ => None,
    };
    let entry = HistoryEntry::new(actor, now, what, note);
    Ok(FindingChange {
        round,
        deadline: deadline(finding, &after, workspace),
        ..changed(finding, after, entry, now)
    })
}

/// Opens a finding again whose accepted risk ended with the day `until`; `None`
/// where it was decided otherwise meanwhile.
pub fn lapse(
    finding: &Finding,
    workspace: &Workspace,
    until: Date,
    now: Timestamp,
) -> Option<FindingChange> {
    let accepted = finding.accepted.as_ref()?;
    let today = workspace.today(now);
    if finding.status != FindingStatus::AcceptedRisk || accepted.until != until || today <= until {
        return None;
    }
    let after = Finding {
        status: FindingStatus::Reopened,
        accepted: None,
        due: workspace.due.date(finding.severity, today),
        ..finding.clone()
    };
    let entry = HistoryEntry::by_itself(now, FindingEvent::Lapsed { until });
    Some(changed(finding, after, entry, now))
}

/// The finding after an event, and what the history says of it.
fn apply(
    finding: &Finding,
    actor: &Actor,
    event: Transition,
    until: Option<Date>,
    today: Date,
    now: Timestamp,
) -> Result<(Finding, FindingEvent), TransitionRefusal> {
    let from = finding.status;
    let to = event.to().unwrap_or(from);
    let mut after = Finding {
        status: to,
        accepted: None,
        proposal: None,
        ..finding.clone()
    };
    let what = match event {
        Transition::Publish | Transition::Resolve | Transition::Reopen | Transition::Withdraw => {
            FindingEvent::Moved { from, to }
        }
        Transition::Start => {
            after.proposal.clone_from(&finding.proposal);
            FindingEvent::Moved { from, to }
        }
        Transition::Retest(outcome) => {
            after.rounds += 1;
            let round = after.rounds;
            FindingEvent::Retested { round, outcome }
        }
        Transition::Decide(decision) => {
            return Ok(decided(after, actor, decision, until, None));
        }
        Transition::Propose(decision) => {
            after.accepted.clone_from(&finding.accepted);
            after.proposal = Some(Proposal {
                decision,
                until,
                by: actor.user,
                by_name: actor.name.clone(),
                at: now,
            });
            FindingEvent::Proposed { decision, until }
        }
        Transition::Approve | Transition::Decline => {
            let proposal = finding
                .proposal
                .clone()
                .ok_or(TransitionRefusal::NothingProposed)?;
            if event == Transition::Approve {
                if proposal.until.is_some_and(|until| until <= today) {
                    let over = "The day that was proposed is over. Decline it, or decide anew.";
                    return Err(TransitionRefusal::Invalid(FieldErrors::at("note", over)));
                }
                let (decision, until) = (proposal.decision, proposal.until);
                return Ok(decided(after, actor, decision, until, Some(proposal)));
            }
            after.accepted.clone_from(&finding.accepted);
            FindingEvent::Declined {
                decision: proposal.decision,
            }
        }
    };
    Ok((after, what))
}

/// The finding as it is decided.
fn decided(
    finding: Finding,
    actor: &Actor,
    decision: Decision,
    until: Option<Date>,
    proposal: Option<Proposal>,
) -> (Finding, FindingEvent) {
    let accepted = until.map(|until| AcceptedRisk {
        until,
        by: actor.user,
        asked_by: proposal.as_ref().map(|proposal| proposal.by),
    });
    let after = Finding {
        status: decision.leads_to(),
        accepted,
        ..finding
    };
    let proposed_by = proposal.map(|proposal| proposal.by_name);
    let what = FindingEvent::Decided {
        decision,
        until,
        proposed_by,
    };
    (after, what)
}

/// By when it is to be fixed after the event: the policy says so when it is
/// published, and when what was closed is opened again with a day that is over.
fn due(
    before: &Finding,
    after: &Finding,
    event: Transition,
    workspace: &Workspace,
    today: Date,
) -> Option<Date> {
    let anew = || workspace.due.date(after.severity, today);
    match event {
        Transition::Publish => before.due.or_else(anew),
        Transition::Reopen => before.due.filter(|due| *due >= today).or_else(anew),
        _ => before.due,
    }
}

fn deadline(before: &Finding, after: &Finding, workspace: &Workspace) -> Option<RiskDeadline> {
    let accepted = after.accepted.as_ref()?;
    if before.accepted.as_ref() == Some(accepted) {
        return None;
    }
    let eve = accepted.warns_on().yesterday();
    Some(RiskDeadline {
        until: accepted.until,
        warn: eve.map_or(Timestamp::MIN, |eve| workspace.end_of(eve)),
        lapse: workspace.end_of(accepted.until),
    })
}

/// The change from one finding to the next.
pub(super) fn changed(
    before: &Finding,
    after: Finding,
    entry: HistoryEntry,
    now: Timestamp,
) -> FindingChange {
    let finding = Finding {
        life: before.life.after(before.status, after.status, now),
        updated: now,
        version: before.version + 1,
        ..after
    };
    let counts = Counts::changed(before, &finding);
    FindingChange {
        counts,
        entry,
        shared: before.status.is_published() || finding.status.is_published(),
        round: None,
        full: Vec::new(),
        deadline: None,
        finding,
    }
}
