//! A payment or a refund, as it is typed by hand.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::draft::payable;
use super::{Invoice, InvoiceCommand, InvoiceRefusal, PaymentMethod};
use crate::input::FieldErrors;

/// The form, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PaymentInput {
    /// How much.
    pub amount: String,
    /// The day on which it came or went.
    pub on: String,
    /// What is said of it.
    pub reference: String,
}

impl PaymentInput {
    /// What can be accepted of it for this invoice, up to `most`.
    fn parse(
        &self,
        invoice: &Invoice,
        (most, over): (i64, &str),
        today: Date,
    ) -> Result<(i64, Date, PaymentMethod), InvoiceRefusal> {
        let mut invalid = FieldErrors::default();
        let amount = payable(&self.amount, invoice.currency);
        let amount = amount.and_then(|amount| match amount {
            0 => Err("Enter an amount.".to_owned()),
            amount if amount > most => Err(format!("{over} {}.", invoice.money(most))),
            amount => Ok(amount),
        });
        let amount = invalid.check("amount", amount);
        let issued = invoice.issued.as_ref().map_or(today, |issued| issued.on);
        let on = match self.on.trim().parse::<Date>() {
            Ok(on) if on > today => Err("This day is yet to come."),
            Ok(on) if on < issued => Err("The invoice wasn't sent then."),
            Ok(on) => Ok(on),
            Err(_) => Err("Choose a day."),
        };
        let on = invalid.check("on", on);
        let reference = invalid.optional_line("reference", &self.reference, 120);
        match (amount, on, invalid.fields().is_empty()) {
            (Some(amount), Some(on), true) => Ok((amount, on, PaymentMethod::ByHand(reference))),
            _ => Err(InvoiceRefusal::Invalid(invalid)),
        }
    }

    /// As a payment.
    pub fn payment(
        &self,
        invoice: &Invoice,
        today: Date,
    ) -> Result<InvoiceCommand, InvoiceRefusal> {
        let most = (invoice.outstanding(), "Outstanding are only");
        let (amount, on, how) = self.parse(invoice, most, today)?;
        Ok(InvoiceCommand::Pay {
            amount,
            fee: 0,
            on,
            how,
        })
    }

    /// As a refund.
    pub fn refund(&self, invoice: &Invoice, today: Date) -> Result<InvoiceCommand, InvoiceRefusal> {
        let most = invoice.book.kept() - invoice.book.disputed;
        let (amount, on, how) = self.parse(invoice, (most, "There are only"), today)?;
        Ok(InvoiceCommand::Refund { amount, on, how })
    }
}
