//! A workspace: one security consultancy, its address and its brand.

use std::str::FromStr;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::brand::{Accent, Branding, Logo};
use crate::due::{DueInput, DuePolicy};
use crate::id::WorkspaceId;
use crate::input::FieldErrors;
use crate::plan::{Feature, NotInPlan, Plan};
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
    /// By when findings are to be fixed.
    #[serde(default)]
    pub due: DuePolicy,
    /// What it pays for. What applies is [`plan_at`](Self::plan_at).
    #[serde(default)]
    pub plan: Plan,
    /// From when on only the smallest plan applies, because what is due isn't paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapses: Option<Timestamp>,
    /// When its address was changed the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Timestamp>,
    /// Whom the company works for.
    #[serde(default)]
    pub mode: WorkspaceMode,
    /// Its own logo, kept whatever the plan shows of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
    /// Its own colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<Accent>,
    /// Whether the team is shown its first steps: until somebody puts them away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guide: bool,
    /// Goes up with every change.
    pub version: i64,
}

/// For how long an address stays after it was changed.
pub const SETTLED: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Why the address stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlugChangeRefusal {
    /// The plan has no address of one's own choice.
    #[error(transparent)]
    Plan(#[from] NotInPlan),
    /// It was changed a short while ago; it may be again at this time.
    #[error("An address can be changed once in 30 days.")]
    Until(Timestamp),
    /// It is the address already.
    #[error("This is your address already.")]
    Same,
}

/// Whom a company works for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkspaceMode {
    /// Other companies: they get invoices.
    #[default]
    Consulting,
    /// Its own: nothing is said of money.
    Internal,
}

impl WorkspaceMode {
    /// Both, with the name in forms and the words on the screen.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (
            Self::Consulting,
            "consulting",
            "Consulting: clients get invoices",
        ),
        (
            Self::Internal,
            "internal",
            "Internal: no invoices anywhere; what there is is kept",
        ),
    ];

    /// The name used in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consulting => "consulting",
            Self::Internal => "internal",
        }
    }
}

impl FromStr for WorkspaceMode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|(_, name, _)| *name == text);
        known.map(|(mode, ..)| mode).ok_or("Choose a mode.")
    }
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

impl Workspace {
    /// A new one, with what nobody has decided on yet.
    pub fn new(id: WorkspaceId, slug: Slug, name: String, time_zone: String) -> Self {
        Self {
            id,
            slug,
            name,
            time_zone,
            mfa: MfaPolicy::default(),
            due: DuePolicy::default(),
            plan: Plan::default(),
            lapses: None,
            moved: None,
            mode: WorkspaceMode::default(),
            logo: None,
            accent: None,
            guide: false,
            version: 1,
        }
    }

    /// The plan that applies at `now`: the smallest one where what is due wasn't paid
    /// for too long.
    pub fn plan_at(&self, now: Timestamp) -> Plan {
        match self.lapses {
            Some(at) if now >= at => Plan::Starter,
            _ => self.plan,
        }
    }

    /// What is seen of its brand at `now`, by its plan.
    pub fn look(&self, now: Timestamp) -> Branding {
        let plan = self.plan_at(now);
        let own = plan.has(Feature::Logo);
        Branding {
            logo: self.logo.filter(|_| own),
            accent: self.accent,
            ours: !own,
            badge: !plan.has(Feature::NoBadge),
        }
    }

    /// Whether its address may be changed at `now`.
    ///
    /// # Errors
    /// Why it may not.
    pub fn may_move(&self, now: Timestamp) -> Result<(), SlugChangeRefusal> {
        self.plan_at(now).demand(Feature::Address)?;
        let until = self.moved.map(|at| at.saturating_add(SETTLED));
        match until {
            Some(Ok(until)) if now < until => Err(SlugChangeRefusal::Until(until)),
            _ => Ok(()),
        }
    }

    /// Itself at another address, from `now` on.
    ///
    /// # Errors
    /// Why it may not have another.
    pub fn move_to(&self, slug: Slug, now: Timestamp) -> Result<Self, SlugChangeRefusal> {
        if slug == self.slug {
            return Err(SlugChangeRefusal::Same);
        }
        self.may_move(now)?;
        Ok(Self {
            slug,
            moved: Some(now),
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The day that it is there at `now`.
    pub fn today(&self, now: Timestamp) -> Date {
        now.to_zoned_datetime(self.zone()).date()
    }

    /// When a day there is over.
    pub fn end_of(&self, day: Date) -> Timestamp {
        self.at(day.tomorrow().unwrap_or(day), Time::midnight())
    }

    /// A time of a day there.
    pub fn at(&self, day: Date, time: Time) -> Timestamp {
        let at = self.zone().to_timestamp(day.to_datetime(time));
        at.unwrap_or(Timestamp::MAX)
    }

    fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }
}

/// The settings form of a workspace, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the fields of Workspace
pub struct WorkspaceInput {
    pub name: String,
    pub time_zone: String,
    /// Empty where it isn't asked: it stays.
    #[serde(default)]
    pub mode: String,
    #[serde(default)]
    pub due_critical: String,
    #[serde(default)]
    pub due_high: String,
    #[serde(default)]
    pub due_medium: String,
    #[serde(default)]
    pub due_low: String,
    #[serde(default)]
    pub due_info: String,
}

/// What the form says, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the fields of Workspace
pub struct WorkspaceSettings {
    pub name: String,
    pub time_zone: String,
    pub due: DuePolicy,
    /// `None` where it stays.
    pub mode: Option<WorkspaceMode>,
}

impl From<&Workspace> for WorkspaceInput {
    /// The form filled in with what is there.
    fn from(workspace: &Workspace) -> Self {
        let due = DueInput::from(&workspace.due);
        Self {
            name: workspace.name.clone(),
            time_zone: workspace.time_zone.clone(),
            mode: workspace.mode.name().to_owned(),
            due_critical: due.due_critical,
            due_high: due.due_high,
            due_medium: due.due_medium,
            due_low: due.due_low,
            due_info: due.due_info,
        }
    }
}

impl WorkspaceInput {
    /// Checks every field: the name, a zone that is known, and days to fix.
    pub fn parse(&self) -> Result<WorkspaceSettings, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let name = invalid.line("name", &self.name, 80);
        let zone = self.time_zone.trim();
        if jiff::tz::TimeZone::get(zone).is_err() {
            invalid.add("time_zone", "Enter a zone like Europe/Berlin.");
        }
        let due = DueInput {
            due_critical: self.due_critical.clone(),
            due_high: self.due_high.clone(),
            due_medium: self.due_medium.clone(),
            due_low: self.due_low.clone(),
            due_info: self.due_info.clone(),
        };
        let due = due.parse(&mut invalid);
        let mode = match self.mode.as_str() {
            "" => None,
            mode => invalid.check("mode", mode.parse()),
        };
        invalid.into_result(WorkspaceSettings {
            name,
            time_zone: zone.to_owned(),
            due,
            mode,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn acme(plan: Plan) -> Workspace {
        let slug = "acme".parse().expect("a slug");
        let id = WorkspaceId::new(1, 1);
        Workspace {
            plan,
            ..Workspace::new(id, slug, "Acme".into(), "Europe/Berlin".into())
        }
    }

    #[test]
    fn an_address_changes_once_in_thirty_days_and_by_plan() {
        let now: Timestamp = "2026-01-05T12:00:00Z".parse().expect("a time");
        let slug = |text: &str| -> Slug { text.parse().expect("a slug") };
        let starter = acme(Plan::Starter).move_to(slug("apex"), now);
        assert!(
            matches!(starter, Err(SlugChangeRefusal::Plan(_))),
            "{starter:?}"
        );
        let here = acme(Plan::Pro).move_to(slug("acme"), now);
        assert_eq!(here, Err(SlugChangeRefusal::Same));

        let moved = acme(Plan::Pro).move_to(slug("apex"), now).expect("moved");
        assert_eq!((moved.slug.as_str(), moved.version), ("apex", 2));
        let end = now + SETTLED;
        let early = moved.move_to(slug("acme"), end - SignedDuration::from_secs(1));
        assert_eq!(early, Err(SlugChangeRefusal::Until(end)));
        assert!(moved.move_to(slug("acme"), end).is_ok());
    }

    #[test]
    fn what_isnt_paid_for_too_long_is_the_smallest_plan() {
        let end: Timestamp = "2026-01-05T12:00:00Z".parse().expect("a time");
        let early = end - SignedDuration::from_secs(1);
        let owing = Workspace {
            lapses: Some(end),
            ..acme(Plan::Team)
        };
        assert_eq!(owing.plan_at(early), Plan::Team);
        assert_eq!(owing.plan_at(end), Plan::Starter);
        assert!(!owing.look(early).badge);
        assert!(owing.look(end).badge);
        let slug = "apex".parse().expect("a slug");
        assert!(matches!(
            owing.move_to(slug, end),
            Err(SlugChangeRefusal::Plan(_))
        ));
        assert_eq!(acme(Plan::Pro).plan_at(end), Plan::Pro);
    }

    #[test]
    fn a_downgrade_hides_the_logo_and_keeps_it() {
        let logo = Logo {
            id: crate::id::EntryId::new(1, 1),
            width: 96,
            height: 96,
        };
        for (plan, shown) in [
            (Plan::Starter, false),
            (Plan::Pro, true),
            (Plan::Team, true),
        ] {
            let workspace = Workspace {
                logo: Some(logo),
                ..acme(plan)
            };
            let look = workspace.look(Timestamp::UNIX_EPOCH);
            assert_eq!(look.logo.is_some(), shown, "{plan:?}");
            assert_eq!((look.ours, look.badge), (!shown, !shown), "{plan:?}");
        }
    }

    #[test]
    fn a_day_is_that_of_the_workspaces_zone() {
        let workspace = acme(Plan::Starter);
        let late: Timestamp = "2026-01-05T23:30:00Z".parse().expect("a time");
        assert_eq!(workspace.today(late), date(2026, 1, 6));
        let end = workspace.end_of(date(2026, 1, 6));
        assert_eq!(end.to_string(), "2026-01-06T23:00:00Z");
    }
}
