//! People and the acting person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::{ClientId, UserId, WorkspaceId};
use crate::preference::NotificationPreferences;
use crate::role::Role;
use crate::suppression::SuppressionNotice;

/// A person's account in one workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Also the username at the identity provider.
    pub id: UserId,
    pub name: String,
    /// The address for mails and for signing in.
    pub email: EmailAddress,
    pub role: Role,
    /// The client of a contact; `None` for the team.
    pub client: Option<ClientId>,
    #[serde(rename = "since")]
    pub created_at: Timestamp,
    /// Incremented with each change of the password or the role; sessions of an earlier epoch are
    /// refused.
    #[serde(default)]
    pub epoch: i64,
    /// The time at which a second factor was set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa: Option<Timestamp>,
    /// The time at which the account was disabled.
    #[serde(rename = "disabled", default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
    #[serde(rename = "notify", default)]
    pub notification_preferences: NotificationPreferences,
    /// A copy of the address's suppression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<SuppressionNotice>,
}

/// The person who acts, authenticated by a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub user: UserId,
    pub name: String,
    pub email: EmailAddress,
    pub role: Role,
    pub workspace: WorkspaceId,
    /// `None` for the team.
    pub client: Option<ClientId>,
}

/// The first letters of the first and last word of a name, for an avatar.
pub fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|w| w.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let letters = [first, words.next_back()];
    letters
        .into_iter()
        .flatten()
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_of_name_are_first_and_last_words_letters() {
        for (name, letters) in [
            ("Ada Lovelace", "AL"),
            ("ana maría de la cruz", "AC"),
            ("Plato", "P"),
            ("", ""),
            ("(x) y", "XY"),
        ] {
            assert_eq!(initials(name), letters);
        }
    }
}
