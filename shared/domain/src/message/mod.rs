//! Messages: one thread for each engagement, in which both sides speak. What the
//! team keeps to itself there is a half of its own, counted by itself, so that
//! nothing of it shows to the client.

mod posting;
mod tally;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use posting::{EDITABLE, MAX_TEXT, MessageInput, Posting, Refusal, edit, may_edit, post};
pub use tally::Tally;

use crate::id::{MessageId, UserId};

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id, in order of time.
    pub id: MessageId,
    /// When.
    pub at: Timestamp,
    /// Who, by account.
    pub by: UserId,
    /// Who, by the name at that time.
    pub by_name: String,
    /// Whether it was one of the consultancy.
    pub by_team: bool,
    /// What, as typed (markdown).
    pub text: String,
    /// When its words were last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Timestamp>,
    /// Goes up with each change of its words.
    #[serde(rename = "v")]
    pub version: i64,
}
