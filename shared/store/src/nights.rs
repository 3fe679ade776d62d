//! The workspaces by when their day is over: how the worker comes to all of them
//! without looking at anything else.

use domain::id::WorkspaceId;
use jiff::{SignedDuration, Timestamp};

use crate::codec::{Item, item, place, string, text};
use crate::directory::Directory;
use crate::error::StoreError;
use crate::keys::{self, Index, NIGHT_SHARDS};
use crate::scope::{Store, WorkspaceScope};
use crate::table::{Query, Range};
use crate::transact::{Transaction, Update};

/// For how long one worker has a night to itself, and how long it waits to be
/// tried again.
const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// A workspace whose day is over, which this worker has to itself for a while.
#[derive(Debug, Clone)]
pub struct DailyJob {
    ws: WorkspaceId,
    place: String,
}

impl DailyJob {
    /// The store of the workspace, as its team sees it.
    pub fn store(&self, directory: &Directory) -> Store<WorkspaceScope> {
        directory.workspace_store(self.ws)
    }
}

/// A new workspace, whose first night is at once.
pub(crate) fn put_night(transaction: &mut Transaction, ws: WorkspaceId) -> Result<(), StoreError> {
    let mut item = item("night", &keys::night(ws), &serde_json::json!({ "ws": ws }))?;
    place(
        &mut item,
        keys::night_place(&stamp(Timestamp::UNIX_EPOCH), ws),
    );
    transaction.put_new(item);
    Ok(())
}

impl Directory {
    /// Leases up to `limit` workspaces a shard whose day is over.
    pub async fn lease_nights(
        &self,
        now: Timestamp,
        limit: i32,
    ) -> Result<Vec<DailyJob>, StoreError> {
        let mut leased = Vec::new();
        for shard in 0..NIGHT_SHARDS {
            let due = Range::UpTo(format!("{}~", stamp(now)));
            let query = Query::of(keys::night_shard(shard), due, limit).on(Index::Gsi1);
            for found in self.table().query(query).await?.items {
                leased.extend(self.lease_night(&found, now).await?);
            }
        }
        Ok(leased)
    }

    async fn lease_night(
        &self,
        found: &Item,
        now: Timestamp,
    ) -> Result<Option<DailyJob>, StoreError> {
        let ws = text(found, "ws")?.parse();
        let ws = ws.map_err(|_| StoreError::Lacks("ws"))?;
        let again = now.saturating_add(LEASE).unwrap_or(now);
        let night = DailyJob {
            ws,
            place: text(found, "gsi1sk")?.to_owned(),
        };
        let place = keys::night_place(&stamp(again), ws).sk;
        let won = self.put_off(&night, again).await?;
        Ok(won.then_some(DailyJob { ws, place }))
    }

    /// Notes that a night is done, and when the next one is.
    pub async fn night_done(&self, night: &DailyJob, next: Timestamp) -> Result<(), StoreError> {
        self.put_off(night, next).await.map(drop)
    }

    async fn put_off(&self, night: &DailyJob, to: Timestamp) -> Result<bool, StoreError> {
        let update = Update::existing(keys::night(night.ws))
            .set("gsi1sk", string(keys::night_place(&stamp(to), night.ws).sk))
            .when("gsi1sk = :seen", ":seen", string(&night.place));
        Ok(self.table().update(update).await?.is_some())
    }
}

/// Fixed width and in order of time.
fn stamp(at: Timestamp) -> String {
    format!("{at:.3}")
}
