//! The reminders of an invoice: when they are due, and who gets them.

use jiff::civil::{Date, time};
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::person::Person;
use crate::role::{ContactRole, Role};
use crate::workspace::Workspace;

/// A reminder of an invoice that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceReminder {
    /// The invoice was sent.
    Sent,
    /// Three days before the due date.
    #[serde(rename = "soon")]
    DueSoon,
    /// The end of the due date: what is outstanding becomes overdue. No mail.
    #[serde(rename = "lapse")]
    DayOver,
    /// 1, 7 and 21 days after the due date.
    Overdue,
}

/// Days before the due date.
const DAYS_BEFORE: i64 = 3;
/// Days after the due date.
const DAYS_AFTER: [i64; 3] = [1, 7, 21];

/// The reminders of an invoice that is sent now, each with its time. The one before the due date is left
/// out where its time has passed.
pub fn reminder_schedule(
    due: Date,
    workspace: &Workspace,
    now: Timestamp,
) -> Vec<(Timestamp, InvoiceReminder)> {
    let morning = |days: i64| {
        let day = due.checked_add(days.days()).unwrap_or(due);
        workspace.timestamp_at(day, time(9, 0, 0, 0))
    };
    let soon = morning(-DAYS_BEFORE);
    let lapse = workspace.end_of_day(due);
    let mut all = vec![(now, InvoiceReminder::Sent)];
    all.extend((soon > now).then_some((soon, InvoiceReminder::DueSoon)));
    all.push((lapse, InvoiceReminder::DayOver));
    all.extend(DAYS_AFTER.map(|days| (morning(days), InvoiceReminder::Overdue)));
    all
}

/// The recipients of a client's invoices: its managers, or all its contacts where it has none.
pub fn invoice_recipients(people: &[Person]) -> Vec<&Person> {
    let enabled = || people.iter().filter(|person| person.disabled_at.is_none());
    let manager = Role::Contact(ContactRole::Manager);
    let managers: Vec<_> = enabled().filter(|person| person.role == manager).collect();
    if managers.is_empty() {
        enabled().collect()
    } else {
        managers
    }
}
