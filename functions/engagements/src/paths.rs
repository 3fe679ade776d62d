//! The ids in this group's addresses.

use domain::id::{ClientId, EngagementId};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct InClient {
    pub(crate) client: ClientId,
}

#[derive(Deserialize)]
pub(crate) struct InEngagement {
    pub(crate) engagement: EngagementId,
}
