//! The obligation to use a second factor.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::role::Role;

/// The people who have to sign in with a second factor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MfaPolicy {
    #[default]
    Nobody,
    Team,
    Contacts,
    Everybody,
}

impl MfaPolicy {
    /// Every policy with its name in forms and its displayed name.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Nobody, "nobody", "Nobody: each decides"),
        (Self::Team, "team", "The team"),
        (Self::Contacts, "contacts", "Clients' people"),
        (Self::Everybody, "everybody", "Everybody"),
    ];

    /// Whether a person of `role` has to.
    pub const fn requires(self, role: Role) -> bool {
        match self {
            Self::Nobody => false,
            Self::Team => role.is_team(),
            Self::Contacts => !role.is_team(),
            Self::Everybody => true,
        }
    }

    /// The displayed name.
    pub fn label(self) -> &'static str {
        let known = Self::ALL.into_iter().find(|(policy, ..)| *policy == self);
        known.map_or("", |(.., label)| label)
    }

    /// The name in forms and the audit log.
    pub fn name(self) -> &'static str {
        let known = Self::ALL.into_iter().find(|(policy, ..)| *policy == self);
        known.map_or("", |(_, name, _)| name)
    }
}

impl FromStr for MfaPolicy {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|(_, name, _)| *name == text);
        known
            .map(|(policy, ..)| policy)
            .ok_or("Choose who has to use two factors.")
    }
}
