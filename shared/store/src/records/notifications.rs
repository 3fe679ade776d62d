//! Notifications: a row in the inbox, the count of unread ones, and the line of the next
//! digest, in one transaction for each person. It may be repeated: a person is notified
//! once.

use domain::id::{EntryId, UserId};
use domain::mail::Mail;
use domain::notification::{NOTIFICATION_LIFETIME, Notification};
use domain::person::Person;
use domain::preference::Cadence;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory::session_entry::session_keys;
use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::records::outbox::effect::{Digest, Effect};
use crate::records::outbox::lease::LeasedEffect;
use crate::records::outbox::outbox;
use crate::records::outbox::outbox::put_effect;
use crate::table::codec::{Item, from_item, get_integer, number, string, to_item};
use crate::table::keys::{self, Key};
use crate::table::query::{Query, Range, start_at};
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{Scope, Store};

/// People that are read at once.
const PEOPLE_AT_ONCE: i32 = 50;
/// Notifications that one digest lists; of the rest it gives the number.
const MAX_LINES: i32 = 30;
/// How long a digest's lines are kept.
const LINE_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How often a notification is tried while other changes of the person happen.
const MAX_TRIES: u32 = 6;

/// A person who may be notified, as read.
#[derive(Debug, Clone)]
pub struct Recipient {
    pub person: Person,
    found: Item,
}

/// The content of a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestContent {
    pub notifications: Vec<Notification>,
    pub more: bool,
}

/// A notification as an item of an inbox.
#[derive(Serialize, Deserialize)]
pub(crate) struct NotificationItem {
    #[serde(flatten)]
    pub(crate) notice: Notification,
    /// How often the inbox had been marked as read when it came.
    #[serde(default)]
    pub(crate) era: i64,
    pub(crate) ttl: i64,
}

/// A digest that is open for a person.
#[derive(Serialize, Deserialize)]
struct DigestItem {
    id: EntryId,
    due: Timestamp,
}

impl Recipient {
    fn of(found: Item) -> Result<Self, StoreError> {
        let person = from_item(found.clone())?;
        Ok(Self { person, found })
    }

    /// How often the person marked the inbox as read.
    fn era(&self) -> i64 {
        get_integer(&self.found, "era")
    }
}

/// The update of a person's row, only if the inbox was marked as read `era` times.
pub(crate) fn when_era(person: Update, era: i64) -> Update {
    match era {
        0 => person.only_if("attribute_not_exists(era)"),
        era => person.when("era = :era", ":era", number(era)),
    }
}

impl<S: Scope> Store<S> {
    /// Some people of the scope itself, those after `after`; and whether there are more.
    pub async fn list_recipients(
        &self,
        after: Option<UserId>,
    ) -> Result<(Vec<Recipient>, bool), StoreError> {
        let prefix = self.prefix();
        let range = Range::Prefix(keys::PEOPLE.to_owned());
        let after = after.map(|id| start_at(&keys::person(&prefix, id), None));
        let query = Query::of(&prefix, range, PEOPLE_AT_ONCE).after(after);
        let page = self.query(query).await?;
        let people = page.items.into_iter().map(Recipient::of);
        Ok((people.collect::<Result<_, _>>()?, page.more))
    }

    /// Notifies one person, by the process's credentials; mail follows the person's
    /// preferences, in the workspace's zone unless the person has one.
    pub async fn create_notification(
        &self,
        recipient: Recipient,
        notification: &Notification,
        workspace_zone: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut recipient = recipient;
        let key = keys::person(&self.prefix(), recipient.person.id);
        for _ in 0..MAX_TRIES {
            let transaction = self
                .notification_transaction(&recipient, notification, workspace_zone, now)
                .await?;
            match self.commit_with_directory(transaction, &[]).await {
                // Told before: what follows may not have been done.
                Ok(()) | Err(StoreError::Refused(0)) => return self.sync_unread(&key).await,
                // Marked as read meanwhile, or gone; or the mail has left.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
            match self.table.get(&key, true).await? {
                Some(found) => recipient = Recipient::of(found)?,
                None => return Ok(()),
            }
        }
        Err(StoreError::Busy)
    }

    async fn notification_transaction(
        &self,
        recipient: &Recipient,
        notification: &Notification,
        workspace_zone: &str,
        now: Timestamp,
    ) -> Result<Transaction, StoreError> {
        let (prefix, person, era) = (self.prefix(), &recipient.person, recipient.era());
        let mut transaction = self.transaction();
        let expires = now
            .saturating_add(NOTIFICATION_LIFETIME)
            .unwrap_or(now)
            .as_second();
        let row = NotificationItem {
            notice: notification.clone(),
            era,
            ttl: expires,
        };
        let key = keys::notification(&prefix, person.id, notification.id);
        transaction.put_new(to_item("notice", &key, &row)?);
        let person_update = Update::existing(keys::person(&prefix, person.id));
        transaction.update(when_era(
            person_update.add("unread", 1).add("rings", 1),
            era,
        ));
        let cadence = person
            .notification_preferences
            .cadence(notification.kind, person.role);
        let Some(due) =
            cadence.next_mail_at(now, &person.notification_preferences.zone(workspace_zone))
        else {
            return Ok(transaction);
        };
        let digest_key = keys::digest(&prefix, person.id, cadence.name());
        let batch = match self.table.get(&digest_key, true).await? {
            Some(found) => {
                let DigestItem { id, .. } = from_item(found)?;
                let update = Update::existing(digest_key).add("n", 1);
                transaction.update(update.when("id = :id", ":id", string(id)));
                id
            }
            None => self.put_digest(&mut transaction, person.id, notification.id, cadence, due)?,
        };
        let line_expires = now.saturating_add(LINE_LIFETIME).unwrap_or(now).as_second();
        let line = NotificationItem {
            ttl: line_expires,
            ..row
        };
        let key = keys::digest_line(&prefix, person.id, batch, notification.id);
        transaction.put_new(to_item("batched", &key, &line)?);
        Ok(transaction)
    }

    /// Opens a digest, and enqueues its mail.
    fn put_digest(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        first: EntryId,
        cadence: Cadence,
        due: Timestamp,
    ) -> Result<EntryId, StoreError> {
        let (prefix, id) = (self.prefix(), first.for_user(user));
        let key = keys::digest(&prefix, user, cadence.name());
        transaction.put_new(to_item("batch", &key, &DigestItem { id, due })?);
        let digest = Digest {
            user,
            digest: id,
            cadence,
        };
        put_effect(transaction, &prefix, id, Effect::Digest(digest), due)?;
        Ok(id)
    }

    /// Copies the number of unread notifications to each of the person's sessions. Done late or
    /// twice, none goes back.
    pub(crate) async fn sync_unread(&self, person: &Key) -> Result<(), StoreError> {
        let table = self.table.with_process_credentials();
        let Some(found) = table.get(person, true).await? else {
            return Ok(());
        };
        let (unread, rings) = (get_integer(&found, "unread"), get_integer(&found, "rings"));
        for session in session_keys(&found) {
            let session = Update::existing(session)
                .set("unread", number(unread))
                .set("rings", number(rings));
            let later = "(attribute_not_exists(rings) OR rings < :rings)";
            table
                .update(session.when(later, ":rings", number(rings)))
                .await?;
        }
        Ok(())
    }

    /// Closes a digest, and gives its content: nothing is added to it from now on.
    pub async fn close_digest(&self, digest: Digest) -> Result<DigestContent, StoreError> {
        let Digest {
            user,
            digest: batch,
            cadence,
        } = digest;
        let prefix = self.prefix();
        let digest_key = keys::digest(&prefix, user, cadence.name());
        let mut transaction = self.transaction();
        transaction.delete_when(&digest_key, "id = :v", string(batch));
        match self.commit_with_directory(transaction, &[]).await {
            // Closed before.
            Ok(()) | Err(StoreError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
        let range = Range::Prefix(keys::digest_line_prefix(batch));
        let query = Query::of(keys::inbox(&prefix, user), range, MAX_LINES).descending();
        let table = self
            .table
            .with_process_credentials()
            .with_consistent_reads(true);
        let page = table.query(query).await?;
        let notifications = page
            .items
            .into_iter()
            .map(|item| Ok(from_item::<NotificationItem>(item)?.notice));
        Ok(DigestContent {
            notifications: notifications.collect::<Result<_, StoreError>>()?,
            more: page.more,
        })
    }

    /// Enqueues the mail of a digest in place of the effect that closed it; without a mail the
    /// effect is completed only.
    pub async fn enqueue_digest(
        &self,
        leased: &LeasedEffect,
        mail: Option<&Mail>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        leased.put_completion(&mut transaction);
        if let Some(mail) = mail {
            outbox::put_mail(
                &mut transaction,
                &self.prefix(),
                leased.id.nth(1),
                mail,
                now,
            )?;
        }
        match self.commit_with_directory(transaction, &[]).await {
            // Handed over before.
            Err(StoreError::Refused(0)) => Ok(()),
            result => result,
        }
    }

    /// Enqueues an event that no request caused, once under its id.
    pub async fn enqueue_notification(
        &self,
        id: EntryId,
        event: domain::notification::NotificationEvent,
    ) -> Result<WriteOutcome, StoreError> {
        let (mut transaction, at) = (self.transaction(), event.at);
        let effect = Effect::Notify(vec![event]);
        put_effect(&mut transaction, &self.prefix(), id, effect, at)?;
        to_write_outcome(self.commit_with_directory(transaction, &[]).await)
    }
}
