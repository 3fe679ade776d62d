//! Effects: what leaves after a change, each as the outbox stores it.

use domain::id::{
    DocumentId, EngagementId, EntryId, EvidenceId, FindingId, ImportId, InvoiceId, UploadId, UserId,
};
use domain::invoice::InvoiceReminder;
use domain::mail::Mail;
use domain::notification::NotificationEvent;
use domain::preference::Cadence;
use domain::stripe::PaymentReceipt;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What leaves after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Mail(Mail),
    /// An accepted risk that ends: a warning, or its expiry.
    Risk(RiskDeadlineJob),
    /// An upload that arrived and is to be checked, or whose time is over.
    Upload(UploadId),
    /// A deleted document whose retention may be over.
    Document(DocumentId),
    /// A deleted image of a finding whose retention may be over.
    Evidence(EvidenceRef),
    /// An import to go on with, or to expire.
    Import(ImportJob),
    /// A reminder of an invoice.
    Invoice(InvoiceReminderJob),
    /// A receipt to the payers of an invoice.
    Receipt(InvoiceReceiptJob),
    /// The payment pages of an invoice that must not be paid any more.
    #[serde(rename = "checkout")]
    ExpireCheckout(InvoiceId),
    /// A user to delete at the identity provider, because no account needs it.
    #[serde(rename = "identity")]
    DeleteIdentity(UserId),
    /// Events to notify people of.
    Notify(Vec<NotificationEvent>),
    /// A person's digest to close and send.
    #[serde(rename = "gather")]
    Digest(Digest),
    /// The inbox of a person who was removed.
    #[serde(rename = "forget")]
    DeleteInbox(UserId),
    /// A logo to delete, unless the workspace has it.
    #[serde(rename = "logo")]
    DeleteLogo(EntryId),
}

/// An image of a finding, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRef {
    pub engagement: EngagementId,
    pub finding: FindingId,
    pub evidence: EvidenceId,
}

/// A reminder of an invoice, sent if the invoice is still unpaid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceReminderJob {
    pub invoice: InvoiceId,
    #[serde(rename = "what")]
    pub reminder: InvoiceReminder,
}

/// A receipt of an invoice's payment or refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceReceiptJob {
    pub invoice: InvoiceId,
    pub receipt: PaymentReceipt,
}

/// A digest that is open for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    pub user: UserId,
    #[serde(rename = "batch")]
    pub digest: EntryId,
    pub cadence: Cadence,
}

/// A step at the end of an accepted risk, taken if the risk is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskDeadlineJob {
    pub engagement: EngagementId,
    pub finding: FindingId,
    /// The last day for which the risk was accepted.
    pub until: Date,
    #[serde(rename = "due")]
    pub step: RiskDeadlineStep,
}

/// What happens at the end of an accepted risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskDeadlineStep {
    /// Warns those who accepted it.
    Warn,
    #[serde(rename = "lapse")]
    Expire,
}

/// An import to go on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportJob {
    pub engagement: EngagementId,
    pub import: ImportId,
}
