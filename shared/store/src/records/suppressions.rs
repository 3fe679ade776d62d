//! Suppressions: addresses that bounced or complained. The suppression of an address is one
//! row of its workspace; the person with the address, and the invitation that was sent
//! there, carry a copy. All of them change in one transaction.

use std::collections::BTreeSet;

use domain::audit::{AuditKind, AuditNote};
use domain::email::EmailAddress;
use domain::id::{ClientId, EntryId, InviteId, WorkspaceId};
use domain::notification::NotificationEvent;
use domain::person::Person;
use domain::suppression::{DeliveryReport, Suppression, SuppressionNotice};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory::account::Member;
use crate::directory::directory::Directory;
use crate::error::{StoreError, WriteOutcome};
use crate::records::outbox::effect::Effect;
use crate::records::outbox::outbox::put_effect;
use crate::records::people::person_label;
use crate::records::revision::with_revision;
use crate::retry::retry_on_conflict;
use crate::table::codec::{Item, from_item, get_text, to_item};
use crate::table::hash::sha256_hex;
use crate::table::keys::{self, Key};
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{Scope, Store, WorkspaceScope};

/// How often a change of an address is decided anew: several rows take part in it.
const MAX_TRIES: u32 = 6;
/// How long a row is kept of an address that no person here has: longer than a report can be on
/// its way.
const REPORT_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The invitation that a mail brings: its client, and its id.
pub type InviteRef = (Option<ClientId>, InviteId);

/// The suppression of an address, as an item.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct SuppressionItem {
    #[serde(flatten)]
    known: Suppression,
    v: i64,
    /// When it expires, where no person here has the address or it isn't suppressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
}

/// The suppression of an address, with all rows that show it.
pub(crate) struct KnownAddress {
    key: Key,
    row: Option<SuppressionItem>,
    shown: Vec<AddressRow>,
}

/// The row of a person or of an invitation with the address.
struct AddressRow {
    row: Member,
    person: bool,
}

impl SuppressionItem {
    /// The suppression at `now`: the table may keep expired rows for a while.
    fn at(&self, now: Timestamp) -> Suppression {
        let over = self.ttl.is_some_and(|ttl| ttl <= now.as_second());
        if over {
            Suppression::default()
        } else {
            self.known
        }
    }
}

impl AddressRow {
    fn notice(&self) -> Option<SuppressionNotice> {
        self.row.suppression_notice()
    }

    /// The update that copies a notice, on the condition that the row is as it was read.
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

    /// The label of the address's owner, if a person here has it.
    fn owner_label(&self, email: &EmailAddress) -> String {
        let name = self
            .shown
            .first()
            .and_then(|address_row| get_text(&address_row.row.found, "name").ok());
        name.map_or_else(
            || email.as_str().to_owned(),
            |name| person_label(name, email),
        )
    }

    /// The partition of its owner, or of the invitation.
    fn home(&self) -> Option<&str> {
        self.shown
            .first()
            .map(|address_row| address_row.row.key.pk.as_str())
    }

    /// Puts the new suppression, and copies it to all rows that show it; gives the keys that
    /// are written, none where all is so already. The clients' pages get a new revision, except
    /// `touched`, which the transaction writes itself.
    pub(crate) fn put_suppression(
        &self,
        transaction: &mut Transaction,
        next: Suppression,
        touched: &str,
        now: Timestamp,
    ) -> Result<Vec<Key>, StoreError> {
        let mark = next.notice();
        let stays = mark.is_some() && !self.shown.is_empty();
        let before = self.row.filter(|row| row.at(now) == row.known);
        let until = now
            .saturating_add(REPORT_LIFETIME)
            .unwrap_or(now)
            .as_second();
        let ttl = before.and_then(|row| row.ttl).unwrap_or(until);
        let ttl = Some(ttl).filter(|_| !stays);
        let mut keys_written = Vec::new();
        let same = self
            .row
            .is_some_and(|row| (row.known, row.ttl) == (next, ttl));
        if !same {
            let v = self.row.map_or(0, |row| row.v);
            let row = SuppressionItem {
                known: next,
                v: v + 1,
                ttl,
            };
            let item = to_item("suppression", &self.key, &row)?;
            match self.row {
                Some(_) => transaction.replace(item, v),
                None => transaction.put_new(item),
            }
            keys_written.push(self.key.clone());
        }
        let mut clients = BTreeSet::new();
        for address_row in self
            .shown
            .iter()
            .filter(|address_row| address_row.notice() != mark)
        {
            transaction.update(address_row.update(mark)?);
            keys_written.push(address_row.row.key.clone());
            if address_row.row.key.pk.contains("#C#") && address_row.row.key.pk != touched {
                clients.insert(address_row.row.key.pk.as_str());
            }
        }
        for home in clients {
            transaction.update(with_revision(Update::existing(keys::meta(home)), true));
        }
        Ok(keys_written)
    }
}

impl Directory {
    /// The suppression of an address, with all rows that show it: found by the address, and by
    /// the invitation that was sent there.
    pub(crate) async fn find_known_address(
        &self,
        ws: WorkspaceId,
        email: &EmailAddress,
        invite_ref: Option<InviteRef>,
    ) -> Result<KnownAddress, StoreError> {
        let key = keys::suppression(ws, &sha256_hex(&email.fold()));
        let found = self.table().get(&key, true).await?;
        let mut shown = Vec::new();
        if let Some(login) = self.find_login(ws, email).await? {
            let members = self.list_members(ws, &login).await?;
            let person = true;
            shown.extend(members.into_iter().map(|row| AddressRow { row, person }));
        }
        if let Some((client, invite)) = invite_ref {
            let key = keys::invite(&keys::home(ws, client), invite);
            let found = self.table().get(&key, true).await?;
            let to = |found: &Item| get_text(found, "email").map(str::to_lowercase);
            let sent_there = |found: &Item| to(found).is_ok_and(|to| to == email.fold());
            shown.extend(found.filter(sent_there).map(|found| AddressRow {
                row: Member { key, found },
                person: false,
            }));
        }
        Ok(KnownAddress {
            key,
            row: found.map(from_item).transpose()?,
            shown,
        })
    }
}

impl Store<WorkspaceScope> {
    /// Records what a report says of one of the workspace's addresses: no mail goes there
    /// any more, and the team's managers are notified once, under the id `id`. The same
    /// report again, or a late one of mail that was sent before mail was resumed, is a
    /// repeat.
    pub async fn record_delivery_report(
        &self,
        report: &DeliveryReport,
        email: &EmailAddress,
        id: EntryId,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let apply = move || self.record_report_once(report, email, id, now);
        retry_on_conflict(MAX_TRIES, apply).await
    }

    async fn record_report_once(
        &self,
        report: &DeliveryReport,
        email: &EmailAddress,
        id: EntryId,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let invite = report.invite.map(|invite| (report.client, invite));
        let directory = self.directory();
        let address = directory
            .find_known_address(self.ws(), email, invite)
            .await?;
        let before = address.at(now);
        let after = before.join(report);
        let mut transaction = self.transaction();
        let written = address.put_suppression(&mut transaction, after, "", now)?;
        if written.is_empty() {
            return Ok(WriteOutcome::Repeated);
        }
        if after.has(report.reason) && !before.has(report.reason) {
            let owner = address.owner_label(email);
            let note = AuditNote::of(AuditKind::MailStopped, &owner);
            let note = note.with_change("reason", "", report.reason.name());
            self.record(&mut transaction, note)?;
            let event = NotificationEvent::of_suppression(report.reason, &owner, now);
            let team = self.prefix();
            let home = address.home().unwrap_or(&team);
            let effect = Effect::Notify(vec![event]);
            put_effect(&mut transaction, home, id, effect, now)?;
        }
        self.commit_with_directory(transaction, &[]).await?;
        Ok(WriteOutcome::Done)
    }

    /// Whether an address is suppressed. Where it is, a person who came to have it since,
    /// and the invitation that the mail would bring, are marked so.
    pub async fn is_suppressed(
        &self,
        email: &EmailAddress,
        invite: Option<InviteRef>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let key = keys::suppression(self.ws(), &sha256_hex(&email.fold()));
        let found = self.table.get(&key, true).await?;
        let found = found.map(from_item::<SuppressionItem>).transpose()?;
        if found.and_then(|row| row.at(now).notice()).is_none() {
            return Ok(false);
        }
        let sync = move || self.sync_suppression_once(email, invite, now);
        retry_on_conflict(MAX_TRIES, sync).await
    }

    async fn sync_suppression_once(
        &self,
        email: &EmailAddress,
        invite: Option<InviteRef>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let directory = self.directory();
        let address = directory
            .find_known_address(self.ws(), email, invite)
            .await?;
        let suppression = address.at(now);
        let mut transaction = self.transaction();
        let written = address.put_suppression(&mut transaction, suppression, "", now)?;
        if !written.is_empty() {
            self.commit_with_directory(transaction, &[]).await?;
        }
        Ok(suppression.notice().is_some())
    }
}

impl<S: Scope> Store<S> {
    /// Resumes mail to a person's address, wherever in the workspace the account belongs.
    /// Where it isn't suppressed, nothing is written.
    pub async fn resume_mail(&self, person: &Person) -> Result<(), StoreError> {
        retry_on_conflict(MAX_TRIES, move || self.resume_mail_once(person)).await
    }

    async fn resume_mail_once(&self, person: &Person) -> Result<(), StoreError> {
        let (directory, now) = (self.directory(), self.context.at());
        let address = directory
            .find_known_address(self.ws(), &person.email, None)
            .await?;
        let suppression = address.at(now);
        let mut rows = address.shown.iter();
        let is_marked = rows.any(|row| row.notice().is_some());
        if suppression.notice().is_none() && !is_marked {
            return Ok(());
        }
        let mut transaction = self.transaction();
        let resumed = suppression.lift(now);
        let written = address.put_suppression(&mut transaction, resumed, "", now)?;
        let label = person_label(&person.name, &person.email);
        let note = AuditNote::of(AuditKind::MailResumed, &label);
        self.record(&mut transaction, note)?;
        self.commit_with_directory(transaction, &written).await
    }

    /// Resumes mail to an invitation's address, in the transaction that sends it again;
    /// gives the keys that are written.
    pub(crate) async fn put_mail_resumption(
        &self,
        transaction: &mut Transaction,
        email: &EmailAddress,
    ) -> Result<Vec<Key>, StoreError> {
        let (directory, now) = (self.directory(), self.context.at());
        let address = directory.find_known_address(self.ws(), email, None).await?;
        let resumed = address.at(now).lift(now);
        address.put_suppression(transaction, resumed, &self.prefix(), now)
    }
}
