//! A line of an invoice's history: who did what, and the money that it moved.

use domain::id::EntryId;
use domain::invoice::{Invoice, InvoiceEvent, PaymentMethod};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::InvoiceHistoryItem;

#[derive(Debug, Serialize)]
pub(crate) struct HistoryRow {
    at: Timestamp,
    by: String,
    words: String,
    amount: Option<String>,
    on: Option<Date>,
    note: String,
    struck: bool,
    take_back: Option<EntryId>,
}

impl HistoryRow {
    /// `may_take_back` offers to remove a payment that was recorded by hand; `names_payments`
    /// shows the payment provider's id.
    pub(crate) fn new(
        invoice: &Invoice,
        item: &InvoiceHistoryItem,
        may_take_back: bool,
        names_payments: bool,
    ) -> Self {
        let entry = &item.entry;
        let (words, amount, on, reference) = match &entry.event {
            InvoiceEvent::Sent => ("sent it", None, None, None),
            InvoiceEvent::Paid {
                amount,
                on,
                method: method @ PaymentMethod::Provider(_),
                ..
            } => ("brought a payment of", Some(amount), Some(on), Some(method)),
            InvoiceEvent::Paid {
                amount, on, method, ..
            } => ("noted a payment of", Some(amount), Some(on), Some(method)),
            InvoiceEvent::PaymentRemoved { amount, .. } => {
                ("took out the payment of", Some(amount), None, None)
            }
            InvoiceEvent::Refunded {
                amount,
                on,
                method: method @ PaymentMethod::Provider(_),
            } => ("gave back", Some(amount), Some(on), Some(method)),
            InvoiceEvent::Refunded { amount, on, method } => {
                ("noted a refund of", Some(amount), Some(on), Some(method))
            }
            InvoiceEvent::Voided => ("voided it", None, None, None),
            InvoiceEvent::DisputeOpened { amount } => {
                ("opened a dispute about", Some(amount), None, None)
            }
            InvoiceEvent::DisputeWon { amount } => (
                "closed in our favour the dispute about",
                Some(amount),
                None,
                None,
            ),
            InvoiceEvent::DisputeLost { amount, on } => {
                ("took away in a dispute", Some(amount), Some(on), None)
            }
            InvoiceEvent::PaymentUnapplied {
                amount, on, method, ..
            } => (
                "set aside a payment of",
                Some(amount),
                Some(on),
                Some(method),
            ),
            InvoiceEvent::RefundReversed { amount, on, method } => {
                ("brought back", Some(amount), Some(on), Some(method))
            }
            InvoiceEvent::BecameOverdue => ("passed", None, None, None),
        };
        let note = match reference {
            Some(PaymentMethod::ByHand(text)) => text.clone(),
            Some(PaymentMethod::Provider(id)) if names_payments => id.clone(),
            Some(PaymentMethod::Provider(_)) => String::new(),
            None => entry.note.clone(),
        };
        let by_hand = matches!(
            entry.event,
            InvoiceEvent::Paid {
                method: PaymentMethod::ByHand(_),
                ..
            }
        );
        Self {
            at: entry.at,
            by: entry.by_name.clone(),
            words: words.to_owned(),
            amount: amount.map(|minor| invoice.money(*minor).to_string()),
            on: on.copied(),
            note,
            struck: item.taken_back,
            take_back: (may_take_back && by_hand && !item.taken_back).then_some(item.id),
        }
    }
}
