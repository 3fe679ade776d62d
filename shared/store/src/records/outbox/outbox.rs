//! The outbox: effects that are decided with a change and leave after it, at least once,
//! and in order where they are of one thread.

use domain::finding::RiskDeadline;
use domain::id::{EngagementId, EntryId, FindingId, UserId, marker};
use domain::mail::Mail;
use domain::notification::NotificationEvent;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::records::outbox::effect::{Effect, RiskDeadlineJob, RiskDeadlineStep};
use crate::table::codec::{add_index_key, to_item};
use crate::table::hash::sha256_hex;
use crate::table::keys::{self, OUTBOX_SHARDS};
use crate::table::transaction::Transaction;

#[derive(Serialize, Deserialize)]
pub(crate) struct OutboxItem {
    pub(crate) id: EntryId,
    #[serde(flatten)]
    pub(crate) effect: Effect,
    pub(crate) tries: i64,
    /// When it was enqueued, or for when.
    #[serde(default)]
    pub(crate) at: Timestamp,
    /// The thread of a mail, of which effects leave in order: its address, by its hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) thread: Option<String>,
}

/// Puts a mail into the outbox of the scope with `prefix`.
pub(crate) fn put_mail(
    transaction: &mut Transaction,
    prefix: &str,
    id: EntryId,
    mail: &Mail,
    now: Timestamp,
) -> Result<(), StoreError> {
    let effect = Effect::Mail(mail.clone());
    put_effect(transaction, prefix, id, effect, now)
}

/// Puts the steps at the end of an accepted risk, each for its time; their ids follow from that
/// of the history entry.
pub(crate) fn put_risk_deadline(
    transaction: &mut Transaction,
    prefix: &str,
    entry: EntryId,
    engagement: EngagementId,
    finding: FindingId,
    deadline: &RiskDeadline,
) -> Result<(), StoreError> {
    let steps = [
        (1, RiskDeadlineStep::Warn, deadline.warn_at),
        (2, RiskDeadlineStep::Expire, deadline.expire_at),
    ];
    for (n, due, at) in steps {
        let risk = RiskDeadlineJob {
            engagement,
            finding,
            until: deadline.until,
            step: due,
        };
        put_effect(transaction, prefix, entry.nth(n), Effect::Risk(risk), at)?;
    }
    Ok(())
}

/// Puts the deletion of a user at the identity provider.
pub(crate) fn put_identity_deletion(
    transaction: &mut Transaction,
    prefix: &str,
    id: EntryId,
    user: UserId,
    at: Timestamp,
) -> Result<(), StoreError> {
    put_effect(transaction, prefix, id, Effect::DeleteIdentity(user), at)
}

/// Puts the deletion of an effect, if no worker has leased it.
pub(crate) fn put_withdrawal(transaction: &mut Transaction, prefix: &str, id: EntryId) {
    let key = keys::effect(prefix, id);
    transaction.delete_if(&key, "tries = :v", 0);
}

/// Puts events to notify people of, if there are any. `id` is what they follow from.
pub(crate) fn put_notifications<K>(
    transaction: &mut Transaction,
    prefix: &str,
    id: &domain::id::Id<K>,
    events: Vec<NotificationEvent>,
) -> Result<(), StoreError> {
    let Some(first) = events.first() else {
        return Ok(());
    };
    let ms = u64::try_from(first.at.as_millisecond()).unwrap_or_default();
    let (id, at) = (id.notice_id(ms, 0), first.at);
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
        Some(thread) => keys::threaded_effect(prefix, thread, &sortable_time(at), id),
        None => keys::effect(prefix, id),
    };
    let row = OutboxItem {
        id,
        effect,
        tries: 0,
        at,
        thread,
    };
    let mut item = to_item("outbox", &key, &row)?;
    add_index_key(
        &mut item,
        keys::outbox_index_key(shard(id), &sortable_time(at), id),
    );
    transaction.put_new(item);
    Ok(())
}

/// Mail to one address is one thread.
fn thread(mail: &Mail) -> String {
    let mut hash = sha256_hex(&mail.to.fold());
    hash.truncate(16);
    hash
}

/// A time in fixed width and in order, unlike the shortest form.
pub(crate) fn sortable_time(at: Timestamp) -> String {
    format!("{at:.3}")
}

pub(crate) fn shard(id: domain::id::Id<marker::EntryMarker>) -> u8 {
    let last = id.to_string().bytes().last().unwrap_or_default();
    last % OUTBOX_SHARDS
}
