//! What a change does to the books of a client and its workspace, by month.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Invoice, InvoiceEvent};

/// A figure of the books. Each is kept for a month, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevenueFigure {
    /// Billed, in the month of the invoice, unless it is void.
    Invoiced,
    /// Outstanding, in the month in which it is due.
    Outstanding,
    /// Of which overdue.
    Overdue,
    /// Paid, in the month in which it came.
    Paid,
    /// Given back, in the month in which it went.
    Refunded,
    /// Taken by those who brought payments, in the month of the payment.
    Fees,
}

impl RevenueFigure {
    /// Every figure.
    pub const ALL: [Self; 6] = [
        Self::Invoiced,
        Self::Outstanding,
        Self::Overdue,
        Self::Paid,
        Self::Refunded,
        Self::Fees,
    ];

    /// A letter of its own, for the names of what keeps it.
    pub const fn letter(self) -> char {
        match self {
            Self::Invoiced => 'i',
            Self::Outstanding => 'o',
            Self::Overdue => 'l',
            Self::Paid => 'p',
            Self::Refunded => 'r',
            Self::Fees => 'f',
        }
    }

    /// Whether it says how things stand, whatever the month.
    pub const fn is_standing(self) -> bool {
        matches!(self, Self::Outstanding | Self::Overdue)
    }
}

/// What is added to a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FigurePosting {
    /// The first of the month.
    pub month: Date,
    /// The figure.
    pub figure: RevenueFigure,
    /// How much, in minor units; below zero it is taken away.
    pub minor: i64,
}

/// What becomes of the figures when an invoice changes by what happened.
pub fn postings(before: &Invoice, after: &Invoice, what: &InvoiceEvent) -> Vec<FigurePosting> {
    let due = after.due.first_of_month();
    let issued = after.issued.as_ref().map_or(after.due, |issued| issued.on);
    let on = day(what).unwrap_or(issued).first_of_month();
    let billed = |one: &Invoice| match (&one.issued, one.book.void) {
        (Some(_), false) => one.total,
        _ => 0,
    };
    let late = |one: &Invoice| if one.late { one.outstanding() } else { 0 };
    let all = [
        (
            issued.first_of_month(),
            RevenueFigure::Invoiced,
            billed(after) - billed(before),
        ),
        (
            due,
            RevenueFigure::Outstanding,
            after.outstanding() - before.outstanding(),
        ),
        (due, RevenueFigure::Overdue, late(after) - late(before)),
        (on, RevenueFigure::Paid, after.book.paid - before.book.paid),
        (
            on,
            RevenueFigure::Refunded,
            after.book.refunded - before.book.refunded,
        ),
        (on, RevenueFigure::Fees, after.book.fees - before.book.fees),
    ];
    let changed = all.into_iter().filter(|(_, _, minor)| *minor != 0);
    changed
        .map(|(month, figure, minor)| FigurePosting {
            month,
            figure,
            minor,
        })
        .collect()
}

/// The day of the money that moved.
const fn day(what: &InvoiceEvent) -> Option<Date> {
    match what {
        InvoiceEvent::Paid { on, .. }
        | InvoiceEvent::TakenBack { on, .. }
        | InvoiceEvent::SetAside { on, .. }
        | InvoiceEvent::Restored { on, .. }
        | InvoiceEvent::Refunded { on, .. }
        | InvoiceEvent::DisputeLost { on, .. } => Some(*on),
        InvoiceEvent::Sent
        | InvoiceEvent::Voided
        | InvoiceEvent::DisputeOpened { .. }
        | InvoiceEvent::DisputeWon { .. }
        | InvoiceEvent::BecameOverdue => None,
    }
}
