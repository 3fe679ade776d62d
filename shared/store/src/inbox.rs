//! A person's inbox: what was told, and what of it was read.

use domain::id::{EntryId, UserId};
use domain::notification::{Notification, NotificationPreferences};
use domain::person::Person;
use futures::future::try_join;
use jiff::Timestamp;

use crate::codec::{Item, integer, row, text};
use crate::directory::Directory;
use crate::error::StoreError;
use crate::keys::{self, Key};
use crate::outbox::{Effect, LeasedEffect, put_effect};
use crate::page::{ListPage, SIZE};
use crate::scope::{Scope, Store};
use crate::table::{Query, Range, start};
use crate::telling::{NotificationItem, in_era};
use crate::transact::Update;

/// Rows that are forgotten at once: what one transaction takes.
const FORGOTTEN: i32 = 100;

/// A notice, as the person's page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxItem {
    /// What happened.
    pub notice: Notification,
    /// Whether the person has read it.
    pub read: bool,
}

impl InboxItem {
    /// Of an inbox of which everything was marked as read `era` times.
    fn of(found: Item, era: i64) -> Result<Self, StoreError> {
        let one = found.contains_key("seen");
        let NotificationItem {
            notice, era: then, ..
        } = row(found)?;
        Ok(Self {
            notice,
            read: one || then < era,
        })
    }
}

impl<S: Scope> Store<S> {
    /// A page of what `user` was told here, the newest first.
    pub async fn inbox(
        &self,
        user: UserId,
        after: Option<EntryId>,
        now: Timestamp,
    ) -> Result<ListPage<InboxItem>, StoreError> {
        let prefix = self.prefix();
        let person = keys::person(&prefix, user);
        let after = after.map(|id| start(&keys::notice(&prefix, user, id), None));
        let range = Range::Prefix(keys::NOTICES.to_owned());
        let query = Query::of(keys::inbox(&prefix, user), range, SIZE).descending();
        let (person, slice) = try_join(self.get(&person), self.query(query.after(after))).await?;
        let era = person.map_or(0, |person| integer(&person, "era"));
        let over = now.as_second();
        let kept = |found: &Item| integer(found, "ttl") > over;
        // The oldest come last: where one is over, so is all that follows.
        let whole = slice.items.iter().all(kept);
        let rows = slice.items.into_iter().filter(kept);
        let rows: Vec<_> = rows
            .map(|found| InboxItem::of(found, era))
            .collect::<Result<_, _>>()?;
        Ok(ListPage::new(rows, slice.more && whole, |one| {
            one.notice.id.to_string()
        }))
    }

    /// One notice of `user`'s.
    pub async fn notice(
        &self,
        user: UserId,
        id: EntryId,
    ) -> Result<Option<Notification>, StoreError> {
        let key = keys::notice(&self.prefix(), user, id);
        let found = self
            .get(&key)
            .await?
            .map(row::<NotificationItem>)
            .transpose()?;
        Ok(found.map(|row| row.notice))
    }

    /// Notes that `user` has read a notice; `None` where there is none. By the process's
    /// credentials, since the count stands at the person.
    pub async fn read_notice(
        &self,
        user: UserId,
        id: EntryId,
    ) -> Result<Option<Notification>, StoreError> {
        let prefix = self.prefix();
        let (key, person) = (keys::notice(&prefix, user, id), keys::person(&prefix, user));
        let Some(found) = self.get(&key).await? else {
            return Ok(None);
        };
        let NotificationItem { notice, era, .. } = row(found)?;
        let mut transaction = self.transaction();
        let seen = Update::existing(key).add("seen", 1);
        transaction.update(seen.only_if("attribute_not_exists(seen)"));
        let count = Update::existing(person.clone()).add("unread", -1);
        transaction.update(in_era(count.add("rings", 1), era));
        match self.commit_beside(transaction, &[]).await {
            // Read before, by itself or with all.
            Ok(()) | Err(StoreError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
        self.ring(&person).await?;
        Ok(Some(notice))
    }

    /// Notes that `user` has read everything.
    pub async fn read_all(&self, user: UserId) -> Result<(), StoreError> {
        let person = keys::person(&self.prefix(), user);
        let mut transaction = self.transaction();
        let count = Update::existing(person.clone()).set("unread", crate::codec::number(0));
        transaction.update(count.add("era", 1).add("rings", 1));
        self.commit_beside(transaction, &[]).await?;
        self.ring(&person).await
    }

    /// Forgets some of what `user` was told here and who is gone; `true` where there is
    /// more. Who came back meanwhile keeps it.
    pub async fn forget_inbox(&self, user: UserId) -> Result<bool, StoreError> {
        let prefix = self.prefix();
        let person = keys::person(&prefix, user);
        if self.table.get(&person, true).await?.is_some() {
            return Ok(false);
        }
        // All of it: what is kept there begins with a letter.
        let all = Range::UpTo("~".to_owned());
        let query = Query::of(keys::inbox(&prefix, user), all, FORGOTTEN);
        let slice = self.query(query).await?;
        if slice.items.is_empty() {
            return Ok(false);
        }
        let mut transaction = self.transaction();
        for found in &slice.items {
            transaction.delete(&Key {
                pk: text(found, "pk")?.to_owned(),
                sk: text(found, "sk")?.to_owned(),
            });
        }
        self.commit_beside(transaction, &[]).await?;
        Ok(slice.more)
    }

    /// Puts what is left to forget into the outbox, in place of the effect that began.
    pub async fn forget_rest(
        &self,
        leased: &LeasedEffect,
        user: UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        leased.done(&mut transaction);
        let (prefix, id) = (self.prefix(), leased.id.nth(1));
        put_effect(&mut transaction, &prefix, id, Effect::Forget(user), now)?;
        match self.commit_beside(transaction, &[]).await {
            // Handed over before.
            Err(StoreError::Refused(0)) => Ok(()),
            result => result,
        }
    }

    /// Keeps how mail comes to `user` from now on.
    pub async fn prefer(
        &self,
        user: UserId,
        chosen: &NotificationPreferences,
    ) -> Result<(), StoreError> {
        let person = Update::existing(keys::person(&self.prefix(), user));
        let mut transaction = self.transaction();
        transaction.update(person.set("notify", serde_dynamo::to_attribute_value(chosen)?));
        self.commit_beside(transaction, &[]).await
    }
}

impl Directory {
    /// Ends all mail of what happens to a person, who is named by a link in it. One who
    /// is gone gets none anyway.
    pub async fn silence(
        &self,
        (ws, client): (domain::id::WorkspaceId, Option<domain::id::ClientId>),
        user: UserId,
    ) -> Result<(), StoreError> {
        let key = keys::person(&keys::home(ws, client), user);
        let Some(found) = self.table().get(&key, true).await? else {
            return Ok(());
        };
        let person: Person = row(found)?;
        let silent = serde_dynamo::to_attribute_value(person.notify.silent())?;
        self.table()
            .update(Update::existing(key).set("notify", silent))
            .await
            .map(drop)
    }
}
