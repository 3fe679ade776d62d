//! Counts of the messages of a thread, and of those that a person has read.

use serde::{Deserialize, Serialize};

/// Messages by who may read them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageCounts {
    /// Shared messages.
    pub messages: i64,
    /// Internal notes of the team; 0 for a contact.
    pub notes: i64,
}

impl MessageCounts {
    /// The unread ones for a person who has read `seen`.
    #[must_use]
    pub fn unread(self, seen: Self) -> Self {
        Self {
            messages: (self.messages - seen.messages).max(0),
            notes: (self.notes - seen.notes).max(0),
        }
    }

    /// The counts, held between 0 and `all`.
    #[must_use]
    pub fn capped_at(self, all: Self) -> Self {
        Self {
            messages: self.messages.clamp(0, all.messages.max(0)),
            notes: self.notes.clamp(0, all.notes.max(0)),
        }
    }

    /// The counts that a contact may see.
    #[must_use]
    pub const fn without_notes(self) -> Self {
        Self { notes: 0, ..self }
    }

    /// Messages and notes together.
    pub const fn total(self) -> i64 {
        self.messages + self.notes
    }
}
