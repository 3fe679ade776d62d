//! How mail of each kind of event comes to a person.

use std::collections::BTreeMap;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::{NotificationKind, WINDOW};
use crate::input::FieldErrors;
use crate::role::Role;

/// How mail comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// Within minutes.
    AtOnce,
    /// Each morning.
    Daily,
    /// On Monday mornings.
    Weekly,
    /// Not at all.
    Off,
}

/// The hour at which digests come.
const MORNING: Time = Time::constant(8, 0, 0, 0);

impl Cadence {
    /// Every cadence, with its name in forms and the words on the screen.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::AtOnce, "at_once", "At once"),
        (Self::Daily, "daily", "Daily"),
        (Self::Weekly, "weekly", "Weekly"),
        (Self::Off, "off", "Off"),
    ];

    /// The name used in forms and keys.
    pub fn name(self) -> &'static str {
        let known = Self::ALL.into_iter().find(|(one, ..)| *one == self);
        known.map_or("", |(_, name, _)| name)
    }

    fn named(name: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|(_, known, _)| *known == name);
        known.map(|(one, ..)| one)
    }

    /// When the mail leaves that begins to be gathered at `now`, for somebody in
    /// `zone`; `None` where there is none.
    pub fn leaves(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let here = now.to_zoned_datetime(zone.clone());
        let morning = |days: i64| {
            let day = here.date().checked_add(days.days()).ok()?;
            let at = zone.to_timestamp(day.to_datetime(MORNING)).ok()?;
            Some(at).filter(|at| *at > now)
        };
        match self {
            Self::AtOnce => now.checked_add(WINDOW).ok(),
            Self::Daily => morning(0).or_else(|| morning(1)),
            Self::Weekly => {
                let wait = here.date().weekday().until(Weekday::Monday);
                morning(i64::from(wait)).or_else(|| morning(i64::from(wait) + 7))
            }
            Self::Off => None,
        }
    }
}

/// What a person chose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationPreferences {
    /// By kind, as far as it isn't as at first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mail: BTreeMap<String, Cadence>,
    /// The IANA name of the person's zone, where it isn't the workspace's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

impl NotificationPreferences {
    /// How mail of `kind` comes to somebody of `role`.
    pub fn cadence(&self, kind: NotificationKind, role: Role) -> Cadence {
        let about = kind.about();
        match about.cadence(role) {
            Some(first) => self.mail.get(about.name).copied().unwrap_or(first),
            None => Cadence::Off,
        }
    }

    /// The person's zone, in a workspace that is in `home`.
    pub fn zone(&self, home: &str) -> TimeZone {
        let zone = self.time_zone.as_deref().unwrap_or(home);
        TimeZone::get(zone).unwrap_or(TimeZone::UTC)
    }

    /// The same without any mail.
    #[must_use]
    pub fn silent(&self) -> Self {
        let off = NotificationKind::all().map(|about| (about.name.to_owned(), Cadence::Off));
        Self {
            mail: off.collect(),
            time_zone: self.time_zone.clone(),
        }
    }
}

/// The form, as typed: the zone, and a cadence for each kind by its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferencesInput {
    /// The zone; empty for the workspace's.
    #[serde(default)]
    pub time_zone: String,
    /// What was chosen.
    #[serde(flatten)]
    pub mail: BTreeMap<String, String>,
}

impl PreferencesInput {
    /// The form filled in for somebody of `role`.
    pub fn of(preferences: &NotificationPreferences, role: Role) -> Self {
        let heard = NotificationKind::all().filter(|about| about.cadence(role).is_some());
        let chosen = heard.map(|about| {
            let cadence = preferences.cadence(about.kind, role);
            (about.name.to_owned(), cadence.name().to_owned())
        });
        Self {
            time_zone: preferences.time_zone.clone().unwrap_or_default(),
            mail: chosen.collect(),
        }
    }

    /// What somebody of `role` chose. A kind that isn't named stays as at first.
    pub fn parse(&self, role: Role) -> Result<NotificationPreferences, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let zone = Some(self.time_zone.trim()).filter(|zone| !zone.is_empty());
        if zone.is_some_and(|zone| TimeZone::get(zone).is_err()) {
            invalid.add("time_zone", "Enter a zone like Europe/Berlin, or nothing.");
        }
        let mut mail = BTreeMap::new();
        for (name, chosen) in &self.mail {
            let about = NotificationKind::all().find(|about| about.name == name);
            let first = about.and_then(|about| about.cadence(role));
            match (first, Cadence::named(chosen)) {
                (Some(first), Some(cadence)) if first == cadence => {}
                (Some(_), Some(cadence)) => {
                    mail.insert(name.clone(), cadence);
                }
                _ => invalid.add("form", "Choose one of the four for each event."),
            }
        }
        invalid.into_result(NotificationPreferences {
            mail,
            time_zone: zone.map(str::to_owned),
        })
    }
}
