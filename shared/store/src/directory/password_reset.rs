//! Password resets: a link by mail, valid once and for a short time.

use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::email::EmailAddress;
use domain::id::{EntryId, WorkspaceId};
use domain::mail::Mail;
use domain::password::RESET_LIFETIME;
use domain::person::Person;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::directory::account::{Account, Member};
use crate::directory::directory::Directory;
use crate::error::StoreError;
use crate::records::outbox::outbox;
use crate::table::codec::{from_item, get_text, string, to_item};
use crate::table::keys;
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::audit_item::AuditPlace;

/// What a link's token stands for. Without an address it is a decoy, so that asking for an
/// unknown address takes as long.
#[derive(Serialize, Deserialize)]
struct ResetItem {
    ws: WorkspaceId,
    email: Option<EmailAddress>,
    id: EntryId,
    at: Timestamp,
    ttl: i64,
}

/// A password reset link that is valid and unused.
#[derive(Debug, Clone)]
pub struct PasswordReset {
    pub person: Person,
    ws: WorkspaceId,
    id: EntryId,
    hash: String,
}

impl Directory {
    /// Creates a link for an account, with the mail that brings it; it is the only valid one
    /// from now on. Without an account it is a decoy, and no mail is sent.
    pub async fn create_reset(
        &self,
        ws: WorkspaceId,
        to: Option<(&Account, &Mail)>,
        id: EntryId,
        hash: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ttl = now.saturating_add(RESET_LIFETIME).unwrap_or(now);
        let row = ResetItem {
            ws,
            email: to.map(|(_, mail)| mail.to.clone()),
            id,
            at: now,
            ttl: ttl.as_second(),
        };
        let mut transaction = Transaction::new(self.table());
        transaction.put_new(to_item("reset", &keys::password_reset(hash), &row)?);
        if let Some((account, mail)) = to {
            for member in &account.rows {
                let person = Update::existing(member.key.clone());
                transaction.update(person.set("reset", string(id)));
            }
            let home = keys::home(ws, account.login.client);
            outbox::put_mail(&mut transaction, &home, id, mail, now)?;
        }
        transaction.commit(self.table()).await
    }

    /// The reset that a link's token stands for, at its workspace.
    pub async fn find_reset(
        &self,
        ws: WorkspaceId,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<PasswordReset>, StoreError> {
        let found = self.table().get(&keys::password_reset(hash), true).await?;
        let link = found.map(from_item::<ResetItem>).transpose()?;
        let fresh =
            |link: &ResetItem| link.ws == ws && now.duration_since(link.at) < RESET_LIFETIME;
        let Some(link) = link.filter(fresh) else {
            return Ok(None);
        };
        let Some(email) = link.email else {
            return Ok(None);
        };
        let Some(account) = self.find_account(ws, &email).await? else {
            return Ok(None);
        };
        if !is_newest(&account, link.id) {
            return Ok(None);
        }
        let (person, id, hash) = (account.person()?, link.id, hash.to_owned());
        Ok(person.map(|person| PasswordReset {
            person,
            ws,
            id,
            hash,
        }))
    }

    /// Redeems the link: every session of the person ends. Refused where it was redeemed meanwhile.
    pub async fn redeem_reset(&self, reset: &PasswordReset) -> Result<(), StoreError> {
        let person = &reset.person;
        let account = self
            .get_own_account(reset.ws, person.id, &person.email, None)
            .await?;
        if !is_newest(&account, reset.id) {
            return Err(StoreError::Refused(0));
        }
        let mut transaction = Transaction::new(self.table());
        transaction.delete_existing(&keys::password_reset(&reset.hash));
        for member in &account.rows {
            let person = member.update().add("epoch", 1);
            transaction.update(person.remove("reset").remove("sessions"));
        }
        for session in &account.sessions() {
            transaction.delete(session);
        }
        transaction.commit(self.table()).await
    }

    /// Records that the password was set by a redeemed link, and sends `mail`.
    pub async fn record_reset(
        &self,
        reset: &PasswordReset,
        id: EntryId,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (person, mut transaction) = (&reset.person, Transaction::new(self.table()));
        let home = keys::home(reset.ws, person.client);
        outbox::put_mail(&mut transaction, &home, id, mail, now)?;
        let at = AuditPlace {
            ws: reset.ws,
            client: person.client,
        };
        let by = AuditActor::from(person);
        let note = AuditNote::of(AuditKind::PasswordReset, "");
        self.record(&mut transaction, at, Some(by), note)?;
        transaction.commit(self.table()).await
    }
}

/// Whether a link is the newest of the account, and the password wasn't changed since.
fn is_newest(account: &Account, link: EntryId) -> bool {
    let id = link.to_string();
    let newest =
        |member: &Member| get_text(&member.found, "reset").is_ok_and(|newest| newest == id);
    account.rows.iter().any(newest)
}
