//! A workspace: one security consultancy, its address, plan and brand.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::mfa_policy::MfaPolicy;
use super::mode::WorkspaceMode;
use crate::brand::{Accent, Branding, Logo};
use crate::due::DuePolicy;
use crate::id::WorkspaceId;
use crate::plan::{Feature, NotInPlan, Plan};
use crate::slug::Slug;

/// A tenant. Every visitor of its address may read this row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub slug: Slug,
    /// The company's name.
    pub name: String,
    /// The IANA name of its time zone.
    pub time_zone: String,
    #[serde(default)]
    pub mfa: MfaPolicy,
    #[serde(default)]
    pub due: DuePolicy,
    /// What it subscribes to. The plan that applies is [`plan_at`](Self::plan_at).
    #[serde(default)]
    pub plan: Plan,
    /// The time from which Starter applies, since the subscription isn't paid.
    #[serde(rename = "lapses", default, skip_serializing_if = "Option::is_none")]
    pub downgrades_at: Option<Timestamp>,
    /// The time of the last change of the slug.
    #[serde(rename = "moved", default, skip_serializing_if = "Option::is_none")]
    pub slug_changed_at: Option<Timestamp>,
    #[serde(default)]
    pub mode: WorkspaceMode,
    /// Kept also where the plan doesn't show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<Accent>,
    /// Whether the team is shown the first steps.
    #[serde(rename = "guide", default, skip_serializing_if = "std::ops::Not::not")]
    pub shows_guide: bool,
    /// Increases with every change.
    pub version: i64,
}

/// The least time between two changes of the slug.
pub const SLUG_CHANGE_INTERVAL: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Why the slug can't be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlugChangeRefusal {
    /// The plan lacks the feature.
    #[error(transparent)]
    Plan(#[from] NotInPlan),
    /// It can be changed again at this time.
    #[error("An address can be changed once in 30 days.")]
    TooSoon(Timestamp),
    /// It is the slug already.
    #[error("This is your address already.")]
    Unchanged,
}

impl Workspace {
    /// A new workspace with default settings.
    pub fn new(id: WorkspaceId, slug: Slug, name: String, time_zone: String) -> Self {
        Self {
            id,
            slug,
            name,
            time_zone,
            mfa: MfaPolicy::default(),
            due: DuePolicy::default(),
            plan: Plan::default(),
            downgrades_at: None,
            slug_changed_at: None,
            mode: WorkspaceMode::default(),
            logo: None,
            accent: None,
            shows_guide: false,
            version: 1,
        }
    }

    /// The plan that applies at `now`: Starter where the subscription wasn't paid for too long.
    pub fn plan_at(&self, now: Timestamp) -> Plan {
        match self.downgrades_at {
            Some(at) if now >= at => Plan::Starter,
            _ => self.plan,
        }
    }

    /// The branding that the plan shows at `now`.
    pub fn branding(&self, now: Timestamp) -> Branding {
        let plan = self.plan_at(now);
        let has_logo = plan.has(Feature::Logo);
        Branding {
            logo: self.logo.filter(|_| has_logo),
            accent: self.accent,
            platform_logo: !has_logo,
            badge: !plan.has(Feature::NoBadge),
        }
    }

    /// Checks that the slug can be changed at `now`.
    pub fn check_slug_change(&self, now: Timestamp) -> Result<(), SlugChangeRefusal> {
        self.plan_at(now).check_feature(Feature::CustomSlug)?;
        let until = self
            .slug_changed_at
            .map(|at| at.saturating_add(SLUG_CHANGE_INTERVAL));
        match until {
            Some(Ok(until)) if now < until => Err(SlugChangeRefusal::TooSoon(until)),
            _ => Ok(()),
        }
    }

    /// The workspace with another slug.
    pub fn change_slug(&self, slug: Slug, now: Timestamp) -> Result<Self, SlugChangeRefusal> {
        if slug == self.slug {
            return Err(SlugChangeRefusal::Unchanged);
        }
        self.check_slug_change(now)?;
        Ok(Self {
            slug,
            slug_changed_at: Some(now),
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The day at `now` in its time zone.
    pub fn today(&self, now: Timestamp) -> Date {
        now.to_zoned_datetime(self.zone()).date()
    }

    /// The end of a day in its time zone.
    pub fn end_of_day(&self, day: Date) -> Timestamp {
        self.timestamp_at(day.tomorrow().unwrap_or(day), Time::midnight())
    }

    /// A local time of a day in its time zone.
    pub fn timestamp_at(&self, day: Date, time: Time) -> Timestamp {
        let at = self.zone().to_timestamp(day.to_datetime(time));
        at.unwrap_or(Timestamp::MAX)
    }

    fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
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
    fn slug_changes_once_in_thirty_days_and_by_plan() {
        let now: Timestamp = "2026-01-05T12:00:00Z".parse().expect("a time");
        let slug = |text: &str| -> Slug { text.parse().expect("a slug") };
        let starter = acme(Plan::Starter).change_slug(slug("apex"), now);
        assert!(
            matches!(starter, Err(SlugChangeRefusal::Plan(_))),
            "{starter:?}"
        );
        let here = acme(Plan::Pro).change_slug(slug("acme"), now);
        assert_eq!(here, Err(SlugChangeRefusal::Unchanged));

        let moved = acme(Plan::Pro)
            .change_slug(slug("apex"), now)
            .expect("moved");
        assert_eq!((moved.slug.as_str(), moved.version), ("apex", 2));
        let end = now + SLUG_CHANGE_INTERVAL;
        let early = moved.change_slug(slug("acme"), end - SignedDuration::from_secs(1));
        assert_eq!(early, Err(SlugChangeRefusal::TooSoon(end)));
        assert!(moved.change_slug(slug("acme"), end).is_ok());
    }

    #[test]
    fn plan_of_unpaid_workspace_becomes_starter() {
        let end: Timestamp = "2026-01-05T12:00:00Z".parse().expect("a time");
        let early = end - SignedDuration::from_secs(1);
        let owing = Workspace {
            downgrades_at: Some(end),
            ..acme(Plan::Team)
        };
        assert_eq!(owing.plan_at(early), Plan::Team);
        assert_eq!(owing.plan_at(end), Plan::Starter);
        assert!(!owing.branding(early).badge);
        assert!(owing.branding(end).badge);
        let slug = "apex".parse().expect("a slug");
        assert!(matches!(
            owing.change_slug(slug, end),
            Err(SlugChangeRefusal::Plan(_))
        ));
        assert_eq!(acme(Plan::Pro).plan_at(end), Plan::Pro);
    }

    #[test]
    fn downgrade_hides_logo_and_keeps_it() {
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
            let look = workspace.branding(Timestamp::UNIX_EPOCH);
            assert_eq!(look.logo.is_some(), shown, "{plan:?}");
            assert_eq!(
                (look.platform_logo, look.badge),
                (!shown, !shown),
                "{plan:?}"
            );
        }
    }

    #[test]
    fn today_and_end_of_day_follow_the_zone() {
        let workspace = acme(Plan::Starter);
        let late: Timestamp = "2026-01-05T23:30:00Z".parse().expect("a time");
        assert_eq!(workspace.today(late), date(2026, 1, 6));
        let end = workspace.end_of_day(date(2026, 1, 6));
        assert_eq!(end.to_string(), "2026-01-06T23:00:00Z");
    }
}
