//! How often mail of notifications comes to a person.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

/// How long an immediate mail gathers further notifications.
pub const GATHER_WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// The hour at which digests are sent, in the person's zone.
const MORNING: Time = Time::constant(8, 0, 0, 0);

/// How often mail comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// Within [`GATHER_WINDOW`].
    #[serde(rename = "at_once")]
    Immediate,
    /// Each morning.
    Daily,
    /// On Monday mornings.
    Weekly,
    Off,
}

impl Cadence {
    /// Every cadence, with its name in forms and its displayed name.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Immediate, "at_once", "At once"),
        (Self::Daily, "daily", "Daily"),
        (Self::Weekly, "weekly", "Weekly"),
        (Self::Off, "off", "Off"),
    ];

    /// The name used in forms and keys.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.into_iter().find(|(cadence, ..)| *cadence == self);
        found.map_or("", |(_, name, _)| name)
    }

    /// The cadence of this name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|(_, known, _)| *known == name);
        found.map(|(cadence, ..)| cadence)
    }

    /// When a mail that begins to gather at `now` is sent, to a person in `zone`; `None` where none
    /// is sent.
    pub fn next_mail_at(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let local = now.to_zoned_datetime(zone.clone());
        let morning = |days: i64| {
            let day = local.date().checked_add(days.days()).ok()?;
            let at = zone.to_timestamp(day.to_datetime(MORNING)).ok()?;
            Some(at).filter(|at| *at > now)
        };
        match self {
            Self::Immediate => now.checked_add(GATHER_WINDOW).ok(),
            Self::Daily => morning(0).or_else(|| morning(1)),
            Self::Weekly => {
                let days = i64::from(local.date().weekday().until(Weekday::Monday));
                morning(days).or_else(|| morning(days + 7))
            }
            Self::Off => None,
        }
    }
}
