//! An invoice as it is read: every figure in words, the same on the page and in
//! the file that is made of it.

use domain::invoice::{Discount, Invoice, InvoiceContent, TaxMode};
use jiff::civil::Date;
use serde::Serialize;
use store::InvoiceDetail;

/// An invoice as its page and its PDF show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvoiceView {
    /// Its number, or that it has none yet.
    number: String,
    /// What it is for.
    subject: String,
    /// The company that sends it.
    brand: String,
    /// Below its name.
    from: String,
    /// Whom it is to.
    to: String,
    /// The day of it.
    issued: Option<Date>,
    /// By when it is to be paid.
    due: Date,
    /// What all amounts are in.
    currency: &'static str,
    /// What is billed.
    lines: Vec<InvoiceLineView>,
    /// What that comes to, step by step.
    sums: Vec<InvoiceSumView>,
    /// What else is said.
    notes: String,
    /// How to pay.
    pay: String,
    /// What is to be said at the top of it, where it isn't to be paid.
    stamp: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct InvoiceLineView {
    text: String,
    quantity: String,
    price: String,
    tax: String,
    amount: String,
}

/// A step of the sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct InvoiceSumView {
    label: String,
    amount: String,
    /// Whether it is one of the sums that count.
    strong: bool,
}

impl InvoiceView {
    /// Of an invoice; a draft shows who will send it as it would be sent now.
    pub fn new(billed: &InvoiceDetail, brand: &str) -> Self {
        let InvoiceDetail {
            invoice,
            content: bill,
            ..
        } = billed;
        let money = |minor| invoice.money(minor).format_grouped();
        let lines = bill.lines.iter().zip(&bill.totals.amounts);
        let lines = lines.map(|(line, amount)| InvoiceLineView {
            text: line.text.clone(),
            quantity: line.quantity.to_string(),
            price: money(line.price),
            tax: line.tax.to_string(),
            amount: money(*amount),
        });
        Self {
            number: invoice.number().to_owned(),
            subject: invoice.subject.clone(),
            brand: brand.to_owned(),
            from: bill.sender.clone(),
            to: bill.recipient.clone(),
            issued: invoice.issue.as_ref().map(|issued| issued.on),
            due: invoice.due,
            currency: invoice.currency.code(),
            lines: lines.collect(),
            sums: sums(invoice, bill),
            notes: bill.notes.clone(),
            // Whoever has paid all of it need not pay again.
            pay: if invoice.processing > 0 && invoice.processing >= invoice.outstanding() {
                String::new()
            } else {
                bill.payment_instructions.clone()
            },
            stamp: stamp(invoice),
        }
    }
}

/// Why nothing is to be paid of it just now.
const fn stamp(invoice: &Invoice) -> Option<&'static str> {
    if invoice.balance.void {
        Some("Void")
    } else if invoice.processing > 0 {
        Some("Payment processing")
    } else {
        None
    }
}

/// From the lines to what is outstanding.
fn sums(invoice: &Invoice, bill: &InvoiceContent) -> Vec<InvoiceSumView> {
    let (totals, book) = (&bill.totals, &invoice.balance);
    let mut sums = Vec::new();
    let mut add = |label: String, minor: i64, strong: bool| {
        let amount = invoice.money(minor).format_grouped();
        sums.push(InvoiceSumView {
            label,
            amount,
            strong,
        });
    };
    let discounted = bill.discount != Discount::None;
    let inclusive = bill.tax_mode == TaxMode::Inclusive;
    if discounted || !inclusive {
        add("Sum of the lines".to_owned(), totals.lines, false);
    }
    if discounted {
        let label = match bill.discount {
            Discount::Part(rate) => format!("Discount of {rate}"),
            Discount::Amount(_) | Discount::None => "Discount".to_owned(),
        };
        add(label, -totals.discount, false);
    }
    let taxes = || totals.taxes.iter().filter(|tax| tax.rate.hundredths() > 0);
    let on = |net: i64| invoice.money(net).format_grouped();
    if !inclusive {
        for tax in taxes() {
            add(
                format!("{} tax on {}", tax.rate, on(tax.net)),
                tax.tax,
                false,
            );
        }
    }
    add("Total".to_owned(), totals.total, true);
    if inclusive {
        for tax in taxes() {
            let label = format!("of which {} tax on {}", tax.rate, on(tax.net));
            add(label, tax.tax, false);
        }
    }
    if invoice.issue.is_some() {
        if book.paid > 0 {
            add("Paid".to_owned(), book.paid, false);
        }
        if book.refunded > 0 {
            add("Refunded".to_owned(), book.refunded, false);
        }
        if book.waived > 0 {
            add("Waived".to_owned(), book.waived, false);
        }
        add("Outstanding".to_owned(), invoice.outstanding(), true);
        if invoice.processing > 0 {
            add("of which processing".to_owned(), invoice.processing, false);
        }
    }
    sums
}
