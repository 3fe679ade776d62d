//! What an invoice says: lines, discount, tax, and what they come to.
//!
//! Each line is rounded, then the discount, then the tax of each rate once over all
//! lines of that rate; halves go up. So the lines on the paper add up as they
//! stand, and so do the taxes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::money::{Currency, MOST, Percentage, Quantity, apportion, rounded};

/// Lines of one invoice.
pub const MAX_LINES: usize = 50;

/// Something that is billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceLine {
    /// What.
    pub text: String,
    /// How much of it.
    pub quantity: Quantity,
    /// What one of it costs, in minor units.
    pub price: i64,
    /// The tax on it.
    pub tax: Percentage,
}

/// What is taken off all lines together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discount {
    /// Nothing.
    #[default]
    None,
    /// A part.
    Part(Percentage),
    /// An amount, in minor units.
    Amount(i64),
}

/// Whether prices have the tax in them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxMode {
    /// It is added.
    #[default]
    Exclusive,
    /// It is in them.
    Inclusive,
}

impl TaxMode {
    /// Both, with the name in forms and the words on the screen.
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
    /// The rate.
    pub rate: Percentage,
    /// What it is on, without it.
    pub net: i64,
    /// It.
    pub tax: i64,
}

/// What lines, discount and tax come to. `net + tax = total`; and
/// `lines - discount + tax = total`, or without the tax where prices have it in them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceTotals {
    /// Each line.
    pub amounts: Vec<i64>,
    /// All lines.
    pub lines: i64,
    /// What is taken off.
    pub discount: i64,
    /// By rate, the lowest first.
    pub taxes: Vec<TaxAmount>,
    /// Without tax.
    pub net: i64,
    /// The tax.
    pub tax: i64,
    /// What is to be paid.
    pub total: i64,
}

/// The whole of what an invoice says, beside what lists know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceContent {
    /// Whom it is to: name and address, as on the paper.
    pub to: String,
    /// The lines.
    pub lines: Vec<InvoiceLine>,
    /// What is taken off.
    pub discount: Discount,
    /// Whether prices have the tax in them.
    pub taxed: TaxMode,
    /// What it comes to.
    pub totals: InvoiceTotals,
    /// What else is said.
    pub notes: String,
    /// Who sends it: name, address, tax number. Empty as long as it is a draft.
    #[serde(default)]
    pub from: String,
    /// How to pay, as it was when it was sent.
    #[serde(default)]
    pub pay: String,
}

/// What it comes to; `None` where it is more than can be held, or where more is
/// taken off than there is.
pub fn totals(
    currency: Currency,
    lines: &[InvoiceLine],
    discount: Discount,
    taxed: TaxMode,
) -> Option<InvoiceTotals> {
    let step = currency.step();
    let amount = |line: &InvoiceLine| {
        let exact = i128::from(line.quantity.thousandths()).checked_mul(line.price.into())?;
        rounded(exact, 1_000, step).filter(|amount| *amount <= MOST)
    };
    let amounts: Vec<i64> = lines.iter().map(amount).collect::<Option<_>>()?;
    let sum = amounts
        .iter()
        .try_fold(0_i64, |sum, one| sum.checked_add(*one))?;
    let off = match discount {
        Discount::None => 0,
        Discount::Part(rate) => part(sum, rate.hundredths(), Percentage::WHOLE, step)?,
        Discount::Amount(amount) => amount,
    };
    let mut by_rate: BTreeMap<Percentage, i64> = BTreeMap::new();
    for (line, amount) in lines.iter().zip(&amounts) {
        let of_rate = by_rate.entry(line.tax).or_default();
        *of_rate = of_rate.checked_add(*amount)?;
    }
    if off > sum {
        return None;
    }
    let weights: Vec<i64> = by_rate.values().copied().collect();
    let shares = apportion(off, &weights, step)?;
    let mut taxes = Vec::with_capacity(weights.len());
    for ((rate, of_rate), share) in by_rate.into_iter().zip(shares) {
        taxes.push(taxed_at(rate, of_rate.checked_sub(share)?, taxed, step)?);
    }
    let net = taxes.iter().map(|tax| tax.net).sum();
    let tax = taxes.iter().map(|tax| tax.tax).sum();
    let total = i64::checked_add(net, tax).filter(|total| *total <= MOST)?;
    Some(InvoiceTotals {
        amounts,
        lines: sum,
        discount: off,
        taxes,
        net,
        tax,
        total,
    })
}

fn taxed_at(rate: Percentage, amount: i64, taxed: TaxMode, step: i64) -> Option<TaxAmount> {
    let parts = rate.hundredths();
    let (net, tax) = match taxed {
        TaxMode::Exclusive => (amount, part(amount, parts, Percentage::WHOLE, step)?),
        TaxMode::Inclusive => {
            let tax = part(amount, parts, Percentage::WHOLE + parts, step)?;
            (amount.checked_sub(tax)?, tax)
        }
    };
    Some(TaxAmount { rate, net, tax })
}

fn part(amount: i64, parts: i64, of: i64, step: i64) -> Option<i64> {
    let exact = i128::from(amount).checked_mul(parts.into())?;
    rounded(exact, of.into(), step)
}
