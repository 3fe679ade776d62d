//! The kinds of notification, as a table: a new one is a variant and a row.

use serde::{Deserialize, Serialize};

use super::cadence::Cadence;
use crate::role::{Action, Role};

/// What a notification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    InvoiceSent,
    PaymentReceived,
    PaymentFailed,
    /// More was paid than was due.
    PaymentSurplus,
    Joined,
    MailFailed,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct NotificationKindInfo {
    pub kind: NotificationKind,
    /// The name in forms and in stored data.
    pub name: &'static str,
    /// The displayed name.
    pub label: &'static str,
    /// The name of its icon in `assets/icons.json`.
    pub icon: &'static str,
    /// The permission that a person needs to be notified.
    pub action: Action,
    /// The cadence that team members begin with; `None` where the team isn't notified.
    pub team: Option<Cadence>,
    /// The cadence that contacts begin with; `None` where they aren't notified.
    pub contacts: Option<Cadence>,
}

use Cadence::{Daily, Immediate, Off};

const fn row(
    kind: NotificationKind,
    name: &'static str,
    label: &'static str,
    icon: &'static str,
    action: Action,
    team: Option<Cadence>,
    contacts: Option<Cadence>,
) -> NotificationKindInfo {
    NotificationKindInfo {
        kind,
        name,
        label,
        icon,
        action,
        team,
        contacts,
    }
}

/// Kind, name, label, icon, permission, the team's cadence, the contacts' cadence.
#[rustfmt::skip] // a table
static TABLE: [NotificationKindInfo; 16] = [
    row(NotificationKind::Published, "published", "A finding is published", "flag", Action::ReadFindings, Some(Off), Some(Immediate)),
    row(NotificationKind::Moved, "moved", "A finding’s status or severity changes", "flag", Action::ReadFindings, Some(Daily), Some(Daily)),
    row(NotificationKind::RetestAsked, "retest_asked", "A fix is ready for a retest", "rotate-clockwise", Action::ReadFindings, Some(Immediate), Some(Off)),
    row(NotificationKind::RetestDone, "retest_done", "A retest is done", "rotate-clockwise", Action::ReadFindings, Some(Off), Some(Immediate)),
    row(NotificationKind::Commented, "commented", "Somebody comments on a finding", "message", Action::ReadFindings, Some(Immediate), Some(Immediate)),
    row(NotificationKind::Message, "message", "A message", "message", Action::ReadMessages, Some(Immediate), Some(Immediate)),
    row(NotificationKind::Document, "document", "A document", "file-text", Action::ReadDocuments, Some(Daily), Some(Immediate)),
    row(NotificationKind::DueSoon, "due_soon", "Findings are due in a week", "calendar", Action::RemediateFindings, Some(Off), Some(Immediate)),
    row(NotificationKind::Overdue, "overdue", "Findings are overdue", "calendar", Action::RemediateFindings, Some(Daily), Some(Immediate)),
    row(NotificationKind::Risk, "risk", "An accepted risk ends", "alert-triangle", Action::ReadFindings, Some(Immediate), Some(Immediate)),
    row(NotificationKind::InvoiceSent, "invoice_sent", "An invoice is sent", "receipt", Action::ReadInvoices, Some(Off), Some(Off)),
    row(NotificationKind::PaymentReceived, "payment_received", "A payment comes in", "receipt", Action::ReadInvoices, Some(Immediate), Some(Off)),
    row(NotificationKind::PaymentFailed, "payment_failed", "A payment fails", "alert-triangle", Action::ReadInvoices, Some(Immediate), Some(Immediate)),
    row(NotificationKind::PaymentSurplus, "payment_surplus", "More is paid than was due", "alert-triangle", Action::ReadInvoices, Some(Immediate), Some(Immediate)),
    row(NotificationKind::Joined, "joined", "Somebody accepts an invitation", "users", Action::ManageContacts, Some(Daily), Some(Daily)),
    row(NotificationKind::MailFailed, "mail_failed", "Mail to somebody bounces or is reported as spam", "mail", Action::ManageTeam, Some(Immediate), None),
];

impl NotificationKind {
    /// Every kind, in the order of the preferences page.
    pub fn all() -> impl Iterator<Item = &'static NotificationKindInfo> {
        TABLE.iter()
    }

    /// The row of the kind.
    pub fn info(self) -> &'static NotificationKindInfo {
        let found = TABLE.iter().find(|info| info.kind == self);
        found.unwrap_or(&TABLE[0])
    }
}

impl NotificationKindInfo {
    /// The cadence that a person of `role` begins with; `None` where that role isn't notified.
    pub fn cadence(&self, role: Role) -> Option<Cadence> {
        let side = if role.is_team() {
            self.team
        } else {
            self.contacts
        };
        side.filter(|_| role.may(self.action))
    }
}
