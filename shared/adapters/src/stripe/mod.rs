//! Stripe: connected accounts, and the Checkout Sessions of their payers.
//!
//! Payments are direct charges: a session is created on the connected account, whose
//! customers pay there, and the platform takes a fee of it, if it takes one. Each request
//! that creates something carries an idempotency key of the caller's, so that a repeated
//! request creates nothing twice.

mod client;
mod events;
mod subscriptions;

pub use client::{CheckoutSession, CheckoutStatus, NewCheckoutSession, Stripe, stripe_refusal};
pub use events::StripeEventPage;
pub use subscriptions::{NewCustomer, NewSubscription, StripePrice};
