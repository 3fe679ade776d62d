//! The audit log: who did what, when, from where, and what it was before.
//! Entries are only ever added; a chain of hashes shows if one was changed later.

mod chain;
mod kind;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ClientId, EntryId, UserId};
use crate::person::{Actor, Person};
use crate::role::Role;

pub use chain::{Broken, Exported, START, Whole, chained, verify};
pub use kind::{Group, Kind};

/// One value that became another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which.
    pub field: String,
    /// Before; empty where there was none.
    pub before: String,
    /// After; empty where there is none.
    pub after: String,
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// By account.
    pub user: UserId,
    /// By the name at that time.
    pub name: String,
    /// As what.
    pub role: Role,
}

impl From<&Actor> for Who {
    fn from(actor: &Actor) -> Self {
        Self {
            user: actor.user,
            name: actor.name.clone(),
            role: actor.role,
        }
    }
}

impl From<&Person> for Who {
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
pub struct Note {
    /// What it is.
    pub kind: Kind,
    /// Whom or what it concerns, by name; empty for the person who does it.
    pub about: String,
    /// What it was and what it is.
    pub changes: Vec<Change>,
}

impl Note {
    /// A note of `kind` about something or somebody.
    pub fn of(kind: Kind, about: &str) -> Self {
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
            self.changes.push(Change {
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
pub struct Record {
    /// Names it, and the request that it was made by.
    pub id: EntryId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: Kind,
    /// Who; `None` where nobody is known, as at a sign-in that failed.
    pub by: Option<Who>,
    /// At which client it happened; `None` for the workspace itself.
    pub client: Option<ClientId>,
    /// Whom or what it concerns, by name.
    pub about: String,
    /// What it was and what it is.
    pub changes: Vec<Change>,
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

impl Record {
    /// The entry as it is exported, in the order of [`COLUMNS`]; its hash is of
    /// exactly this.
    pub fn columns(&self) -> [String; WIDTH] {
        let by = self.by.as_ref();
        let lines = self.changes.iter().map(|change| {
            let Change {
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
