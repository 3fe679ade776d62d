//! The state machine of an invoice: an invoice, an actor and a command make a change or a refusal.

use jiff::Timestamp;
use jiff::civil::Date;

use super::balance::InvoiceBalance;
use super::event::{InvoiceEvent, InvoiceHistoryEntry};
use super::invoice::{Invoice, IssueDetails};
use super::revenue_figure::{FigurePosting, RevenueFigure, figure_postings};
use super::transition::{InvoiceCommand, InvoiceTransition};
use crate::id::UserId;
use crate::input::FieldErrors;
use crate::person::Actor;
use crate::role::Action;

/// Who makes a change.
#[derive(Debug, Clone, Copy)]
pub enum InvoiceActor<'a> {
    Person(&'a Actor),
    /// Time or the payment provider, under this name.
    System(&'a str),
}

/// Why a change is not permitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvoiceRefusal {
    /// The role may never do this.
    Role,
    /// State or balance don't allow it.
    State,
    /// A field can't be accepted.
    Invalid(FieldErrors),
}

/// A permitted change, ready to be executed in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceChange {
    /// The invoice after the change, with its next version.
    pub invoice: Invoice,
    pub entry: InvoiceHistoryEntry,
    /// What the change adds to the figures by month and client.
    pub postings: Vec<FigurePosting>,
}

/// Sends a draft on `today` under `number`, which must be the next of the workspace.
pub fn issue_invoice(
    draft: &Invoice,
    actor: &Actor,
    number: String,
    today: Date,
    now: Timestamp,
) -> Result<InvoiceChange, InvoiceRefusal> {
    if !actor.role.may(Action::ManageInvoices) {
        return Err(InvoiceRefusal::Role);
    }
    if !InvoiceTransition::Send
        .allowed_from()
        .contains(&draft.state())
    {
        return Err(InvoiceRefusal::State);
    }
    let mut invalid = FieldErrors::default();
    if draft.total == 0 {
        invalid.add(
            "form",
            "There is nothing to pay: give its lines a price first.",
        );
    }
    if draft.due < today {
        invalid.add(
            "form",
            "It would be overdue at once: give it a later due date first.",
        );
    }
    invalid.into_result(()).map_err(InvoiceRefusal::Invalid)?;
    let issued = Some(IssueDetails { number, on: today });
    let after = Invoice {
        issue: issued,
        updated: now,
        version: draft.version + 1,
        ..draft.clone()
    };
    Ok(InvoiceChange::new(
        draft,
        after,
        InvoiceActor::Person(actor),
        InvoiceEvent::Sent,
        "",
    ))
}

/// Decides whether `by` may execute `command` on `today`, and what it changes.
pub fn apply_command(
    invoice: &Invoice,
    by: InvoiceActor<'_>,
    command: &InvoiceCommand,
    today: Date,
    now: Timestamp,
) -> Result<InvoiceChange, InvoiceRefusal> {
    let transition = command.transition();
    match by {
        InvoiceActor::Person(actor)
            if !transition.is_manual() || !actor.role.may(Action::ManageInvoices) =>
        {
            return Err(InvoiceRefusal::Role);
        }
        InvoiceActor::Person(_) if transition.awaits_payment(invoice) => {
            return Err(InvoiceRefusal::State);
        }
        InvoiceActor::Person(_) | InvoiceActor::System(_) => {}
    }
    if !transition.is_possible(invoice) {
        return Err(InvoiceRefusal::State);
    }
    if transition == InvoiceTransition::MarkOverdue && !invoice.is_overdue(today) {
        return Err(InvoiceRefusal::State);
    }
    let balance = balance_after(invoice, command).ok_or(InvoiceRefusal::State)?;
    let mut after = Invoice {
        balance,
        updated: now,
        version: invoice.version + 1,
        ..invoice.clone()
    };
    // Also where a payment that came in time was removed.
    after.marked_overdue = invoice.marked_overdue || after.is_overdue(today);
    let note = match command {
        InvoiceCommand::Void(why) => why.as_str(),
        _ => "",
    };
    Ok(InvoiceChange::new(
        invoice,
        after,
        by,
        event_of(command),
        note,
    ))
}

/// The balance after a command; `None` where the amounts don't allow it.
fn balance_after(invoice: &Invoice, command: &InvoiceCommand) -> Option<InvoiceBalance> {
    let mut balance = invoice.balance;
    let free = balance.retained() - balance.disputed;
    let within = |amount: i64, most: i64| (1..=most).contains(&amount).then_some(amount);
    match *command {
        InvoiceCommand::Pay { amount, fee, .. } => {
            balance.paid += within(amount, invoice.outstanding())?;
            balance.fees += (0..=amount).contains(&fee).then_some(fee)?;
        }
        InvoiceCommand::RemovePayment { amount, .. } => balance.paid -= within(amount, free)?,
        InvoiceCommand::Refund { amount, .. } => balance.refunded += within(amount, free)?,
        InvoiceCommand::Void(_) => {
            balance.waived = invoice.outstanding();
            balance.void = true;
        }
        InvoiceCommand::OpenDispute(amount) => balance.disputed += within(amount, free)?,
        InvoiceCommand::WinDispute(amount) => balance.disputed -= within(amount, balance.disputed)?,
        InvoiceCommand::LoseDispute(amount, _) => {
            balance.disputed -= within(amount, balance.disputed)?;
            balance.refunded += amount;
        }
        InvoiceCommand::UnapplyPayment { amount, fee, .. } => {
            balance.paid -= within(amount, free)?;
            balance.fees -= (0..=balance.fees).contains(&fee).then_some(fee)?;
        }
        InvoiceCommand::ReverseRefund { amount, .. } => {
            balance.refunded -= within(amount, balance.refunded)?;
        }
        InvoiceCommand::MarkOverdue => {}
    }
    Some(balance)
}

/// The event for the history.
fn event_of(command: &InvoiceCommand) -> InvoiceEvent {
    match command.clone() {
        InvoiceCommand::Pay {
            amount,
            fee,
            on,
            method,
        } => InvoiceEvent::Paid {
            amount,
            fee,
            on,
            method,
        },
        InvoiceCommand::RemovePayment {
            payment,
            amount,
            on,
        } => InvoiceEvent::PaymentRemoved {
            payment,
            amount,
            on,
        },
        InvoiceCommand::Refund { amount, on, method } => {
            InvoiceEvent::Refunded { amount, on, method }
        }
        InvoiceCommand::Void(_) => InvoiceEvent::Voided,
        InvoiceCommand::OpenDispute(amount) => InvoiceEvent::DisputeOpened { amount },
        InvoiceCommand::WinDispute(amount) => InvoiceEvent::DisputeWon { amount },
        InvoiceCommand::LoseDispute(amount, on) => InvoiceEvent::DisputeLost { amount, on },
        InvoiceCommand::UnapplyPayment {
            amount,
            fee,
            on,
            method,
        } => InvoiceEvent::PaymentUnapplied {
            amount,
            fee,
            on,
            method,
        },
        InvoiceCommand::ReverseRefund { amount, on, method } => {
            InvoiceEvent::RefundReversed { amount, on, method }
        }
        InvoiceCommand::MarkOverdue => InvoiceEvent::BecameOverdue,
    }
}

impl InvoiceChange {
    /// Whether another amount is outstanding than before.
    pub fn moves_outstanding(&self) -> bool {
        let mut postings = self.postings.iter();
        postings.any(|posting| posting.figure == RevenueFigure::Outstanding)
    }

    fn new(
        before: &Invoice,
        after: Invoice,
        by: InvoiceActor<'_>,
        event: InvoiceEvent,
        note: &str,
    ) -> Self {
        let (by, by_name): (Option<UserId>, _) = match by {
            InvoiceActor::Person(actor) => (Some(actor.user), actor.name.as_str()),
            InvoiceActor::System(name) => (None, name),
        };
        Self {
            postings: figure_postings(before, &after, &event),
            entry: InvoiceHistoryEntry {
                at: after.updated,
                by,
                by_name: by_name.to_owned(),
                note: note.to_owned(),
                event,
            },
            invoice: after,
        }
    }
}
