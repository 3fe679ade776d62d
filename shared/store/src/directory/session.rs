//! Sessions: a signed-in person, proven by a secret of which only the hash is kept.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::person::Actor;
use domain::session::{REAUTH_WINDOW, TOUCH_EVERY, is_alive};
use domain::slug::Slug;
use domain::suppression::SuppressionNotice;
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::directory::account::Member;
use crate::directory::directory::Directory;
use crate::directory::login::Login;
use crate::directory::session_entry::{entry_hash, format_entry, session_entries};
use crate::error::StoreError;
use crate::table::codec::{from_item, number, string};
use crate::table::keys;
use crate::table::table::Table;
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::audit_context::{AuditContext, Device};
use crate::tenancy::audit_item::AuditPlace;
use crate::tenancy::scope::{ClientScope, Store, WorkspaceScope};

/// A valid session: proof of an actor.
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
    #[serde(rename = "proven", default)]
    pub(crate) authenticated_at: Timestamp,
    #[serde(default)]
    pub(crate) mfa: bool,
    /// The client's name, where the person belongs to several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) portal: Option<String>,
    pub(crate) ttl: i64,
    /// The number of unread notifications, and how often it changed: a copy of the person's, so
    /// that no page reads it.
    #[serde(default)]
    pub(crate) unread: i64,
    #[serde(default)]
    pub(crate) rings: i64,
    #[serde(flatten)]
    pub(crate) device: Device,
}

/// A session in the list of the person's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSummary {
    /// Names the session to its person; it is not the key.
    pub handle: String,
    pub device: Device,
    pub opened: Timestamp,
    /// To within five minutes.
    pub used: Timestamp,
    /// Whether the request is made with it.
    pub is_current: bool,
}

impl Session {
    /// The actor of the session.
    pub fn actor(&self) -> &Actor {
        &self.row.actor
    }

    /// The hash of the session's secret, to which tokens are bound.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether the password, and the code, were given a short while ago.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.row.authenticated_at) < REAUTH_WINDOW
    }

    /// Whether its person signs in with a code.
    pub fn has_mfa(&self) -> bool {
        self.row.mfa
    }

    /// The name of the session's client, where the person belonged to several when it was
    /// opened.
    pub fn portal(&self) -> Option<&str> {
        self.row.portal.as_deref()
    }

    /// The number of unread notifications.
    pub fn unread(&self) -> i64 {
        self.row.unread
    }

    pub(crate) fn person_key(&self) -> keys::Key {
        person_key(&self.row.actor)
    }

    /// The person's session entries, if it were the only session.
    pub(crate) fn as_only_entry(&self) -> AttributeValue {
        AttributeValue::Ss(vec![format_entry(&self.hash, self.row.opened)])
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
        let by = AuditActor::from(actor);
        Some(Store::of_contact(table, actor.workspace, client, trace, by))
    }
}

impl Directory {
    /// The session with this hash, if it is valid at `now` and was opened at `host`. With
    /// `touch`, its use is recorded, unless it was lately.
    pub async fn find_session(
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
        let row: SessionItem = from_item(found)?;
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
            trace: self.context().clone(),
        }))
    }

    /// Ends one session.
    pub async fn close_session(&self, session: &Session) -> Result<(), StoreError> {
        let entries = vec![format_entry(&session.hash, session.row.opened)];
        self.delete_sessions(session.actor(), session.person_key(), entries, None)
            .await
    }

    /// The person's sessions that are valid at `now`, at all clients, the last used first; and
    /// why the address is suppressed, if it is.
    pub async fn list_sessions(
        &self,
        session: &Session,
        now: Timestamp,
    ) -> Result<(Vec<SessionSummary>, Option<SuppressionNotice>), StoreError> {
        let members = self.list_own_members(session).await?;
        let suppressed = members.iter().find_map(Member::suppression_notice);
        let entries = members
            .iter()
            .flat_map(|member| session_entries(&member.found));
        let reads = entries.map(|entry| async move {
            let hash = entry_hash(&entry);
            let found = self.table().get(&keys::session(hash), false).await?;
            let row = found.map(from_item::<SessionItem>).transpose()?;
            Ok::<_, StoreError>(row.map(|row| (hash.to_owned(), row)))
        });
        let rows = try_join_all(reads).await?.into_iter().flatten();
        let alive = rows.filter(|(_, row)| is_alive(row.actor.role, row.opened, row.used, now));
        let mut listed: Vec<_> = alive
            .map(|(hash, row)| SessionSummary {
                handle: handle(&hash),
                is_current: hash == session.hash,
                device: row.device,
                opened: row.opened,
                used: row.used,
            })
            .collect();
        listed.sort_by_key(|summary| std::cmp::Reverse((summary.is_current, summary.used)));
        Ok((listed, suppressed))
    }

    /// Ends the person's session with this handle, if there is one.
    pub async fn close_session_by_handle(
        &self,
        session: &Session,
        named: &str,
    ) -> Result<(), StoreError> {
        let members = self.list_own_members(session).await?;
        let of = |member: &Member| {
            let mut entries = session_entries(&member.found);
            entries.retain(|entry| handle(entry_hash(entry)) == named);
            (!entries.is_empty()).then(|| (member.key.clone(), entries))
        };
        let Some((key, entries)) = members.iter().find_map(of) else {
            return Ok(());
        };
        let note = AuditNote::of(AuditKind::SessionsEnded, "one of their own");
        self.delete_sessions(session.actor(), key, entries, Some(note))
            .await
    }

    /// Ends every session of the person, at all clients.
    pub async fn close_all_sessions(&self, session: &Session) -> Result<(), StoreError> {
        let (actor, own_row) = (session.actor(), session.person_key());
        let mut own_entries = vec![format_entry(&session.hash, session.row.opened)];
        for member in self.list_own_members(session).await? {
            let entries = session_entries(&member.found);
            if member.key == own_row {
                own_entries.extend(entries);
            } else if !entries.is_empty() {
                self.delete_sessions(actor, member.key, entries, None)
                    .await?;
            }
        }
        own_entries.sort();
        own_entries.dedup();
        let note = AuditNote::of(AuditKind::SessionsEnded, "all of their own");
        self.delete_sessions(actor, own_row, own_entries, Some(note))
            .await
    }

    /// The person's rows at each of the account's clients.
    async fn list_own_members(&self, session: &Session) -> Result<Vec<Member>, StoreError> {
        let actor = session.actor();
        let own_row = Login::of(actor.user, actor.client);
        if actor.client.is_none() {
            return self.list_members(actor.workspace, &own_row).await;
        }
        let login = self.find_login(actor.workspace, &actor.email).await?;
        let login = login.filter(|login| login.user == actor.user);
        self.list_members(actor.workspace, &login.unwrap_or(own_row))
            .await
    }

    /// Ends sessions of a person: no more than one transaction takes.
    async fn delete_sessions(
        &self,
        actor: &Actor,
        person: keys::Key,
        entries: Vec<String>,
        note: Option<AuditNote>,
    ) -> Result<(), StoreError> {
        let mut transaction = Transaction::new(self.table());
        for entry in &entries {
            transaction.delete(&keys::session(entry_hash(entry)));
        }
        transaction.update(Update::existing(person).delete_from_set("sessions", entries));
        if let Some(note) = note {
            let at = AuditPlace::of(actor);
            self.record(&mut transaction, at, Some(AuditActor::from(actor)), note)?;
        }
        match transaction.commit(self.table()).await {
            // The person is gone, and the sessions with it.
            Err(StoreError::Refused(_)) => Ok(()),
            result => result,
        }
    }

    /// Counts more uses under `key`, and gives the number of uses.
    pub(crate) async fn hit(
        &self,
        key: keys::Key,
        uses: i64,
        expires: i64,
    ) -> Result<i64, StoreError> {
        let update = Update::upsert(key)
            .add("n", uses)
            .set("ttl", number(expires));
        let after = self.table().update(update).await?.unwrap_or_default();
        Ok(crate::table::codec::get_integer(&after, "n"))
    }
}

pub(crate) fn person_key(actor: &Actor) -> keys::Key {
    keys::person(&keys::home(actor.workspace, actor.client), actor.user)
}

/// The start of a hash, which tells a person's sessions apart.
fn handle(hash: &str) -> String {
    hash.chars().take(16).collect()
}
