//! The form of a payment or refund that is recorded by hand.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::change::InvoiceRefusal;
use super::event::PaymentMethod;
use super::input::parse_payable_amount;
use super::invoice::Invoice;
use super::transition::InvoiceCommand;
use crate::input::FieldErrors;

/// The submitted form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PaymentInput {
    pub amount: String,
    /// The day of the payment, like `2026-11-24`.
    pub on: String,
    /// A bank's reference; can be empty.
    pub reference: String,
}

/// What the form says, checked.
struct ParsedPayment {
    /// In minor units.
    amount: i64,
    on: Date,
    method: PaymentMethod,
}

/// The most that can be entered, in minor units, and the words before it in the refusal.
struct AmountLimit {
    max: i64,
    message: &'static str,
}

impl PaymentInput {
    fn parse(
        &self,
        invoice: &Invoice,
        limit: &AmountLimit,
        today: Date,
    ) -> Result<ParsedPayment, InvoiceRefusal> {
        let mut invalid = FieldErrors::default();
        let amount = parse_payable_amount(&self.amount, invoice.currency);
        let amount = amount.and_then(|amount| match amount {
            0 => Err("Enter an amount.".to_owned()),
            amount if amount > limit.max => {
                Err(format!("{} {}.", limit.message, invoice.money(limit.max)))
            }
            amount => Ok(amount),
        });
        let amount = invalid.check("amount", amount);
        let issued_on = invoice.issue.as_ref().map_or(today, |issue| issue.on);
        let on = match self.on.trim().parse::<Date>() {
            Ok(on) if on > today => Err("This day is yet to come."),
            Ok(on) if on < issued_on => Err("The invoice wasn't sent then."),
            Ok(on) => Ok(on),
            Err(_) => Err("Choose a day."),
        };
        let on = invalid.check("on", on);
        let reference = invalid.parse_optional_line("reference", &self.reference, 120);
        match (amount, on, invalid.fields().is_empty()) {
            (Some(amount), Some(on), true) => Ok(ParsedPayment {
                amount,
                on,
                method: PaymentMethod::ByHand(reference),
            }),
            _ => Err(InvoiceRefusal::Invalid(invalid)),
        }
    }

    /// A payment of at most the outstanding amount.
    pub fn parse_payment(
        &self,
        invoice: &Invoice,
        today: Date,
    ) -> Result<InvoiceCommand, InvoiceRefusal> {
        let limit = AmountLimit {
            max: invoice.outstanding(),
            message: "Outstanding are only",
        };
        let payment = self.parse(invoice, &limit, today)?;
        Ok(InvoiceCommand::Pay {
            amount: payment.amount,
            fee: 0,
            on: payment.on,
            method: payment.method,
        })
    }

    /// A refund of at most what is retained and not disputed.
    pub fn parse_refund(
        &self,
        invoice: &Invoice,
        today: Date,
    ) -> Result<InvoiceCommand, InvoiceRefusal> {
        let limit = AmountLimit {
            max: invoice.balance.retained() - invoice.balance.disputed,
            message: "There are only",
        };
        let refund = self.parse(invoice, &limit, today)?;
        Ok(InvoiceCommand::Refund {
            amount: refund.amount,
            on: refund.on,
            method: refund.method,
        })
    }
}
