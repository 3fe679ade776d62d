//! What an event of Stripe says of a subscription.

use crate::id::WorkspaceId;

use super::state::SubscriptionState;

/// A fact about one subscription, from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionFact {
    /// Stripe's id of the subscription.
    pub subscription: String,
    /// Stripe's id of the customer.
    pub customer: String,
    /// The workspace in the metadata. It is a hint; the customer is the proof.
    pub workspace: Option<WorkspaceId>,
    pub event: SubscriptionEvent,
}

/// Something that happened to a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionEvent {
    StateReported(SubscriptionState),
    /// An invoice was paid.
    Paid,
    /// The payment of an invoice failed.
    PaymentFailed,
}
