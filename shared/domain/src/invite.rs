//! An invitation of a person to the portal.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::{ClientId, InviteId};
use crate::input::Invalid;
use crate::role::ContactRole;

/// How long a setup link works.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An invitation of a contact, bound to its address and role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// Its id.
    pub id: InviteId,
    /// The client that the person belongs to.
    pub client: ClientId,
    /// The person's name.
    pub name: String,
    /// Where the link is sent.
    pub email: EmailAddress,
    /// What the person will be.
    pub role: ContactRole,
    /// Who invited.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
    /// When the person set a password with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Timestamp>,
}

/// What an invitation is good for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its link works.
    Pending,
    /// Its time is over.
    Expired,
    /// It made an account.
    Accepted,
}

impl State {
    /// The name used in templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Expired => "expired",
            Self::Accepted => "accepted",
        }
    }
}

impl Invite {
    /// When the link stops working.
    pub fn expires(&self) -> Timestamp {
        self.at.saturating_add(LIFETIME).unwrap_or(self.at)
    }

    /// What it is good for at `now`.
    pub fn state(&self, now: Timestamp) -> State {
        match self.accepted {
            Some(_) => State::Accepted,
            None if now >= self.expires() => State::Expired,
            None => State::Pending,
        }
    }
}

/// The form "Invite to Portal", as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the fields of Invite
pub struct InviteInput {
    pub name: String,
    pub email: String,
    pub role: String,
}

/// A person to invite, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the fields of Invite
pub struct NewInvite {
    pub name: String,
    pub email: EmailAddress,
    pub role: ContactRole,
}

impl InviteInput {
    /// Checks every field.
    pub fn parse(&self) -> Result<NewInvite, Invalid> {
        let mut invalid = Invalid::default();
        let name = invalid.line("name", &self.name, 80);
        let email = invalid.check("email", self.email.parse());
        let role = invalid.check("role", self.role.parse());
        match (email, role) {
            (Some(email), Some(role)) => invalid.into_result(NewInvite { name, email, role }),
            _ => Err(invalid),
        }
    }
}
