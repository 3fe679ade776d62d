//! Figures of a client and its workspace by month, and what a change adds to them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::event::InvoiceEvent;
use super::invoice::Invoice;

/// A figure. Each is stored for a month, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevenueFigure {
    /// In the month of the invoice, unless it is void.
    Invoiced,
    /// In the month of the due date.
    Outstanding,
    /// The overdue part of `Outstanding`.
    Overdue,
    /// In the month of the payment.
    Paid,
    /// In the month of the refund.
    Refunded,
    /// In the month of the payment.
    Fees,
}

impl RevenueFigure {
    pub const ALL: [Self; 6] = [
        Self::Invoiced,
        Self::Outstanding,
        Self::Overdue,
        Self::Paid,
        Self::Refunded,
        Self::Fees,
    ];

    /// The letter in the names of counters.
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

    /// Whether it is a balance, which is summed over all months.
    pub const fn is_balance(self) -> bool {
        matches!(self, Self::Outstanding | Self::Overdue)
    }
}

/// An amount that is added to a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FigurePosting {
    /// The first day of the month.
    pub month: Date,
    pub figure: RevenueFigure,
    /// In minor units; can be negative.
    pub amount: i64,
}

/// What an invoice's change by `event` adds to the figures.
pub fn figure_postings(
    before: &Invoice,
    after: &Invoice,
    event: &InvoiceEvent,
) -> Vec<FigurePosting> {
    let due = after.due.first_of_month();
    let issued = after.issue.as_ref().map_or(after.due, |issue| issue.on);
    let on = day_of(event).unwrap_or(issued).first_of_month();
    let billed = |invoice: &Invoice| match (&invoice.issue, invoice.balance.void) {
        (Some(_), false) => invoice.total,
        _ => 0,
    };
    let late = |invoice: &Invoice| {
        if invoice.marked_overdue {
            invoice.outstanding()
        } else {
            0
        }
    };
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
        (
            on,
            RevenueFigure::Paid,
            after.balance.paid - before.balance.paid,
        ),
        (
            on,
            RevenueFigure::Refunded,
            after.balance.refunded - before.balance.refunded,
        ),
        (
            on,
            RevenueFigure::Fees,
            after.balance.fees - before.balance.fees,
        ),
    ];
    let changed = all.into_iter().filter(|(_, _, minor)| *minor != 0);
    changed
        .map(|(month, figure, minor)| FigurePosting {
            month,
            figure,
            amount: minor,
        })
        .collect()
}

/// The day on which money moved.
const fn day_of(event: &InvoiceEvent) -> Option<Date> {
    match event {
        InvoiceEvent::Paid { on, .. }
        | InvoiceEvent::PaymentRemoved { on, .. }
        | InvoiceEvent::PaymentUnapplied { on, .. }
        | InvoiceEvent::RefundReversed { on, .. }
        | InvoiceEvent::Refunded { on, .. }
        | InvoiceEvent::DisputeLost { on, .. } => Some(*on),
        InvoiceEvent::Sent
        | InvoiceEvent::Voided
        | InvoiceEvent::DisputeOpened { .. }
        | InvoiceEvent::DisputeWon { .. }
        | InvoiceEvent::BecameOverdue => None,
    }
}
