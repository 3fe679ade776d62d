//! An invoice, as lists know it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::balance::InvoiceBalance;
use super::input::NewInvoice;
use super::state::InvoiceState;
use crate::id::{ClientId, EngagementId, InvoiceId};
use crate::money::{Currency, Money};

/// A bill to a client: the row that rules and lists decide by. Its [`InvoiceContent`](super::InvoiceContent)
/// is stored beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    pub id: InvoiceId,
    pub client: ClientId,
    /// The client's name at that time.
    pub client_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement: Option<EngagementId>,
    pub subject: String,
    pub currency: Currency,
    /// In minor units.
    pub total: i64,
    pub due: Date,
    /// `None` for a draft.
    #[serde(rename = "issued", default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<IssueDetails>,
    #[serde(flatten)]
    pub balance: InvoiceBalance,
    /// Whether the figures count what is outstanding as overdue.
    #[serde(rename = "late", default)]
    pub marked_overdue: bool,
    /// What is on its way by the payment provider, in minor units: payments that a bank hasn't made yet.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub processing: i64,
    /// What the payment provider took beyond what was due, in minor units. The team should refund it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub surplus: i64,
    /// The time of the last change.
    pub updated: Timestamp,
    /// Increases with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

/// What an invoice gets when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueDetails {
    /// With the workspace's prefix, without a gap.
    pub number: String,
    pub on: Date,
}

impl Invoice {
    /// A draft of what was typed, at version 1.
    pub fn draft(
        id: InvoiceId,
        client: ClientId,
        client_name: String,
        new: &NewInvoice,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            client,
            client_name,
            engagement: new.engagement,
            subject: new.subject.clone(),
            currency: new.currency,
            total: new.content.totals.total,
            due: new.due,
            issue: None,
            balance: InvoiceBalance::default(),
            marked_overdue: false,
            processing: 0,
            surplus: 0,
            updated: now,
            version: 1,
        }
    }

    /// The state that the issue and the balance amount to.
    pub const fn state(&self) -> InvoiceState {
        let InvoiceBalance {
            paid,
            refunded,
            disputed,
            void,
            ..
        } = self.balance;
        if self.issue.is_none() {
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

    /// The outstanding amount; 0 for a draft.
    pub const fn outstanding(&self) -> i64 {
        match self.issue {
            Some(_) => self.total - self.balance.paid - self.balance.waived,
            None => 0,
        }
    }

    /// What can be paid online now, in minor units: what is outstanding, unless a payment of it is on its
    /// way; 0 also where Stripe charges no such amount.
    pub fn payable_online(&self) -> i64 {
        let outstanding = self.money(self.outstanding());
        let is_payable = !self.balance.void && self.processing == 0;
        if is_payable && outstanding.check_online().is_ok() {
            outstanding.minor
        } else {
            0
        }
    }

    /// Whether something is outstanding after the due date.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.outstanding() > 0 && self.due < today
    }

    /// An amount in its currency.
    pub const fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    /// The number, or `Draft`.
    pub fn number(&self) -> &str {
        self.issue
            .as_ref()
            .map_or("Draft", |issue| issue.number.as_str())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde passes it")]
const fn is_zero(minor: &i64) -> bool {
    *minor == 0
}
