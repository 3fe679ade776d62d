//! Signing up: a company's data before its workspace exists.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::{EntryId, UserId, WorkspaceId};
use crate::input::FieldErrors;
use crate::person::Person;
use crate::preference::NotificationPreferences;
use crate::role::{Role, TeamRole};
use crate::slug::Slug;
use crate::workspace::Workspace;

/// The validity of the link that confirms the address.
pub const SIGN_UP_LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// The validity of the code that signs the owner in at the new workspace.
pub const HANDOFF_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// The message for a company name that gives no valid slug.
const RESERVED_NAME: &str = "No address can be made of this name: it reads like one of the platform's own. \
    Write it out, such as “Status Security GmbH”.";

/// The submitted form.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignUpInput {
    pub company: String,
    pub name: String,
    pub email: String,
    /// The browser's time zone, if it reports one.
    #[serde(default)]
    pub time_zone: String,
}

/// A parsed [`SignUpInput`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSignUp {
    pub company: String,
    pub name: String,
    pub email: EmailAddress,
    pub time_zone: String,
    pub slug: Slug,
}

/// A sign-up whose address isn't confirmed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUp {
    /// The id in the link.
    pub id: EntryId,
    /// The id of the future workspace.
    pub ws: WorkspaceId,
    pub company: String,
    pub name: String,
    pub email: EmailAddress,
    /// IANA name.
    pub time_zone: String,
    /// The slug of the company name. It can be taken by the time of the confirmation.
    pub slug: Slug,
    pub at: Timestamp,
}

impl SignUpInput {
    /// Parses every field. An unknown time zone becomes UTC, since it is no visible field.
    pub fn parse(&self) -> Result<NewSignUp, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let company = invalid.parse_name("company", &self.company, 80);
        let name = invalid.parse_name("name", &self.name, 80);
        let email = self.email.parse::<EmailAddress>();
        let email = invalid.check("email", email);
        let slug = Slug::of_name(&company, 1);
        if slug.is_err() && !company.is_empty() {
            invalid.add("company", RESERVED_NAME);
        }
        let zone = self.time_zone.trim();
        let known = jiff::tz::TimeZone::get(zone).is_ok();
        match (email, slug) {
            (Some(email), Ok(slug)) => invalid.into_result(NewSignUp {
                company,
                name,
                email,
                time_zone: if known { zone } else { "UTC" }.to_owned(),
                slug,
            }),
            _ => Err(invalid),
        }
    }
}

impl SignUp {
    /// The end of the link's validity.
    pub fn expires_at(&self) -> Timestamp {
        self.at.saturating_add(SIGN_UP_LIFETIME).unwrap_or(self.at)
    }

    /// The workspace at `slug` and its owner with the id `user`.
    pub fn to_workspace(&self, slug: Slug, user: UserId, now: Timestamp) -> (Workspace, Person) {
        let (company, zone) = (self.company.clone(), self.time_zone.clone());
        let workspace = Workspace {
            shows_guide: true,
            ..Workspace::new(self.ws, slug, company, zone)
        };
        let owner = Person {
            id: user,
            name: self.name.clone(),
            email: self.email.clone(),
            role: Role::Team(TeamRole::Owner),
            client: None,
            created_at: now,
            epoch: 0,
            mfa: None,
            disabled_at: None,
            suppressed: None,
            notification_preferences: NotificationPreferences::default(),
        };
        (workspace, owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(company: &str, email: &str) -> SignUpInput {
        SignUpInput {
            company: company.to_owned(),
            name: "Ada Lovelace".to_owned(),
            email: email.to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
        }
    }

    #[test]
    fn sign_up_reports_all_invalid_fields() {
        let wrong = input("Support", "nobody").parse().expect_err("wrong");
        assert!(wrong.fields().contains_key("company"), "{wrong:?}");
        assert!(wrong.fields().contains_key("email"), "{wrong:?}");
        let empty = SignUpInput::default().parse().expect_err("empty");
        assert_eq!(empty.fields().len(), 3, "{empty:?}");
    }

    #[test]
    fn sign_up_with_unknown_time_zone_gets_utc() {
        let parsed = input("Acme", "ada@acme.example").parse().expect("right");
        assert_eq!(parsed.time_zone, "Europe/Berlin");
        for zone in ["", "Mars/Olympus"] {
            let typed = SignUpInput {
                time_zone: zone.to_owned(),
                ..input("Acme", "ada@acme.example")
            };
            assert_eq!(typed.parse().expect("right").time_zone, "UTC");
        }
    }
}
