//! A workspace's own subscription at Stripe, and the plan that follows from it.
//!
//! Stripe delivers events more than once, late and in any order. So nothing here counts events:
//! [`BillingAccount::join`] keeps the latest report of each subscription by Stripe's own times, and when
//! its invoices were paid or failed. The same events in any order end in the same account, and the
//! plan follows from that alone ([`BillingAccount::apply_to`]). The customer leads an event to its
//! workspace; pages lead to Stripe's Checkout and customer portal and change nothing.
//!
//! An unpaid subscription keeps its plan for [`GRACE_PERIOD`]. The workspace's row then has the time from
//! which [`Workspace::plan_at`](crate::workspace::Workspace::plan_at) gives Starter; no job has to run
//! at that time.

mod billing_account;
mod fact;
mod plan_offer;
mod standing;
mod state;
#[expect(
    clippy::module_inception,
    reason = "the file holds the type `Subscription`"
)]
mod subscription;

pub use billing_account::{BillingAccount, SubscriptionRefusal};
pub use fact::{SubscriptionEvent, SubscriptionFact};
pub use plan_offer::{BillingInterval, PlanOffer};
pub use standing::AccountStanding;
pub use state::{SubscriptionState, SubscriptionStatus};
pub use subscription::{GRACE_PERIOD, Subscription};

#[cfg(test)]
mod tests;
