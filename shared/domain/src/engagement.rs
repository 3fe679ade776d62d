//! Engagements: projects for a client with their scope and dates.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::finding::{Assignee, Counts};
use crate::id::{ClientId, EngagementId};
use crate::input::FieldErrors;
use crate::message::MessageCounts;
use crate::person::Person;

/// The most findings of an engagement.
pub const MAX_FINDINGS: i64 = 5_000;

/// What an engagement tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngagementKind {
    WebApplication,
    Api,
    Network,
    Cloud,
    Mobile,
    ActiveDirectory,
    Other,
}

impl EngagementKind {
    /// Every kind with its name in forms and its displayed name.
    pub const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::WebApplication, "web_application", "Web application"),
        (Self::Api, "api", "API"),
        (Self::Network, "network", "Network"),
        (Self::Cloud, "cloud", "Cloud"),
        (Self::Mobile, "mobile", "Mobile app"),
        (
            Self::ActiveDirectory,
            "active_directory",
            "Active Directory",
        ),
        (Self::Other, "other", "Other"),
    ];

    /// The displayed name.
    pub fn label(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, ..)| *kind == self)
            .map_or("Other", |(_, _, label)| label)
    }
}

impl FromStr for EngagementKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .find(|(_, name, _)| *name == text)
            .map(|(kind, ..)| *kind)
            .ok_or("Choose a type.")
    }
}

/// The phase of an engagement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Planned,
    /// The tests are running.
    Active,
    /// The report is being written.
    Reporting,
    /// The client fixes the findings.
    Remediation,
    Closed,
}

impl Phase {
    /// Every phase in order with its name in forms and its displayed name.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Planned, "planned", "Planned"),
        (Self::Active, "active", "Active"),
        (Self::Reporting, "reporting", "Reporting"),
        (Self::Remediation, "remediation", "Remediation"),
        (Self::Closed, "closed", "Closed"),
    ];

    /// The name in forms, keys and templates.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(phase, ..)| *phase == self)
            .map_or("planned", |(_, name, _)| name)
    }

    /// Whether the engagement counts as active.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Active | Self::Reporting | Self::Remediation)
    }
}

impl FromStr for Phase {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .find(|(_, name, _)| *name == text)
            .map(|(phase, ..)| *phase)
            .ok_or("Choose a status.")
    }
}

/// An engagement with the totals of its findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engagement {
    pub id: EngagementId,
    pub client: ClientId,
    pub title: String,
    pub kind: EngagementKind,
    pub phase: Phase,
    pub starts_on: Option<Date>,
    pub ends_on: Option<Date>,
    pub team: Vec<Assignee>,
    pub created_at: Timestamp,
    pub counts: Counts,
    pub messages: MessageCounts,
    /// Incremented with each change that is visible to the team.
    pub rev: i64,
    /// Incremented with each change that is visible to the client.
    pub shared_rev: i64,
    /// Incremented with each edit of the engagement itself.
    pub version: i64,
}

/// The submitted form of an engagement.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngagementInput {
    pub title: String,
    pub kind: String,
    pub phase: String,
    #[serde(default)]
    pub starts_on: String,
    #[serde(default)]
    pub ends_on: String,
    #[serde(default)]
    pub scope: String,
    #[serde(default)]
    pub team: Vec<String>,
}

/// A parsed [`EngagementInput`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEngagement {
    pub title: String,
    pub kind: EngagementKind,
    pub phase: Phase,
    pub starts_on: Option<Date>,
    pub ends_on: Option<Date>,
    pub scope: String,
    pub team: Vec<Assignee>,
}

impl EngagementInput {
    /// Parses every field of an engagement without a team.
    pub fn parse(&self) -> Result<NewEngagement, FieldErrors> {
        self.parse_with_team(&[], &[])
    }

    /// Parses every field. The team consists of `people` and of the members `before` the edit.
    pub fn parse_with_team(
        &self,
        people: &[Person],
        before: &[Assignee],
    ) -> Result<NewEngagement, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let title = invalid.parse_line("title", &self.title, 160);
        let kind = invalid.check("kind", self.kind.parse());
        let phase = invalid.check("phase", self.phase.parse());
        let starts_on = parse_date(&mut invalid, "starts_on", &self.starts_on);
        let ends_on = parse_date(&mut invalid, "ends_on", &self.ends_on);
        if let (Some(start), Some(end)) = (starts_on, ends_on)
            && end < start
        {
            invalid.add("ends_on", "The last day is before the first.");
        }
        let scope = invalid.parse_text("scope", &self.scope, 4_000);
        let team = self.parse_team(&mut invalid, people, before);
        match (kind, phase) {
            (Some(kind), Some(phase)) => invalid.into_result(NewEngagement {
                title,
                kind,
                phase,
                starts_on,
                ends_on,
                scope,
                team,
            }),
            _ => Err(invalid),
        }
    }

    fn parse_team(
        &self,
        invalid: &mut FieldErrors,
        people: &[Person],
        before: &[Assignee],
    ) -> Vec<Assignee> {
        let mut chosen = Vec::new();
        for raw in &self.team {
            let present = before.iter().find(|member| member.id.to_string() == *raw);
            let person = people.iter().find(|person| person.id.to_string() == *raw);
            let member = person.map(|person| Assignee {
                id: person.id,
                name: person.name.clone(),
            });
            match member.or_else(|| present.cloned()) {
                Some(member) if !chosen.contains(&member) => chosen.push(member),
                Some(_) => {}
                None => invalid.add("team", "Choose people of the team."),
            }
        }
        chosen
    }
}

fn parse_date(invalid: &mut FieldErrors, field: &'static str, raw: &str) -> Option<Date> {
    let raw = raw.trim();
    if raw.is_empty() {
        return None;
    }
    let is_in_range = |date: &Date| (2000..=2200).contains(&date.year());
    let date = raw.parse::<Date>().ok().filter(is_in_range);
    if date.is_none() {
        invalid.add(field, "Enter a date like 2026-11-24.");
    }
    date
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> EngagementInput {
        EngagementInput {
            title: "Web test".into(),
            kind: "web_application".into(),
            phase: "active".into(),
            ..Default::default()
        }
    }

    #[test]
    fn engagement_ending_before_its_start_is_refused() {
        assert!(input().parse().is_ok());
        let backwards = EngagementInput {
            starts_on: "2026-05-02".into(),
            ends_on: "2026-05-01".into(),
            ..input()
        };
        assert!(
            backwards
                .parse()
                .is_err_and(|e| e.fields().contains_key("ends_on"))
        );
        let nonsense = EngagementInput {
            starts_on: "02/05/26".into(),
            ..input()
        };
        assert!(
            nonsense
                .parse()
                .is_err_and(|e| e.fields().contains_key("starts_on"))
        );
    }

    #[test]
    fn engagement_team_accepts_offered_people_and_present_members() {
        use crate::id::UserId;
        let gone = Assignee {
            id: UserId::new(1, 1),
            name: "Ada".into(),
        };
        let id = gone.id.to_string();
        let input = EngagementInput {
            team: vec![id.clone(), id],
            ..input()
        };
        let stays = input.parse_with_team(&[], std::slice::from_ref(&gone));
        assert_eq!(stays.expect("accepted").team, [gone]);
        assert!(
            input
                .parse()
                .is_err_and(|e| e.fields().contains_key("team"))
        );
    }

    #[test]
    fn engagement_input_reports_all_invalid_fields() {
        let wrong = EngagementInput::default().parse().err().unwrap_or_default();
        assert_eq!(
            wrong.fields().keys().copied().collect::<Vec<_>>(),
            ["kind", "phase", "title"]
        );
    }
}
