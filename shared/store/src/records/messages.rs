//! Messages: an engagement's thread in two halves, shared and internal, in a partition of
//! its own, read from the end. Messages are counted at the engagement and read marks at the
//! client, so that the number of unread messages costs the same in any thread.

use std::collections::BTreeMap;

use domain::audit::{AuditKind, AuditNote};
use domain::id::{EngagementId, EntryId, MessageId, UserId};
use domain::message::{Attachment, Message, MessageCounts, NewMessage};
use domain::notification::NotificationEvent;
use domain::upload::Upload;
use futures::future::try_join;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::records::outbox::outbox;
use crate::records::revision::with_revision;
use crate::table::codec::{Item, from_item, get_text, number, string, to_item};
use crate::table::keys;
use crate::table::list_page::PAGE_SIZE;
use crate::table::query::{Query, Range, start_at};
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{ClientScope, Store};

/// For how long a form's id is known when it is sent again.
pub(crate) const FORM_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Messages of one transaction, where a thread is restored.
const AT_ONCE: usize = 90;

/// A slice of a thread, the oldest message first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadSlice {
    pub rows: Vec<NewMessage>,
    /// The message before which there are older ones; `None` at the beginning.
    pub before: Option<MessageId>,
}

/// The message that a form created.
#[derive(Serialize, Deserialize)]
struct MessageFormItem {
    message: MessageId,
    shared: bool,
    ttl: i64,
}

/// The shared or internal half of a thread, as far as it was read, the newest message first.
struct Half {
    rows: Vec<NewMessage>,
    more: bool,
}

impl Store<ClientScope> {
    /// Creates a message; `form` is the id of its form, which creates one message however often
    /// it is sent. The author has read it. Refused where one of `files` changed since it was
    /// read.
    pub async fn create_message(
        &self,
        engagement: EngagementId,
        posting: &NewMessage,
        files: &[Upload],
        form: EntryId,
    ) -> Result<WriteOutcome, StoreError> {
        let (e, message, shared) = (
            self.engagement_partition(engagement),
            &posting.message,
            posting.shared,
        );
        let ttl = message
            .at
            .saturating_add(FORM_LIFETIME)
            .unwrap_or(message.at);
        let known = MessageFormItem {
            message: message.id,
            shared,
            ttl: ttl.as_second(),
        };
        let mut transaction = self.transaction();
        transaction.put_new(to_item("once", &keys::posted_form(&e, form), &known)?);
        let key = keys::message(&e, shared, message.id);
        transaction.put_new(to_item("message", &key, message)?);
        let kind = if shared { "messages" } else { "notes" };
        let row = Update::existing(keys::engagement_row(&self.prefix(), engagement));
        transaction.update(with_revision(row.add(kind, 1), shared));
        let client = Update::existing(keys::meta(&self.prefix()));
        transaction.update(with_revision(client, shared));
        let mark = keys::read_mark(&self.prefix(), message.by, engagement);
        transaction.update(Update::upsert(mark).set("t", string("read")).add(kind, 1));
        for file in files {
            self.replace_upload(&mut transaction, file)?;
        }
        let events = vec![NotificationEvent::of_message(engagement, posting)];
        outbox::put_notifications(&mut transaction, &self.prefix(), &message.id, events)?;
        to_write_outcome(self.commit(transaction).await)
    }

    /// Writes messages of a thread without their forms: for a demo and for tests.
    pub async fn restore_thread(
        &self,
        engagement: EngagementId,
        postings: &[NewMessage],
    ) -> Result<(), StoreError> {
        let e = self.engagement_partition(engagement);
        for some in postings.chunks(AT_ONCE) {
            let mut transaction = self.transaction();
            let mut added = MessageCounts::default();
            for NewMessage { message, shared } in some {
                let key = keys::message(&e, *shared, message.id);
                transaction.put_new(to_item("message", &key, message)?);
                added.messages += i64::from(*shared);
                added.notes += i64::from(!shared);
            }
            let row = Update::existing(keys::engagement_row(&self.prefix(), engagement));
            let row = row
                .add("messages", added.messages)
                .add("notes", added.notes);
            transaction.update(with_revision(row, added.messages > 0));
            self.commit(transaction).await?;
        }
        Ok(())
    }

    /// The message that the form `form` created, if it was sent before.
    pub async fn find_posted_message(
        &self,
        engagement: EngagementId,
        form: EntryId,
    ) -> Result<Option<NewMessage>, StoreError> {
        let e = self.engagement_partition(engagement);
        let known = self.get(&keys::posted_form(&e, form)).await?;
        match known.map(from_item::<MessageFormItem>).transpose()? {
            Some(known) if known.shared || self.sees_drafts() => {
                self.get_message(engagement, known.message).await
            }
            _ => Ok(None),
        }
    }

    /// Replaces a message's text, unless it changed since.
    pub async fn update_message(
        &self,
        engagement: EngagementId,
        edited: &NewMessage,
    ) -> Result<(), StoreError> {
        let (message, shared) = (&edited.message, edited.shared);
        let mut transaction = self.transaction();
        self.replace_message(&mut transaction, engagement, message, shared)?;
        let row = Update::existing(keys::engagement_row(&self.prefix(), engagement));
        transaction.update(with_revision(row, shared));
        self.commit(transaction).await
    }

    pub(crate) fn replace_message(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        message: &Message,
        shared: bool,
    ) -> Result<(), StoreError> {
        let key = keys::message(&self.engagement_partition(engagement), shared, message.id);
        transaction.replace(to_item("message", &key, message)?, message.version - 1);
        Ok(())
    }

    /// Records the download of an attachment.
    pub async fn record_attachment_download(&self, file: &Attachment) -> Result<(), StoreError> {
        let note = AuditNote::of(AuditKind::DocumentDownloaded, &file.name);
        let mut transaction = self.transaction();
        self.record(&mut transaction, note)?;
        self.commit(transaction).await
    }

    /// One message, as far as the holder may read it.
    pub async fn get_message(
        &self,
        engagement: EngagementId,
        id: MessageId,
    ) -> Result<Option<NewMessage>, StoreError> {
        let e = self.engagement_partition(engagement);
        let half = async |shared: bool| {
            if !shared && !self.sees_drafts() {
                return Ok(None);
            }
            let found = self.get(&keys::message(&e, shared, id)).await?;
            found
                .map(|item| message_from_item(item, shared))
                .transpose()
        };
        let (message, note) = try_join(half(true), half(false)).await?;
        Ok(message.or(note))
    }

    /// The newest messages, or those before `before`, as far as the holder may read them.
    pub async fn get_thread(
        &self,
        engagement: EngagementId,
        before: Option<MessageId>,
    ) -> Result<ThreadSlice, StoreError> {
        let e = self.engagement_partition(engagement);
        let messages = self.list_half(&e, true, before);
        if self.sees_drafts() {
            let (messages, notes) = try_join(messages, self.list_half(&e, false, before)).await?;
            Ok(merge_halves([messages, notes]))
        } else {
            Ok(merge_halves([messages.await?]))
        }
    }

    async fn list_half(
        &self,
        e: &str,
        shared: bool,
        before: Option<MessageId>,
    ) -> Result<Half, StoreError> {
        let range = Range::Prefix(keys::message_prefix(shared).to_owned());
        let after = before.map(|id| start_at(&keys::message(e, shared, id), None));
        let query = Query::of(keys::thread(e), range, PAGE_SIZE).descending();
        let page = self.query(query.after(after)).await?;
        let rows = page
            .items
            .into_iter()
            .map(|item| message_from_item(item, shared));
        Ok(Half {
            rows: rows.collect::<Result<_, _>>()?,
            more: page.more,
        })
    }

    /// How many messages of a thread `user` has read.
    pub async fn get_read_mark(
        &self,
        user: UserId,
        engagement: EngagementId,
    ) -> Result<MessageCounts, StoreError> {
        let found = self
            .get(&keys::read_mark(&self.prefix(), user, engagement))
            .await?;
        Ok(found.map(from_item).transpose()?.unwrap_or_default())
    }

    /// The read marks of a page of the client's engagements, the page that goes on after
    /// `after`. A thread without a mark was never opened.
    pub async fn list_read_marks(
        &self,
        user: UserId,
        after: Option<&str>,
    ) -> Result<BTreeMap<EngagementId, MessageCounts>, StoreError> {
        let after = after.and_then(|id| id.parse().ok());
        let after = after.map(|id| start_at(&keys::read_mark(&self.prefix(), user, id), None));
        let range = Range::Prefix(keys::read_marks(user));
        let query = Query::of(self.prefix(), range, PAGE_SIZE).descending();
        let found = self.query(query.after(after)).await?.items.into_iter();
        let mark = |item: Item| {
            let id = keys::entry_of(get_text(&item, "sk")?).ok_or(StoreError::Lacks("sk"))?;
            Ok((id.engagement_id(), from_item(item)?))
        };
        found.map(mark).collect()
    }

    /// Marks messages of a thread as read. A mark never goes back.
    pub async fn mark_read(
        &self,
        user: UserId,
        engagement: EngagementId,
        seen: MessageCounts,
    ) -> Result<(), StoreError> {
        let mark = Update::upsert(keys::read_mark(&self.prefix(), user, engagement))
            .set("t", string("read"))
            .set("messages", number(seen.messages))
            .when(
                "(attribute_not_exists(messages) OR messages <= :m)",
                ":m",
                number(seen.messages),
            );
        let mark = if self.sees_drafts() {
            mark.set("notes", number(seen.notes)).when(
                "(attribute_not_exists(notes) OR notes <= :n)",
                ":n",
                number(seen.notes),
            )
        } else {
            mark
        };
        let mut transaction = self.transaction();
        transaction.update(mark);
        match self.commit(transaction).await {
            // Another of the person's pages has seen more.
            Err(StoreError::Refused(_)) => Ok(()),
            result => result,
        }
    }
}

fn message_from_item(item: Item, shared: bool) -> Result<NewMessage, StoreError> {
    let message: Message = from_item(item)?;
    Ok(NewMessage { message, shared })
}

/// Merges the halves into one thread. Where one was cut, older messages of the other are left
/// to the next page.
fn merge_halves<const N: usize>(halves: [Half; N]) -> ThreadSlice {
    let cuts = halves.iter().filter(|half| half.more);
    let cut = cuts
        .filter_map(|half| half.rows.last().map(|row| row.message.id))
        .max();
    let mut rows: Vec<NewMessage> = halves.into_iter().flat_map(|half| half.rows).collect();
    let all = rows.len();
    rows.retain(|row| cut.is_none_or(|cut| row.message.id >= cut));
    rows.sort_by_key(|row| std::cmp::Reverse(row.message.id));
    rows.truncate(usize::try_from(PAGE_SIZE).unwrap_or_default());
    let more = cut.is_some() || rows.len() < all;
    rows.reverse();
    let before = rows.first().filter(|_| more).map(|row| row.message.id);
    ThreadSlice { rows, before }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn half(ids: &[u64], shared: bool, more: bool) -> Half {
        let rows = ids.iter().map(|n| NewMessage {
            message: Message {
                id: MessageId::new(*n, 1),
                at: Timestamp::UNIX_EPOCH,
                by: UserId::new(1, 1),
                by_name: String::new(),
                by_team: true,
                text: String::new(),
                files: Vec::new(),
                edited: None,
                version: 1,
            },
            shared,
        });
        Half {
            rows: rows.collect(),
            more,
        }
    }

    fn times(thread: &ThreadSlice) -> Vec<MessageId> {
        thread.rows.iter().map(|row| row.message.id).collect()
    }

    #[test]
    fn halves_merged_by_time_lose_nothing_at_a_cut() {
        let ids = |ns: &[u64]| -> Vec<_> { ns.iter().map(|n| MessageId::new(*n, 1)).collect() };
        let whole = merge_halves([half(&[9, 5], true, false), half(&[7, 2], false, false)]);
        assert_eq!(times(&whole), ids(&[2, 5, 7, 9]));
        assert_eq!(whole.before, None);
        // Before 5 there may be more of the first half than was read.
        let cut = merge_halves([half(&[9, 5], true, true), half(&[7, 2], false, false)]);
        assert_eq!(times(&cut), ids(&[5, 7, 9]));
        assert_eq!(cut.before, Some(MessageId::new(5, 1)));
        let many: Vec<u64> = (1..=50).rev().map(|n| 2 * n).collect();
        let odd: Vec<u64> = many.iter().map(|n| n - 1).collect();
        let full = merge_halves([half(&many, true, false), half(&odd, false, false)]);
        assert_eq!(full.rows.len(), 50);
        assert_eq!(full.before, Some(MessageId::new(51, 1)));
    }
}
