//! Events of Stripe, as far as they matter here.

use jiff::Timestamp;

use super::connection::AccountFlags;
use super::fact::PaymentFact;
use crate::subscription::SubscriptionFact;

/// A delivered event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeEvent {
    /// The same for all its deliveries.
    pub id: String,
    /// The connected account; `None` for the platform's own.
    pub account: Option<String>,
    /// Whether real money moves.
    pub livemode: bool,
    pub created: Timestamp,
    pub data: StripeEventData,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StripeEventData {
    Payment(PaymentFact),
    AccountUpdated(AccountFlags),
    /// The account's owner disconnected it.
    Deauthorized,
    /// Of a workspace's own subscription; only of the platform's own account.
    Subscription(SubscriptionFact),
    /// An event that means nothing here, by its type.
    Other(String),
}

/// Why a delivery can't be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidStripeEvent {
    #[error("not an event: {0}")]
    NoEvent(String),
    /// The object of this type isn't as Stripe documents it, for this reason.
    #[error("{0} lacks what it should have: {1}")]
    Object(String, String),
}

impl StripeEventData {
    /// Stripe's ids in the event, all of which become parts of keys.
    pub(super) fn stripe_ids(&self) -> Vec<&String> {
        match self {
            Self::Payment(PaymentFact::Session {
                session, payment, ..
            }) => payment.iter().chain([session]).collect(),
            Self::Payment(PaymentFact::Declined { payment, .. }) => vec![payment],
            Self::Payment(
                PaymentFact::Refund {
                    refund: id,
                    payment,
                    ..
                }
                | PaymentFact::Dispute {
                    dispute: id,
                    payment,
                    ..
                },
            ) => vec![id, payment],
            Self::Subscription(fact) => vec![&fact.subscription, &fact.customer],
            Self::AccountUpdated(_) | Self::Deauthorized | Self::Other(_) => Vec::new(),
        }
    }
}
