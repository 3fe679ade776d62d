//! Addresses to which no mail goes. What is known of an address stands in one row of
//! its workspace; whoever has the address, and the invitation that was sent there, carry
//! a copy of what is shown of it. All of them change in one transaction.

use std::collections::BTreeSet;

use domain::audit::{AuditKind, AuditNote};
use domain::email::EmailAddress;
use domain::id::{ClientId, EntryId, InviteId, WorkspaceId};
use domain::notification::NotificationEvent;
use domain::person::Person;
use domain::suppression::{DeliveryReport, Suppression, SuppressionNotice};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::codec::{Item, item, row, text};
use crate::directory::{Directory, hash};
use crate::engagements::bump;
use crate::error::{StoreError, WriteOutcome};
use crate::keys::{self, Key};
use crate::membership::Member;
use crate::outbox::{Effect, put_effect};
use crate::people::named;
use crate::scope::{Scope, Store, WorkspaceScope};
use crate::transact::{Transaction, Update};

/// How often a change is tried while other things change there.
const TRIES: u32 = 6;
/// How long a row is kept that says nothing of anybody here: longer than an event can
/// be on its way.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The invitation that a mail brought: where it is, and which.
pub type InviteRef = (Option<ClientId>, InviteId);

/// What is known of an address, as an item.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Row {
    #[serde(flatten)]
    known: Suppression,
    v: i64,
    /// When it is over, where nobody here has the address or mail goes there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
}

/// An address's row, and everything that shows what it says.
pub(crate) struct KnownAddress {
    key: Key,
    row: Option<Row>,
    shown: Vec<Shown>,
}

/// The row of a person, or of an invitation, with the address.
struct Shown {
    row: Member,
    person: bool,
}

impl Row {
    /// What it says at `now`: the table may keep what is over for a while.
    fn at(&self, now: Timestamp) -> Suppression {
        let over = self.ttl.is_some_and(|ttl| ttl <= now.as_second());
        if over {
            Suppression::default()
        } else {
            self.known
        }
    }
}

impl Shown {
    fn mark(&self) -> Option<SuppressionNotice> {
        self.row.suppressed()
    }

    /// An update that copies a mark, on the condition that it is as it was read.
    fn update(&self, mark: Option<SuppressionNotice>) -> Result<Update, StoreError> {
        let update = if self.person {
            self.row.update()
        } else {
            Update::existing(self.row.key.clone())
        };
        Ok(match mark {
            Some(mark) => update.set("suppressed", serde_dynamo::to_attribute_value(mark)?),
            None => update.remove("suppressed"),
        })
    }
}

impl KnownAddress {
    fn at(&self, now: Timestamp) -> Suppression {
        self.row.map(|row| row.at(now)).unwrap_or_default()
    }

    /// Whose address it is, by name, if somebody here has it.
    fn whose(&self, email: &EmailAddress) -> String {
        let name = self
            .shown
            .first()
            .and_then(|one| text(&one.row.found, "name").ok());
        name.map_or_else(|| email.as_str().to_owned(), |name| named(name, email))
    }

    /// Where it is told of: where its owner is, or was invited to.
    fn home(&self) -> Option<&str> {
        self.shown.first().map(|one| one.row.key.pk.as_str())
    }

    /// Makes the row say `next`, and whatever shows it alike; gives the keys that are
    /// written, none where all of it is so already. Pages of the clients learn of it,
    /// but for `touched`, which the transaction tells by itself.
    pub(crate) fn settle(
        &self,
        transaction: &mut Transaction,
        next: Suppression,
        (touched, now): (&str, Timestamp),
    ) -> Result<Vec<Key>, StoreError> {
        let mark = next.shown();
        let stays = mark.is_some() && !self.shown.is_empty();
        let before = self.row.filter(|row| row.at(now) == row.known);
        let until = now.saturating_add(KEPT).unwrap_or(now).as_second();
        let ttl = before.and_then(|row| row.ttl).unwrap_or(until);
        let ttl = Some(ttl).filter(|_| !stays);
        let mut written = Vec::new();
        let same = self
            .row
            .is_some_and(|row| (row.known, row.ttl) == (next, ttl));
        if !same {
            let v = self.row.map_or(0, |row| row.v);
            let row = Row {
                known: next,
                v: v + 1,
                ttl,
            };
            let item = item("suppression", &self.key, &row)?;
            match self.row {
                Some(_) => transaction.replace(item, v),
                None => transaction.put_new(item),
            }
            written.push(self.key.clone());
        }
        let mut clients = BTreeSet::new();
        for one in self.shown.iter().filter(|one| one.mark() != mark) {
            transaction.update(one.update(mark)?);
            written.push(one.row.key.clone());
            if one.row.key.pk.contains("#C#") && one.row.key.pk != touched {
                clients.insert(one.row.key.pk.as_str());
            }
        }
        for home in clients {
            transaction.update(bump(Update::existing(keys::meta(home)), true));
        }
        Ok(written)
    }
}

impl Directory {
    /// What is known of an address, with everything that shows it: found by the
    /// address, and by the invitation that was sent there.
    pub(crate) async fn known(
        &self,
        ws: WorkspaceId,
        email: &EmailAddress,
        brought: Option<InviteRef>,
    ) -> Result<KnownAddress, StoreError> {
        let key = keys::suppression(ws, &hash(&email.fold()));
        let found = self.table().get(&key, true).await?;
        let mut shown = Vec::new();
        if let Some(login) = self.login(ws, email).await? {
            let members = self.members(ws, &login).await?;
            let person = true;
            shown.extend(members.into_iter().map(|row| Shown { row, person }));
        }
        if let Some((client, invite)) = brought {
            let key = keys::invite(&keys::home(ws, client), invite);
            let found = self.table().get(&key, true).await?;
            let to = |found: &Item| text(found, "email").map(str::to_lowercase);
            let sent_there = |found: &Item| to(found).is_ok_and(|to| to == email.fold());
            shown.extend(found.filter(sent_there).map(|found| Shown {
                row: Member { key, found },
                person: false,
            }));
        }
        Ok(KnownAddress {
            key,
            row: found.map(row).transpose()?,
            shown,
        })
    }
}

impl Store<WorkspaceScope> {
    /// Notes what a report says of one of its addresses: no mail goes there any more,
    /// and whoever manages the team is told, once. `id` names what is told. The same
    /// report again, or a late one of mail that was sent before somebody let mail go
    /// again, is a repeat.
    pub async fn mail_failed(
        &self,
        (report, email): (&DeliveryReport, &EmailAddress),
        (id, now): (EntryId, Timestamp),
    ) -> Result<WriteOutcome, StoreError> {
        let brought = report.invite.map(|invite| (report.client, invite));
        for _ in 0..TRIES {
            let known = self.directory().known(self.ws(), email, brought).await?;
            let before = known.at(now);
            let next = before.after(report);
            let mut transaction = self.transaction();
            let written = known.settle(&mut transaction, next, ("", now))?;
            if written.is_empty() {
                return Ok(WriteOutcome::Repeated);
            }
            if next.has(report.reason) && !before.has(report.reason) {
                let whose = known.whose(email);
                let note = AuditNote::of(AuditKind::MailStopped, &whose);
                self.record(
                    &mut transaction,
                    note.change("reason", "", report.reason.name()),
                )?;
                let event = NotificationEvent::of_suppression(report.reason, &whose, now);
                let team = self.prefix();
                let home = known.home().unwrap_or(&team);
                let news = Effect::Notify(vec![event]);
                put_effect(&mut transaction, home, id, news, now)?;
            }
            match self.commit_beside(transaction, &[]).await {
                // Somebody signed in, moved, or noted another report meanwhile.
                Err(StoreError::Refused(_)) => {}
                result => return result.map(|()| WriteOutcome::Done),
            }
        }
        Err(StoreError::Busy)
    }

    /// Whether mail to an address stays here. Where it does, whoever came to have the
    /// address since, and the invitation that the mail would have brought, show so.
    pub async fn withholds(
        &self,
        email: &EmailAddress,
        (brought, now): (Option<InviteRef>, Timestamp),
    ) -> Result<bool, StoreError> {
        let key = keys::suppression(self.ws(), &hash(&email.fold()));
        let found = self.table.get(&key, true).await?;
        let found = found.map(row::<Row>).transpose()?;
        if found.and_then(|row| row.at(now).shown()).is_none() {
            return Ok(false);
        }
        for _ in 0..TRIES {
            let known = self.directory().known(self.ws(), email, brought).await?;
            let says = known.at(now);
            let mut transaction = self.transaction();
            let written = known.settle(&mut transaction, says, ("", now))?;
            if written.is_empty() {
                return Ok(says.shown().is_some());
            }
            match self.commit_beside(transaction, &[]).await {
                Ok(()) => return Ok(says.shown().is_some()),
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Busy)
    }
}

impl<S: Scope> Store<S> {
    /// Lets mail go to a person's address again, wherever in the workspace the account
    /// belongs. Where it does already, nothing is written.
    pub async fn mail_again(&self, person: &Person) -> Result<(), StoreError> {
        let now = self.trace.at();
        for _ in 0..TRIES {
            let known = self
                .directory()
                .known(self.ws(), &person.email, None)
                .await?;
            let says = known.at(now);
            let marked = known.shown.iter().any(|one| one.mark().is_some());
            if says.shown().is_none() && !marked {
                return Ok(());
            }
            let mut transaction = self.transaction();
            let written = known.settle(&mut transaction, says.lifted(now), ("", now))?;
            let whose = named(&person.name, &person.email);
            self.record(
                &mut transaction,
                AuditNote::of(AuditKind::MailResumed, &whose),
            )?;
            match self.commit_beside(transaction, &written).await {
                Err(StoreError::Refused(_)) => {}
                result => return result,
            }
        }
        Err(StoreError::Busy)
    }

    /// Lets mail go to an invitation's address again, in the transaction that sends it
    /// anew; gives the keys that are written.
    pub(crate) async fn mail_again_to(
        &self,
        transaction: &mut Transaction,
        email: &EmailAddress,
    ) -> Result<Vec<Key>, StoreError> {
        let now = self.trace.at();
        let known = self.directory().known(self.ws(), email, None).await?;
        let next = known.at(now).lifted(now);
        known.settle(transaction, next, (&self.prefix(), now))
    }
}
