//! Messages of an engagement's thread: two halves in a partition of their own, read
//! from the end. How many there are is counted at the engagement, how many somebody
//! has read at the client, so that what is unread costs the same in any thread.

use std::collections::BTreeMap;

use domain::audit::{AuditKind, AuditNote};
use domain::id::{EngagementId, EntryId, MessageId, UserId};
use domain::message::{Attachment, Message, MessageCounts, NewMessage};
use domain::notification::NotificationEvent;
use domain::upload::Upload;
use futures::future::try_join;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::codec::{Item, item, number, row, string, text};
use crate::engagements::bump;
use crate::error::{StoreError, WriteOutcome, once};
use crate::keys;
use crate::outbox;
use crate::page::SIZE;
use crate::scope::{ClientScope, Store};
use crate::table::{Query, Range, start};
use crate::transact::{Transaction, Update};

/// For how long a form that was sent is known when it is sent again.
const KNOWN: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Messages of one transaction, where many are brought along.
const AT_ONCE: usize = 90;

/// A piece of a thread, the oldest message first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadSlice {
    /// The messages.
    pub rows: Vec<NewMessage>,
    /// The message before which there are more; `None` at the beginning.
    pub before: Option<MessageId>,
}

/// What was made of a form.
#[derive(Serialize, Deserialize)]
struct Once {
    message: MessageId,
    shared: bool,
    ttl: i64,
}

/// A half of a thread as far as it was read, the newest message first.
struct Half {
    rows: Vec<NewMessage>,
    more: bool,
}

impl Store<ClientScope> {
    /// Keeps a message; `form` is the id that its form had, which makes one message
    /// however often it is sent. It counts as read by whoever wrote it. `files` go
    /// along with it; refused where one of them changed since it was read.
    pub async fn post_message(
        &self,
        engagement: EngagementId,
        (posting, files): (&NewMessage, &[Upload]),
        form: EntryId,
    ) -> Result<WriteOutcome, StoreError> {
        let (e, message, shared) = (self.partition(engagement), &posting.message, posting.shared);
        let ttl = message.at.saturating_add(KNOWN).unwrap_or(message.at);
        let known = Once {
            message: message.id,
            shared,
            ttl: ttl.as_second(),
        };
        let mut transaction = self.transaction();
        transaction.put_new(item("once", &keys::message_once(&e, form), &known)?);
        let key = keys::message(&e, shared, message.id);
        transaction.put_new(item("message", &key, message)?);
        let kind = if shared { "messages" } else { "notes" };
        let row = Update::existing(keys::engagement_row(&self.prefix(), engagement));
        transaction.update(bump(row.add(kind, 1), shared));
        let client = Update::existing(keys::meta(&self.prefix()));
        transaction.update(bump(client, shared));
        let mark = keys::read_mark(&self.prefix(), message.by, engagement);
        transaction.update(Update::upsert(mark).set("t", string("read")).add(kind, 1));
        for file in files {
            self.replace_upload(&mut transaction, file)?;
        }
        let news = vec![NotificationEvent::of_message(engagement, posting)];
        outbox::put_news(&mut transaction, &self.prefix(), &message.id, news)?;
        once(self.commit(transaction).await)
    }

    /// Puts messages into a thread without their forms, a hundred at a time: for what
    /// brings a thread along, not for people.
    pub async fn fill_thread(
        &self,
        engagement: EngagementId,
        postings: &[NewMessage],
    ) -> Result<(), StoreError> {
        let e = self.partition(engagement);
        for some in postings.chunks(AT_ONCE) {
            let mut transaction = self.transaction();
            let mut added = MessageCounts::default();
            for NewMessage { message, shared } in some {
                let key = keys::message(&e, *shared, message.id);
                transaction.put_new(item("message", &key, message)?);
                added.messages += i64::from(*shared);
                added.notes += i64::from(!shared);
            }
            let row = Update::existing(keys::engagement_row(&self.prefix(), engagement));
            let row = row
                .add("messages", added.messages)
                .add("notes", added.notes);
            transaction.update(bump(row, added.messages > 0));
            self.commit(transaction).await?;
        }
        Ok(())
    }

    /// What was made of the form `form`, if it was sent before.
    pub async fn posted(
        &self,
        engagement: EngagementId,
        form: EntryId,
    ) -> Result<Option<NewMessage>, StoreError> {
        let e = self.partition(engagement);
        let known = self.get(&keys::message_once(&e, form)).await?;
        match known.map(row::<Once>).transpose()? {
            Some(known) if known.shared || self.sees_drafts() => {
                self.message(engagement, known.message).await
            }
            _ => Ok(None),
        }
    }

    /// Puts other words in place of a message's, unless it has changed since.
    pub async fn edit_message(
        &self,
        engagement: EngagementId,
        edited: &NewMessage,
    ) -> Result<(), StoreError> {
        let (message, shared) = (&edited.message, edited.shared);
        let mut transaction = self.transaction();
        self.replace_message(&mut transaction, engagement, (message, shared))?;
        let row = Update::existing(keys::engagement_row(&self.prefix(), engagement));
        transaction.update(bump(row, shared));
        self.commit(transaction).await
    }

    pub(crate) fn replace_message(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        (message, shared): (&Message, bool),
    ) -> Result<(), StoreError> {
        let key = keys::message(&self.partition(engagement), shared, message.id);
        transaction.replace(item("message", &key, message)?, message.version - 1);
        Ok(())
    }

    /// Notes that a file is taken away that goes along with a message.
    pub async fn took_attachment(&self, file: &Attachment) -> Result<(), StoreError> {
        let note = AuditNote::of(AuditKind::DocumentDownloaded, &file.name);
        let mut transaction = self.transaction();
        self.record(&mut transaction, note)?;
        self.commit(transaction).await
    }

    /// One message, as far as the holder may read it.
    pub async fn message(
        &self,
        engagement: EngagementId,
        id: MessageId,
    ) -> Result<Option<NewMessage>, StoreError> {
        let e = self.partition(engagement);
        let half = async |shared: bool| {
            if !shared && !self.sees_drafts() {
                return Ok(None);
            }
            let found = self.get(&keys::message(&e, shared, id)).await?;
            found.map(|item| posting(item, shared)).transpose()
        };
        let (message, note) = try_join(half(true), half(false)).await?;
        Ok(message.or(note))
    }

    /// The newest messages, or those before `before`, as far as the holder may
    /// read them.
    pub async fn thread(
        &self,
        engagement: EngagementId,
        before: Option<MessageId>,
    ) -> Result<ThreadSlice, StoreError> {
        let e = self.partition(engagement);
        let messages = self.half(&e, true, before);
        if self.sees_drafts() {
            let (messages, notes) = try_join(messages, self.half(&e, false, before)).await?;
            Ok(woven([messages, notes]))
        } else {
            Ok(woven([messages.await?]))
        }
    }

    async fn half(
        &self,
        e: &str,
        shared: bool,
        before: Option<MessageId>,
    ) -> Result<Half, StoreError> {
        let range = Range::Prefix(keys::message_prefix(shared).to_owned());
        let after = before.map(|id| start(&keys::message(e, shared, id), None));
        let query = Query::of(keys::thread(e), range, SIZE).descending();
        let slice = self.query(query.after(after)).await?;
        let rows = slice.items.into_iter().map(|item| posting(item, shared));
        Ok(Half {
            rows: rows.collect::<Result<_, _>>()?,
            more: slice.more,
        })
    }

    /// How much of a thread `user` has read.
    pub async fn read_mark(
        &self,
        user: UserId,
        engagement: EngagementId,
    ) -> Result<MessageCounts, StoreError> {
        let found = self
            .get(&keys::read_mark(&self.prefix(), user, engagement))
            .await?;
        Ok(found.map(row).transpose()?.unwrap_or_default())
    }

    /// The same for each of a page of the client's engagements, the one that goes
    /// on after `after`; one that isn't there was never opened.
    pub async fn read_marks(
        &self,
        user: UserId,
        after: Option<&str>,
    ) -> Result<BTreeMap<EngagementId, MessageCounts>, StoreError> {
        let after = after.and_then(|id| id.parse().ok());
        let after = after.map(|id| start(&keys::read_mark(&self.prefix(), user, id), None));
        let range = Range::Prefix(keys::read_marks(user));
        let query = Query::of(self.prefix(), range, SIZE).descending();
        let found = self.query(query.after(after)).await?.items.into_iter();
        let mark = |item: Item| {
            let id = keys::entry_of(text(&item, "sk")?).ok_or(StoreError::Lacks("sk"))?;
            Ok((id.engagement(), row(item)?))
        };
        found.map(mark).collect()
    }

    /// Notes that `user` has read so much of a thread. A mark never goes back.
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

fn posting(item: Item, shared: bool) -> Result<NewMessage, StoreError> {
    let message: Message = row(item)?;
    Ok(NewMessage { message, shared })
}

/// The halves as one thread. Where one was cut, nothing before the cut is shown of
/// the other: it comes with the next page.
fn woven<const N: usize>(halves: [Half; N]) -> ThreadSlice {
    let cuts = halves.iter().filter(|half| half.more);
    let cut = cuts
        .filter_map(|half| half.rows.last().map(|row| row.message.id))
        .max();
    let mut rows: Vec<NewMessage> = halves.into_iter().flat_map(|half| half.rows).collect();
    let all = rows.len();
    rows.retain(|row| cut.is_none_or(|cut| row.message.id >= cut));
    rows.sort_by_key(|row| std::cmp::Reverse(row.message.id));
    rows.truncate(usize::try_from(SIZE).unwrap_or_default());
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
    fn halves_are_woven_by_time_and_nothing_is_lost_at_a_cut() {
        let ids = |ns: &[u64]| -> Vec<_> { ns.iter().map(|n| MessageId::new(*n, 1)).collect() };
        let whole = woven([half(&[9, 5], true, false), half(&[7, 2], false, false)]);
        assert_eq!(times(&whole), ids(&[2, 5, 7, 9]));
        assert_eq!(whole.before, None);
        // Before 5 there may be more of the first half than was read.
        let cut = woven([half(&[9, 5], true, true), half(&[7, 2], false, false)]);
        assert_eq!(times(&cut), ids(&[5, 7, 9]));
        assert_eq!(cut.before, Some(MessageId::new(5, 1)));
        let many: Vec<u64> = (1..=50).rev().map(|n| 2 * n).collect();
        let odd: Vec<u64> = many.iter().map(|n| n - 1).collect();
        let full = woven([half(&many, true, false), half(&odd, false, false)]);
        assert_eq!(full.rows.len(), 50);
        assert_eq!(full.before, Some(MessageId::new(51, 1)));
    }
}
