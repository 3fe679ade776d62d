//! The events, as a table: another one is a variant and a row.

use serde::{Deserialize, Serialize};

use super::Cadence;
use crate::role::{Action, Role};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the table says it
pub enum NotificationKind {
    Published,
    Moved,
    RetestAsked,
    RetestDone,
    Commented,
    Message,
    Document,
    DueSoon,
    Overdue,
    Risk,
    Joined,
    MailFailed,
}

/// What is to be known of a kind of event.
#[derive(Debug, Clone, Copy)]
pub struct NotificationKindInfo {
    /// Which.
    pub kind: NotificationKind,
    /// Its name in forms and in the table.
    pub name: &'static str,
    /// The words on the screen.
    pub label: &'static str,
    /// Whoever hears of it may do this.
    pub action: Action,
    /// How mail comes to the team as long as nobody says otherwise; `None` where the
    /// team isn't told.
    pub team: Option<Cadence>,
    /// The same, for the client's people.
    pub contacts: Option<Cadence>,
}

use Cadence::{AtOnce, Daily, Off};

const fn row(
    kind: NotificationKind,
    (name, label): (&'static str, &'static str),
    action: Action,
    team: Option<Cadence>,
    contacts: Option<Cadence>,
) -> NotificationKindInfo {
    NotificationKindInfo {
        kind,
        name,
        label,
        action,
        team,
        contacts,
    }
}

/// Kind, name and label, who may hear of it, how mail of it comes to the team and to
/// contacts at first.
#[rustfmt::skip] // a table
static TABLE: [NotificationKindInfo; 12] = [
    row(NotificationKind::Published, ("published", "A finding is published"), Action::ReadFindings, Some(Off), Some(AtOnce)),
    row(NotificationKind::Moved, ("moved", "A finding’s status changes"), Action::ReadFindings, Some(Daily), Some(Daily)),
    row(NotificationKind::RetestAsked, ("retest_asked", "A fix is ready for a retest"), Action::ReadFindings, Some(AtOnce), Some(Off)),
    row(NotificationKind::RetestDone, ("retest_done", "A retest is done"), Action::ReadFindings, Some(Off), Some(AtOnce)),
    row(NotificationKind::Commented, ("commented", "Somebody comments on a finding"), Action::ReadFindings, Some(AtOnce), Some(AtOnce)),
    row(NotificationKind::Message, ("message", "A message"), Action::ReadMessages, Some(AtOnce), Some(AtOnce)),
    row(NotificationKind::Document, ("document", "A document"), Action::ReadDocuments, Some(Daily), Some(AtOnce)),
    row(NotificationKind::DueSoon, ("due_soon", "Findings are due in a week"), Action::RemediateFindings, Some(Off), Some(AtOnce)),
    row(NotificationKind::Overdue, ("overdue", "Findings are overdue"), Action::RemediateFindings, Some(Daily), Some(AtOnce)),
    row(NotificationKind::Risk, ("risk", "An accepted risk ends"), Action::ReadFindings, Some(AtOnce), Some(AtOnce)),
    row(NotificationKind::Joined, ("joined", "Somebody accepts an invitation"), Action::ManageContacts, Some(Daily), Some(Daily)),
    row(NotificationKind::MailFailed, ("mail_failed", "Mail to somebody bounces or is reported as spam"), Action::ManageTeam, Some(AtOnce), None),
];

impl NotificationKind {
    /// Every kind, in the order of the page on which one chooses.
    pub fn all() -> impl Iterator<Item = &'static NotificationKindInfo> {
        TABLE.iter()
    }

    /// What is to be known of it.
    pub fn about(self) -> &'static NotificationKindInfo {
        let found = TABLE.iter().find(|about| about.kind == self);
        found.unwrap_or(&TABLE[0])
    }
}

impl NotificationKindInfo {
    /// How mail of it comes to somebody of `role` at first; `None` where one of that
    /// role isn't told at all.
    pub fn cadence(&self, role: Role) -> Option<Cadence> {
        let side = if role.is_team() {
            self.team
        } else {
            self.contacts
        };
        side.filter(|_| role.may(self.action))
    }
}
