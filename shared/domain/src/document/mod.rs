//! Documents: reports, deliverables, contracts and proof of fixes, with their
//! versions, and who may do what with them.

mod draft;
mod rules;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::file::FileType;
use crate::id::{DocumentId, EngagementId, UploadId, UserId};

pub use draft::{DocumentInput, NewDocument};
pub use rules::{
    DocumentRefusal, choices, delete, is_due, may_supersede, may_upload, restore, show, supersede,
};

/// Versions of one document at most.
pub const MAX_VERSIONS: i64 = 90;

/// For how long a deleted document can be restored.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// What was found, as a whole.
    Report,
    /// Something else that was agreed on.
    Deliverable,
    /// Proof, of a finding or of a fix.
    Evidence,
    /// What was agreed on.
    Contract,
    /// Anything else.
    Other,
}

impl DocumentKind {
    /// Every kind, in the order of forms.
    pub const ALL: [Self; 5] = [
        Self::Report,
        Self::Deliverable,
        Self::Evidence,
        Self::Contract,
        Self::Other,
    ];

    /// The name used in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Deliverable => "deliverable",
            Self::Evidence => "evidence",
            Self::Contract => "contract",
            Self::Other => "other",
        }
    }

    /// The word on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Report => "Report",
            Self::Deliverable => "Deliverable",
            Self::Evidence => "Evidence",
            Self::Contract => "Contract",
            Self::Other => "Other",
        }
    }
}

/// Who sees a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The team only.
    Team,
    /// The team and the client.
    Client,
}

impl Visibility {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Client, Self::Team];

    /// The name used in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Client => "client",
        }
    }

    /// The words on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Team => "Team only",
            Self::Client => "Team and client",
        }
    }
}

/// One version of a document: a file that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentVersion {
    /// Counted from one.
    pub number: i64,
    /// The upload that it came by; it names the object.
    pub upload: UploadId,
    /// The file's name.
    pub name: String,
    /// Its type.
    pub file_type: FileType,
    /// Bytes.
    pub size: i64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Who sent it, by account.
    pub by: UserId,
    /// Who, by the name at that time.
    pub by_name: String,
    /// Whether it was one of the consultancy.
    pub by_team: bool,
    /// When it was sent.
    pub at: Timestamp,
}

/// A document, with its current version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// The engagement that it belongs to; `None` for the client itself.
    pub engagement: Option<EngagementId>,
    /// What it is.
    pub kind: DocumentKind,
    /// One line.
    pub title: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// The newest version.
    pub current: DocumentVersion,
    /// Bytes of all versions.
    pub bytes: i64,
    /// Since when it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Timestamp>,
    /// Goes up with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

impl Document {
    /// The first version of a new document.
    pub fn first(id: DocumentId, new: &NewDocument, revision: DocumentVersion) -> Self {
        Self {
            id,
            engagement: new.engagement,
            kind: new.kind,
            title: new.title.clone(),
            visibility: new.visibility,
            bytes: revision.size,
            current: DocumentVersion {
                number: 1,
                ..revision
            },
            deleted: None,
            version: 1,
        }
    }
}

#[cfg(test)]
mod tests;
