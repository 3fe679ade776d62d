//! Payment of invoices by Stripe: what its events do to an invoice and to a
//! workspace's connected account. What they do to its plan is `crate::subscription`.
//!
//! Stripe delivers events more than once, late and in any order. So nothing here counts events: a
//! [`PaymentLedger`] joins what they say of each payment, refund and dispute, by Stripe's own ids, and
//! [`settle_invoice`] gives the writes that bring the invoice to what the ledger says. The same events
//! in any order, however often, end in the same ledger and the same balance.
//!
//! - **Events.** [`StripeEvent::parse`] reads a delivery. The connected account leads to the workspace;
//!   the metadata ([`PaymentReferences`]) is a hint to the invoice, which the ledger's own attempts must
//!   confirm. A fact that doesn't fit is a [`LedgerRefusal`].
//! - **Paying.** "Pay invoice" leads to Checkout by [`PaymentLedger::decide_step`]: an attempt that can
//!   still be paid is resumed, one of another amount is expired first, and money on its way is waited
//!   for. An attempt is stored before Stripe is asked, and its id is the idempotency key.
//! - **Receipts** ([`Settlement::receipts`]) go to the client's managers and to the payer, once each.
//! - **Surplus.** Money that the invoice has no room for stays with the provider and is shown to the
//!   team until it was refunded.
//! - What no webhook delivered is found by the daily reconciliation, which hands listed events to the
//!   same code.

mod checkout;
mod connection;
mod event;
mod event_parsing;
mod expandable;
mod fact;
mod ledger;
mod settlement;
mod subscription_parsing;

pub use checkout::{ATTEMPT_LIFETIME, PaymentRequest, PaymentStage, PaymentStep};
pub use connection::{AccountFlags, ConnectStatus, StripeConnection};
pub use event::{InvalidStripeEvent, StripeEvent, StripeEventData};
pub use event_parsing::CONNECT_EVENT_TYPES;
pub use fact::{CheckoutOutcome, PaymentFact, PaymentReferences, Reversal, ReversalProgress};
pub use ledger::{
    CheckoutAttempt, EventOrigin, LedgerEntry, LedgerEntryKind, LedgerRefusal, Payment,
    PaymentLedger, PaymentState,
};
pub use settlement::{PaymentReceipt, STRIPE_NAME, Settlement, settle_invoice};
pub use subscription_parsing::PLATFORM_EVENT_TYPES;

#[cfg(test)]
mod tests;
