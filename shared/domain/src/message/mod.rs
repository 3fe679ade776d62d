//! Messages: one thread for each engagement, in which both sides speak. What the
//! team keeps to itself there is a half of its own, counted by itself, so that
//! nothing of it shows to the client.

mod posting;
mod tally;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use posting::{
    EDITABLE, MAX_FILES, MAX_TEXT, MessageInput, MessageRefusal, NewMessage, edit, may_edit, post,
    post_with,
};
pub use tally::MessageCounts;

use crate::file::FileType;
use crate::id::{MessageId, UploadId, UserId};
use crate::upload::{Upload, UploadState};

/// A file that goes along with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The upload that it came by; it names the object.
    pub id: UploadId,
    /// The file's name.
    pub name: String,
    /// Its type.
    pub file_type: FileType,
    /// Bytes.
    pub size: i64,
    /// Whether it is checked yet, and with what outcome.
    pub state: UploadState,
}

impl From<&Upload> for Attachment {
    fn from(upload: &Upload) -> Self {
        Self {
            id: upload.id,
            name: upload.name.clone(),
            file_type: upload.file_type,
            size: upload.size,
            state: upload.state,
        }
    }
}

impl Message {
    /// One of its files.
    pub fn file(&self, id: UploadId) -> Option<&Attachment> {
        self.files.iter().find(|one| one.id == id)
    }

    /// The message after one of its files was checked.
    #[must_use]
    pub fn checked(&self, id: UploadId, state: UploadState) -> Self {
        let mut after = self.clone();
        for one in after.files.iter_mut().filter(|one| one.id == id) {
            one.state = state;
        }
        after.version += 1;
        after
    }
}

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
    /// What goes along with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Attachment>,
    /// When its words were last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Timestamp>,
    /// Goes up with each change of its words.
    #[serde(rename = "v")]
    pub version: i64,
}
