//! Invoices: what is billed to a client, what was paid of it, and where it stands.

mod bill;
mod draft;
mod event;
mod figures;
mod payment;
mod reminders;
mod ways;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{ClientId, EngagementId, EntryId, InvoiceId, UserId};
use crate::money::{Currency, Money};

pub use bill::{
    Discount, InvoiceContent, InvoiceLine, InvoiceTotals, MAX_LINES, TaxAmount, TaxMode, totals,
};
pub use draft::{InvoiceErrors, InvoiceInput, InvoiceLineErrors, InvoiceLineInput, NewInvoice};
pub use event::{
    InvoiceActor, InvoiceChange, InvoiceCommand, InvoiceRefusal, InvoiceTransition, issue,
    transition,
};
pub use figures::{FigurePosting, RevenueFigure, postings};
pub use payment::PaymentInput;
pub use reminders::{InvoiceReminder, recipients, schedule};
pub use ways::{BillingSettings, BillingSettingsInput};

/// An invoice, as lists know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// Whom it is to.
    pub client: ClientId,
    /// Their name, as it was when it was written.
    pub client_name: String,
    /// The engagement that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement: Option<EngagementId>,
    /// What it is for, in one line.
    pub subject: String,
    /// What it is in.
    pub currency: Currency,
    /// What is to be paid.
    pub total: i64,
    /// By when.
    pub due: Date,
    /// What it got when it was sent; a draft has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<IssueDetails>,
    /// What was paid of it.
    #[serde(flatten)]
    pub book: InvoiceBalance,
    /// Whether its due date was noted to be over with something outstanding.
    #[serde(default)]
    pub late: bool,
    /// When it changed last.
    pub updated: Timestamp,
    /// Goes up with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

/// What an invoice gets when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueDetails {
    /// Its number: with the workspace's prefix, without a gap.
    pub number: String,
    /// The day of it.
    pub on: Date,
}

/// The money of an invoice. `paid + waived + outstanding = total` at any time, and
/// nothing is negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceBalance {
    /// What came in.
    pub paid: i64,
    /// What went back of it.
    pub refunded: i64,
    /// What payers' banks hold back of it as long as they dispute it.
    pub disputed: i64,
    /// What nobody will pay any more, since the invoice is void.
    pub waived: i64,
    /// What those took who brought the payments.
    pub fees: i64,
    /// Whether it is void.
    pub void: bool,
}

/// Where an invoice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvoiceState {
    /// Being written: the client doesn't know of it.
    Draft,
    /// Sent, and nothing of it paid.
    Sent,
    /// Paid in part.
    PartlyPaid,
    /// Paid.
    Paid,
    /// Paid, and some of it given back.
    PartlyRefunded,
    /// Paid, and all of it given back.
    Refunded,
    /// A payer's bank disputes a payment.
    Disputed,
    /// Not to be paid.
    Void,
}

impl InvoiceState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::Sent,
        Self::PartlyPaid,
        Self::Paid,
        Self::PartlyRefunded,
        Self::Refunded,
        Self::Disputed,
        Self::Void,
    ];

    /// The name used in templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Sent => "sent",
            Self::PartlyPaid => "partly_paid",
            Self::Paid => "paid",
            Self::PartlyRefunded => "partly_refunded",
            Self::Refunded => "refunded",
            Self::Disputed => "disputed",
            Self::Void => "void",
        }
    }

    /// The words on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Sent => "Sent",
            Self::PartlyPaid => "Partly paid",
            Self::Paid => "Paid",
            Self::PartlyRefunded => "Partly refunded",
            Self::Refunded => "Refunded",
            Self::Disputed => "Disputed",
            Self::Void => "Void",
        }
    }
}

impl InvoiceBalance {
    /// What is there of what came in.
    pub const fn kept(&self) -> i64 {
        self.paid - self.refunded
    }
}

impl Invoice {
    /// Where it stands.
    pub const fn state(&self) -> InvoiceState {
        let InvoiceBalance {
            paid,
            refunded,
            disputed,
            void,
            ..
        } = self.book;
        if self.issued.is_none() {
            InvoiceState::Draft
        } else if void {
            InvoiceState::Void
        } else if disputed > 0 {
            InvoiceState::Disputed
        } else if paid == 0 {
            InvoiceState::Sent
        } else if paid < self.total {
            InvoiceState::PartlyPaid
        } else if refunded == 0 {
            InvoiceState::Paid
        } else if refunded < paid {
            InvoiceState::PartlyRefunded
        } else {
            InvoiceState::Refunded
        }
    }

    /// What is still to be paid; of a draft nothing is.
    pub const fn outstanding(&self) -> i64 {
        match self.issued {
            Some(_) => self.total - self.book.paid - self.book.waived,
            None => 0,
        }
    }

    /// Whether something is to be paid of it, and the day for that is over.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.outstanding() > 0 && self.due < today
    }

    /// So much of its currency.
    pub const fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    /// Its number, or the words for none.
    pub fn number(&self) -> &str {
        self.issued
            .as_ref()
            .map_or("Draft", |issued| issued.number.as_str())
    }
}

/// How a payment came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// Noted by one of the team, with what they say of it: a bank's reference.
    ByHand(String),
    /// Through a payment provider, under its reference.
    Provider(String),
}

/// What happened to an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum InvoiceEvent {
    /// It was sent to the client.
    Sent,
    /// Somebody paid.
    Paid {
        /// How much.
        amount: i64,
        /// What whoever brought it took.
        fee: i64,
        /// The day on which it came.
        on: Date,
        /// How.
        how: PaymentMethod,
    },
    /// A payment that was noted by mistake was taken out again.
    TakenBack {
        /// Which.
        payment: EntryId,
        /// How much.
        amount: i64,
        /// The day on which it was noted to have come.
        on: Date,
    },
    /// Money went back.
    Refunded {
        /// How much.
        amount: i64,
        /// The day.
        on: Date,
        /// How.
        how: PaymentMethod,
    },
    /// A payment through a provider isn't needed, for another came before it: the
    /// provider has it, and the invoice doesn't.
    SetAside {
        /// How much.
        amount: i64,
        /// What whoever brought it took.
        fee: i64,
        /// The day on which it came.
        on: Date,
        /// Which.
        how: PaymentMethod,
    },
    /// What had gone back is here again: a refund failed, or a dispute that was lost
    /// ended well after all.
    Restored {
        /// How much.
        amount: i64,
        /// The day on which it had gone.
        on: Date,
        /// Which.
        how: PaymentMethod,
    },
    /// It isn't to be paid.
    Voided,
    /// A payer's bank disputes a payment.
    DisputeOpened {
        /// How much of it.
        amount: i64,
    },
    /// A dispute ended, and the money stays.
    DisputeWon {
        /// How much was disputed.
        amount: i64,
    },
    /// A dispute ended, and the money is gone.
    DisputeLost {
        /// How much.
        amount: i64,
        /// The day.
        on: Date,
    },
    /// The day for it to be paid was over.
    BecameOverdue,
}

/// An entry of an invoice's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceHistoryEntry {
    /// When.
    pub at: Timestamp,
    /// Who; `None` where time or a provider did it.
    pub by: Option<UserId>,
    /// Who, by the name at that time.
    pub by_name: String,
    /// Why, where something was said.
    #[serde(default)]
    pub note: String,
    /// What.
    pub what: InvoiceEvent,
}

#[cfg(test)]
mod tests;
