//! The state machine of a finding: who may move it from where to where.

use jiff::Timestamp;

use super::{Finding, Status};
use crate::counts::Counts;
use crate::history::{Entry, Happening};
use crate::input::Invalid;
use crate::person::Actor;
use crate::role::{Action, Role};

/// Longest note or reason, in characters.
pub const MAX_NOTE: usize = 4_000;

/// What somebody wants to do with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Show the draft to the client.
    Publish,
    /// Begin working on a fix.
    Start,
    /// Say that it is fixed.
    Resolve,
    /// Find it fixed, and close it.
    Verify,
    /// Find it not fixed; a reason is demanded.
    Reopen,
}

/// A move that is allowed, ready to be executed in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The finding after the move, with its next version.
    pub finding: Finding,
    /// What the move does to the totals.
    pub counts: Counts,
    /// The entry for the history.
    pub entry: Entry,
    /// Whether the client can see that something changed.
    pub shared: bool,
}

/// Why a move is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The role may never do this.
    Role,
    /// Not from where the finding stands now.
    From(Status),
    /// The note can't be accepted.
    Note(Invalid),
}

impl Event {
    /// Every event, in the order in which pages offer them.
    pub const ALL: [Self; 5] = [
        Self::Publish,
        Self::Start,
        Self::Resolve,
        Self::Verify,
        Self::Reopen,
    ];

    /// The statuses it may start from, and the one it leads to.
    pub const fn arc(self) -> (&'static [Status], Status) {
        use Status as S;
        match self {
            Self::Publish => (&[S::Draft], S::Open),
            Self::Start => (&[S::Open, S::Reopened], S::InProgress),
            Self::Resolve => (&[S::Open, S::InProgress, S::Reopened], S::Resolved),
            Self::Verify => (&[S::Resolved], S::Verified),
            Self::Reopen => (&[S::Resolved, S::Verified], S::Reopened),
        }
    }

    /// What a role must be allowed to do for it.
    pub const fn action(self) -> Action {
        match self {
            Self::Publish => Action::PublishFindings,
            Self::Start | Self::Resolve => Action::RemediateFindings,
            Self::Verify | Self::Reopen => Action::VerifyFindings,
        }
    }

    /// The last part of the address that takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Start => "start",
            Self::Resolve => "resolve",
            Self::Verify => "verify",
            Self::Reopen => "reopen",
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
            Self::Verify => "Verify and close",
            Self::Reopen => "Reopen",
        }
    }

    /// The events that pages offer to `role` for a finding in `status`.
    pub fn offered(role: Role, status: Status) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |event| role.may(event.action()) && event.arc().0.contains(&status))
    }
}

/// Decides whether `actor` may do `event` to `finding` now, and what comes of it.
///
/// The note is markdown of at most [`MAX_NOTE`] characters; reopening demands one.
pub fn transition(
    finding: &Finding,
    actor: &Actor,
    event: Event,
    note: &str,
    now: Timestamp,
) -> Result<Change, Refusal> {
    if !actor.role.may(event.action()) {
        return Err(Refusal::Role);
    }
    let (from, to) = event.arc();
    if !from.contains(&finding.status) {
        return Err(Refusal::From(finding.status));
    }
    let mut invalid = Invalid::default();
    let note = if event == Event::Reopen {
        invalid.required_text("note", note, MAX_NOTE, "Say why it is reopened.")
    } else {
        invalid.text("note", note, MAX_NOTE)
    };
    let note = invalid.into_result(note).map_err(Refusal::Note)?;
    let after = Finding {
        status: to,
        updated: now,
        version: finding.version + 1,
        ..finding.clone()
    };
    let what = Happening::Moved {
        from: finding.status,
        to,
    };
    Ok(Change {
        counts: Counts::moved(
            Some((finding.severity, finding.status)),
            Some((finding.severity, to)),
        ),
        entry: Entry::new(
            actor,
            now,
            what,
            Some(note).filter(|n| !n.trim().is_empty()),
        ),
        shared: to.is_published(),
        finding: after,
    })
}
