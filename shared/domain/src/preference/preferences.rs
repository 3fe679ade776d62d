//! What a person chose: the cadence of mail for each kind of notification, and a time zone.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::cadence::Cadence;
use super::kind::NotificationKind;
use crate::input::FieldErrors;
use crate::role::Role;

/// A person's choices. Kinds that aren't named have the cadence of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationPreferences {
    /// By the kind's name, only where it isn't the table's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mail: BTreeMap<String, Cadence>,
    /// The IANA name of the person's zone, where it isn't the workspace's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

impl NotificationPreferences {
    /// The cadence of mail of `kind` for a person of `role`.
    pub fn cadence(&self, kind: NotificationKind, role: Role) -> Cadence {
        let info = kind.info();
        match info.cadence(role) {
            Some(default) => self.mail.get(info.name).copied().unwrap_or(default),
            None => Cadence::Off,
        }
    }

    /// The person's time zone, in a workspace whose zone is `workspace_zone`.
    pub fn zone(&self, workspace_zone: &str) -> TimeZone {
        let zone = self.time_zone.as_deref().unwrap_or(workspace_zone);
        TimeZone::get(zone).unwrap_or(TimeZone::UTC)
    }

    /// The same choices without any mail.
    #[must_use]
    pub fn muted(&self) -> Self {
        let off = NotificationKind::all().map(|info| (info.name.to_owned(), Cadence::Off));
        Self {
            mail: off.collect(),
            time_zone: self.time_zone.clone(),
        }
    }
}

/// The submitted form: the zone, and a cadence for each kind by its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferencesInput {
    /// Empty for the workspace's.
    #[serde(default)]
    pub time_zone: String,
    /// The name of a cadence by the name of a kind.
    #[serde(flatten)]
    pub mail: BTreeMap<String, String>,
}

impl PreferencesInput {
    /// The form filled in for a person of `role`.
    pub fn of(preferences: &NotificationPreferences, role: Role) -> Self {
        let infos = NotificationKind::all().filter(|info| info.cadence(role).is_some());
        let mail = infos.map(|info| {
            let cadence = preferences.cadence(info.kind, role);
            (info.name.to_owned(), cadence.name().to_owned())
        });
        Self {
            time_zone: preferences.time_zone.clone().unwrap_or_default(),
            mail: mail.collect(),
        }
    }

    /// The choices of a person of `role`. A kind that isn't named keeps the table's cadence.
    pub fn parse(&self, role: Role) -> Result<NotificationPreferences, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let zone = Some(self.time_zone.trim()).filter(|zone| !zone.is_empty());
        if zone.is_some_and(|zone| TimeZone::get(zone).is_err()) {
            invalid.add("time_zone", "Enter a zone like Europe/Berlin, or nothing.");
        }
        let mut mail = BTreeMap::new();
        for (name, chosen) in &self.mail {
            let info = NotificationKind::all().find(|info| info.name == name);
            let default = info.and_then(|info| info.cadence(role));
            match (default, Cadence::from_name(chosen)) {
                (Some(default), Some(cadence)) if default == cadence => {}
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
