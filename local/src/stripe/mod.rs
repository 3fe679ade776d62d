//! Stripe, on this machine: a stand-in that keeps the rules of its API as far as the
//! product meets them.
//!
//! Connected accounts and their onboarding, Checkout, payments, refunds, disputes,
//! subscriptions and their portal; errors, idempotency keys, isolation of accounts and
//! lists as Stripe documents them; and each change told by a signed event, which may be
//! lost, come twice or late. People's part is played on its pages, or by [`StandInAction`].

mod accounts;
mod act;
mod amounts;
mod api;
mod checkout;
mod customers;
mod delivery;
mod desk;
mod form;
mod hooks;
mod invoices;
mod lines;
mod lists;
mod objects;
mod pages;
mod payments;
mod portal;
mod prices;
mod refunds;
mod refusal;
mod replies;
mod server;
mod stand_in;
mod state;
mod subscriptions;

pub use accounts::Onboarding;
pub use act::{FaultForm, StandInAction};
pub use delivery::{DeliveryCounts, DeliveryFaults};
pub use hooks::Hooks;
pub use payments::PaymentResult;
pub use stand_in::{StandInOptions, StripeStandIn};
pub use subscriptions::RenewalOutcome;
