//! The history of a finding: entries are only added.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::FindingEvent;
use crate::id::UserId;
use crate::person::Actor;

/// A finding event with its time, actor and note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    pub at: Timestamp,
    pub by: UserId,
    /// The actor's name at that time.
    pub by_name: String,
    pub by_team: bool,
    #[serde(rename = "what")]
    pub event: FindingEvent,
    /// A note or reason (Markdown).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The name that stands where no person acted.
const SYSTEM_NAME: &str = "SecPortal";

impl HistoryEntry {
    /// An entry by `actor` at `at`.
    pub fn new(actor: &Actor, at: Timestamp, event: FindingEvent, note: Option<String>) -> Self {
        Self {
            at,
            by: actor.user,
            by_name: actor.name.clone(),
            by_team: actor.role.is_team(),
            event,
            note,
        }
    }

    /// An entry of an event that no person caused.
    pub fn by_system(at: Timestamp, event: FindingEvent) -> Self {
        Self {
            at,
            by: UserId::new(0, 0),
            by_name: SYSTEM_NAME.to_owned(),
            by_team: true,
            event,
            note: None,
        }
    }

    /// Whether the client may read it: nothing that happened to a draft, and no edit of the
    /// content.
    pub fn is_shared(&self) -> bool {
        !matches!(
            self.event,
            FindingEvent::Created | FindingEvent::Imported { .. } | FindingEvent::Edited { .. }
        )
    }
}
