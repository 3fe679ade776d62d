//! An invitation of a person: to a client's portal, or to the team.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::{ClientId, InviteId};
use crate::input::FieldErrors;
use crate::role::Role;
use crate::suppression::SuppressionNotice;

/// How long a setup link works.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An invitation, bound to its address and role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// Its id.
    pub id: InviteId,
    /// The client that the person will belong to; `None` for the team.
    pub client: Option<ClientId>,
    /// The person's name.
    pub name: String,
    /// Where the link is sent.
    pub email: EmailAddress,
    /// What the person will be.
    pub role: Role,
    /// Who invited, or sent the newest link.
    pub by_name: String,
    /// When the newest link was made.
    pub at: Timestamp,
    /// Which link is the newest one: only that one works.
    pub turn: i64,
    /// When the person set a password with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Timestamp>,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Timestamp>,
    /// That no mail goes to the address: a copy of what is known of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<SuppressionNotice>,
}

/// What an invitation is good for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteState {
    /// Its link works.
    Pending,
    /// Its time is over; it can be sent again.
    Expired,
    /// It made an account.
    Accepted,
    /// It was taken back.
    Revoked,
}

impl InviteState {
    /// The name used in templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Expired => "expired",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
        }
    }

    /// Whether it may still be sent again or taken back.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Expired)
    }
}

impl Invite {
    /// When the link stops working.
    pub fn expires(&self) -> Timestamp {
        self.at.saturating_add(LIFETIME).unwrap_or(self.at)
    }

    /// What it is good for at `now`.
    pub fn state(&self, now: Timestamp) -> InviteState {
        match (self.accepted, self.revoked) {
            (Some(_), _) => InviteState::Accepted,
            (None, Some(_)) => InviteState::Revoked,
            (None, None) if now >= self.expires() => InviteState::Expired,
            (None, None) => InviteState::Pending,
        }
    }

    /// The invitation with a new link, made by `by_name` at `now`; `None` where
    /// it is over.
    pub fn resent(&self, by_name: &str, now: Timestamp) -> Option<Self> {
        self.state(now).is_open().then(|| Self {
            by_name: by_name.to_owned(),
            at: now,
            turn: self.turn + 1,
            ..self.clone()
        })
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
    pub role: Role,
}

impl InviteInput {
    /// Checks every field; the role must be one of `roles`, which the actor may give.
    pub fn parse(&self, roles: &[Role]) -> Result<NewInvite, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let name = invalid.line("name", &self.name, 80);
        let email = invalid.check("email", self.email.parse());
        let role = invalid.check("role", named(&self.role, roles));
        match (email, role) {
            (Some(email), Some(role)) => invalid.into_result(NewInvite { name, email, role }),
            _ => Err(invalid),
        }
    }
}

/// The role of this name among `roles`.
pub fn named(name: &str, roles: &[Role]) -> Result<Role, &'static str> {
    let role = roles.iter().find(|role| role.name() == name);
    role.copied().ok_or("Choose a role.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::{ContactRole, TeamRole};

    fn invite() -> Invite {
        Invite {
            id: InviteId::new(1, 1),
            client: None,
            name: "Ana".to_owned(),
            email: "ana@example.com".parse().expect("an address"),
            role: Role::Contact(ContactRole::Viewer),
            by_name: "Ada".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            turn: 1,
            accepted: None,
            revoked: None,
            suppressed: None,
        }
    }

    #[test]
    fn a_new_link_lives_as_long_as_the_first_and_none_follows_the_end() {
        let late = Timestamp::UNIX_EPOCH + LIFETIME;
        assert_eq!(invite().state(late), InviteState::Expired);
        let again = invite().resent("Bo", late).expect("open");
        assert_eq!((again.state(late), again.turn), (InviteState::Pending, 2));
        for over in [
            Invite {
                accepted: Some(late),
                ..invite()
            },
            Invite {
                revoked: Some(late),
                ..invite()
            },
        ] {
            assert_eq!(over.resent("Bo", late), None);
        }
    }

    #[test]
    fn only_a_role_that_is_offered_is_taken() {
        let input = |role: &str| InviteInput {
            name: "Ana".to_owned(),
            email: "ana@example.com".to_owned(),
            role: role.to_owned(),
        };
        let admin = Role::Team(TeamRole::Admin);
        let offered = admin.appoints(true);
        assert!(input("admin").parse(&offered).is_ok());
        for never in ["owner", "manager", ""] {
            assert!(input(never).parse(&offered).is_err(), "{never}");
        }
    }
}
