//! Forgotten passwords: a link by mail, good once and not for long.

use domain::audit::{Kind, Note, Who};
use domain::id::{EntryId, WorkspaceId};
use domain::mail::Mail;
use domain::password::RESET_LIFETIME;
use domain::person::Person;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{integer, item, number, row, string};
use crate::directory::{Directory, Login};
use crate::error::Error;
use crate::keys;
use crate::outbox;
use crate::session::session_keys;
use crate::transact::{Transaction, Update};

/// What a link's token stands for. Without a login it is a decoy, so that
/// asking for an address that nobody has takes as long.
#[derive(Serialize, Deserialize)]
struct Row {
    ws: WorkspaceId,
    login: Option<Login>,
    id: EntryId,
    at: Timestamp,
    ttl: i64,
}

/// A link to a new password, in hand and not used.
#[derive(Debug, Clone)]
pub struct Reset {
    /// Whose password.
    pub person: Person,
    ws: WorkspaceId,
    hash: String,
    key: keys::Key,
    v: i64,
    sessions: Vec<keys::Key>,
}

impl Directory {
    /// Keeps a link for a person, with the mail that brings it. It is the only
    /// one that works from now on.
    pub async fn create_reset(
        &self,
        ws: WorkspaceId,
        login: Option<&Login>,
        (id, hash): (EntryId, &str),
        mail: Option<&Mail>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let ttl = now.saturating_add(RESET_LIFETIME).unwrap_or(now);
        let row = Row {
            ws,
            login: login.cloned(),
            id,
            at: now,
            ttl: ttl.as_second(),
        };
        let mut transaction = Transaction::new(self.table());
        transaction.put_new(item("reset", &keys::reset(hash), &row)?);
        if let (Some(login), Some(mail)) = (login, mail) {
            let home = keys::home(ws, login.client);
            let person = Update::existing(keys::person(&home, login.user));
            transaction.update(person.set("reset", string(id)));
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
    ) -> Result<Option<Reset>, Error> {
        let found = self.table().get(&keys::reset(hash), true).await?;
        let link = found.map(row::<Row>).transpose()?;
        let fresh = |link: &Row| link.ws == ws && now.duration_since(link.at) < RESET_LIFETIME;
        let Some(link) = link.filter(fresh) else {
            return Ok(None);
        };
        let Some(login) = link.login else {
            return Ok(None);
        };
        let key = keys::person(&keys::home(ws, login.client), login.user);
        let Some(found) = self.table().get(&key, true).await? else {
            return Ok(None);
        };
        let newest = crate::codec::text(&found, "reset").is_ok_and(|id| id == link.id.to_string());
        if !newest {
            return Ok(None);
        }
        let (v, sessions) = (integer(&found, "v"), session_keys(&found));
        Ok(Some(Reset {
            person: row(found)?,
            ws,
            hash: hash.to_owned(),
            key,
            v,
            sessions,
        }))
    }

    /// Uses the link up, ends every session of the person, and tells the person
    /// by `mail`. Refused where somebody was first.
    pub async fn use_reset(
        &self,
        reset: &Reset,
        (id, mail): (EntryId, &Mail),
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new(self.table());
        transaction.delete_existing(&keys::reset(&reset.hash));
        let person = Update::existing(reset.key.clone())
            .add("v", 1)
            .add("epoch", 1);
        let person = person.remove("reset").remove("sessions");
        transaction.update(person.when("v = :v", ":v", number(reset.v)));
        for session in &reset.sessions {
            transaction.delete(session);
        }
        outbox::put(&mut transaction, &reset.key.pk, id, mail, now)?;
        let (at, by) = ((reset.ws, reset.person.client), Who::from(&reset.person));
        let note = Note::of(Kind::PasswordReset, "");
        self.record(&mut transaction, at, Some(by), note)?;
        transaction.commit(self.table()).await
    }
}
