//! A workspace's own subscription at Stripe: what its events do to the plan.
//!
//! Stripe delivers events more than once, late and in any order. So nothing here counts
//! events: [`Account::joined`] keeps of each subscription what was seen last, by Stripe's
//! own times, and when its invoices were paid or not. Whatever the order and however
//! often, the same events end in the same account, and the plan follows from that alone.

mod account;
mod offer;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::WorkspaceId;

pub use account::{AccountStanding, BillingAccount, Subscription};
pub use offer::{BillingInterval, PlanOffer};

/// For how long the plan stays that isn't paid.
pub const GRACE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What an event says of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionFact {
    /// The subscription, by Stripe's id.
    pub subscription: String,
    /// Whose it is: the customer, by Stripe's id.
    pub customer: String,
    /// The workspace that we put on it. It is a hint: the customer is the proof.
    pub workspace: Option<WorkspaceId>,
    /// What.
    pub news: SubscriptionEvent,
}

/// What happened to a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionEvent {
    /// It is so now.
    Stands(SubscriptionState),
    /// An invoice of it was paid.
    Paid,
    /// An invoice of it wasn't: the payment failed.
    Failed,
}

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SubscriptionState {
    /// Its state at Stripe.
    pub status: SubscriptionStatus,
    /// When the time is over that is paid for or owed.
    pub until: Timestamp,
    /// What is subscribed to; `None` for a price that isn't one of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<PlanOffer>,
    /// When it ends by itself, where somebody cancelled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Timestamp>,
}

/// The states of a subscription, in the order in which one second may bring them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// The first payment isn't there yet.
    Incomplete,
    /// It runs and nothing is due yet.
    Trialing,
    /// It runs.
    Active,
    /// The last invoice isn't paid, and is tried again.
    PastDue,
    /// It isn't paid, and nothing is tried any more.
    Unpaid,
    /// It rests.
    Paused,
    /// The first payment never came.
    IncompleteExpired,
    /// It is over.
    Canceled,
}

impl SubscriptionStatus {
    /// Every state, with Stripe's name.
    const ALL: [(Self, &'static str); 8] = [
        (Self::Incomplete, "incomplete"),
        (Self::Trialing, "trialing"),
        (Self::Active, "active"),
        (Self::PastDue, "past_due"),
        (Self::Unpaid, "unpaid"),
        (Self::Paused, "paused"),
        (Self::IncompleteExpired, "incomplete_expired"),
        (Self::Canceled, "canceled"),
    ];

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|(_, known)| *known == name);
        known.map(|(status, _)| status)
    }

    /// Whether nothing comes after it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::IncompleteExpired | Self::Canceled)
    }

    /// Whether it isn't paid.
    pub const fn owes(self) -> bool {
        matches!(self, Self::PastDue | Self::Unpaid)
    }
}

/// Why an event is refused for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubscriptionRefusal {
    /// The customer is another workspace's, or none that we made.
    #[error("it is of another customer")]
    Customer,
    /// A test's of real money, or the other way round.
    #[error("it is of another mode")]
    Livemode,
    /// It is of a price that isn't one of ours.
    #[error("it is of an unknown price")]
    Price,
}

#[cfg(test)]
mod tests;
