//! An engagement: a piece of work for a client, with its scope and dates.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::counts::Counts;
use crate::finding::Assignee;
use crate::id::{ClientId, EngagementId};
use crate::input::FieldErrors;
use crate::message::MessageCounts;
use crate::person::Person;

/// Findings that one engagement may hold.
pub const MAX_FINDINGS: i64 = 5_000;

/// What kind of work it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the labels say it
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
    /// Every kind with its name in forms and its words on the screen.
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

    /// The words on the screen.
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

/// Where the work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Agreed, not begun.
    Planned,
    /// Being tested.
    Active,
    /// The report is being written.
    Reporting,
    /// The client is fixing.
    Remediation,
    /// Over.
    Closed,
}

impl Phase {
    /// Every phase, in order, with its name in forms and its word on the screen.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Planned, "planned", "Planned"),
        (Self::Active, "active", "Active"),
        (Self::Reporting, "reporting", "Reporting"),
        (Self::Remediation, "remediation", "Remediation"),
        (Self::Closed, "closed", "Closed"),
    ];

    /// The name used in forms, keys and templates.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(phase, ..)| *phase == self)
            .map_or("planned", |(_, name, _)| name)
    }

    /// Whether it has begun and isn't over: such engagements are counted.
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

/// An engagement, with the totals of its findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engagement {
    /// Its id.
    pub id: EngagementId,
    /// Whose it is.
    pub client: ClientId,
    /// As on the screen.
    pub title: String,
    /// What kind of work.
    pub kind: EngagementKind,
    /// Where it stands.
    pub phase: Phase,
    /// First day.
    pub starts_on: Option<Date>,
    /// Last day.
    pub ends_on: Option<Date>,
    /// Who of the consultancy works on it.
    pub team: Vec<Assignee>,
    /// When it was added.
    pub since: Timestamp,
    /// Its findings by severity and status.
    pub counts: Counts,
    /// The messages of its thread.
    pub messages: MessageCounts,
    /// Goes up with every change that the team can see.
    pub rev: i64,
    /// Goes up with every change that the client can see.
    pub shared_rev: i64,
    /// Goes up when what people say of it is changed.
    pub version: i64,
}

/// An engagement's form, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the fields of Engagement
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

/// What a person says of an engagement, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the fields of Engagement
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
    /// Checks every field, and that it doesn't end before it starts, where nobody
    /// is to work on it yet.
    pub fn parse(&self) -> Result<NewEngagement, FieldErrors> {
        self.parse_with(&[], &[])
    }

    /// The same, with `people` who may work on it. Whoever does already may stay.
    pub fn parse_with(
        &self,
        people: &[Person],
        before: &[Assignee],
    ) -> Result<NewEngagement, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let title = invalid.line("title", &self.title, 160);
        let kind = invalid.check("kind", self.kind.parse());
        let phase = invalid.check("phase", self.phase.parse());
        let starts_on = date(&mut invalid, "starts_on", &self.starts_on);
        let ends_on = date(&mut invalid, "ends_on", &self.ends_on);
        if let (Some(start), Some(end)) = (starts_on, ends_on)
            && end < start
        {
            invalid.add("ends_on", "The last day is before the first.");
        }
        let scope = invalid.text("scope", &self.scope, 4_000);
        let team = self.chosen(&mut invalid, people, before);
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

    fn chosen(
        &self,
        invalid: &mut FieldErrors,
        people: &[Person],
        before: &[Assignee],
    ) -> Vec<Assignee> {
        let mut chosen = Vec::new();
        for raw in &self.team {
            let stays = before.iter().find(|one| one.id.to_string() == *raw);
            let joins = people.iter().find(|one| one.id.to_string() == *raw);
            let joins = joins.map(|one| Assignee {
                id: one.id,
                name: one.name.clone(),
            });
            match joins.or_else(|| stays.cloned()) {
                Some(one) if !chosen.contains(&one) => chosen.push(one),
                Some(_) => {}
                None => invalid.add("team", "Choose people of the team."),
            }
        }
        chosen
    }
}

fn date(invalid: &mut FieldErrors, field: &'static str, raw: &str) -> Option<Date> {
    let raw = raw.trim();
    if raw.is_empty() {
        return None;
    }
    let sensible = |d: &Date| (2000..=2200).contains(&d.year());
    let date = raw.parse::<Date>().ok().filter(sensible);
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
    fn dates_are_optional_and_in_order() {
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
    fn only_the_team_works_on_it_and_whoever_does_may_stay() {
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
        let stays = input.parse_with(&[], std::slice::from_ref(&gone));
        assert_eq!(stays.expect("accepted").team, [gone]);
        assert!(
            input
                .parse()
                .is_err_and(|e| e.fields().contains_key("team"))
        );
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = EngagementInput::default().parse().err().unwrap_or_default();
        assert_eq!(
            wrong.fields().keys().copied().collect::<Vec<_>>(),
            ["kind", "phase", "title"]
        );
    }
}
