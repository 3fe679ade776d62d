//! The state machine of a finding: what comes of what somebody wants.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Accepted, Decision, Event, FieldChange, Finding, Note, Proposal, Round, Status};
use crate::counts::Counts;
use crate::history::{Entry, Happening};
use crate::input::Invalid;
use crate::person::Actor;
use crate::workspace::Workspace;

/// Longest note or reason, in characters.
pub const MAX_NOTE: usize = 4_000;

/// What somebody wants, as typed.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// What.
    pub event: Event,
    /// What is said of it: markdown of at most [`MAX_NOTE`] characters.
    pub note: &'a str,
    /// Until when a risk is to be accepted.
    pub until: &'a str,
}

impl Event {
    /// The event, with a note and nothing else.
    pub const fn because(self, note: &str) -> Ask<'_> {
        Ask {
            event: self,
            note,
            until: "",
        }
    }
}

/// A change that is allowed, ready to be executed in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The finding after it, with its next version.
    pub finding: Finding,
    /// What it does to the totals.
    pub counts: Counts,
    /// The entry for the history.
    pub entry: Entry,
    /// Whether the client can see that something changed.
    pub shared: bool,
    /// The retest that it records.
    pub round: Option<Round>,
    /// What an edit changed, in full, where the entry holds it cut.
    pub full: Vec<FieldChange>,
    /// When to look at the risk that it accepts.
    pub deadline: Option<Deadline>,
}

/// When something is to be done about an accepted risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// The last day of the risk, by which it is known that it is still this one.
    pub until: Date,
    /// When people are warned.
    pub warn: Timestamp,
    /// When the finding is opened again.
    pub lapse: Timestamp,
}

/// Why a move is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The role may never do this.
    Role,
    /// Not from where the finding stands now.
    From(Status),
    /// Nothing is proposed that could be answered.
    NothingProposed,
    /// What goes along with it can't be accepted.
    Invalid(Invalid),
}

/// Decides whether `actor` may do what is asked to `finding` now, and what
/// comes of it.
pub fn transition(
    finding: &Finding,
    actor: &Actor,
    workspace: &Workspace,
    ask: Ask<'_>,
    now: Timestamp,
) -> Result<Change, Refusal> {
    let Ask { event, .. } = ask;
    if !actor.role.may(event.action()) {
        return Err(Refusal::Role);
    }
    if !event.from().contains(&finding.status) {
        return Err(Refusal::From(finding.status));
    }
    let today = workspace.today(now);
    let mut invalid = Invalid::default();
    let note = match event.note() {
        Note::None => String::new(),
        Note::Optional => invalid.text("note", ask.note, MAX_NOTE),
        Note::Required(why) => invalid.required_text("note", ask.note, MAX_NOTE, why),
    };
    let until = event
        .decision()
        .and_then(|decision| decision.until(ask.until, today, &mut invalid));
    let note = invalid.into_result(note).map_err(Refusal::Invalid)?;
    let note = Some(note).filter(|note| !note.trim().is_empty());
    let (mut after, what) = apply(finding, actor, event, until, today, now)?;
    after.due = due(finding, &after, event, workspace, today);
    let round = match event {
        Event::Retest(outcome) => Some(Round {
            number: after.rounds,
            outcome,
            note: note.clone(),
            at: now,
            by: actor.user,
            by_name: actor.name.clone(),
        }),
        _ => None,
    };
    let entry = Entry::new(actor, now, what, note);
    Ok(Change {
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
) -> Option<Change> {
    let accepted = finding.accepted.as_ref()?;
    let today = workspace.today(now);
    if finding.status != Status::AcceptedRisk || accepted.until != until || today <= until {
        return None;
    }
    let after = Finding {
        status: Status::Reopened,
        accepted: None,
        due: workspace.due.date(finding.severity, today),
        ..finding.clone()
    };
    let entry = Entry::by_itself(now, Happening::Lapsed { until });
    Some(changed(finding, after, entry, now))
}

/// The finding after an event, and what the history says of it.
fn apply(
    finding: &Finding,
    actor: &Actor,
    event: Event,
    until: Option<Date>,
    today: Date,
    now: Timestamp,
) -> Result<(Finding, Happening), Refusal> {
    let from = finding.status;
    let to = event.to().unwrap_or(from);
    let mut after = Finding {
        status: to,
        accepted: None,
        proposal: None,
        ..finding.clone()
    };
    let what = match event {
        Event::Publish | Event::Resolve | Event::Reopen | Event::Withdraw => {
            Happening::Moved { from, to }
        }
        Event::Start => {
            after.proposal.clone_from(&finding.proposal);
            Happening::Moved { from, to }
        }
        Event::Retest(outcome) => {
            after.rounds += 1;
            let round = after.rounds;
            Happening::Retested { round, outcome }
        }
        Event::Decide(decision) => {
            return Ok(decided(after, actor, decision, until, None));
        }
        Event::Propose(decision) => {
            after.accepted.clone_from(&finding.accepted);
            after.proposal = Some(Proposal {
                decision,
                until,
                by: actor.user,
                by_name: actor.name.clone(),
                at: now,
            });
            Happening::Proposed { decision, until }
        }
        Event::Approve | Event::Decline => {
            let proposal = finding.proposal.clone().ok_or(Refusal::NothingProposed)?;
            if event == Event::Approve {
                if proposal.until.is_some_and(|until| until <= today) {
                    let over = "The day that was proposed is over. Decline it, or decide anew.";
                    return Err(Refusal::Invalid(Invalid::at("note", over)));
                }
                let (decision, until) = (proposal.decision, proposal.until);
                return Ok(decided(after, actor, decision, until, Some(proposal)));
            }
            after.accepted.clone_from(&finding.accepted);
            Happening::Declined {
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
) -> (Finding, Happening) {
    let accepted = until.map(|until| Accepted {
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
    let what = Happening::Decided {
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
    event: Event,
    workspace: &Workspace,
    today: Date,
) -> Option<Date> {
    let anew = || workspace.due.date(after.severity, today);
    match event {
        Event::Publish => before.due.or_else(anew),
        Event::Reopen => before.due.filter(|due| *due >= today).or_else(anew),
        _ => before.due,
    }
}

fn deadline(before: &Finding, after: &Finding, workspace: &Workspace) -> Option<Deadline> {
    let accepted = after.accepted.as_ref()?;
    if before.accepted.as_ref() == Some(accepted) {
        return None;
    }
    let eve = accepted.warns_on().yesterday();
    Some(Deadline {
        until: accepted.until,
        warn: eve.map_or(Timestamp::MIN, |eve| workspace.end_of(eve)),
        lapse: workspace.end_of(accepted.until),
    })
}

/// The change from one finding to the next.
pub(super) fn changed(before: &Finding, after: Finding, entry: Entry, now: Timestamp) -> Change {
    let finding = Finding {
        life: before.life.after(before.status, after.status, now),
        updated: now,
        version: before.version + 1,
        ..after
    };
    let counts = Counts::changed(before, &finding);
    Change {
        counts,
        entry,
        shared: before.status.is_published() || finding.status.is_published(),
        round: None,
        full: Vec::new(),
        deadline: None,
        finding,
    }
}
