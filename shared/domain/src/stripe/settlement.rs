//! Settlement: the commands that bring an invoice to what the ledger of its payments says.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::fact::{Reversal, ReversalProgress};
use super::ledger::{LedgerEntry, LedgerEntryKind, Payment, PaymentLedger, PaymentState};
use crate::id::UserId;
use crate::invoice::{
    Invoice, InvoiceActor, InvoiceChange, InvoiceCommand, InvoiceRefusal, PaymentMethod,
    apply_command,
};
use crate::notification::NotificationEvent;
use crate::preference::NotificationKind;
use crate::workspace::Workspace;

/// The name under which Stripe stands in histories.
pub const STRIPE_NAME: &str = "Stripe";

/// The writes that a changed ledger demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The ledger, with what the balance holds afterwards.
    pub ledger: PaymentLedger,
    /// The changes of the invoice, in order; can be empty.
    pub changes: Vec<InvoiceChange>,
    /// Money that the invoice has no room for, since it was paid otherwise or is void. The team should
    /// refund it.
    pub surplus: i64,
}

/// A mail to the client: a payment or a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentReceipt {
    /// [`LedgerEntryKind::Paid`] or [`LedgerEntryKind::Refunded`].
    pub kind: LedgerEntryKind,
    /// In minor units.
    pub amount: i64,
    pub on: Date,
    /// The payer, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

impl Settlement {
    /// The invoice after all changes, with the next version at least: also where nothing is booked, both
    /// sides learn what is on its way and what came in beyond what was due.
    pub fn invoice_after(&self, before: &Invoice) -> Invoice {
        let after = self.changes.last().map_or(before, |last| &last.invoice);
        Invoice {
            processing: self.ledger.processing(),
            surplus: self.surplus,
            version: after.version.max(before.version + 1),
            ..after.clone()
        }
    }

    /// What people are notified of: payments that came in, payments that a bank didn't make after all,
    /// and money beyond what was due. `before` is the ledger until now.
    pub fn notifications(
        &self,
        before: &PaymentLedger,
        invoice: &Invoice,
        now: Timestamp,
    ) -> Vec<NotificationEvent> {
        let event = |kind, amount| NotificationEvent::of_payment(kind, invoice, amount, now);
        let received = self.receipts(before).into_iter();
        let received = received.filter(|receipt| receipt.kind == LedgerEntryKind::Paid);
        let received =
            received.map(|receipt| event(NotificationKind::PaymentReceived, receipt.amount));
        let was_failed = |id| {
            let known = before.attempts.get(id);
            known.is_some_and(|known| known.state == PaymentState::Failed)
        };
        let failed = self
            .ledger
            .attempts
            .iter()
            .filter(|(id, attempt)| attempt.state == PaymentState::Failed && !was_failed(id));
        let failed =
            failed.map(|(_, attempt)| event(NotificationKind::PaymentFailed, attempt.amount));
        let surplus = self.surplus - invoice.surplus;
        let surplus = (surplus > 0).then(|| event(NotificationKind::PaymentSurplus, surplus));
        received.chain(failed).chain(surplus).collect()
    }

    /// The receipts of entries that `before` didn't have. A change of amount or day makes no new receipt.
    pub fn receipts(&self, before: &PaymentLedger) -> Vec<PaymentReceipt> {
        let new = self.ledger.booked.iter().filter(|(id, line)| {
            let is_receipt =
                line.kind == LedgerEntryKind::Paid || line.kind == LedgerEntryKind::Refunded;
            is_receipt && !before.booked.contains_key(*id)
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

type LedgerEntries = BTreeMap<String, LedgerEntry>;

/// Which payments come first where more was paid than is due.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PaymentOrder {
    /// By time of payment: the same in any order of events.
    Earliest,
    /// Booked payments first: where the team has refunded by hand what would have to be unapplied.
    BookedFirst,
}

/// Gives the changes that bring the invoice's balance to what the ledger says.
pub fn settle_invoice(
    invoice: &Invoice,
    ledger: &PaymentLedger,
    workspace: &Workspace,
    now: Timestamp,
) -> Result<Settlement, InvoiceRefusal> {
    if invoice.balance.void {
        // Its balance is final.
        let surplus = retained_at_stripe(invoice, ledger) - retained_in_book(&ledger.booked);
        return Ok(Settlement {
            ledger: ledger.clone(),
            changes: Vec::new(),
            surplus,
        });
    }
    let first = settle_in_order(invoice, ledger, workspace, now, PaymentOrder::Earliest);
    first.or_else(|_| settle_in_order(invoice, ledger, workspace, now, PaymentOrder::BookedFirst))
}

fn settle_in_order(
    invoice: &Invoice,
    ledger: &PaymentLedger,
    workspace: &Workspace,
    now: Timestamp,
    order: PaymentOrder,
) -> Result<Settlement, InvoiceRefusal> {
    let day = |at: Timestamp| workspace.today(at);
    let expected = expected_entries(invoice, ledger, &day, order);
    let today = workspace.today(now);
    let (mut changes, mut after) = (Vec::new(), invoice.clone());
    for command in commands_between(&ledger.booked, &expected) {
        let change = apply_command(
            &after,
            InvoiceActor::System(STRIPE_NAME),
            &command,
            today,
            now,
        )?;
        after = change.invoice.clone();
        changes.push(change);
    }
    let mut ledger = ledger.clone();
    let surplus = retained_at_stripe(invoice, &ledger) - retained_in_book(&expected);
    ledger.booked = expected;
    Ok(Settlement {
        ledger,
        changes,
        surplus,
    })
}

/// The entries that the balance should hold.
fn expected_entries(
    invoice: &Invoice,
    ledger: &PaymentLedger,
    day: &impl Fn(Timestamp) -> Date,
    order: PaymentOrder,
) -> LedgerEntries {
    let by_hand = invoice.balance.paid - sum_of_kind(&ledger.booked, LedgerEntryKind::Paid);
    let refunded_by_hand = invoice.balance.refunded
        - sum_of_kind(&ledger.booked, LedgerEntryKind::Refunded)
        - sum_of_kind(&ledger.booked, LedgerEntryKind::Lost);
    let total = if invoice.issue.is_some() {
        invoice.total
    } else {
        0
    };
    let mut room = (total - invoice.balance.waived - by_hand).max(0);
    let mut lines = LedgerEntries::new();
    let mut payments: Vec<_> = ledger
        .payments
        .iter()
        .filter_map(|(id, payment)| {
            let attempt = ledger.attempts.get(&payment.attempt?)?;
            Some((payment.paid_at?, id, payment, attempt))
        })
        .collect();
    payments.sort_by_key(|(paid, id, ..)| {
        let is_later = order == PaymentOrder::BookedFirst && !ledger.booked.contains_key(*id);
        (is_later, *paid, *id)
    });
    let mut applied = Vec::new();
    for (paid, id, payment, attempt) in payments {
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
        applied.push((payment, amount, attempt.amount - amount));
    }
    let mut refundable =
        (sum_of_kind(&lines, LedgerEntryKind::Paid) + by_hand - refunded_by_hand).max(0);
    let unit = invoice.currency.stripe_units();
    for (payment, amount, surplus) in applied {
        let limits = Limits {
            booked: amount,
            surplus,
            unit,
        };
        add_reversals(payment, limits, &mut refundable, day, &mut lines);
    }
    lines
}

/// The parts of a payment, in minor units.
struct Limits {
    booked: i64,
    surplus: i64,
    /// Stripe's units in one minor unit.
    unit: i64,
}

/// Adds the reversals of a payment: first against its surplus, then against what is booked of it, and
/// never more than the balance holds.
fn add_reversals(
    payment: &Payment,
    mut limits: Limits,
    refundable: &mut i64,
    day: &impl Fn(Timestamp) -> Date,
    lines: &mut LedgerEntries,
) {
    for (id, seen, kind) in reversals_of(payment) {
        let amount = seen.amount / limits.unit;
        let of_surplus = amount.min(limits.surplus);
        limits.surplus -= of_surplus;
        let amount = (amount - of_surplus).min(limits.booked).min(*refundable);
        limits.booked -= amount;
        *refundable -= amount;
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

/// The refunds and disputes of a payment that move money: refunds, then lost disputes, then open ones.
fn reversals_of(payment: &Payment) -> Vec<(&String, Reversal, LedgerEntryKind)> {
    let refunds = payment.refunds.iter().filter_map(|(id, seen)| {
        let moves_money = matches!(
            seen.progress,
            ReversalProgress::Pending | ReversalProgress::Completed
        );
        moves_money.then_some((id, *seen, LedgerEntryKind::Refunded))
    });
    let disputes = payment.disputes.iter().filter_map(|(id, seen)| {
        let kind = match seen.progress {
            ReversalProgress::Pending => LedgerEntryKind::Held,
            ReversalProgress::Completed => LedgerEntryKind::Lost,
            ReversalProgress::Inquiry | ReversalProgress::Reverted => return None,
        };
        Some((id, *seen, kind))
    });
    let mut all: Vec<_> = refunds.chain(disputes).collect();
    all.sort_by_key(|(id, seen, kind)| (*kind == LedgerEntryKind::Held, *kind, seen.at, *id));
    all
}

/// The commands that lead from the booked entries to the expected ones. Those that take away come first,
/// so that there is room for the others.
///
/// A payment changes by the difference alone, since its refunds and disputes never exceed what stays of
/// it. Where a payment changes its day, all entries are undone and booked again.
fn commands_between(booked: &LedgerEntries, expected: &LedgerEntries) -> Vec<InvoiceCommand> {
    let mut ranked: Vec<(u8, InvoiceCommand)> = Vec::new();
    let has_new_day = |(id, old): (&String, &LedgerEntry)| {
        let new = expected.get(id);
        old.kind == LedgerEntryKind::Paid && new.is_some_and(|new| new.on != old.on)
    };
    let rebooks_all = booked.iter().any(has_new_day);
    let new_ids = expected.keys().filter(|id| !booked.contains_key(*id));
    for id in booked.keys().chain(new_ids) {
        match (booked.get(id), expected.get(id)) {
            (Some(old), Some(new)) if old == new && !rebooks_all => {}
            (Some(old), Some(new)) if old.kind == LedgerEntryKind::Paid && !rebooks_all => {
                ranked.extend(commands_for_difference(id, old, new));
            }
            // An open dispute that was lost.
            (Some(old), Some(new))
                if (old.kind, new.kind) == (LedgerEntryKind::Held, LedgerEntryKind::Lost)
                    && old.amount == new.amount
                    && !rebooks_all =>
            {
                ranked.push((1, InvoiceCommand::LoseDispute(new.amount, new.on)));
            }
            (old, new) => {
                ranked.extend(old.map(|line| undo_command(id, line)));
                ranked.extend(new.into_iter().flat_map(|line| booking_commands(id, line)));
            }
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, command)| command).collect()
}

/// The commands for a payment of which more or less is booked than before.
fn commands_for_difference(
    id: &str,
    old: &LedgerEntry,
    new: &LedgerEntry,
) -> Vec<(u8, InvoiceCommand)> {
    let entry = |amount, fee| LedgerEntry {
        amount,
        fee,
        ..*new
    };
    if new.amount < old.amount {
        let less = entry(old.amount - new.amount, old.fee - new.fee);
        vec![undo_command(id, &less)]
    } else {
        booking_commands(id, &entry(new.amount - old.amount, new.fee - old.fee))
    }
}

fn undo_command(id: &str, line: &LedgerEntry) -> (u8, InvoiceCommand) {
    let LedgerEntry {
        kind,
        amount,
        fee,
        on,
    } = *line;
    let method = PaymentMethod::Provider(id.to_owned());
    match kind {
        LedgerEntryKind::Held => (0, InvoiceCommand::WinDispute(amount)),
        LedgerEntryKind::Refunded | LedgerEntryKind::Lost => {
            (0, InvoiceCommand::ReverseRefund { amount, on, method })
        }
        LedgerEntryKind::Paid => {
            let command = InvoiceCommand::UnapplyPayment {
                amount,
                fee,
                on,
                method,
            };
            (2, command)
        }
    }
}

fn booking_commands(id: &str, line: &LedgerEntry) -> Vec<(u8, InvoiceCommand)> {
    let LedgerEntry {
        kind,
        amount,
        fee,
        on,
    } = *line;
    let method = PaymentMethod::Provider(id.to_owned());
    match kind {
        LedgerEntryKind::Paid => {
            let command = InvoiceCommand::Pay {
                amount,
                fee,
                on,
                method,
            };
            vec![(3, command)]
        }
        LedgerEntryKind::Refunded => vec![(4, InvoiceCommand::Refund { amount, on, method })],
        LedgerEntryKind::Held => vec![(5, InvoiceCommand::OpenDispute(amount))],
        LedgerEntryKind::Lost => vec![
            (4, InvoiceCommand::OpenDispute(amount)),
            (4, InvoiceCommand::LoseDispute(amount, on)),
        ],
    }
}

fn sum_of_kind(lines: &LedgerEntries, kind: LedgerEntryKind) -> i64 {
    let of_kind = lines.values().filter(|line| line.kind == kind);
    of_kind.map(|line| line.amount).sum()
}

/// What the entries hold after refunds and lost disputes.
fn retained_in_book(lines: &LedgerEntries) -> i64 {
    sum_of_kind(lines, LedgerEntryKind::Paid)
        - sum_of_kind(lines, LedgerEntryKind::Refunded)
        - sum_of_kind(lines, LedgerEntryKind::Lost)
}

/// What Stripe holds of all payments, in minor units.
fn retained_at_stripe(invoice: &Invoice, ledger: &PaymentLedger) -> i64 {
    let unit = invoice.currency.stripe_units();
    let of_payment = |payment: &Payment| {
        let attempt = ledger.attempts.get(&payment.attempt?)?;
        payment.paid_at?;
        let reversals = reversals_of(payment).into_iter();
        let reversals = reversals.filter(|(.., kind)| *kind != LedgerEntryKind::Held);
        let reversed: i64 = reversals.map(|(_, seen, _)| seen.amount / unit).sum();
        Some((attempt.amount - reversed).max(0))
    };
    ledger.payments.values().filter_map(of_payment).sum()
}
