//! What an event says of a payment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{ClientId, EntryId, InvoiceId, WorkspaceId};

/// What an event says of a payment. Amounts are in Stripe's units, currencies in its spelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PaymentFact {
    /// The outcome of a Checkout Session.
    Session {
        /// The session's id.
        session: String,
        /// The payment intent; `None` before the payer does anything.
        payment: Option<String>,
        outcome: CheckoutOutcome,
        amount: i64,
        currency: String,
        #[serde(rename = "of")]
        references: PaymentReferences,
    },
    /// A payment was declined; the payer may try again.
    Declined {
        /// The payment intent.
        payment: String,
        amount: i64,
        currency: String,
        references: PaymentReferences,
    },
    /// The progress of a refund.
    Refund {
        /// The refund's id.
        refund: String,
        /// The payment intent.
        payment: String,
        #[serde(rename = "seen")]
        reversal: Reversal,
        currency: String,
    },
    /// The progress of a dispute.
    Dispute {
        /// The dispute's id.
        dispute: String,
        /// The payment intent.
        payment: String,
        seen: Reversal,
        currency: String,
    },
}

/// The outcome of a Checkout Session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutOutcome {
    Paid,
    /// The payer has finished, and the bank hasn't.
    Processing,
    /// The bank didn't pay.
    Failed,
    /// The session ended unpaid.
    Expired,
}

/// A refund or dispute, as last reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reversal {
    pub progress: ReversalProgress,
    /// In Stripe's units.
    pub amount: i64,
    /// The time of its beginning.
    pub at: Timestamp,
}

/// The progress of a refund or dispute. A later variant overrides an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReversalProgress {
    /// An inquiry of the bank: no money moves.
    #[serde(rename = "noted")]
    Inquiry,
    /// The money is held back, or on its way back.
    #[serde(rename = "held")]
    Pending,
    /// The payer has the money.
    #[serde(rename = "done")]
    Completed,
    /// The money stays: the dispute was won, or the refund failed.
    #[serde(rename = "undone")]
    Reverted,
}

/// The metadata that we put on a session and its payment. It is a hint and no proof: the owner of the
/// connected account can write anything here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentReferences {
    pub workspace: Option<WorkspaceId>,
    pub client: Option<ClientId>,
    pub invoice: Option<InvoiceId>,
    pub attempt: Option<EntryId>,
}

impl PaymentReferences {
    /// The metadata's names and values.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let all = [
            ("workspace", self.workspace.map(|id| id.to_string())),
            ("client", self.client.map(|id| id.to_string())),
            ("invoice", self.invoice.map(|id| id.to_string())),
            ("attempt", self.attempt.map(|id| id.to_string())),
        ];
        let pairs = all
            .into_iter()
            .filter_map(|(name, id)| Some((name.to_owned(), id?)));
        pairs.collect()
    }
}

impl PaymentReferences {
    pub(super) fn from_metadata(metadata: Option<&Value>) -> Self {
        let text = |name: &str| {
            metadata
                .and_then(|all| all.get(name))
                .and_then(Value::as_str)
        };
        Self {
            workspace: text("workspace").and_then(|id| id.parse().ok()),
            client: text("client").and_then(|id| id.parse().ok()),
            invoice: text("invoice").and_then(|id| id.parse().ok()),
            attempt: text("attempt").and_then(|id| id.parse().ok()),
        }
    }
}
