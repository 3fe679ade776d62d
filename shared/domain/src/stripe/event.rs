//! What Stripe's events say, as far as it matters here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::connect::Flags;
use super::ledger::Sighted;
use crate::id::{ClientId, EntryId, InvoiceId, WorkspaceId};
use crate::subscription;

/// An event, as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id: one for all its deliveries.
    pub id: String,
    /// The connected account that it is of; `None` for the platform's own.
    pub account: Option<String>,
    /// Whether it is about real money.
    pub livemode: bool,
    /// When it happened.
    pub created: Timestamp,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Something of a payment.
    Payment(Fact),
    /// An account's flags changed.
    AccountUpdated(Flags),
    /// The account's owner took it away from us.
    Deauthorized,
    /// Something of a workspace's own subscription: only of the platform's own account.
    Subscription(subscription::Fact),
    /// Something else, by Stripe's name for it.
    Other(String),
}

/// What an event says of a payment. Amounts are in Stripe's units, currencies in its
/// spelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// How a Checkout Session goes.
    Session {
        /// The session.
        session: String,
        /// The payment intent that it made; none before the payer does anything.
        payment: Option<String>,
        /// How it goes.
        outcome: Outcome,
        /// What is to be paid.
        amount: i64,
        /// In what.
        currency: String,
        /// What we put on it.
        of: References,
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
        of: References,
    },
    /// How a refund stands.
    Refund {
        /// The refund.
        refund: String,
        /// The payment intent that it is of.
        payment: String,
        /// The refund as it is seen.
        seen: Sighted,
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
        seen: Sighted,
        /// In what.
        currency: String,
    },
}

/// How a Checkout Session went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
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
pub struct References {
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
pub enum Unreadable {
    /// It isn't an event.
    #[error("not an event: {0}")]
    NoEvent(String),
    /// Its object lacks what its type promises.
    #[error("{0} lacks what it should have: {1}")]
    Object(String, String),
}

impl What {
    /// Stripe's ids in it.
    pub(super) fn names(&self) -> Vec<&String> {
        match self {
            Self::Payment(Fact::Session {
                session, payment, ..
            }) => payment.iter().chain([session]).collect(),
            Self::Payment(Fact::Declined { payment, .. }) => vec![payment],
            Self::Payment(
                Fact::Refund {
                    refund: id,
                    payment,
                    ..
                }
                | Fact::Dispute {
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

impl References {
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
