//! Forgotten passwords: a link by mail, good once and not for long.

use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::email::EmailAddress;
use domain::id::{EntryId, WorkspaceId};
use domain::mail::Mail;
use domain::password::RESET_LIFETIME;
use domain::person::Person;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{item, row, string, text};
use crate::directory::Directory;
use crate::error::StoreError;
use crate::keys;
use crate::membership::{Account, Member};
use crate::outbox;
use crate::transact::{Transaction, Update};

/// What a link's token stands for. Without an address it is a decoy, so that
/// asking for an address that nobody has takes as long.
#[derive(Serialize, Deserialize)]
struct Row {
    ws: WorkspaceId,
    email: Option<EmailAddress>,
    id: EntryId,
    at: Timestamp,
    ttl: i64,
}

/// A link to a new password, in hand and not used.
#[derive(Debug, Clone)]
pub struct PasswordReset {
    /// Whose password.
    pub person: Person,
    ws: WorkspaceId,
    id: EntryId,
    hash: String,
}

impl Directory {
    /// Keeps a link for a person, with the mail that brings it. It is the only
    /// one that works from now on. Without an account nothing is sent.
    pub async fn create_reset(
        &self,
        ws: WorkspaceId,
        to: Option<(&Account, &Mail)>,
        (id, hash): (EntryId, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ttl = now.saturating_add(RESET_LIFETIME).unwrap_or(now);
        let row = Row {
            ws,
            email: to.map(|(_, mail)| mail.to.clone()),
            id,
            at: now,
            ttl: ttl.as_second(),
        };
        let mut transaction = Transaction::new(self.table());
        transaction.put_new(item("reset", &keys::reset(hash), &row)?);
        if let Some((account, mail)) = to {
            for member in &account.rows {
                let person = Update::existing(member.key.clone());
                transaction.update(person.set("reset", string(id)));
            }
            let home = keys::home(ws, account.login.client);
            outbox::put(&mut transaction, &home, id, mail, now)?;
        }
        transaction.commit(self.table()).await
    }

    /// The person whose password a link's token may set, at the workspace it is of.
    pub async fn reset(
        &self,
        ws: WorkspaceId,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<PasswordReset>, StoreError> {
        let found = self.table().get(&keys::reset(hash), true).await?;
        let link = found.map(row::<Row>).transpose()?;
        let fresh = |link: &Row| link.ws == ws && now.duration_since(link.at) < RESET_LIFETIME;
        let Some(link) = link.filter(fresh) else {
            return Ok(None);
        };
        let Some(email) = link.email else {
            return Ok(None);
        };
        let Some(account) = self.account(ws, &email).await? else {
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

    /// Uses the link up, ends every session of the person, and tells the person
    /// by `mail`. Refused where somebody was first.
    pub async fn use_reset(
        &self,
        reset: &PasswordReset,
        (id, mail): (EntryId, &Mail),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let who = (reset.person.id, &reset.person.email);
        let account = self.own_account(reset.ws, who, None).await?;
        if !is_newest(&account, reset.id) {
            return Err(StoreError::Refused(0));
        }
        let mut transaction = Transaction::new(self.table());
        transaction.delete_existing(&keys::reset(&reset.hash));
        for member in &account.rows {
            let person = member.update().add("epoch", 1);
            transaction.update(person.remove("reset").remove("sessions"));
        }
        for session in &account.sessions() {
            transaction.delete(session);
        }
        let home = keys::home(reset.ws, reset.person.client);
        outbox::put(&mut transaction, &home, id, mail, now)?;
        let (at, by) = (
            (reset.ws, reset.person.client),
            AuditActor::from(&reset.person),
        );
        let note = AuditNote::of(AuditKind::PasswordReset, "");
        self.record(&mut transaction, at, Some(by), note)?;
        transaction.commit(self.table()).await
    }
}

/// Whether a link is the last one that the account was sent, and no password was
/// changed since.
fn is_newest(account: &Account, link: EntryId) -> bool {
    let id = link.to_string();
    let newest = |member: &Member| text(&member.found, "reset").is_ok_and(|one| one == id);
    account.rows.iter().any(newest)
}
