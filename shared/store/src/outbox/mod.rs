//! The outbox: effects that were decided with a change and leave after it, at
//! least once, and in order where they are of one thread.

mod dead;
mod lease;

use domain::finding::RiskDeadline;
use domain::id::{
    DocumentId, EngagementId, EntryId, EvidenceId, FindingId, InvoiceId, UploadId, UserId, marker,
};
use domain::invoice::InvoiceReminder;
use domain::mail::Mail;
use domain::notification::{Cadence, NotificationEvent};
use domain::stripe::PaymentReceipt;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use dead::DeadLetter;
pub use lease::{DueEffect, LeaseOutcome, LeasedEffect};

use crate::codec::{item, place};
use crate::directory::hash;
use crate::error::StoreError;
use crate::imports::ImportJob;
use crate::keys::{self, OUTBOX_SHARDS};
use crate::transact::Transaction;

/// What leaves after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A mail to send.
    Mail(Mail),
    /// An accepted risk to look at.
    Risk(RiskDeadlineJob),
    /// A file on its way in to look at: it is there, or over.
    Upload(UploadId),
    /// A deleted document whose time may have come.
    Document(DocumentId),
    /// A deleted picture of a finding whose time may have come.
    Evidence(EvidenceRef),
    /// An import to go on with, or to give up.
    Import(ImportJob),
    /// An invoice that something is due about.
    Invoice(InvoiceReminderJob),
    /// That a payment of an invoice came or went back, to be told to its payers.
    Receipt(InvoiceReceiptJob),
    /// A user of the identity provider that no account needs.
    Identity(UserId),
    /// What happened, to be told to whoever hears of it.
    Notify(Vec<NotificationEvent>),
    /// Mail of what a person was told, which leaves as one.
    Gather(Digest),
    /// What somebody was told who is gone.
    Forget(UserId),
    /// A logo to be deleted, unless the workspace has it.
    Logo(EntryId),
}

/// A picture of a finding, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// Where the finding is.
    pub engagement: EngagementId,
    /// The finding.
    pub finding: FindingId,
    /// The picture.
    pub evidence: EvidenceId,
}

/// An invoice, and what is due about it if it is as it was then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceReminderJob {
    /// The invoice.
    pub invoice: InvoiceId,
    /// What is due.
    pub what: InvoiceReminder,
}

/// An invoice, and what its payers are told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceReceiptJob {
    /// The invoice.
    pub invoice: InvoiceId,
    /// What.
    pub receipt: PaymentReceipt,
}

/// The mail that is gathered for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// For whom.
    pub user: UserId,
    /// Which.
    pub batch: EntryId,
    /// How it comes.
    pub cadence: Cadence,
}

/// An accepted risk, and what is to be done about it if it is still this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskDeadlineJob {
    /// Where the finding is.
    pub engagement: EngagementId,
    /// The finding.
    pub finding: FindingId,
    /// The last day for which it was accepted.
    pub until: Date,
    /// What is due.
    pub due: RiskDeadlineStep,
}

/// What is due about an accepted risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskDeadlineStep {
    /// People are to be warned.
    Warn,
    /// The finding is to be opened again.
    Lapse,
}

#[derive(Serialize, Deserialize)]
struct Row {
    id: EntryId,
    #[serde(flatten)]
    effect: Effect,
    tries: i64,
    /// When it was put here, or for when.
    #[serde(default)]
    at: Timestamp,
    /// What must leave in order: the address of a mail, by its hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    thread: Option<String>,
}

/// Puts a mail into the outbox of the scope with `prefix`.
pub(crate) fn put(
    transaction: &mut Transaction,
    prefix: &str,
    id: EntryId,
    mail: &Mail,
    now: Timestamp,
) -> Result<(), StoreError> {
    let effect = Effect::Mail(mail.clone());
    put_effect(transaction, prefix, id, effect, now)
}

/// Puts what is to be done about an accepted risk into the outbox of its client,
/// for when it is due; the ids follow from that of the entry that accepted it.
pub(crate) fn put_deadline(
    transaction: &mut Transaction,
    prefix: &str,
    entry: EntryId,
    (engagement, finding): (EngagementId, FindingId),
    deadline: &RiskDeadline,
) -> Result<(), StoreError> {
    let steps = [
        (1, RiskDeadlineStep::Warn, deadline.warn),
        (2, RiskDeadlineStep::Lapse, deadline.lapse),
    ];
    for (n, due, at) in steps {
        let risk = RiskDeadlineJob {
            engagement,
            finding,
            until: deadline.until,
            due,
        };
        put_effect(transaction, prefix, entry.nth(n), Effect::Risk(risk), at)?;
    }
    Ok(())
}

/// Puts the deletion of a user of the identity provider into the outbox.
pub(crate) fn put_identity(
    transaction: &mut Transaction,
    prefix: &str,
    id: EntryId,
    user: UserId,
    at: Timestamp,
) -> Result<(), StoreError> {
    put_effect(transaction, prefix, id, Effect::Identity(user), at)
}

/// Takes an effect back, if no worker has begun with it.
pub(crate) fn take_back(transaction: &mut Transaction, prefix: &str, id: EntryId) {
    let key = keys::outbox(prefix, id);
    transaction.delete_if(&key, "tries = :v", 0);
}

/// Puts what happened into the outbox, to be told; nothing where nothing is. `id` names
/// what it follows from.
#[allow(clippy::needless_pass_by_value)] // an id is a copy
pub(crate) fn put_news<K>(
    transaction: &mut Transaction,
    prefix: &str,
    id: &domain::id::Id<K>,
    events: Vec<NotificationEvent>,
) -> Result<(), StoreError> {
    let Some(first) = events.first() else {
        return Ok(());
    };
    let ms = u64::try_from(first.at.as_millisecond()).unwrap_or_default();
    let (id, at) = (id.told(ms, 0), first.at);
    put_effect(transaction, prefix, id, Effect::Notify(events), at)
}

pub(crate) fn put_effect(
    transaction: &mut Transaction,
    prefix: &str,
    id: EntryId,
    effect: Effect,
    at: Timestamp,
) -> Result<(), StoreError> {
    let thread = match &effect {
        Effect::Mail(mail) => Some(thread(mail)),
        _ => None,
    };
    let key = match &thread {
        Some(thread) => keys::outbox_in(prefix, thread, &stamp(at), id),
        None => keys::outbox(prefix, id),
    };
    let row = Row {
        id,
        effect,
        tries: 0,
        at,
        thread,
    };
    let mut item = item("outbox", &key, &row)?;
    place(&mut item, keys::outbox_place(shard(id), &stamp(at), id));
    transaction.put_new(item);
    Ok(())
}

/// Mail to one address is one thread.
fn thread(mail: &Mail) -> String {
    let mut hash = hash(&mail.to.fold());
    hash.truncate(16);
    hash
}

/// Fixed width and in order of time, unlike the shortest form.
pub(crate) fn stamp(at: Timestamp) -> String {
    format!("{at:.3}")
}

fn shard(id: domain::id::Id<marker::EntryMarker>) -> u8 {
    let last = id.to_string().bytes().last().unwrap_or_default();
    last % OUTBOX_SHARDS
}
