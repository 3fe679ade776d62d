//! What Stripe's events say, as far as it matters here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::connect::AccountFlags;
use super::ledger::Reversal;
use crate::id::{ClientId, EntryId, InvoiceId, WorkspaceId};
use crate::subscription;

/// An event, as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeEvent {
    /// Its id: one for all its deliveries.
    pub id: String,
    /// The connected account that it is of; `None` for the platform's own.
    pub account: Option<String>,
    /// Whether it is about real money.
    pub livemode: bool,
    /// When it happened.
    pub created: Timestamp,
    /// What happened.
    pub what: StripeEventData,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StripeEventData {
    /// Something of a payment.
    Payment(PaymentFact),
    /// An account's flags changed.
    AccountUpdated(AccountFlags),
    /// The account's owner took it away from us.
    Deauthorized,
    /// Something of a workspace's own subscription: only of the platform's own account.
    Subscription(subscription::SubscriptionFact),
    /// Something else, by Stripe's name for it.
    Other(String),
}

/// What an event says of a payment. Amounts are in Stripe's units, currencies in its
/// spelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PaymentFact {
    /// How a Checkout Session goes.
    Session {
        /// The session.
        session: String,
        /// The payment intent that it made; none before the payer does anything.
        payment: Option<String>,
        /// How it goes.
        outcome: CheckoutOutcome,
        /// What is to be paid.
        amount: i64,
        /// In what.
        currency: String,
        /// What we put on it.
        of: PaymentReferences,
    },
    /// A payment was declined; the payer may try again.
    Declined {
        /// The payment intent.
        payment: String,
        /// What was to be paid.
        amount: i64,
        /// In what.
        currency: String,
        /// What we put on it.
        of: PaymentReferences,
    },
    /// How a refund stands.
    Refund {
        /// The refund.
        refund: String,
        /// The payment intent that it is of.
        payment: String,
        /// The refund as it is seen.
        seen: Reversal,
        /// In what.
        currency: String,
    },
    /// How a dispute stands.
    Dispute {
        /// The dispute.
        dispute: String,
        /// The payment intent that it is about.
        payment: String,
        /// The dispute as it is seen.
        seen: Reversal,
        /// In what.
        currency: String,
    },
}

/// How a Checkout Session went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutOutcome {
    /// The money is there.
    Paid,
    /// The payer has done everything, and the money is on its way.
    Processing,
    /// The money that was on its way didn't come.
    Failed,
    /// Nobody paid in time.
    Expired,
}

/// What we put on a session and its payment, to find the way back. It is a hint, and
/// never proof: who owns an account can write anything here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentReferences {
    /// The workspace.
    pub workspace: Option<WorkspaceId>,
    /// Its client.
    pub client: Option<ClientId>,
    /// The invoice.
    pub invoice: Option<InvoiceId>,
    /// The attempt at paying it.
    pub attempt: Option<EntryId>,
}

/// Why an event can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidStripeEvent {
    /// It isn't an event.
    #[error("not an event: {0}")]
    NoEvent(String),
    /// Its object lacks what its type promises.
    #[error("{0} lacks what it should have: {1}")]
    Object(String, String),
}

impl StripeEventData {
    /// Stripe's ids in it.
    pub(super) fn names(&self) -> Vec<&String> {
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

impl PaymentReferences {
    /// As it is put on a session.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let all = [
            ("workspace", self.workspace.map(|id| id.to_string())),
            ("client", self.client.map(|id| id.to_string())),
            ("invoice", self.invoice.map(|id| id.to_string())),
            ("attempt", self.attempt.map(|id| id.to_string())),
        ];
        let there = all
            .into_iter()
            .filter_map(|(name, id)| Some((name.to_owned(), id?)));
        there.collect()
    }
}
