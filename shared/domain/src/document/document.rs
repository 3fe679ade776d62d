//! A document and its versions.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::kind::{DocumentKind, Visibility};
use super::new_document::NewDocument;
use crate::file::FileType;
use crate::id::{DocumentId, EngagementId, UploadId, UserId};

/// Versions of one document at most.
pub const MAX_VERSIONS: i64 = 90;

/// For how long a deleted document can be restored.
pub const RETENTION: SignedDuration = SignedDuration::from_hours(24 * 30);

/// One version of a document: a file that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentVersion {
    /// From 1.
    pub number: i64,
    /// The upload, which also names the object in the bucket.
    pub upload: UploadId,
    pub name: String,
    pub file_type: FileType,
    /// In bytes.
    pub size: i64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    pub by: UserId,
    /// The uploader's name at that time.
    pub by_name: String,
    pub by_team: bool,
    pub at: Timestamp,
}

/// A report or deliverable, in versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub id: DocumentId,
    /// `None` for the client itself.
    pub engagement: Option<EngagementId>,
    pub kind: DocumentKind,
    pub title: String,
    pub visibility: Visibility,
    pub current: DocumentVersion,
    /// Bytes of all versions.
    pub bytes: i64,
    /// The time of its deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Timestamp>,
    /// Increases with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

impl Document {
    /// A new document with its first version.
    pub fn new(id: DocumentId, new: &NewDocument, first: DocumentVersion) -> Self {
        Self {
            id,
            engagement: new.engagement,
            kind: new.kind,
            title: new.title.clone(),
            visibility: new.visibility,
            bytes: first.size,
            current: DocumentVersion { number: 1, ..first },
            deleted: None,
            version: 1,
        }
    }
}
