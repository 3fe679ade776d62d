//! Telling people what happened: a row in each one's inbox, the count of what is
//! unread, and what goes into the next mail, in one transaction for each person. All of
//! it may be done again: whoever was told isn't told twice.

use domain::id::{EntryId, UserId};
use domain::mail::Mail;
use domain::notification::{Cadence, KEPT, Notification};
use domain::person::Person;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::codec::{Item, integer, item, number, row, string};
use crate::error::{StoreError, WriteOutcome, once};
use crate::keys::{self, Key};
use crate::outbox::{self, Digest, Effect, LeasedEffect, put_effect};
use crate::scope::{Scope, Store};
use crate::session::session_keys;
use crate::table::{Query, Range, start};
use crate::transact::{Transaction, Update};

/// People that are read at once.
const PEOPLE: i32 = 50;
/// What one mail tells of at most; of the rest it says how much it is.
const LINES: i32 = 30;
/// How long it is known what a mail told of.
const GATHERED: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How often one person is tried to be told while other things change there.
const TRIES: u32 = 6;

/// Somebody who may be told, as read.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// Who.
    pub person: Person,
    found: Item,
}

/// What a mail tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestContent {
    /// The newest first.
    pub notices: Vec<Notification>,
    /// Whether there are more.
    pub more: bool,
}

/// A notice in an inbox.
#[derive(Serialize, Deserialize)]
pub(crate) struct NotificationItem {
    #[serde(flatten)]
    pub(crate) notice: Notification,
    /// How often everything had been marked as read when it came.
    #[serde(default)]
    pub(crate) era: i64,
    pub(crate) ttl: i64,
}

/// The mail that is being gathered.
#[derive(Serialize, Deserialize)]
struct Batch {
    id: EntryId,
    due: Timestamp,
}

impl Recipient {
    fn of(found: Item) -> Result<Self, StoreError> {
        let person = row(found.clone())?;
        Ok(Self { person, found })
    }

    /// How often the person marked everything as read.
    fn era(&self) -> i64 {
        integer(&self.found, "era")
    }
}

/// Of a person's row, only if everything was marked as read `era` times.
pub(crate) fn in_era(person: Update, era: i64) -> Update {
    match era {
        0 => person.only_if("attribute_not_exists(era)"),
        era => person.when("era = :era", ":era", number(era)),
    }
}

impl<S: Scope> Store<S> {
    /// Some of the people of the scope itself, those after `after`; whether there are more.
    pub async fn hearers(
        &self,
        after: Option<UserId>,
    ) -> Result<(Vec<Recipient>, bool), StoreError> {
        let prefix = self.prefix();
        let range = Range::Prefix(keys::PEOPLE.to_owned());
        let after = after.map(|id| start(&keys::person(&prefix, id), None));
        let query = Query::of(&prefix, range, PEOPLE).after(after);
        let slice = self.query(query).await?;
        let people = slice.items.into_iter().map(Recipient::of);
        Ok((people.collect::<Result<_, _>>()?, slice.more))
    }

    /// Tells one person, by the process's credentials; mail of it is gathered as the
    /// person wishes, in a workspace whose zone is `home`.
    pub async fn tell_one(
        &self,
        hearer: Recipient,
        notice: &Notification,
        home: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut hearer = hearer;
        let key = keys::person(&self.prefix(), hearer.person.id);
        for _ in 0..TRIES {
            let transaction = self.telling(&hearer, notice, home, now).await?;
            match self.commit_beside(transaction, &[]).await {
                // Told before: what follows may not have been done.
                Ok(()) | Err(StoreError::Refused(0)) => return self.ring(&key).await,
                // Marked as read meanwhile, or gone; or the mail has left.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
            match self.table.get(&key, true).await? {
                Some(found) => hearer = Recipient::of(found)?,
                None => return Ok(()),
            }
        }
        Err(StoreError::Busy)
    }

    async fn telling(
        &self,
        hearer: &Recipient,
        notice: &Notification,
        home: &str,
        now: Timestamp,
    ) -> Result<Transaction, StoreError> {
        let (prefix, person, era) = (self.prefix(), &hearer.person, hearer.era());
        let mut transaction = self.transaction();
        let until = now.saturating_add(KEPT).unwrap_or(now).as_second();
        let kept = NotificationItem {
            notice: notice.clone(),
            era,
            ttl: until,
        };
        let at = keys::notice(&prefix, person.id, notice.id);
        transaction.put_new(item("notice", &at, &kept)?);
        let count = Update::existing(keys::person(&prefix, person.id));
        transaction.update(in_era(count.add("unread", 1).add("rings", 1), era));
        let cadence = person.notify.cadence(notice.kind, person.role);
        let Some(due) = cadence.leaves(now, &person.notify.zone(home)) else {
            return Ok(transaction);
        };
        let open = keys::batch(&prefix, person.id, cadence.name());
        let batch = match self.table.get(&open, true).await? {
            Some(found) => {
                let Batch { id, .. } = row(found)?;
                let joined = Update::existing(open).add("n", 1);
                transaction.update(joined.when("id = :id", ":id", string(id)));
                id
            }
            None => self.open_batch(&mut transaction, person.id, (notice.id, cadence), due)?,
        };
        let gone = now.saturating_add(GATHERED).unwrap_or(now).as_second();
        let line = NotificationItem { ttl: gone, ..kept };
        let at = keys::batched(&prefix, person.id, batch, notice.id);
        transaction.put_new(item("batched", &at, &line)?);
        Ok(transaction)
    }

    /// Begins to gather a mail, and puts into the outbox that it leaves.
    fn open_batch(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        (first, cadence): (EntryId, Cadence),
        due: Timestamp,
    ) -> Result<EntryId, StoreError> {
        let (prefix, id) = (self.prefix(), first.of(user));
        let key = keys::batch(&prefix, user, cadence.name());
        transaction.put_new(item("batch", &key, &Batch { id, due })?);
        let gather = Digest {
            user,
            batch: id,
            cadence,
        };
        put_effect(transaction, &prefix, id, Effect::Gather(gather), due)?;
        Ok(id)
    }

    /// Lets each of the person's sessions know how much is unread. Done late or twice,
    /// none goes back.
    pub(crate) async fn ring(&self, person: &Key) -> Result<(), StoreError> {
        let table = self.table.as_process();
        let Some(found) = table.get(person, true).await? else {
            return Ok(());
        };
        let (unread, rings) = (integer(&found, "unread"), integer(&found, "rings"));
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

    /// What a mail is to tell of. Nothing is added to it from now on.
    pub async fn gathered(&self, gather: Digest) -> Result<DigestContent, StoreError> {
        let Digest {
            user,
            batch,
            cadence,
        } = gather;
        let prefix = self.prefix();
        let open = keys::batch(&prefix, user, cadence.name());
        let mut transaction = self.transaction();
        transaction.delete_when(&open, "id = :v", string(batch));
        match self.commit_beside(transaction, &[]).await {
            // Closed before.
            Ok(()) | Err(StoreError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
        let range = Range::Prefix(keys::batched_prefix(batch));
        let query = Query::of(keys::inbox(&prefix, user), range, LINES).descending();
        let table = self.table.as_process().consistent(true);
        let slice = table.query(query).await?;
        let notices = slice
            .items
            .into_iter()
            .map(|item| Ok(row::<NotificationItem>(item)?.notice));
        Ok(DigestContent {
            notices: notices.collect::<Result<_, StoreError>>()?,
            more: slice.more,
        })
    }

    /// Puts the mail into the outbox in place of the effect that gathered it; only that
    /// out of it where there is none.
    pub async fn hand_over(
        &self,
        leased: &LeasedEffect,
        mail: Option<&Mail>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        leased.done(&mut transaction);
        if let Some(mail) = mail {
            outbox::put(
                &mut transaction,
                &self.prefix(),
                leased.id.nth(1),
                mail,
                now,
            )?;
        }
        match self.commit_beside(transaction, &[]).await {
            // Handed over before.
            Err(StoreError::Refused(0)) => Ok(()),
            result => result,
        }
    }

    /// Puts what happened by itself into the outbox, once under its id.
    pub async fn announce_news(
        &self,
        id: EntryId,
        event: domain::notification::NotificationEvent,
    ) -> Result<WriteOutcome, StoreError> {
        let (mut transaction, at) = (self.transaction(), event.at);
        let news = Effect::Notify(vec![event]);
        put_effect(&mut transaction, &self.prefix(), id, news, at)?;
        once(self.commit_beside(transaction, &[]).await)
    }
}
