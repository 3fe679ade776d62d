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
pub use connect::{Connect, Connection, Flags};
pub use event::{Event, Fact, Outcome, References, Unreadable, What};
pub use ledger::{
    Attempt, Booked, Kind, Ledger, Origin, Payment, Progress, Refused, Sighted, State,
};
pub use paying::{OPEN_FOR, Stage, Step, Wish};
pub use reading::TYPES;
pub use settle::{Receipt, Settled, settle};

/// The name under which Stripe stands in histories.
pub const NAME: &str = "Stripe";

#[cfg(test)]
mod tests;
