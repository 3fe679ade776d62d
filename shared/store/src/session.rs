//! Sessions: who is signed in, proven by a secret of which only the hash is kept.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::id::WorkspaceId;
use domain::person::{Actor, Person};
use domain::session::{TOUCH_EVERY, is_alive, limits};
use domain::slug::Slug;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{Item, item, number, row, string};
use crate::directory::Directory;
use crate::error::Error;
use crate::keys;
use crate::scope::{ClientScope, Store, WorkspaceScope};
use crate::table::Table;
use crate::transact::{Transaction, Update};

/// A session that holds: proof of an actor.
#[derive(Debug, Clone)]
pub struct Session {
    hash: String,
    row: Row,
    table: Table,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    actor: Actor,
    host: Slug,
    opened: Timestamp,
    used: Timestamp,
    ttl: i64,
}

impl Session {
    /// On whose behalf.
    pub fn actor(&self) -> &Actor {
        &self.row.actor
    }

    /// Names the session without being its secret; for binding tokens to it.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The workspace's store, for one of the team.
    pub fn team_store(&self) -> Option<Store<WorkspaceScope>> {
        let actor = self.actor();
        let team = actor.role.is_team() && actor.client.is_none();
        team.then(|| Store::of_workspace(self.table.clone(), actor.workspace))
    }

    /// The client's store, for a contact.
    pub fn portal_store(&self) -> Option<Store<ClientScope>> {
        let actor = self.actor();
        let client = actor.client.filter(|_| !actor.role.is_team())?;
        Some(Store::of_contact(
            self.table.clone(),
            actor.workspace,
            client,
        ))
    }
}

impl Directory {
    /// Opens a session for `person` at the workspace `host`; `hash` is that of
    /// its secret token.
    pub async fn open_session(
        &self,
        ws: WorkspaceId,
        host: &Slug,
        person: &Person,
        hash: &str,
        now: Timestamp,
    ) -> Result<Session, Error> {
        let actor = Actor {
            user: person.id,
            name: person.name.clone(),
            email: person.email.clone(),
            role: person.role,
            workspace: ws,
            client: person.client,
        };
        let ttl = now
            .saturating_add(limits(actor.role).absolute)
            .unwrap_or(now)
            .as_second();
        let row = Row {
            actor,
            host: host.clone(),
            opened: now,
            used: now,
            ttl,
        };
        let mut transaction = Transaction::new(self.table());
        transaction.put_new(item("session", &keys::session(hash), &row)?);
        transaction.update(Update::existing(person_key(&row.actor)).add_to_set("sessions", hash));
        transaction.commit(self.table()).await?;
        Ok(Session {
            hash: hash.to_owned(),
            row,
            table: self.table().clone(),
        })
    }

    /// The session with this hash, if it holds at `now` and was opened at
    /// `host`. Its use is noted, where `touch` and not done lately.
    pub async fn session(
        &self,
        hash: &str,
        host: &Slug,
        now: Timestamp,
        touch: bool,
    ) -> Result<Option<Session>, Error> {
        let key = keys::session(hash);
        let Some(found) = self.table().get(&key, true).await? else {
            return Ok(None);
        };
        let row: Row = row(found)?;
        if row.host != *host || !is_alive(row.actor.role, row.opened, row.used, now) {
            return Ok(None);
        }
        if touch && now.duration_since(row.used) >= TOUCH_EVERY {
            self.table()
                .update(Update::existing(key).set("used", string(now)))
                .await?;
        }
        Ok(Some(Session {
            hash: hash.to_owned(),
            row,
            table: self.table().clone(),
        }))
    }

    /// Ends one session.
    pub async fn close_session(&self, session: &Session) -> Result<(), Error> {
        self.close(session.actor(), vec![session.hash.clone()])
            .await
    }

    /// Ends every session of the person.
    pub async fn close_all_sessions(&self, session: &Session) -> Result<(), Error> {
        let mut hashes = self.sessions_of(session.actor()).await?;
        hashes.push(session.hash.clone());
        hashes.sort();
        hashes.dedup();
        // A transaction takes 100 writes; the last of them is the person's row.
        for some in hashes.chunks(99) {
            self.close(session.actor(), some.to_vec()).await?;
        }
        Ok(())
    }

    async fn sessions_of(&self, actor: &Actor) -> Result<Vec<String>, Error> {
        let item = self
            .table()
            .get(&person_key(actor), true)
            .await?
            .unwrap_or_default();
        Ok(open_sessions(&item))
    }

    async fn close(&self, actor: &Actor, hashes: Vec<String>) -> Result<(), Error> {
        let mut transaction = Transaction::new(self.table());
        for hash in &hashes {
            transaction.delete(&keys::session(hash));
        }
        transaction.update(Update::existing(person_key(actor)).take_from_set("sessions", hashes));
        match transaction.commit(self.table()).await {
            // The person is gone, and the sessions with it.
            Err(Error::Refused(_)) => Ok(()),
            result => result,
        }
    }

    /// Counts one more use of `rule` by `subject` in the window that `now` lies
    /// in, and says how many there were.
    pub(crate) async fn hit(&self, key: keys::Key, expires: i64) -> Result<i64, Error> {
        let update = Update::upsert(key).add("n", 1).set("ttl", number(expires));
        let after = self.table().update(update).await?.unwrap_or_default();
        Ok(crate::codec::integer(&after, "n"))
    }
}

fn person_key(actor: &Actor) -> keys::Key {
    let prefix = match actor.client {
        Some(client) => keys::client(actor.workspace, client),
        None => keys::workspace(actor.workspace),
    };
    keys::person(&prefix, actor.user)
}

fn open_sessions(person: &Item) -> Vec<String> {
    match person.get("sessions") {
        Some(AttributeValue::Ss(hashes)) => hashes.clone(),
        _ => Vec::new(),
    }
}
