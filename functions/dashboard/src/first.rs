//! The handlers of `/` and `/pulse`: one address, a dashboard for each side.

use web::{EitherSide, PageError, Query, Reply};

use crate::query::{DashboardQuery, PulseQuery};
use crate::{portal, team};

pub(crate) async fn get(
    side: EitherSide,
    Query(query): Query<DashboardQuery>,
) -> Result<Reply, PageError> {
    match side {
        EitherSide::Team(access) => team::render_dashboard(&access, &query).await,
        EitherSide::Portal(access) => portal::render_dashboard(&access, &query).await,
    }
}

pub(crate) async fn pulse(
    side: EitherSide,
    Query(PulseQuery { seen }): Query<PulseQuery>,
) -> Result<Reply, PageError> {
    let (ctx, revision) = match &side {
        EitherSide::Team(access) => (&access.ctx, team::get_revision(access).await?),
        EitherSide::Portal(access) => (&access.ctx, access.store.get_client_revision().await?),
    };
    web::pulse_reply(ctx, seen, revision)
}
