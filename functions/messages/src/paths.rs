//! The ids in this group's addresses.

use domain::id::{EngagementId, MessageId, UploadId};
use serde::Deserialize;
use web::Inside;

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct InEngagement {
    pub(crate) engagement: EngagementId,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct AtMessage {
    pub(crate) engagement: EngagementId,
    pub(crate) message: MessageId,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct AtFile {
    pub(crate) engagement: EngagementId,
    pub(crate) message: MessageId,
    pub(crate) upload: UploadId,
}

/// Where an engagement's thread is.
pub(crate) fn thread(inside: &Inside, engagement: EngagementId) -> String {
    format!("{}/engagements/{engagement}/messages", inside.base)
}
