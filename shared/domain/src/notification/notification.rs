//! A notification event as one person's bell shows it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::EntryId;
use crate::preference::NotificationKind;
use crate::severity::Severity;

/// For how long a notification is kept.
pub const NOTIFICATION_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 90);

/// A notification event as one person's bell shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// The same for everyone who is notified of the event.
    pub id: EntryId,
    pub kind: NotificationKind,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by_name: String,
    /// The words between actor and title.
    #[serde(rename = "what")]
    pub words: String,
    pub title: String,
    /// The number of further findings.
    #[serde(default)]
    pub more: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The engagement, and for the team the client.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// The path of the page, on the person's own side.
    pub path: String,
}

impl Notification {
    /// One line of text, for subjects of mail.
    pub fn line(&self) -> String {
        let more = match self.more {
            0 => String::new(),
            more => format!("and {more} more"),
        };
        let parts = [&self.by_name, &self.words, &self.title, &more];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}
