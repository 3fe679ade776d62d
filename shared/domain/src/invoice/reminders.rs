//! When a client hears of an invoice.

use jiff::civil::{Date, time};
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::person::Person;
use crate::role::{ContactRole, Role};
use crate::workspace::Workspace;

/// What is due about an invoice that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceReminder {
    /// The client is told of it.
    Sent,
    /// It is due soon.
    Soon,
    /// Its day is over: what is outstanding counts as overdue.
    Lapse,
    /// It is overdue.
    Overdue,
}

/// Days before the due date on which the client is reminded.
const BEFORE: i64 = 3;
/// Days after it.
const AFTER: [i64; 3] = [1, 7, 21];

/// What is due when, of an invoice that is sent now: at once, three days before
/// its day in the morning, when the day is over, and three times after it. What
/// lies behind is left out.
pub fn schedule(
    due: Date,
    workspace: &Workspace,
    now: Timestamp,
) -> Vec<(Timestamp, InvoiceReminder)> {
    let morning = |days: i64| {
        let day = due.checked_add(days.days()).unwrap_or(due);
        workspace.at(day, time(9, 0, 0, 0))
    };
    let soon = morning(-BEFORE);
    let lapse = workspace.end_of(due);
    let mut all = vec![(now, InvoiceReminder::Sent)];
    all.extend((soon > now).then_some((soon, InvoiceReminder::Soon)));
    all.push((lapse, InvoiceReminder::Lapse));
    all.extend(AFTER.map(|days| (morning(days), InvoiceReminder::Overdue)));
    all
}

/// Whom a client's invoices go to: its managers, or everybody where it has none.
pub fn recipients(people: &[Person]) -> Vec<&Person> {
    let here = || people.iter().filter(|one| one.disabled.is_none());
    let manager = Role::Contact(ContactRole::Manager);
    let managers: Vec<_> = here().filter(|one| one.role == manager).collect();
    if managers.is_empty() {
        here().collect()
    } else {
        managers
    }
}
