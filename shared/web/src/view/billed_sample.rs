//! An invoice with something in every place, for pages' samples.

use domain::id::{EntryId, InvoiceId};
use domain::invoice::{
    Bill, Book, Discount, Entry, Happening, How, Invoice, Issued, Line, Taxed, totals,
};
use domain::money::{Currency, Quantity, Rate};
use jiff::Timestamp;
use jiff::civil::Date;
use store::{Billed, InvoiceEntry};

use super::engagement_sample;

/// Two lines with a discount.
fn bill() -> Bill {
    let line = |text: &str, tax| Line {
        text: text.to_owned(),
        quantity: Quantity::from_thousandths(1_500).unwrap_or_else(|| unreachable!("one")),
        price: 120_000,
        tax: Rate::from_hundredths(tax).unwrap_or_default(),
    };
    let lines = vec![line("Testing <b>\nof all", 1_900), line("Travel", 0)];
    let discount = Discount::Part(Rate::from_hundredths(1_000).unwrap_or_default());
    let totals = totals(Currency::default(), &lines, discount, Taxed::Exclusive);
    Bill {
        to: "Initech <b>\nMain Street 1".to_owned(),
        lines,
        discount,
        taxed: Taxed::Exclusive,
        totals: totals.unwrap_or_default(),
        notes: "Thank you <b>.".to_owned(),
        from: "Acme Street 1\nVAT 123 <b>".to_owned(),
        pay: "IBAN <b>".to_owned(),
    }
}

/// Sent, and paid twice, once by mistake.
fn entries() -> Vec<InvoiceEntry> {
    let paid = Happening::Paid {
        amount: 100_000,
        fee: 0,
        on: Date::constant(2026, 1, 7),
        how: How::ByHand("Bank <b>".to_owned()),
    };
    let entry = |n, what| InvoiceEntry {
        id: EntryId::new(1, n),
        taken_back: n == 3,
        entry: Entry {
            at: Timestamp::UNIX_EPOCH,
            by: None,
            by_name: "Ada <b>".to_owned(),
            note: "because <b>".to_owned(),
            what,
        },
    };
    vec![
        entry(3, paid.clone()),
        entry(2, paid),
        entry(1, Happening::Sent),
    ]
}

/// An invoice that was sent, and paid in part.
pub fn billed_sample() -> Billed {
    let bill = bill();
    Billed {
        invoice: Invoice {
            id: InvoiceId::new(1, 1),
            client: engagement_sample().client,
            client_name: "Initech <b>".to_owned(),
            engagement: Some(engagement_sample().id),
            subject: "Web application test <b>".to_owned(),
            currency: Currency::default(),
            total: bill.totals.total,
            due: Date::constant(2026, 2, 4),
            issued: Some(Issued {
                number: "INV-0001".to_owned(),
                on: Date::constant(2026, 1, 5),
            }),
            book: Book {
                paid: 100_000,
                ..Book::default()
            },
            late: false,
            updated: Timestamp::UNIX_EPOCH,
            version: 3,
        },
        bill,
        entries: entries(),
    }
}
