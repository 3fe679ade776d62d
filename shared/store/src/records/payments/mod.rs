//! Stripe: a workspace's connected account with its payments, and its own subscription.

pub(crate) mod checkout_state;
pub(crate) mod connected_account;
pub(crate) mod reconcile_turns;
pub(crate) mod subscribers;
