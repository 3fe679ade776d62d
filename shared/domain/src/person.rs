//! People, and the acting person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::{ClientId, UserId, WorkspaceId};
use crate::notification::NotificationPreferences;
use crate::role::Role;
use crate::suppression::SuppressionNotice;

/// A person's account in one workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Also the username at the identity provider.
    pub id: UserId,
    /// As shown to everybody who may see the person.
    pub name: String,
    /// Where mail goes, and what is typed at sign-in.
    pub email: EmailAddress,
    /// What the person is here.
    pub role: Role,
    /// The client of a contact; `None` for the team.
    pub client: Option<ClientId>,
    /// When the account was made.
    pub since: Timestamp,
    /// Goes up with each change of the password or the role: a session that is
    /// asked for by an earlier one is refused.
    #[serde(default)]
    pub epoch: i64,
    /// Since when signing in takes a code as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa: Option<Timestamp>,
    /// Since when the person can't sign in, though nothing else is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Timestamp>,
    /// How mail of what happens comes.
    #[serde(default)]
    pub notify: NotificationPreferences,
    /// That no mail goes to the address: a copy of what is known of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<SuppressionNotice>,
}

/// The person on whose behalf something happens, proven by a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Whose account.
    pub user: UserId,
    /// The person's name at the time.
    pub name: String,
    /// Where the person signs in.
    pub email: EmailAddress,
    /// What the person may.
    pub role: Role,
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// For which client; `None` for the team.
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
    fn initials_are_of_the_first_and_last_word() {
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
