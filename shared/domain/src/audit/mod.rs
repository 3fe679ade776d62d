//! The audit log: who did what, when, from where, and what it was before.
//! Entries are only ever added; a chain of hashes shows if one was changed later.

mod chain;
mod kind;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ClientId, EntryId, UserId};
use crate::person::{Actor, Person};
use crate::role::Role;

pub use chain::{ChainError, ExportedEntry, START, VerifiedChain, chained, verify};
pub use kind::{AuditGroup, AuditKind};

/// One value that became another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditChange {
    /// Which.
    pub field: String,
    /// Before; empty where there was none.
    pub before: String,
    /// After; empty where there is none.
    pub after: String,
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditActor {
    /// By account.
    pub user: UserId,
    /// By the name at that time.
    pub name: String,
    /// As what.
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

/// What is to be recorded of a change, by whoever makes the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditNote {
    /// What it is.
    pub kind: AuditKind,
    /// Whom or what it concerns, by name; empty for the person who does it.
    pub about: String,
    /// What it was and what it is.
    pub changes: Vec<AuditChange>,
}

impl AuditNote {
    /// A note of `kind` about something or somebody.
    pub fn of(kind: AuditKind, about: &str) -> Self {
        Self {
            kind,
            about: about.to_owned(),
            changes: Vec::new(),
        }
    }

    /// With a value that became another; one that stayed is passed over.
    #[must_use]
    pub fn change(mut self, field: &str, before: &str, after: &str) -> Self {
        if before != after {
            self.changes.push(AuditChange {
                field: field.to_owned(),
                before: before.to_owned(),
                after: after.to_owned(),
            });
        }
        self
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Names it, and the request that it was made by.
    pub id: EntryId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: AuditKind,
    /// Who; `None` where nobody is known, as at a sign-in that failed.
    pub by: Option<AuditActor>,
    /// At which client it happened; `None` for the workspace itself.
    pub client: Option<ClientId>,
    /// Whom or what it concerns, by name.
    pub about: String,
    /// What it was and what it is.
    pub changes: Vec<AuditChange>,
    /// The network address that it came from.
    pub address: String,
    /// What the browser said that it is.
    pub agent: String,
}

/// How many columns an exported entry has, without its place in the chain.
pub const WIDTH: usize = 11;

/// Their names.
pub const COLUMNS: [&str; WIDTH] = [
    "id", "time", "event", "who", "who_id", "role", "client", "about", "changes", "address",
    "device",
];

impl AuditRecord {
    /// The entry as it is exported, in the order of [`COLUMNS`]; its hash is of
    /// exactly this.
    pub fn columns(&self) -> [String; WIDTH] {
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
            self.about.clone(),
            lines.collect::<Vec<_>>().join("\n"),
            self.address.clone(),
            self.agent.clone(),
        ]
    }
}
