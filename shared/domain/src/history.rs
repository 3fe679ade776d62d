//! What happened to a finding: who, what, when. Only ever added to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::finding::Status;
use crate::id::UserId;
use crate::person::Actor;

/// One entry of a finding's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who, by account.
    pub by: UserId,
    /// Who, by the name at that time.
    pub by_name: String,
    /// Whether it was one of the consultancy.
    pub by_team: bool,
    /// What.
    pub what: Happening,
    /// A note or reason, as typed (markdown).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happening {
    /// Written by hand.
    Created,
    /// Made by an import of a scanner's file.
    Imported {
        /// The scanner, as named by its format.
        scanner: String,
    },
    /// The text or the rating was changed.
    Edited {
        /// The fields that differ, in the order of the form.
        fields: Vec<String>,
    },
    /// The status went from one to another.
    Moved {
        /// Before.
        from: Status,
        /// After.
        to: Status,
    },
}

impl Entry {
    /// An entry by `actor` at `at`.
    pub fn new(actor: &Actor, at: Timestamp, what: Happening, note: Option<String>) -> Self {
        Self {
            at,
            by: actor.user,
            by_name: actor.name.clone(),
            by_team: actor.role.is_team(),
            what,
            note,
        }
    }

    /// Whether the client may read it: nothing that happened to a draft, and
    /// no edit of the text.
    pub fn is_shared(&self) -> bool {
        matches!(self.what, Happening::Moved { .. })
    }
}
