//! An invoice with something in every place, for pages' samples.

use domain::id::{EntryId, InvoiceId};
use domain::invoice::{
    Discount, Invoice, InvoiceBalance, InvoiceContent, InvoiceEvent, InvoiceHistoryEntry,
    InvoiceLine, IssueDetails, PaymentMethod, TaxMode, calculate_totals,
};
use domain::money::{Currency, Percentage, Quantity};
use jiff::Timestamp;
use jiff::civil::Date;
use store::{InvoiceDetail, InvoiceHistoryItem};

use super::samples::engagement_sample;

/// Two lines with a discount.
fn content_sample() -> InvoiceContent {
    let line = |text: &str, tax| InvoiceLine {
        text: text.to_owned(),
        quantity: Quantity::from_thousandths(1_500).unwrap_or_else(|| unreachable!("one")),
        price: 120_000,
        tax: Percentage::from_hundredths(tax).unwrap_or_default(),
    };
    let lines = vec![line("Testing <b>\nof all", 1_900), line("Travel", 0)];
    let discount = Discount::Part(Percentage::from_hundredths(1_000).unwrap_or_default());
    let totals = calculate_totals(Currency::default(), &lines, discount, TaxMode::Exclusive);
    InvoiceContent {
        recipient: "Initech <b>\nMain Street 1".to_owned(),
        lines,
        discount,
        tax_mode: TaxMode::Exclusive,
        totals: totals.unwrap_or_default(),
        notes: "Thank you <b>.".to_owned(),
        sender: "Acme Street 1\nVAT 123 <b>".to_owned(),
        payment_instructions: "IBAN <b>".to_owned(),
    }
}

/// Sent, and paid twice, once by mistake.
fn history_sample() -> Vec<InvoiceHistoryItem> {
    let paid = InvoiceEvent::Paid {
        amount: 100_000,
        fee: 0,
        on: Date::constant(2026, 1, 7),
        method: PaymentMethod::ByHand("Bank <b>".to_owned()),
    };
    let entry = |n, what| InvoiceHistoryItem {
        id: EntryId::new(1, n),
        taken_back: n == 3,
        entry: InvoiceHistoryEntry {
            at: Timestamp::UNIX_EPOCH,
            by: None,
            by_name: "Ada <b>".to_owned(),
            note: "because <b>".to_owned(),
            event: what,
        },
    };
    vec![
        entry(3, paid.clone()),
        entry(2, paid),
        entry(1, InvoiceEvent::Sent),
    ]
}

/// An invoice that was sent, and paid in part.
pub fn invoice_sample() -> InvoiceDetail {
    let bill = content_sample();
    InvoiceDetail {
        invoice: Invoice {
            id: InvoiceId::new(1, 1),
            client: engagement_sample().client,
            client_name: "Initech <b>".to_owned(),
            engagement: Some(engagement_sample().id),
            subject: "Web application test <b>".to_owned(),
            currency: Currency::default(),
            total: bill.totals.total,
            due: Date::constant(2026, 2, 4),
            issue: Some(IssueDetails {
                number: "INV-0001".to_owned(),
                on: Date::constant(2026, 1, 5),
            }),
            balance: InvoiceBalance {
                paid: 100_000,
                ..InvoiceBalance::default()
            },
            marked_overdue: false,
            processing: 0,
            surplus: 0,
            updated: Timestamp::UNIX_EPOCH,
            version: 3,
        },
        content: bill,
        entries: history_sample(),
    }
}
