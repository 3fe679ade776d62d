//! Quantities that a plan bounds.

use crate::file::format_size;

/// A quantity that a plan bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanLimit {
    /// Enabled team members and open invitations to the team.
    Seats,
    Clients,
    /// Engagements that have begun and aren't closed.
    Engagements,
    /// Of all engagements, drafts and closed findings included.
    Findings,
    /// Bytes of all files, deleted documents included while they are kept.
    Storage,
}

impl PlanLimit {
    /// Every limit, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Seats,
        Self::Clients,
        Self::Engagements,
        Self::Findings,
        Self::Storage,
    ];

    /// The name in keys and pages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seats => "seats",
            Self::Clients => "clients",
            Self::Engagements => "engagements",
            Self::Findings => "findings",
            Self::Storage => "storage",
        }
    }

    /// The displayed name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Seats => "Seats",
            Self::Clients => "Clients",
            Self::Engagements => "Active engagements",
            Self::Findings => "Findings",
            Self::Storage => "Space for files",
        }
    }

    /// Words on what counts.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Seats => "People of the team, and open invitations to it",
            Self::Clients => "Their people are not counted",
            Self::Engagements => "Begun and not closed",
            Self::Findings => "Of all engagements, drafts among them",
            Self::Storage => "Documents, pictures and what goes along with messages",
        }
    }

    /// An amount in words: `3`, `1,000` or `2 GB`.
    pub fn format_amount(self, n: i64) -> String {
        match self {
            Self::Storage => format_size(n),
            _ => with_thousands(n),
        }
    }

    /// An amount as a sentence names it: `3 clients`.
    pub(super) fn describe(self, n: i64) -> String {
        let amount = self.format_amount(n);
        match self {
            Self::Seats => format!("{amount} seats"),
            Self::Clients => format!("{amount} clients"),
            Self::Engagements => format!("{amount} active engagements"),
            Self::Findings => format!("{amount} findings"),
            Self::Storage => format!("{amount} of space for files"),
        }
    }

    /// What makes room on the same plan.
    pub(super) const fn way_to_free(self) -> Option<&'static str> {
        match self {
            Self::Seats => Some("disable or remove somebody, or revoke an invitation"),
            Self::Engagements => Some("close an engagement"),
            Self::Storage => Some("delete documents that are no longer needed"),
            Self::Clients | Self::Findings => None,
        }
    }
}

/// A number with commas between thousands.
fn with_thousands(n: i64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digit.is_ascii_digit() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
