//! Sessions: who is signed in, proven by a secret of which only the hash is kept.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::person::Actor;
use domain::session::{FRESH, TOUCH_EVERY, is_alive};
use domain::slug::Slug;
use domain::suppression::SuppressionNotice;
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{Item, number, row, string, strings};
use crate::directory::{Directory, Login};
use crate::error::StoreError;
use crate::keys;
use crate::membership::Member;
use crate::scope::{ClientScope, Store, WorkspaceScope};
use crate::table::Table;
use crate::trace::AuditContext;
use crate::transact::{Transaction, Update};

/// A session that holds: proof of an actor.
#[derive(Debug, Clone)]
pub struct Session {
    pub(crate) hash: String,
    pub(crate) row: SessionItem,
    pub(crate) table: Table,
    pub(crate) trace: AuditContext,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SessionItem {
    pub(crate) actor: Actor,
    pub(crate) host: Slug,
    pub(crate) opened: Timestamp,
    pub(crate) used: Timestamp,
    #[serde(default)]
    pub(crate) proven: Timestamp,
    #[serde(default)]
    pub(crate) mfa: bool,
    /// The name of the client, where the person belongs to several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) portal: Option<String>,
    pub(crate) ttl: i64,
    /// Notices that the person hasn't read, as of the number of times that it
    /// changed: a copy, so that no page has to ask for it.
    #[serde(default)]
    pub(crate) unread: i64,
    #[serde(default)]
    pub(crate) rings: i64,
    #[serde(flatten)]
    pub(crate) device: Device,
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
pub struct SessionSummary {
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

    /// Whether the password, and the code, were given a short while ago.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.row.proven) < FRESH
    }

    /// Whether its person signs in with a code.
    pub fn has_mfa(&self) -> bool {
        self.row.mfa
    }

    /// The name of the client that it is of, where its person belonged to several
    /// when it was opened.
    pub fn portal(&self) -> Option<&str> {
        self.row.portal.as_deref()
    }

    /// How many notices the person hasn't read.
    pub fn unread(&self) -> i64 {
        self.row.unread
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
        team.then(|| {
            let (table, trace) = (self.table.clone(), self.trace.clone());
            Store::of_workspace(table, actor.workspace, trace, Some(AuditActor::from(actor)))
        })
    }

    /// The client's store, for a contact.
    pub fn portal_store(&self) -> Option<Store<ClientScope>> {
        let actor = self.actor();
        let client = actor.client.filter(|_| !actor.role.is_team())?;
        let (table, trace) = (self.table.clone(), self.trace.clone());
        let at = (actor.workspace, client);
        Some(Store::of_contact(table, at, trace, AuditActor::from(actor)))
    }
}

impl Directory {
    /// The session with this hash, if it holds at `now` and was opened at
    /// `host`. Its use is noted, where `touch` and not done lately.
    pub async fn session(
        &self,
        hash: &str,
        host: &Slug,
        now: Timestamp,
        touch: bool,
    ) -> Result<Option<Session>, StoreError> {
        let key = keys::session(hash);
        let Some(found) = self.table().get(&key, true).await? else {
            return Ok(None);
        };
        let row: SessionItem = row(found)?;
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
            trace: self.trace().clone(),
        }))
    }

    /// Ends one session.
    pub async fn close_session(&self, session: &Session) -> Result<(), StoreError> {
        let entries = vec![entry(&session.hash, session.row.opened)];
        let at = (session.person_key(), entries);
        self.close(session.actor(), at, None).await
    }

    /// The person's sessions that hold at `now`, at whatever client, the last used
    /// first; and whether no mail goes to the address.
    pub async fn sessions(
        &self,
        session: &Session,
        now: Timestamp,
    ) -> Result<(Vec<SessionSummary>, Option<SuppressionNotice>), StoreError> {
        let members = self.own_members(session).await?;
        let suppressed = members.iter().find_map(Member::suppressed);
        let entries = members
            .iter()
            .flat_map(|member| open_sessions(&member.found));
        let reads = entries.map(|entry| async move {
            let hash = hash_of(&entry);
            let found = self.table().get(&keys::session(hash), false).await?;
            let row = found.map(row::<SessionItem>).transpose()?;
            Ok::<_, StoreError>(row.map(|row| (hash.to_owned(), row)))
        });
        let rows = try_join_all(reads).await?.into_iter().flatten();
        let alive = rows.filter(|(_, row)| is_alive(row.actor.role, row.opened, row.used, now));
        let mut listed: Vec<_> = alive
            .map(|(hash, row)| SessionSummary {
                handle: handle(&hash),
                mine: hash == session.hash,
                device: row.device,
                opened: row.opened,
                used: row.used,
            })
            .collect();
        listed.sort_by_key(|one| std::cmp::Reverse((one.mine, one.used)));
        Ok((listed, suppressed))
    }

    /// Ends the one of the person's sessions that has this handle, if there is one.
    pub async fn close_other(&self, session: &Session, named: &str) -> Result<(), StoreError> {
        let members = self.own_members(session).await?;
        let of = |member: &Member| {
            let mut entries = open_sessions(&member.found);
            entries.retain(|entry| handle(hash_of(entry)) == named);
            (!entries.is_empty()).then(|| (member.key.clone(), entries))
        };
        let Some((key, entries)) = members.iter().find_map(of) else {
            return Ok(());
        };
        let note = AuditNote::of(AuditKind::SessionsEnded, "one of their own");
        self.close(session.actor(), (key, entries), Some(note))
            .await
    }

    /// Ends every session of the person, at whatever client.
    pub async fn close_all_sessions(&self, session: &Session) -> Result<(), StoreError> {
        let (actor, here) = (session.actor(), session.person_key());
        let mut own = vec![entry(&session.hash, session.row.opened)];
        for member in self.own_members(session).await? {
            let entries = open_sessions(&member.found);
            if member.key == here {
                own.extend(entries);
            } else if !entries.is_empty() {
                self.close(actor, (member.key, entries), None).await?;
            }
        }
        own.sort();
        own.dedup();
        let note = AuditNote::of(AuditKind::SessionsEnded, "all of their own");
        self.close(actor, (here, own), Some(note)).await
    }

    /// The rows of whoever is signed in, at each of the account's clients.
    async fn own_members(&self, session: &Session) -> Result<Vec<Member>, StoreError> {
        let actor = session.actor();
        let here = Login::of(actor.user, actor.client);
        if actor.client.is_none() {
            return self.members(actor.workspace, &here).await;
        }
        let login = self.login(actor.workspace, &actor.email).await?;
        let login = login.filter(|login| login.user == actor.user);
        self.members(actor.workspace, &login.unwrap_or(here)).await
    }

    /// Ends some of a person's sessions: no more than one transaction takes.
    async fn close(
        &self,
        actor: &Actor,
        (person, entries): (keys::Key, Vec<String>),
        note: Option<AuditNote>,
    ) -> Result<(), StoreError> {
        let mut transaction = Transaction::new(self.table());
        for entry in &entries {
            transaction.delete(&keys::session(hash_of(entry)));
        }
        transaction.update(Update::existing(person).take_from_set("sessions", entries));
        if let Some(note) = note {
            let at = (actor.workspace, actor.client);
            self.record(&mut transaction, at, Some(AuditActor::from(actor)), note)?;
        }
        match transaction.commit(self.table()).await {
            // The person is gone, and the sessions with it.
            Err(StoreError::Refused(_)) => Ok(()),
            result => result,
        }
    }

    /// Counts one more use of `rule` by `subject` in the window that `now` lies
    /// in, and says how many there were.
    pub(crate) async fn hit(&self, key: keys::Key, expires: i64) -> Result<i64, StoreError> {
        let update = Update::upsert(key).add("n", 1).set("ttl", number(expires));
        let after = self.table().update(update).await?.unwrap_or_default();
        Ok(crate::codec::integer(&after, "n"))
    }
}

pub(crate) fn person_key(actor: &Actor) -> keys::Key {
    keys::person(&keys::home(actor.workspace, actor.client), actor.user)
}

/// A session as it is noted at its person: when it was opened, in seconds of a
/// fixed width, and its hash.
pub(crate) fn entry(hash: &str, opened: Timestamp) -> String {
    format!("{:011}.{hash}", opened.as_second())
}

/// Enough of a hash to tell a person's sessions apart.
fn handle(hash: &str) -> String {
    hash.chars().take(16).collect()
}

pub(crate) fn hash_of(entry: &str) -> &str {
    entry.split_once('.').map_or(entry, |(_, hash)| hash)
}

pub(crate) fn opened_at(entry: &str) -> i64 {
    let opened = entry.split_once('.').and_then(|(at, _)| at.parse().ok());
    opened.unwrap_or_default()
}

pub(crate) fn open_sessions(person: &Item) -> Vec<String> {
    strings(person, "sessions")
}

/// The keys of the sessions that are noted at a person.
pub(crate) fn session_keys(person: &Item) -> Vec<keys::Key> {
    let entries = open_sessions(person);
    let hashes = entries.iter().map(|entry| hash_of(entry));
    hashes.map(keys::session).collect()
}
