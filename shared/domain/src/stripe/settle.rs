//! What an invoice's book should have of its payments by Stripe, and how it gets there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::NAME;
use super::ledger::{
    LedgerEntry, LedgerEntryKind, Payment, PaymentLedger, Reversal, ReversalProgress,
};
use crate::id::UserId;
use crate::invoice::{
    Invoice, InvoiceActor, InvoiceChange, InvoiceCommand, InvoiceRefusal, PaymentMethod, transition,
};
use crate::workspace::Workspace;

/// What is to be written once a ledger changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The ledger, with what the book has of it now.
    pub ledger: PaymentLedger,
    /// What happens to the invoice, one after the other; may be nothing.
    pub changes: Vec<InvoiceChange>,
    /// What came in and couldn't be booked: the invoice was paid otherwise, or is void.
    /// Somebody should give it back.
    pub surplus: i64,
}

/// What a client is told by mail: that a payment came, or that money went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentReceipt {
    /// [`Kind::Paid`] or [`Kind::Refunded`].
    pub kind: LedgerEntryKind,
    /// How much, in minor units.
    pub amount: i64,
    /// The day of it.
    pub on: Date,
    /// Who paid, if we know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

impl Settlement {
    /// What the client is told, who knew of `before`: what is in the book now by ids
    /// that weren't. What only changes its sum or its day isn't told again.
    pub fn receipts(&self, before: &PaymentLedger) -> Vec<PaymentReceipt> {
        let new = self.ledger.booked.iter().filter(|(id, line)| {
            let told = line.kind == LedgerEntryKind::Paid || line.kind == LedgerEntryKind::Refunded;
            told && !before.booked.contains_key(*id)
        });
        let payer = |id: &str| {
            let payment = self.ledger.payments.get(id)?;
            self.ledger.attempts.get(&payment.attempt?)?.by
        };
        let receipts = new.map(|(id, line)| PaymentReceipt {
            kind: line.kind,
            amount: line.amount,
            on: line.on,
            by: payer(id),
        });
        receipts.collect()
    }
}

type Lines = BTreeMap<String, LedgerEntry>;

/// Whose turn it is where more came in than is to be paid.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Who paid first: the same in whatever order it is heard.
    Earliest,
    /// What is booked stays: for an invoice of which the team gave back by hand what
    /// would have to be moved.
    Booked,
}

/// Brings the invoice's book to what the ledger says.
pub fn settle(
    invoice: &Invoice,
    ledger: &PaymentLedger,
    workspace: &Workspace,
    now: Timestamp,
) -> Result<Settlement, InvoiceRefusal> {
    if invoice.book.void {
        // Its book is closed.
        let surplus = kept_at_stripe(invoice, ledger) - kept(&ledger.booked);
        return Ok(Settlement {
            ledger: ledger.clone(),
            changes: Vec::new(),
            surplus,
        });
    }
    let first = attempt(invoice, ledger, workspace, now, Turn::Earliest);
    first.or_else(|_| attempt(invoice, ledger, workspace, now, Turn::Booked))
}

fn attempt(
    invoice: &Invoice,
    ledger: &PaymentLedger,
    workspace: &Workspace,
    now: Timestamp,
    turn: Turn,
) -> Result<Settlement, InvoiceRefusal> {
    let day = |at: Timestamp| workspace.today(at);
    let wanted = wanted(invoice, ledger, &day, turn);
    let today = workspace.today(now);
    let (mut changes, mut after) = (Vec::new(), invoice.clone());
    for ask in steps(&ledger.booked, &wanted) {
        let change = transition(&after, InvoiceActor::Itself(NAME), &ask, today, now)?;
        after = change.invoice.clone();
        changes.push(change);
    }
    let mut ledger = ledger.clone();
    let surplus = kept_at_stripe(invoice, &ledger) - kept(&wanted);
    ledger.booked = wanted;
    Ok(Settlement {
        ledger,
        changes,
        surplus,
    })
}

/// What the book should have.
fn wanted(
    invoice: &Invoice,
    ledger: &PaymentLedger,
    day: &impl Fn(Timestamp) -> Date,
    turn: Turn,
) -> Lines {
    let by_hand = invoice.book.paid - sum(&ledger.booked, LedgerEntryKind::Paid);
    let back_by_hand = invoice.book.refunded
        - sum(&ledger.booked, LedgerEntryKind::Refunded)
        - sum(&ledger.booked, LedgerEntryKind::Lost);
    let total = if invoice.issued.is_some() {
        invoice.total
    } else {
        0
    };
    let mut room = (total - invoice.book.waived - by_hand).max(0);
    let mut lines = Lines::new();
    let mut in_turn: Vec<_> = ledger
        .payments
        .iter()
        .filter_map(|(id, payment)| {
            let attempt = ledger.attempts.get(&payment.attempt?)?;
            Some((payment.paid?, id, payment, attempt))
        })
        .collect();
    in_turn.sort_by_key(|(paid, id, ..)| {
        let late = turn == Turn::Booked && !ledger.booked.contains_key(*id);
        (late, *paid, *id)
    });
    let mut over = Vec::new();
    for (paid, id, payment, attempt) in in_turn {
        let amount = attempt.amount.min(room);
        room -= amount;
        if amount > 0 {
            let line = LedgerEntry {
                kind: LedgerEntryKind::Paid,
                amount,
                fee: attempt.fee.clamp(0, amount),
                on: day(paid),
            };
            lines.insert(id.clone(), line);
        }
        over.push((payment, amount, attempt.amount - amount));
    }
    let mut free = (sum(&lines, LedgerEntryKind::Paid) + by_hand - back_by_hand).max(0);
    let unit = invoice.currency.at_stripe();
    for (payment, amount, surplus) in over {
        let limits = Limits {
            booked: amount,
            surplus,
            unit,
        };
        went_back(payment, limits, &mut free, day, &mut lines);
    }
    lines
}

/// How much of a payment is booked and how much isn't, and how many of Stripe's units a
/// minor unit is.
struct Limits {
    booked: i64,
    surplus: i64,
    unit: i64,
}

/// What went back of a payment: first of what isn't booked of it, then of what is, and
/// never more than the book has.
fn went_back(
    payment: &Payment,
    mut limits: Limits,
    free: &mut i64,
    day: &impl Fn(Timestamp) -> Date,
    lines: &mut Lines,
) {
    for (id, seen, kind) in moved(payment) {
        let amount = seen.amount / limits.unit;
        let of_surplus = amount.min(limits.surplus);
        limits.surplus -= of_surplus;
        let amount = (amount - of_surplus).min(limits.booked).min(*free);
        limits.booked -= amount;
        *free -= amount;
        if amount > 0 {
            let line = LedgerEntry {
                kind,
                amount,
                fee: 0,
                on: day(seen.at),
            };
            lines.insert(id.clone(), line);
        }
    }
}

/// The refunds and disputes of a payment that move money, in an order of their own:
/// refunds, then what is lost, then what is held.
fn moved(payment: &Payment) -> Vec<(&String, Reversal, LedgerEntryKind)> {
    let refunds = payment.refunds.iter().filter_map(|(id, seen)| {
        let back = matches!(
            seen.progress,
            ReversalProgress::Held | ReversalProgress::Done
        );
        back.then_some((id, *seen, LedgerEntryKind::Refunded))
    });
    let disputes = payment.disputes.iter().filter_map(|(id, seen)| {
        let kind = match seen.progress {
            ReversalProgress::Held => LedgerEntryKind::Held,
            ReversalProgress::Done => LedgerEntryKind::Lost,
            ReversalProgress::Noted | ReversalProgress::Undone => return None,
        };
        Some((id, *seen, kind))
    });
    let mut all: Vec<_> = refunds.chain(disputes).collect();
    all.sort_by_key(|(id, seen, kind)| (*kind == LedgerEntryKind::Held, *kind, seen.at, *id));
    all
}

/// How the book gets from what it has to what it should have. What takes away comes
/// first, so that there is room for the rest.
///
/// Payments are moved by the difference alone: what stays of the refunds and disputes of
/// a payment is never more than what stays of it. Where one changes its day, everything
/// is taken out and put in again.
fn steps(booked: &Lines, wanted: &Lines) -> Vec<InvoiceCommand> {
    let mut steps: Vec<(u8, InvoiceCommand)> = Vec::new();
    let new_day = |(id, old): (&String, &LedgerEntry)| {
        let new = wanted.get(id);
        old.kind == LedgerEntryKind::Paid && new.is_some_and(|new| new.on != old.on)
    };
    let anew = booked.iter().any(new_day);
    let new_ids = wanted.keys().filter(|id| !booked.contains_key(*id));
    for id in booked.keys().chain(new_ids) {
        match (booked.get(id), wanted.get(id)) {
            (Some(old), Some(new)) if old == new && !anew => {}
            (Some(old), Some(new)) if old.kind == LedgerEntryKind::Paid && !anew => {
                steps.extend(moved_by(id, old, new));
            }
            // A dispute that was open and is lost, as they mostly are.
            (Some(old), Some(new))
                if (old.kind, new.kind) == (LedgerEntryKind::Held, LedgerEntryKind::Lost)
                    && old.amount == new.amount
                    && !anew =>
            {
                steps.push((1, InvoiceCommand::LoseDispute(new.amount, new.on)));
            }
            (old, new) => {
                steps.extend(old.map(|line| taken(id, line)));
                steps.extend(new.into_iter().flat_map(|line| given(id, line)));
            }
        }
    }
    steps.sort_by_key(|(rank, _)| *rank);
    steps.into_iter().map(|(_, ask)| ask).collect()
}

/// A payment of which more or less is booked than was.
fn moved_by(id: &str, old: &LedgerEntry, new: &LedgerEntry) -> Vec<(u8, InvoiceCommand)> {
    let by = |amount, fee| LedgerEntry {
        amount,
        fee,
        ..*new
    };
    if new.amount < old.amount {
        let less = by(old.amount - new.amount, old.fee - new.fee);
        vec![taken(id, &less)]
    } else {
        given(id, &by(new.amount - old.amount, new.fee - old.fee))
    }
}

fn taken(id: &str, line: &LedgerEntry) -> (u8, InvoiceCommand) {
    let LedgerEntry {
        kind,
        amount,
        fee,
        on,
    } = *line;
    let how = PaymentMethod::Provider(id.to_owned());
    match kind {
        LedgerEntryKind::Held => (0, InvoiceCommand::WinDispute(amount)),
        LedgerEntryKind::Refunded | LedgerEntryKind::Lost => {
            (0, InvoiceCommand::Restore { amount, on, how })
        }
        LedgerEntryKind::Paid => {
            let ask = InvoiceCommand::SetAside {
                amount,
                fee,
                on,
                how,
            };
            (2, ask)
        }
    }
}

fn given(id: &str, line: &LedgerEntry) -> Vec<(u8, InvoiceCommand)> {
    let LedgerEntry {
        kind,
        amount,
        fee,
        on,
    } = *line;
    let how = PaymentMethod::Provider(id.to_owned());
    match kind {
        LedgerEntryKind::Paid => {
            let ask = InvoiceCommand::Pay {
                amount,
                fee,
                on,
                how,
            };
            vec![(3, ask)]
        }
        LedgerEntryKind::Refunded => vec![(4, InvoiceCommand::Refund { amount, on, how })],
        LedgerEntryKind::Held => vec![(5, InvoiceCommand::OpenDispute(amount))],
        LedgerEntryKind::Lost => vec![
            (4, InvoiceCommand::OpenDispute(amount)),
            (4, InvoiceCommand::LoseDispute(amount, on)),
        ],
    }
}

fn sum(lines: &Lines, kind: LedgerEntryKind) -> i64 {
    let of_kind = lines.values().filter(|line| line.kind == kind);
    of_kind.map(|line| line.amount).sum()
}

/// What the book has and didn't give back.
fn kept(lines: &Lines) -> i64 {
    sum(lines, LedgerEntryKind::Paid)
        - sum(lines, LedgerEntryKind::Refunded)
        - sum(lines, LedgerEntryKind::Lost)
}

/// What lies at Stripe of all payments.
fn kept_at_stripe(invoice: &Invoice, ledger: &PaymentLedger) -> i64 {
    let unit = invoice.currency.at_stripe();
    let of_payment = |payment: &Payment| {
        let attempt = ledger.attempts.get(&payment.attempt?)?;
        payment.paid?;
        let back = moved(payment).into_iter();
        let back = back.filter(|(.., kind)| *kind != LedgerEntryKind::Held);
        let back: i64 = back.map(|(_, seen, _)| seen.amount / unit).sum();
        Some((attempt.amount - back).max(0))
    };
    ledger.payments.values().filter_map(of_payment).sum()
}
