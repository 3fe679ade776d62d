//! What can happen to an invoice, as its history records it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{EntryId, UserId};

/// How a payment or refund was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// Recorded by a team member, with a bank's reference or empty.
    ByHand(String),
    /// Through the payment provider, under its id.
    Provider(String),
}

/// Something that happened to an invoice. Amounts are in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum InvoiceEvent {
    Sent,
    Paid {
        amount: i64,
        /// The provider's part of the amount.
        fee: i64,
        on: Date,
        #[serde(rename = "how")]
        method: PaymentMethod,
    },
    /// A payment that was recorded by mistake was removed.
    #[serde(rename = "taken_back")]
    PaymentRemoved {
        payment: EntryId,
        amount: i64,
        /// The recorded day of the payment.
        on: Date,
    },
    Refunded {
        amount: i64,
        on: Date,
        #[serde(rename = "how")]
        method: PaymentMethod,
    },
    /// The invoice has no room for a payment, since another came before it: the provider keeps it.
    #[serde(rename = "set_aside")]
    PaymentUnapplied {
        amount: i64,
        /// The provider's part of the amount.
        fee: i64,
        on: Date,
        #[serde(rename = "how")]
        method: PaymentMethod,
    },
    /// A refund failed, or a lost dispute was won after all.
    #[serde(rename = "restored")]
    RefundReversed {
        amount: i64,
        /// The day of the refund or lost dispute.
        on: Date,
        #[serde(rename = "how")]
        method: PaymentMethod,
    },
    Voided,
    DisputeOpened {
        amount: i64,
    },
    DisputeWon {
        amount: i64,
    },
    DisputeLost {
        amount: i64,
        on: Date,
    },
    /// The due date passed with something outstanding.
    BecameOverdue,
}

/// An invoice event with its time, actor and note. Entries are only added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceHistoryEntry {
    pub at: Timestamp,
    /// `None` where no person acted.
    pub by: Option<UserId>,
    /// The actor's name at that time.
    pub by_name: String,
    /// A reason; can be empty.
    #[serde(default)]
    pub note: String,
    #[serde(rename = "what")]
    pub event: InvoiceEvent,
}
