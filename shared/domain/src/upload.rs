//! Files on their way in: announced, sent past the functions, checked, and then
//! made what they were sent for, or refused.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::document::{DocumentVersion, NewDocument};
use crate::evidence::{Evidence, EvidenceImage, MAX_PICTURE, NewEvidence};
use crate::file::{CheckedFile, FileFlaw, FileName, FileType, MAX_FILE};
use crate::id::{DocumentId, EngagementId, MessageId, UploadId, UserId};
use crate::import::MAX_BYTES;
use crate::person::Actor;

/// For how long a file can be sent after it was announced.
pub const TO_SEND: SignedDuration = SignedDuration::from_hours(1);
/// After how long an upload that never came is given up: what began in time may
/// still be under way for a while.
pub const TO_ARRIVE: SignedDuration = SignedDuration::from_hours(2);
/// For how long a refused upload is shown.
pub const SHOWN: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Bytes of a scan at most.
#[allow(clippy::cast_possible_wrap)] // a few million
const MAX_SCAN: i64 = MAX_BYTES as i64;

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadState {
    /// It was announced.
    Uploading,
    /// It is said to be there.
    Checking,
    /// It became what it was sent for.
    Ready,
    /// It was refused, and is gone.
    Refused,
}

impl UploadState {
    /// Its name, for pages and scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uploading => "uploading",
            Self::Checking => "checking",
            Self::Ready => "ready",
            Self::Refused => "refused",
        }
    }
}

/// What a file is sent for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadPurpose {
    /// A document, or a new version of one.
    Document(NewDocument),
    /// A picture of a finding.
    Evidence(NewEvidence),
    /// What goes along with a message in an engagement's thread.
    Attachment(EngagementId),
    /// A scan to import into an engagement.
    Import(EngagementId),
}

impl UploadPurpose {
    /// The engagement that it belongs to, where it isn't the client's.
    pub fn engagement(&self) -> Option<EngagementId> {
        match self {
            Self::Document(new) => new.engagement,
            Self::Evidence(new) => Some(new.engagement),
            Self::Attachment(engagement) | Self::Import(engagement) => Some(*engagement),
        }
    }

    /// Whether a file of this type and size is taken for it.
    fn takes(&self, file_type: FileType, size: i64) -> Result<(), UploadRejection> {
        match (self, size) {
            (_, ..=0) => Err(UploadRejection::Empty),
            (Self::Evidence(_), _) if !file_type.is_image() => Err(UploadRejection::NoPicture),
            (Self::Evidence(_), n) if n > MAX_PICTURE => Err(UploadRejection::LargePicture),
            (Self::Import(_), n) if n > MAX_SCAN => Err(UploadRejection::TooLarge(MAX_SCAN >> 20)),
            (_, n) if n > MAX_FILE => Err(UploadRejection::TooLarge(MAX_FILE >> 20)),
            _ => Ok(()),
        }
    }
}

/// The message that a file goes along with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentTarget {
    /// The message.
    pub message: MessageId,
    /// Whether the client can read it.
    pub shared: bool,
}

/// A file on its way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// What it is sent for.
    pub purpose: UploadPurpose,
    /// The file's name.
    pub name: String,
    /// The type that the name claims.
    pub file_type: FileType,
    /// Bytes, as announced.
    pub size: i64,
    /// How far it is.
    pub state: UploadState,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaw: Option<FileFlaw>,
    /// What it goes along with, where that is a message that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<AttachmentTarget>,
    /// Who sends it, by account.
    pub by: UserId,
    /// Who, by the name at that time.
    pub by_name: String,
    /// Whether it is one of the consultancy.
    pub by_team: bool,
    /// When it was announced.
    pub at: Timestamp,
    /// Goes up with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

/// An announcement that isn't of a file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UploadRejection {
    /// Nothing in it.
    #[error("The file is empty.")]
    Empty,
    /// Too much in it.
    #[error("The file is larger than {0} MB.")]
    TooLarge(i64),
    /// A picture was wanted.
    #[error("Use a picture: PNG, JPEG, WebP or GIF.")]
    NoPicture,
    /// Too much in it for a picture.
    #[error("The picture is larger than 10 MB.")]
    LargePicture,
}

/// An upload by `actor` of a file of `size` bytes.
pub fn announce(
    id: UploadId,
    purpose: UploadPurpose,
    file: &FileName,
    size: i64,
    actor: &Actor,
    now: Timestamp,
) -> Result<Upload, UploadRejection> {
    purpose.takes(file.file_type, size)?;
    Ok(Upload {
        id,
        purpose,
        name: file.name.clone(),
        file_type: file.file_type,
        size,
        state: UploadState::Uploading,
        flaw: None,
        bound: None,
        by: actor.user,
        by_name: actor.name.clone(),
        by_team: actor.role.is_team(),
        at: now,
        version: 1,
    })
}

impl Upload {
    /// Until when it can be sent.
    pub fn closes(&self) -> Timestamp {
        self.at.saturating_add(TO_SEND).unwrap_or(self.at)
    }

    /// When it is given up, if it isn't said to be there.
    pub fn ends(&self) -> Timestamp {
        self.at.saturating_add(TO_ARRIVE).unwrap_or(self.at)
    }

    /// Whether it is still announced though nobody can send it any more.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.state == UploadState::Uploading && self.ends() <= now
    }

    /// After its sender said that it is there; `None` where that was said before.
    #[must_use]
    pub fn arrived(&self) -> Option<Self> {
        self.to(UploadState::Uploading, UploadState::Checking)
    }

    /// After it became what it was sent for; `None` where it isn't being checked.
    #[must_use]
    pub fn released(&self) -> Option<Self> {
        self.to(UploadState::Checking, UploadState::Ready)
    }

    /// After it was refused; `None` where that was decided before.
    #[must_use]
    pub fn refused(&self, flaw: FileFlaw) -> Option<Self> {
        let refused = |from| self.to(from, UploadState::Refused);
        let after = refused(UploadState::Checking).or_else(|| refused(UploadState::Uploading))?;
        Some(Self {
            flaw: Some(flaw),
            ..after
        })
    }

    /// Going along with a message of whoever sent it; `None` where it can't: it
    /// isn't there, was sent for something else, or goes along with another.
    #[must_use]
    pub fn bind(&self, engagement: EngagementId, by: UserId, to: AttachmentTarget) -> Option<Self> {
        let there = matches!(self.state, UploadState::Checking | UploadState::Ready);
        let free = there && self.bound.is_none() && self.by == by;
        (free && self.purpose == UploadPurpose::Attachment(engagement)).then(|| Self {
            bound: Some(to),
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// After no message was sent with it for so long that none will be; `None` for
    /// anything else.
    #[must_use]
    pub fn unused(&self, now: Timestamp) -> Option<Self> {
        let loose = matches!(self.purpose, UploadPurpose::Attachment(_)) && self.bound.is_none();
        let after = self.to(UploadState::Ready, UploadState::Refused)?;
        (loose && self.ends() <= now).then_some(Self {
            flaw: Some(FileFlaw::Unused),
            ..after
        })
    }

    fn to(&self, from: UploadState, state: UploadState) -> Option<Self> {
        (self.state == from).then(|| Self {
            state,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The document that it makes, where it isn't a new version of one.
    pub fn document(&self) -> DocumentId {
        self.id.document()
    }

    /// The picture that it makes.
    pub fn evidence(&self, new: &NewEvidence, picture: EvidenceImage) -> Evidence {
        Evidence {
            id: self.id.evidence(),
            caption: new.caption.clone(),
            name: self.name.clone(),
            picture,
            by: self.by,
            by_name: self.by_name.clone(),
            by_team: self.by_team,
            at: self.at,
            shared: new.shared,
            deleted: None,
            version: 1,
        }
    }

    /// What it is as a document's version; the document counts it.
    pub fn revision(&self, checked: &CheckedFile) -> DocumentVersion {
        DocumentVersion {
            number: 0,
            upload: self.id,
            name: self.name.clone(),
            file_type: self.file_type,
            size: checked.size,
            sha256: checked.sha256.clone(),
            by: self.by,
            by_name: self.by_name.clone(),
            by_team: self.by_team,
            at: self.at,
        }
    }
}
