//! Whether a client or an engagement has changed since a page showed it.

use serde::Deserialize;
use web::{ClientAccess, Ids, PageError, Query, Reply};

use crate::paths::EngagementPath;

#[derive(Deserialize)]
pub(crate) struct PulseQuery {
    seen: Option<i64>,
}

pub(crate) async fn client(
    inside: ClientAccess,
    Query(PulseQuery { seen }): Query<PulseQuery>,
) -> Result<Reply, PageError> {
    web::pulse(&inside.ctx, seen, inside.store.client_rev().await?)
}

pub(crate) async fn engagement(
    inside: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    Query(PulseQuery { seen }): Query<PulseQuery>,
) -> Result<Reply, PageError> {
    let rev = inside.store.engagement_rev(path.engagement).await?;
    web::pulse(&inside.ctx, seen, rev)
}
