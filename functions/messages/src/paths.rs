//! The ids in this group's addresses.

use domain::id::{EngagementId, MessageId, UploadId};
use serde::Deserialize;

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct EngagementPath {
    pub(crate) engagement: EngagementId,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct MessagePath {
    pub(crate) engagement: EngagementId,
    pub(crate) message: MessageId,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct AttachmentPath {
    pub(crate) engagement: EngagementId,
    pub(crate) message: MessageId,
    pub(crate) upload: UploadId,
}
