//! The inbox: a person's notifications, and which of them are read.

use domain::id::{EntryId, UserId};
use domain::notification::Notification;
use domain::person::Person;
use domain::preference::NotificationPreferences;
use futures::future::try_join;
use jiff::Timestamp;

use crate::directory::directory::Directory;
use crate::error::StoreError;
use crate::records::notifications::{NotificationItem, when_era};
use crate::records::outbox::effect::Effect;
use crate::records::outbox::lease::LeasedEffect;
use crate::records::outbox::outbox::put_effect;
use crate::table::codec::{Item, from_item, get_integer, get_text};
use crate::table::keys::{self, Key};
use crate::table::list_page::{ListPage, PAGE_SIZE};
use crate::table::query::{Query, Range, start_at};
use crate::table::update::Update;
use crate::tenancy::scope::{Scope, Store};

/// Rows that one transaction deletes.
const DELETED_AT_ONCE: i32 = 100;

/// A notification, as the person's page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxItem {
    pub notification: Notification,
    pub read: bool,
}

impl InboxItem {
    /// The item of an inbox that was marked as read `era` times.
    fn of(found: Item, era: i64) -> Result<Self, StoreError> {
        let seen = found.contains_key("seen");
        let NotificationItem {
            notice, era: then, ..
        } = from_item(found)?;
        Ok(Self {
            notification: notice,
            read: seen || then < era,
        })
    }
}

impl<S: Scope> Store<S> {
    /// A page of `user`'s notifications, the newest first.
    pub async fn list_inbox(
        &self,
        user: UserId,
        after: Option<EntryId>,
        now: Timestamp,
    ) -> Result<ListPage<InboxItem>, StoreError> {
        let prefix = self.prefix();
        let person = keys::person(&prefix, user);
        let after = after.map(|id| start_at(&keys::notification(&prefix, user, id), None));
        let range = Range::Prefix(keys::NOTIFICATIONS.to_owned());
        let query = Query::of(keys::inbox(&prefix, user), range, PAGE_SIZE).descending();
        let (person, page) = try_join(self.get(&person), self.query(query.after(after))).await?;
        let era = person.map_or(0, |person| get_integer(&person, "era"));
        let over = now.as_second();
        let kept = |found: &Item| get_integer(found, "ttl") > over;
        // The oldest come last: where one is over, so is all that follows.
        let whole = page.items.iter().all(kept);
        let rows = page.items.into_iter().filter(kept);
        let rows: Vec<_> = rows
            .map(|found| InboxItem::of(found, era))
            .collect::<Result<_, _>>()?;
        Ok(ListPage::new(rows, page.more && whole, |row| {
            row.notification.id.to_string()
        }))
    }

    /// One notification of `user`.
    pub async fn get_notification(
        &self,
        user: UserId,
        id: EntryId,
    ) -> Result<Option<Notification>, StoreError> {
        let key = keys::notification(&self.prefix(), user, id);
        let found = self
            .get(&key)
            .await?
            .map(from_item::<NotificationItem>)
            .transpose()?;
        Ok(found.map(|row| row.notice))
    }

    /// Marks a notification as read; `None` where there is none. By the process's credentials,
    /// since the count stands at the person.
    pub async fn mark_notification_read(
        &self,
        user: UserId,
        id: EntryId,
    ) -> Result<Option<Notification>, StoreError> {
        let prefix = self.prefix();
        let (key, person) = (
            keys::notification(&prefix, user, id),
            keys::person(&prefix, user),
        );
        let Some(found) = self.get(&key).await? else {
            return Ok(None);
        };
        let NotificationItem { notice, era, .. } = from_item(found)?;
        let mut transaction = self.transaction();
        let seen = Update::existing(key).add("seen", 1);
        transaction.update(seen.only_if("attribute_not_exists(seen)"));
        let count = Update::existing(person.clone()).add("unread", -1);
        transaction.update(when_era(count.add("rings", 1), era));
        match self.commit_with_directory(transaction, &[]).await {
            // Read before, by itself or with all.
            Ok(()) | Err(StoreError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
        self.sync_unread(&person).await?;
        Ok(Some(notice))
    }

    /// Marks all notifications as read.
    pub async fn mark_all_read(&self, user: UserId) -> Result<(), StoreError> {
        let person = keys::person(&self.prefix(), user);
        let mut transaction = self.transaction();
        let count = Update::existing(person.clone()).set("unread", crate::table::codec::number(0));
        transaction.update(count.add("era", 1).add("rings", 1));
        self.commit_with_directory(transaction, &[]).await?;
        self.sync_unread(&person).await
    }

    /// Deletes some rows of the inbox of a person who was removed; `true` where there are more.
    /// A person who came back meanwhile keeps the inbox.
    pub async fn delete_inbox_rows(&self, user: UserId) -> Result<bool, StoreError> {
        let prefix = self.prefix();
        let person = keys::person(&prefix, user);
        if self.table.get(&person, true).await?.is_some() {
            return Ok(false);
        }
        // All of it: what is kept there begins with a letter.
        let all = Range::UpTo("~".to_owned());
        let query = Query::of(keys::inbox(&prefix, user), all, DELETED_AT_ONCE);
        let page = self.query(query).await?;
        if page.items.is_empty() {
            return Ok(false);
        }
        let mut transaction = self.transaction();
        for found in &page.items {
            transaction.delete(&Key {
                pk: get_text(found, "pk")?.to_owned(),
                sk: get_text(found, "sk")?.to_owned(),
            });
        }
        self.commit_with_directory(transaction, &[]).await?;
        Ok(page.more)
    }

    /// Enqueues the deletion of the rest, in place of the effect that began it.
    pub async fn defer_inbox_deletion(
        &self,
        leased: &LeasedEffect,
        user: UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        leased.put_completion(&mut transaction);
        let (prefix, id) = (self.prefix(), leased.id.nth(1));
        put_effect(
            &mut transaction,
            &prefix,
            id,
            Effect::DeleteInbox(user),
            now,
        )?;
        match self.commit_with_directory(transaction, &[]).await {
            // Handed over before.
            Err(StoreError::Refused(0)) => Ok(()),
            result => result,
        }
    }

    /// Stores the notification preferences of `user`.
    pub async fn update_notification_preferences(
        &self,
        user: UserId,
        chosen: &NotificationPreferences,
    ) -> Result<(), StoreError> {
        let person = Update::existing(keys::person(&self.prefix(), user));
        let mut transaction = self.transaction();
        transaction.update(person.set("notify", serde_dynamo::to_attribute_value(chosen)?));
        self.commit_with_directory(transaction, &[]).await
    }
}

impl Directory {
    /// Turns off notification mail of a person, whom a link in the mail names. A person who was
    /// removed gets none anyway.
    pub async fn disable_notification_mail(
        &self,
        ws: domain::id::WorkspaceId,
        client: Option<domain::id::ClientId>,
        user: UserId,
    ) -> Result<(), StoreError> {
        let key = keys::person(&keys::home(ws, client), user);
        let Some(found) = self.table().get(&key, true).await? else {
            return Ok(());
        };
        let person: Person = from_item(found)?;
        let silent = serde_dynamo::to_attribute_value(person.notification_preferences.muted())?;
        self.table()
            .update(Update::existing(key).set("notify", silent))
            .await
            .map(drop)
    }
}
