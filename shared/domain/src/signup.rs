//! Signing up: what somebody tells of a company, before there is a workspace.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::{EntryId, UserId, WorkspaceId};
use crate::input::FieldErrors;
use crate::notification::NotificationPreferences;
use crate::person::Person;
use crate::role::{Role, TeamRole};
use crate::slug::Slug;
use crate::workspace::Workspace;

/// How long the link works that confirms the address.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// How long the code works by which the founder comes from the front to the workspace.
pub const HANDOFF: SignedDuration = SignedDuration::from_mins(10);

/// What is said of a name that makes none of the addresses that one can have.
const OURS: &str = "No address can be made of this name: it reads like one of the platform's own. \
    Write it out, such as “Status Security GmbH”.";

/// The form, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the fields of SignUp
pub struct SignUpInput {
    pub company: String,
    pub name: String,
    pub email: String,
    /// As the browser says, where it does.
    #[serde(default)]
    pub time_zone: String,
}

/// What the form says, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the fields of SignUp
pub struct NewSignUp {
    pub company: String,
    pub name: String,
    pub email: EmailAddress,
    pub time_zone: String,
    pub slug: Slug,
}

/// A company that wants a workspace, whose address waits to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUp {
    /// Which one: the link that was sent names it.
    pub id: EntryId,
    /// The workspace that it will be.
    pub ws: WorkspaceId,
    /// The company's name.
    pub company: String,
    /// Of whoever signs up.
    pub name: String,
    /// Where the link was sent.
    pub email: EmailAddress,
    /// IANA name of the zone in which times will be shown.
    pub time_zone: String,
    /// The address that the name makes, if it is still free then.
    pub slug: Slug,
    /// When it was asked for.
    pub at: Timestamp,
}

impl SignUpInput {
    /// Checks every field. A zone that isn't known is UTC: nobody typed it.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self) -> Result<NewSignUp, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let company = invalid.line("company", &self.company, 80);
        let name = invalid.line("name", &self.name, 80);
        let email = self.email.parse::<EmailAddress>();
        let email = invalid.check("email", email);
        let slug = Slug::of_name(&company, 1);
        if slug.is_err() && !company.is_empty() {
            invalid.add("company", OURS);
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
    /// Until when its link works.
    pub fn until(&self) -> Timestamp {
        self.at.saturating_add(LIFETIME).unwrap_or(self.at)
    }

    /// The workspace that it makes at `slug`, and its owner, known as `user`.
    pub fn found(&self, slug: Slug, user: UserId, now: Timestamp) -> (Workspace, Person) {
        let (company, zone) = (self.company.clone(), self.time_zone.clone());
        let workspace = Workspace {
            guide: true,
            ..Workspace::new(self.ws, slug, company, zone)
        };
        let owner = Person {
            id: user,
            name: self.name.clone(),
            email: self.email.clone(),
            role: Role::Team(TeamRole::Owner),
            client: None,
            since: now,
            epoch: 0,
            mfa: None,
            disabled: None,
            suppressed: None,
            notify: NotificationPreferences::default(),
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
    fn every_wrong_field_is_named_at_once() {
        let wrong = input("Support", "nobody").parse().expect_err("wrong");
        assert!(wrong.fields().contains_key("company"), "{wrong:?}");
        assert!(wrong.fields().contains_key("email"), "{wrong:?}");
        let empty = SignUpInput::default().parse().expect_err("empty");
        assert_eq!(empty.fields().len(), 3, "{empty:?}");
    }

    #[test]
    fn a_zone_that_nobody_knows_is_utc() {
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
