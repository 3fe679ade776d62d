//! One address, a page for each side.

use serde::Deserialize;
use web::{Error, Query, Reply, Side};

use crate::{portal, team};

#[derive(Deserialize)]
pub(crate) struct Seen {
    seen: Option<i64>,
}

#[derive(Deserialize)]
pub(crate) struct Cursor {
    after: Option<String>,
}

pub(crate) async fn get(side: Side, Query(cursor): Query<Cursor>) -> Result<Reply, Error> {
    match side {
        Side::Team(team) => team::show(&team).await,
        Side::Portal(portal) => portal::show(&portal, cursor.after.as_deref()).await,
    }
}

pub(crate) async fn pulse(side: Side, Query(Seen { seen }): Query<Seen>) -> Result<Reply, Error> {
    let rev = match side {
        Side::Team(team) => team::rev(&team).await?,
        Side::Portal(portal) => portal.store.client_rev().await?,
    };
    web::pulse(seen, rev)
}
