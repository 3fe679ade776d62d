//! The settings form of a workspace.

use serde::{Deserialize, Serialize};

use super::mode::WorkspaceMode;
use super::workspace::Workspace;
use crate::due::{DueInput, DuePolicy};
use crate::input::FieldErrors;

/// The submitted form.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceInput {
    pub name: String,
    pub time_zone: String,
    /// Empty where the form lacks it: it stays.
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
pub struct WorkspaceSettings {
    pub name: String,
    pub time_zone: String,
    pub due: DuePolicy,
    /// `None` where it stays.
    pub mode: Option<WorkspaceMode>,
}

impl From<&Workspace> for WorkspaceInput {
    /// The form filled in.
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
    /// Checks every field.
    pub fn parse(&self) -> Result<WorkspaceSettings, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let name = invalid.parse_name("name", &self.name, 80);
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
