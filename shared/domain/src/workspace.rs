//! A workspace: one security consultancy, its address and its brand.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::WorkspaceId;
use crate::input::Invalid;
use crate::role::Role;
use crate::slug::Slug;

/// What everybody who comes to the workspace's address may know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name in the address.
    pub slug: Slug,
    /// The company's name.
    pub name: String,
    /// IANA name of the zone in which times are shown.
    pub time_zone: String,
    /// Who has to sign in with a second factor.
    #[serde(default)]
    pub mfa: MfaPolicy,
    /// Goes up with every change.
    pub version: i64,
}

/// Who has to sign in with a second factor; anybody may.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MfaPolicy {
    /// Nobody has to.
    #[default]
    Nobody,
    /// The team.
    Team,
    /// The clients' people.
    Contacts,
    /// Both.
    Everybody,
}

impl MfaPolicy {
    /// Every policy, with its name in forms and the words on the screen.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Nobody, "nobody", "Nobody: each decides"),
        (Self::Team, "team", "The team"),
        (Self::Contacts, "contacts", "Clients' people"),
        (Self::Everybody, "everybody", "Everybody"),
    ];

    /// Whether somebody of `role` has to.
    pub const fn requires(self, role: Role) -> bool {
        match self {
            Self::Nobody => false,
            Self::Team => role.is_team(),
            Self::Contacts => !role.is_team(),
            Self::Everybody => true,
        }
    }

    /// The words on the screen.
    pub fn label(self) -> &'static str {
        let known = Self::ALL.into_iter().find(|(policy, ..)| *policy == self);
        known.map_or("", |(.., label)| label)
    }

    /// The name used in forms and the audit log.
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

/// The settings form of a workspace, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the fields of Workspace
pub struct WorkspaceInput {
    pub name: String,
    pub time_zone: String,
}

impl WorkspaceInput {
    /// Checks every field: the name and a zone that is known.
    pub fn parse(&self) -> Result<(String, String), Invalid> {
        let mut invalid = Invalid::default();
        let name = invalid.line("name", &self.name, 80);
        let zone = self.time_zone.trim();
        if jiff::tz::TimeZone::get(zone).is_err() {
            invalid.add("time_zone", "Enter a zone like Europe/Berlin.");
        }
        invalid.into_result((name, zone.to_owned()))
    }
}
