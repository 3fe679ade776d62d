//! Payment of invoices by Stripe: what its events do to an invoice and to a
//! workspace's connected account. What they do to its plan is `crate::subscription`.
//!
//! Stripe delivers events more than once, late and in any order. So nothing here
//! counts events: a [`Ledger`] joins what they say of each payment, refund and
//! dispute, by Stripe's own ids, and [`settle`] gives what is yet to be booked of
//! it. Whatever the order and however often, the same events end in the same
//! ledger and the same books.

mod billed;
mod connect;
mod event;
mod ledger;
mod paying;
mod reading;
mod settle;

pub use billed::PLAN_TYPES;
pub use connect::{AccountFlags, ConnectStatus, StripeConnection};
pub use event::{
    CheckoutOutcome, InvalidStripeEvent, PaymentFact, PaymentReferences, StripeEvent,
    StripeEventData,
};
pub use ledger::{
    CheckoutAttempt, EventOrigin, LedgerEntry, LedgerEntryKind, LedgerRefusal, Payment,
    PaymentLedger, PaymentState, Reversal, ReversalProgress,
};
pub use paying::{OPEN_FOR, PaymentRequest, PaymentStage, PaymentStep};
pub use reading::TYPES;
pub use settle::{PaymentReceipt, Settlement, settle};

/// The name under which Stripe stands in histories.
pub const NAME: &str = "Stripe";

#[cfg(test)]
mod tests;
