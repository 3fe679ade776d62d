//! Whether a client or an engagement has changed since a page showed it.

use serde::Deserialize;
use web::{Error, Ids, Inside, Query, Reply};

use crate::paths::InEngagement;

#[derive(Deserialize)]
pub(crate) struct Seen {
    seen: Option<i64>,
}

pub(crate) async fn client(
    inside: Inside,
    Query(Seen { seen }): Query<Seen>,
) -> Result<Reply, Error> {
    web::pulse(&inside.ctx, seen, inside.store.client_rev().await?)
}

pub(crate) async fn engagement(
    inside: Inside,
    Ids(path): Ids<InEngagement>,
    Query(Seen { seen }): Query<Seen>,
) -> Result<Reply, Error> {
    let rev = inside.store.engagement_rev(path.engagement).await?;
    web::pulse(&inside.ctx, seen, rev)
}
