//! Daily jobs: the workspaces by when their day is over, so that the worker finds them
//! without reading anything else.

use domain::id::WorkspaceId;
use jiff::{SignedDuration, Timestamp};

use crate::directory::directory::Directory;
use crate::error::StoreError;
use crate::table::codec::{Item, add_index_key, get_text, to_item};
use crate::table::keys::{self, Index};
use crate::table::query::{Query, Range};
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{Store, WorkspaceScope};

/// For how long one worker leases a job, and how long a failed job waits.
const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// A leased daily job: a workspace whose day is over.
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

/// Puts the job of a new workspace, which is due at once.
pub(crate) fn put_daily_job(
    transaction: &mut Transaction,
    ws: WorkspaceId,
) -> Result<(), StoreError> {
    let mut item = to_item(
        "night",
        &keys::daily_job(ws),
        &serde_json::json!({ "ws": ws }),
    )?;
    add_index_key(
        &mut item,
        keys::daily_job_index_key(&stamp(Timestamp::UNIX_EPOCH), ws),
    );
    transaction.put_new(item);
    Ok(())
}

impl Directory {
    /// Leases up to `limit` daily jobs a shard.
    pub async fn lease_daily_jobs(
        &self,
        now: Timestamp,
        limit: i32,
    ) -> Result<Vec<DailyJob>, StoreError> {
        let mut leased = Vec::new();
        for shard in 0..keys::DAILY_JOB_SHARDS {
            let due = Range::UpTo(format!("{}~", stamp(now)));
            let query = Query::list(&keys::daily_job_list(shard), due, limit);
            for found in self.table().query(query).await?.items {
                leased.extend(self.lease_daily_job(&found, now).await?);
            }
        }
        Ok(leased)
    }

    async fn lease_daily_job(
        &self,
        found: &Item,
        now: Timestamp,
    ) -> Result<Option<DailyJob>, StoreError> {
        let ws = get_text(found, "ws")?.parse();
        let ws = ws.map_err(|_| StoreError::Lacks("ws"))?;
        let due_again = now.saturating_add(LEASE).unwrap_or(now);
        let job = DailyJob {
            ws,
            place: get_text(found, Index::DAILY_JOBS.sort_attribute())?.to_owned(),
        };
        let place = keys::daily_job_index_key(&stamp(due_again), ws).sk;
        let is_ours = self.defer_daily_job(&job, due_again).await?;
        Ok(is_ours.then_some(DailyJob { ws, place }))
    }

    /// Completes a job, with the time of the next one.
    pub async fn complete_daily_job(
        &self,
        job: &DailyJob,
        next: Timestamp,
    ) -> Result<(), StoreError> {
        self.defer_daily_job(job, next).await.map(drop)
    }

    async fn defer_daily_job(&self, job: &DailyJob, to: Timestamp) -> Result<bool, StoreError> {
        let update = Update::existing(keys::daily_job(job.ws))
            .set_index_key(&keys::daily_job_index_key(&stamp(to), job.ws))
            .when_sorted_at(Index::DAILY_JOBS, &job.place);
        Ok(self.table().update(update).await?.is_some())
    }
}

/// A time in fixed width and in order.
fn stamp(at: Timestamp) -> String {
    format!("{at:.3}")
}
