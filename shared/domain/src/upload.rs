//! Uploads: files on their way in, from the browser straight to the bucket.
//!
//! 1. *Announced.* A form names file, size and purpose; [`create_upload`] makes the row (state
//!    *uploading*). One transaction counts the bytes against the plan and enqueues an effect for the
//!    expiry. The answer lets the browser send exactly that size, within a quarter of an hour.
//! 2. *Arrived.* The browser says so ([`Upload::mark_arrived`], state *checking*), and an effect asks
//!    the worker for the check.
//! 3. *Checked.* The worker reads the file once, checks it against its type (`crate::file::FileCheck`)
//!    and releases it (*ready*: it becomes what it was sent for) or refuses it with a reason, which
//!    gives the bytes back. An upload that never arrives is refused after an hour, a message's after
//!    two.
//!
//! Another purpose is a variant of [`UploadPurpose`] and a branch of the worker's release.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::document::{DocumentVersion, NewDocument};
use crate::evidence::{Evidence, EvidenceImage, MAX_IMAGE_BYTES, NewEvidence};
use crate::file::{CheckedFile, FileFlaw, FileName, FileType, MAX_FILE, MAX_SCAN_BYTES};
use crate::id::{DocumentId, EngagementId, MessageId, UploadId, UserId};
use crate::person::Actor;

/// For how long sending a file can begin after its announcement.
pub const SEND_WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// After how long an upload that didn't arrive is refused: sending that began in time may take a while.
pub const ARRIVAL_WINDOW: SignedDuration = SignedDuration::from_hours(1);
/// After how long a file without its message is refused: the message is written meanwhile.
pub const MESSAGE_WINDOW: SignedDuration = SignedDuration::from_hours(2);
/// For how long a refused upload is listed.
pub const REFUSAL_SHOWN_FOR: SignedDuration = SignedDuration::from_hours(24 * 7);

/// [`MAX_SCAN_BYTES`] as a size.
#[expect(clippy::cast_possible_wrap, reason = "a few million")]
const MAX_SCAN: i64 = MAX_SCAN_BYTES as i64;

/// The state of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadState {
    /// Announced: the browser may send the bytes.
    Uploading,
    /// Arrived, as the browser says.
    Checking,
    /// Released: it became what it was sent for.
    Ready,
    /// Refused; its object is deleted.
    Refused,
}

impl UploadState {
    /// The name for pages and scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uploading => "uploading",
            Self::Checking => "checking",
            Self::Ready => "ready",
            Self::Refused => "refused",
        }
    }
}

/// What a file is uploaded for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadPurpose {
    /// A document, or a new version of one.
    Document(NewDocument),
    /// An image of a finding.
    Evidence(NewEvidence),
    /// An attachment of a message in the engagement's thread.
    Attachment(EngagementId),
    /// A scan to import into an engagement.
    Import(EngagementId),
}

impl UploadPurpose {
    /// The engagement; `None` for a document of the client itself.
    pub fn engagement(&self) -> Option<EngagementId> {
        match self {
            Self::Document(new) => new.engagement,
            Self::Evidence(new) => Some(new.engagement),
            Self::Attachment(engagement) | Self::Import(engagement) => Some(*engagement),
        }
    }

    /// Checks type and size of an announced file.
    fn check(&self, file_type: FileType, size: i64) -> Result<(), UploadRejection> {
        match (self, size) {
            (_, ..=0) => Err(UploadRejection::Empty),
            (Self::Evidence(_), _) if !file_type.is_image() => Err(UploadRejection::NotAnImage),
            (Self::Evidence(_), n) if n > MAX_IMAGE_BYTES => Err(UploadRejection::ImageTooLarge),
            (Self::Import(_), n) if n > MAX_SCAN => Err(UploadRejection::TooLarge(MAX_SCAN >> 20)),
            (_, n) if n > MAX_FILE => Err(UploadRejection::TooLarge(MAX_FILE >> 20)),
            _ => Ok(()),
        }
    }
}

/// The message that an upload is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentTarget {
    pub message: MessageId,
    /// Whether the client can read it.
    pub shared: bool,
}

/// A file on its way in: announced, sent to the bucket, checked, released or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    pub id: UploadId,
    pub purpose: UploadPurpose,
    pub name: String,
    /// By the name's extension.
    pub file_type: FileType,
    /// Bytes, as announced.
    pub size: i64,
    pub state: UploadState,
    /// Only of a refused upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaw: Option<FileFlaw>,
    /// Only of an attachment whose message was sent.
    #[serde(rename = "bound", default, skip_serializing_if = "Option::is_none")]
    pub attached_to: Option<AttachmentTarget>,
    pub by: UserId,
    /// The uploader's name at that time.
    pub by_name: String,
    pub by_team: bool,
    /// The time of the announcement.
    pub at: Timestamp,
    /// Increases with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

/// Why an announced file isn't accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UploadRejection {
    #[error("The file is empty.")]
    Empty,
    /// The limit in MB.
    #[error("The file is larger than {0} MB.")]
    TooLarge(i64),
    #[error("Use a picture: PNG, JPEG, WebP or GIF.")]
    NotAnImage,
    #[error("The picture is larger than 10 MB.")]
    ImageTooLarge,
}

/// An announced upload by `actor` of a file of `size` bytes.
pub fn create_upload(
    id: UploadId,
    purpose: UploadPurpose,
    file: &FileName,
    size: i64,
    actor: &Actor,
    now: Timestamp,
) -> Result<Upload, UploadRejection> {
    purpose.check(file.file_type, size)?;
    Ok(Upload {
        id,
        purpose,
        name: file.name.clone(),
        file_type: file.file_type,
        size,
        state: UploadState::Uploading,
        flaw: None,
        attached_to: None,
        by: actor.user,
        by_name: actor.name.clone(),
        by_team: actor.role.is_team(),
        at: now,
        version: 1,
    })
}

impl Upload {
    /// When sending ends.
    pub fn send_until(&self) -> Timestamp {
        self.at.saturating_add(SEND_WINDOW).unwrap_or(self.at)
    }

    /// When it is refused if it hasn't arrived.
    pub fn expires_at(&self) -> Timestamp {
        let window = match self.purpose {
            UploadPurpose::Attachment(_) => MESSAGE_WINDOW,
            UploadPurpose::Document(_) | UploadPurpose::Evidence(_) | UploadPurpose::Import(_) => {
                ARRIVAL_WINDOW
            }
        };
        self.at.saturating_add(window).unwrap_or(self.at)
    }

    /// Whether it hasn't arrived in time.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.state == UploadState::Uploading && self.expires_at() <= now
    }

    /// The upload in state *checking*; `None` where it was announced as arrived before.
    #[must_use]
    pub fn mark_arrived(&self) -> Option<Self> {
        self.with_state(UploadState::Uploading, UploadState::Checking)
    }

    /// The upload in state *ready*; `None` where it isn't in state *checking*.
    #[must_use]
    pub fn release(&self) -> Option<Self> {
        self.with_state(UploadState::Checking, UploadState::Ready)
    }

    /// The upload, refused; `None` where it was released or refused before.
    #[must_use]
    pub fn refuse(&self, flaw: FileFlaw) -> Option<Self> {
        let refuse = |from| self.with_state(from, UploadState::Refused);
        let after = refuse(UploadState::Checking).or_else(|| refuse(UploadState::Uploading))?;
        Some(Self {
            flaw: Some(flaw),
            ..after
        })
    }

    /// The upload, attached to a message of its uploader; `None` where it hasn't arrived, has another
    /// purpose, or is attached already.
    #[must_use]
    pub fn attach(
        &self,
        engagement: EngagementId,
        by: UserId,
        to: AttachmentTarget,
    ) -> Option<Self> {
        let has_arrived = matches!(self.state, UploadState::Checking | UploadState::Ready);
        let is_free = has_arrived && self.attached_to.is_none() && self.by == by;
        (is_free && self.purpose == UploadPurpose::Attachment(engagement)).then(|| Self {
            attached_to: Some(to),
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The attachment, refused because no message took it in time; `None` for any other upload.
    #[must_use]
    pub fn refuse_unused(&self, now: Timestamp) -> Option<Self> {
        let is_unattached =
            matches!(self.purpose, UploadPurpose::Attachment(_)) && self.attached_to.is_none();
        let after = self.with_state(UploadState::Ready, UploadState::Refused)?;
        (is_unattached && self.expires_at() <= now).then_some(Self {
            flaw: Some(FileFlaw::Unused),
            ..after
        })
    }

    fn with_state(&self, from: UploadState, state: UploadState) -> Option<Self> {
        (self.state == from).then(|| Self {
            state,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The id of the document that it creates, unless it is a new version of a document.
    pub fn document_id(&self) -> DocumentId {
        self.id.document_id()
    }

    /// The evidence that it creates.
    pub fn to_evidence(&self, new: &NewEvidence, picture: EvidenceImage) -> Evidence {
        Evidence {
            id: self.id.evidence_id(),
            caption: new.caption.clone(),
            name: self.name.clone(),
            image: picture,
            by: self.by,
            by_name: self.by_name.clone(),
            by_team: self.by_team,
            at: self.at,
            shared: new.shared,
            deleted: None,
            version: 1,
        }
    }

    /// The document version that it creates, numbered by the document.
    pub fn document_version(&self, checked: &CheckedFile) -> DocumentVersion {
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
