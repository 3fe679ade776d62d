//! The ids in this group's addresses.

use domain::id::{ClientId, EngagementId};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct ClientPath {
    pub(crate) client: ClientId,
}

#[derive(Deserialize)]
pub(crate) struct EngagementPath {
    pub(crate) engagement: EngagementId,
}
