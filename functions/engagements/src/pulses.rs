//! Whether a client or an engagement has changed since a page showed it.

use serde::Deserialize;
use web::{ClientAccess, Ids, PageError, Query, Reply};

use crate::paths::EngagementPath;

#[derive(Deserialize)]
pub(crate) struct PulseQuery {
    seen: Option<i64>,
}

pub(crate) async fn client(
    access: ClientAccess,
    Query(PulseQuery { seen }): Query<PulseQuery>,
) -> Result<Reply, PageError> {
    web::pulse_reply(&access.ctx, seen, access.store.get_client_revision().await?)
}

pub(crate) async fn engagement(
    access: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    Query(PulseQuery { seen }): Query<PulseQuery>,
) -> Result<Reply, PageError> {
    let rev = access
        .store
        .get_engagement_revision(path.engagement)
        .await?;
    web::pulse_reply(&access.ctx, seen, rev)
}
