//! How many messages there are, and how many somebody has read.

use serde::{Deserialize, Serialize};

/// Messages by who may read them. What both read and what the team keeps to itself
/// are counted apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageCounts {
    /// Those that both sides read.
    pub messages: i64,
    /// Those that are the team's alone; none to a contact.
    pub notes: i64,
}

impl MessageCounts {
    /// What remains to be read of these, for somebody who has read `seen`.
    #[must_use]
    pub fn unread(self, seen: Self) -> Self {
        Self {
            messages: (self.messages - seen.messages).max(0),
            notes: (self.notes - seen.notes).max(0),
        }
    }

    /// No more than there are: what a form says may be anything.
    #[must_use]
    pub fn at_most(self, all: Self) -> Self {
        Self {
            messages: self.messages.clamp(0, all.messages.max(0)),
            notes: self.notes.clamp(0, all.notes.max(0)),
        }
    }

    /// What a contact may know of it.
    #[must_use]
    pub const fn shared(self) -> Self {
        Self { notes: 0, ..self }
    }

    /// All together.
    pub const fn total(self) -> i64 {
        self.messages + self.notes
    }
}
