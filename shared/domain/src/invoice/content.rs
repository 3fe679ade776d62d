//! The content of an invoice: lines, discount, tax and totals.
//!
//! Each line is rounded, then the discount, then the tax of each rate once over all
//! lines of that rate; halves go up. So the printed lines add up, and so do the taxes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::money::{Currency, MAX_AMOUNT, Percentage, Quantity, apportion, round_to_step};

/// Lines of one invoice at most.
pub const MAX_LINES: usize = 50;

/// A line of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceLine {
    pub text: String,
    pub quantity: Quantity,
    /// The price of one, in minor units.
    pub price: i64,
    pub tax: Percentage,
}

/// A discount on the sum of the lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discount {
    #[default]
    None,
    Part(Percentage),
    /// In minor units.
    Amount(i64),
}

/// Whether prices include the tax.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxMode {
    #[default]
    Exclusive,
    Inclusive,
}

impl TaxMode {
    /// Both, with its name in forms and its displayed name.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::Exclusive, "exclusive", "Prices without tax"),
        (Self::Inclusive, "inclusive", "Prices with tax in them"),
    ];

    /// The name used in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exclusive => "exclusive",
            Self::Inclusive => "inclusive",
        }
    }
}

/// The tax of one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxAmount {
    pub rate: Percentage,
    /// The taxed amount, without the tax.
    pub net: i64,
    pub tax: i64,
}

/// The totals of an invoice, in minor units. `net + tax = total`, and
/// `lines - discount + tax = total`; where prices include the tax, `lines - discount = total`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceTotals {
    /// The amount of each line.
    pub amounts: Vec<i64>,
    /// The sum of the lines.
    pub lines: i64,
    pub discount: i64,
    /// The tax of each rate, the lowest first.
    pub taxes: Vec<TaxAmount>,
    pub net: i64,
    pub tax: i64,
    pub total: i64,
}

/// Lines, discount, tax and texts of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceContent {
    /// Name and address of the recipient, as printed.
    #[serde(rename = "to")]
    pub recipient: String,
    pub lines: Vec<InvoiceLine>,
    pub discount: Discount,
    #[serde(rename = "taxed")]
    pub tax_mode: TaxMode,
    pub totals: InvoiceTotals,
    pub notes: String,
    /// Name, address and tax number of the sender; empty in a draft.
    #[serde(rename = "from", default)]
    pub sender: String,
    /// How to pay, as of the day it was sent.
    #[serde(rename = "pay", default)]
    pub payment_instructions: String,
}

/// The totals; `None` where an amount is too large, or the discount exceeds the lines.
pub fn calculate_totals(
    currency: Currency,
    lines: &[InvoiceLine],
    discount: Discount,
    taxed: TaxMode,
) -> Option<InvoiceTotals> {
    let step = currency.step();
    let amount = |line: &InvoiceLine| {
        let exact = i128::from(line.quantity.thousandths()).checked_mul(line.price.into())?;
        round_to_step(exact, 1_000, step).filter(|amount| *amount <= MAX_AMOUNT)
    };
    let amounts: Vec<i64> = lines.iter().map(amount).collect::<Option<_>>()?;
    let sum = amounts
        .iter()
        .try_fold(0_i64, |sum, amount| sum.checked_add(*amount))?;
    let discount_amount = match discount {
        Discount::None => 0,
        Discount::Part(rate) => proportion(sum, rate.hundredths(), Percentage::WHOLE, step)?,
        Discount::Amount(amount) => amount,
    };
    let mut by_rate: BTreeMap<Percentage, i64> = BTreeMap::new();
    for (line, amount) in lines.iter().zip(&amounts) {
        let of_rate = by_rate.entry(line.tax).or_default();
        *of_rate = of_rate.checked_add(*amount)?;
    }
    if discount_amount > sum {
        return None;
    }
    let weights: Vec<i64> = by_rate.values().copied().collect();
    let shares = apportion(discount_amount, &weights, step)?;
    let mut taxes = Vec::with_capacity(weights.len());
    for ((rate, of_rate), share) in by_rate.into_iter().zip(shares) {
        taxes.push(tax_of_rate(rate, of_rate.checked_sub(share)?, taxed, step)?);
    }
    let net = taxes.iter().map(|tax| tax.net).sum();
    let tax = taxes.iter().map(|tax| tax.tax).sum();
    let total = i64::checked_add(net, tax).filter(|total| *total <= MAX_AMOUNT)?;
    Some(InvoiceTotals {
        amounts,
        lines: sum,
        discount: discount_amount,
        taxes,
        net,
        tax,
        total,
    })
}

fn tax_of_rate(rate: Percentage, amount: i64, taxed: TaxMode, step: i64) -> Option<TaxAmount> {
    let parts = rate.hundredths();
    let (net, tax) = match taxed {
        TaxMode::Exclusive => (amount, proportion(amount, parts, Percentage::WHOLE, step)?),
        TaxMode::Inclusive => {
            let tax = proportion(amount, parts, Percentage::WHOLE + parts, step)?;
            (amount.checked_sub(tax)?, tax)
        }
    };
    Some(TaxAmount { rate, net, tax })
}

fn proportion(amount: i64, parts: i64, of: i64, step: i64) -> Option<i64> {
    let exact = i128::from(amount).checked_mul(parts.into())?;
    round_to_step(exact, of.into(), step)
}
