//! Sessions: who is signed in, proven by a secret of which only the hash is kept.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::id::WorkspaceId;
use domain::person::{Actor, Person};
use domain::session::{TOUCH_EVERY, is_alive, limits};
use domain::slug::Slug;
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{Item, integer, item, number, row, string};
use crate::directory::Directory;
use crate::error::Error;
use crate::keys;
use crate::scope::{ClientScope, Store, WorkspaceScope};
use crate::table::Table;
use crate::transact::{Transaction, Update};

/// Sessions that a person may have open at once; the oldest ends for another.
const MOST: usize = 20;
/// How often opening one is tried while others of the person open or end.
const TRIES: u32 = 4;

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
    #[serde(flatten)]
    device: Device,
}

/// What a session was opened with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// What the browser says that it is.
    pub agent: String,
    /// Where it came from.
    pub address: String,
}

/// A session in the list of a person's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Names it to its person, without being its key.
    pub handle: String,
    /// What it was opened with.
    pub device: Device,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it was last used, to within five minutes.
    pub used: Timestamp,
    /// Whether it is the one that asks.
    pub mine: bool,
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

    pub(crate) fn person_key(&self) -> keys::Key {
        person_key(&self.row.actor)
    }

    /// The sessions of its person, if it were the only one.
    pub(crate) fn alone(&self) -> AttributeValue {
        AttributeValue::Ss(vec![entry(&self.hash, self.row.opened)])
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
    /// Opens a session for `person`, as it was read before the password was
    /// checked, at the workspace `host`; `hash` is that of its secret token.
    pub async fn open_session(
        &self,
        ws: WorkspaceId,
        host: &Slug,
        person: &Person,
        hash: &str,
        device: &Device,
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
            device: device.clone(),
        };
        for _ in 0..TRIES {
            match self.keep_session(hash, &row, person.epoch).await {
                Err(Error::Refused(1)) => {}
                result => {
                    result?;
                    return Ok(Session {
                        hash: hash.to_owned(),
                        row,
                        table: self.table().clone(),
                    });
                }
            }
        }
        Err(Error::Busy)
    }

    /// Keeps a session, and notes it at the person: the second write, refused
    /// where the person changed meanwhile.
    async fn keep_session(&self, hash: &str, row: &Row, epoch: i64) -> Result<(), Error> {
        let person = person_key(&row.actor);
        let found = self.table().get(&person, true).await?.unwrap_or_default();
        // Whoever got another role or password meanwhile starts again.
        if integer(&found, "epoch") != epoch {
            return Err(Error::Busy);
        }
        let mut open = open_sessions(&found);
        let since = row.opened.as_second() - limits(row.actor.role).absolute.as_secs();
        open.retain(|entry| opened_at(entry) > since);
        open.sort();
        let ended: Vec<_> = open
            .drain(..(open.len() + 1).saturating_sub(MOST))
            .collect();
        open.push(entry(hash, row.opened));
        let mut transaction = Transaction::new(self.table());
        transaction.put_new(item("session", &keys::session(hash), row)?);
        let update = Update::existing(person)
            .set("sessions", AttributeValue::Ss(open))
            .add("v", 1);
        let v = number(integer(&found, "v"));
        transaction.update(update.when("v = :v", ":v", v));
        for entry in &ended {
            transaction.delete(&keys::session(hash_of(entry)));
        }
        transaction.commit(self.table()).await
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
        self.close(
            session.actor(),
            vec![entry(&session.hash, session.row.opened)],
        )
        .await
    }

    /// The person's sessions that hold at `now`, the last used first.
    pub async fn sessions(&self, session: &Session, now: Timestamp) -> Result<Vec<Listed>, Error> {
        let person = session.person_key();
        let found = self.table().get(&person, true).await?.unwrap_or_default();
        let entries = open_sessions(&found);
        let reads = entries.iter().map(|entry| async {
            let hash = hash_of(entry);
            let found = self.table().get(&keys::session(hash), false).await?;
            let row = found.map(row::<Row>).transpose()?;
            Ok::<_, Error>(row.map(|row| (hash.to_owned(), row)))
        });
        let rows = try_join_all(reads).await?.into_iter().flatten();
        let alive = rows.filter(|(_, row)| is_alive(row.actor.role, row.opened, row.used, now));
        let mut listed: Vec<_> = alive
            .map(|(hash, row)| Listed {
                handle: handle(&hash),
                mine: hash == session.hash,
                device: row.device,
                opened: row.opened,
                used: row.used,
            })
            .collect();
        listed.sort_by_key(|one| std::cmp::Reverse((one.mine, one.used)));
        Ok(listed)
    }

    /// Ends the one of the person's sessions that has this handle, if there is one.
    pub async fn close_other(&self, session: &Session, named: &str) -> Result<(), Error> {
        let person = session.person_key();
        let found = self.table().get(&person, true).await?.unwrap_or_default();
        let mut entries = open_sessions(&found);
        entries.retain(|entry| handle(hash_of(entry)) == named);
        if entries.is_empty() {
            return Ok(());
        }
        self.close(session.actor(), entries).await
    }

    /// Ends every session of the person.
    pub async fn close_all_sessions(&self, session: &Session) -> Result<(), Error> {
        let person = person_key(session.actor());
        let found = self.table().get(&person, true).await?.unwrap_or_default();
        let mut open = open_sessions(&found);
        open.push(entry(&session.hash, session.row.opened));
        open.sort();
        open.dedup();
        self.close(session.actor(), open).await
    }

    /// Ends some of a person's sessions: no more than one transaction takes.
    async fn close(&self, actor: &Actor, entries: Vec<String>) -> Result<(), Error> {
        let mut transaction = Transaction::new(self.table());
        for entry in &entries {
            transaction.delete(&keys::session(hash_of(entry)));
        }
        transaction.update(Update::existing(person_key(actor)).take_from_set("sessions", entries));
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
    keys::person(&keys::home(actor.workspace, actor.client), actor.user)
}

/// A session as it is noted at its person: when it was opened, in seconds of a
/// fixed width, and its hash.
fn entry(hash: &str, opened: Timestamp) -> String {
    format!("{:011}.{hash}", opened.as_second())
}

/// Enough of a hash to tell a person's sessions apart.
fn handle(hash: &str) -> String {
    hash.chars().take(16).collect()
}

fn hash_of(entry: &str) -> &str {
    entry.split_once('.').map_or(entry, |(_, hash)| hash)
}

fn opened_at(entry: &str) -> i64 {
    let opened = entry.split_once('.').and_then(|(at, _)| at.parse().ok());
    opened.unwrap_or_default()
}

fn open_sessions(person: &Item) -> Vec<String> {
    match person.get("sessions") {
        Some(AttributeValue::Ss(entries)) => entries.clone(),
        _ => Vec::new(),
    }
}

/// The keys of the sessions that are noted at a person.
pub(crate) fn session_keys(person: &Item) -> Vec<keys::Key> {
    let entries = open_sessions(person);
    let hashes = entries.iter().map(|entry| hash_of(entry));
    hashes.map(keys::session).collect()
}
