//! One entry of the audit log, and its columns in an export.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::kind::AuditKind;
use super::note::AuditChange;
use crate::id::{ClientId, EntryId, UserId};
use crate::person::{Actor, Person};
use crate::role::Role;

/// The person who made a change, as of that time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditActor {
    pub user: UserId,
    pub name: String,
    pub role: Role,
}

impl From<&Actor> for AuditActor {
    fn from(actor: &Actor) -> Self {
        Self {
            user: actor.user,
            name: actor.name.clone(),
            role: actor.role,
        }
    }
}

impl From<&Person> for AuditActor {
    fn from(person: &Person) -> Self {
        Self {
            user: person.id,
            name: person.name.clone(),
            role: person.role,
        }
    }
}

/// One entry of the audit log, chained by hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Also names the request that made it.
    pub id: EntryId,
    pub at: Timestamp,
    pub kind: AuditKind,
    /// `None` where the actor isn't known, as at a failed sign-in.
    pub by: Option<AuditActor>,
    /// `None` for the workspace itself.
    pub client: Option<ClientId>,
    /// The name of the person or thing that changed.
    #[serde(rename = "about")]
    pub subject: String,
    pub changes: Vec<AuditChange>,
    /// The network address of the request.
    pub address: String,
    /// The browser's user agent.
    pub agent: String,
}

/// The number of exported columns, without the position in the chain.
pub const EXPORT_WIDTH: usize = 11;

/// The names of the exported columns.
pub const EXPORT_COLUMNS: [&str; EXPORT_WIDTH] = [
    "id", "time", "event", "who", "who_id", "role", "client", "about", "changes", "address",
    "device",
];

impl AuditRecord {
    /// The record in the order of [`EXPORT_COLUMNS`]; its hash is taken over exactly these.
    pub fn export_columns(&self) -> [String; EXPORT_WIDTH] {
        let by = self.by.as_ref();
        let lines = self.changes.iter().map(|change| {
            let AuditChange {
                field,
                before,
                after,
            } = change;
            format!("{field}: {before} → {after}")
        });
        [
            self.id.to_string(),
            self.at.to_string(),
            self.kind.name().to_owned(),
            by.map(|by| by.name.clone()).unwrap_or_default(),
            by.map(|by| by.user.to_string()).unwrap_or_default(),
            by.map(|by| by.role.label().to_owned()).unwrap_or_default(),
            self.client.map(|id| id.to_string()).unwrap_or_default(),
            self.subject.clone(),
            lines.collect::<Vec<_>>().join("\n"),
            self.address.clone(),
            self.agent.clone(),
        ]
    }
}
