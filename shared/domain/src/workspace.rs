//! A workspace: one security consultancy, its address and its brand.

use serde::{Deserialize, Serialize};

use crate::id::WorkspaceId;
use crate::input::Invalid;
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
    /// Goes up with every change.
    pub version: i64,
}

/// The settings form of a workspace, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the fields of Workspace
pub struct WorkspaceInput {
    pub name: String,
    pub time_zone: String,
}

impl WorkspaceInput {
    /// Checks every field: the name and a zone that is known.
    pub fn parse(&self) -> Result<(String, String), Invalid> {
        let mut invalid = Invalid::default();
        let name = invalid.line("name", &self.name, 80);
        let zone = self.time_zone.trim();
        if jiff::tz::TimeZone::get(zone).is_err() {
            invalid.add("time_zone", "Enter a zone like Europe/Berlin.");
        }
        invalid.into_result((name, zone.to_owned()))
    }
}
