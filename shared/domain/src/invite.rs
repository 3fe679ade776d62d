//! Invitations of people to a client's portal or to the team.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::{ClientId, InviteId};
use crate::input::FieldErrors;
use crate::role::Role;
use crate::suppression::SuppressionNotice;

/// The validity of an invitation's link.
pub const INVITE_LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An invitation for one address and role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    pub id: InviteId,
    /// The client that the person will belong to; `None` for the team.
    pub client: Option<ClientId>,
    pub name: String,
    pub email: EmailAddress,
    pub role: Role,
    /// The person who sent the newest link.
    pub by_name: String,
    /// The time of the newest link.
    #[serde(rename = "at")]
    pub sent_at: Timestamp,
    /// The number of the newest link; earlier links are invalid.
    #[serde(rename = "turn")]
    pub link_number: i64,
    /// The time at which the person set a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Timestamp>,
    /// A copy of the address's suppression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<SuppressionNotice>,
}

/// The state of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteState {
    /// The link is valid.
    Pending,
    /// The link has expired; it can be sent again.
    Expired,
    /// The account exists.
    Accepted,
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

    /// Whether the invitation can be sent again or revoked.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Expired)
    }
}

impl Invite {
    /// The end of the newest link's validity.
    pub fn expires_at(&self) -> Timestamp {
        self.sent_at
            .saturating_add(INVITE_LIFETIME)
            .unwrap_or(self.sent_at)
    }

    pub fn state(&self, now: Timestamp) -> InviteState {
        match (self.accepted, self.revoked) {
            (Some(_), _) => InviteState::Accepted,
            (None, Some(_)) => InviteState::Revoked,
            (None, None) if now >= self.expires_at() => InviteState::Expired,
            (None, None) => InviteState::Pending,
        }
    }

    /// The invitation with a new link; `None` if it was accepted or revoked.
    pub fn resend(&self, by_name: &str, now: Timestamp) -> Option<Self> {
        self.state(now).is_open().then(|| Self {
            by_name: by_name.to_owned(),
            sent_at: now,
            link_number: self.link_number + 1,
            ..self.clone()
        })
    }
}

/// The submitted form "Invite to Portal".
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteInput {
    pub name: String,
    pub email: String,
    pub role: String,
}

/// A parsed [`InviteInput`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvite {
    pub name: String,
    pub email: EmailAddress,
    pub role: Role,
}

impl InviteInput {
    /// Parses every field; the role must be one of `roles`, which the actor can assign.
    pub fn parse(&self, roles: &[Role]) -> Result<NewInvite, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let name = invalid.parse_name("name", &self.name, 80);
        let email = invalid.check("email", self.email.parse());
        let role = invalid.check("role", parse_role(&self.role, roles));
        match (email, role) {
            (Some(email), Some(role)) => invalid.into_result(NewInvite { name, email, role }),
            _ => Err(invalid),
        }
    }
}

/// The role with this name among `roles`.
pub fn parse_role(name: &str, roles: &[Role]) -> Result<Role, &'static str> {
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
            sent_at: Timestamp::UNIX_EPOCH,
            link_number: 1,
            accepted: None,
            revoked: None,
            suppressed: None,
        }
    }

    #[test]
    fn invite_resent_is_pending_again_unless_accepted_or_revoked() {
        let late = Timestamp::UNIX_EPOCH + INVITE_LIFETIME;
        assert_eq!(invite().state(late), InviteState::Expired);
        let again = invite().resend("Bo", late).expect("open");
        assert_eq!(
            (again.state(late), again.link_number),
            (InviteState::Pending, 2)
        );
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
            assert_eq!(over.resend("Bo", late), None);
        }
    }

    #[test]
    fn invite_with_role_that_actor_cannot_assign_is_refused() {
        let input = |role: &str| InviteInput {
            name: "Ana".to_owned(),
            email: "ana@example.com".to_owned(),
            role: role.to_owned(),
        };
        let admin = Role::Team(TeamRole::Admin);
        let offered = admin.assignable_roles(true);
        assert!(input("admin").parse(&offered).is_ok());
        for never in ["owner", "manager", ""] {
            assert!(input(never).parse(&offered).is_err(), "{never}");
        }
    }
}
