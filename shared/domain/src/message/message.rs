//! A message and its attachments.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::file::FileType;
use crate::id::{MessageId, UploadId, UserId};
use crate::upload::{Upload, UploadState};

/// A text in a thread, with attachments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// In order of time.
    pub id: MessageId,
    pub at: Timestamp,
    pub by: UserId,
    /// The writer's name at that time.
    pub by_name: String,
    pub by_team: bool,
    /// As typed (markdown).
    pub text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Attachment>,
    /// The time of the last change of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Timestamp>,
    /// Increases with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

/// A file of a message: a copy of its upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The upload, which also names the object in the bucket.
    pub id: UploadId,
    pub name: String,
    pub file_type: FileType,
    /// In bytes.
    pub size: i64,
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
    /// The attachment of this id.
    pub fn file(&self, id: UploadId) -> Option<&Attachment> {
        self.files.iter().find(|file| file.id == id)
    }

    /// The message after the upload of an attachment changed its state.
    #[must_use]
    pub fn with_file_state(&self, id: UploadId, state: UploadState) -> Self {
        let mut after = self.clone();
        for file in after.files.iter_mut().filter(|file| file.id == id) {
            file.state = state;
        }
        after.version += 1;
        after
    }
}
