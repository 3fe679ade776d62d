//! The money of an invoice: total, paid, waived and outstanding amounts.

use serde::{Deserialize, Serialize};

/// Amounts in minor units. `paid + waived + outstanding = total` at any time, and no amount is negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceBalance {
    pub paid: i64,
    /// The part of `paid` that was refunded or lost.
    pub refunded: i64,
    /// The part of `paid` that payers' banks hold back while they dispute it.
    pub disputed: i64,
    /// What was outstanding when the invoice was voided.
    pub waived: i64,
    /// What payment providers and the platform took of `paid`.
    pub fees: i64,
    pub void: bool,
}

impl InvoiceBalance {
    /// What was paid and not refunded.
    pub const fn retained(&self) -> i64 {
        self.paid - self.refunded
    }
}
