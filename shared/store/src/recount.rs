//! Counting again: whether the totals that are kept are those of the findings, and what
//! is used of the plan is what there is.

use domain::counts::Counts;
use domain::id::{ClientId, EngagementId};
use domain::invite::Invite;
use domain::person::Person;
use domain::plan::PlanLimit;
use domain::slug::Slug;
use futures::future::try_join;

use crate::codec::{Item, row};
use crate::directory::Directory;
use crate::error::StoreError;
use crate::findings;
use crate::keys::{self, Index};
use crate::scope::{ClientScope, Store, WorkspaceScope};
use crate::table::{Query, Range, start_after};

/// Rows that one query counts.
const AT_ONCE: i32 = 1_000;

/// Totals that are not what was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountDrift {
    /// Whose.
    pub client: ClientId,
    /// Of which engagement; `None` for the client's own totals.
    pub engagement: Option<EngagementId>,
    /// As they are kept.
    pub kept: Counts,
    /// As they were counted.
    pub counted: Counts,
}

/// What is used of a limit that is not what was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitDrift {
    /// Of which.
    pub limit: PlanLimit,
    /// As it is kept.
    pub kept: i64,
    /// As it was counted.
    pub counted: i64,
}

/// What a recount of a workspace found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recount {
    /// Clients that were looked at.
    pub clients: usize,
    /// Engagements that were looked at.
    pub engagements: usize,
    /// Findings that were counted.
    pub findings: i64,
    /// What differs. A change that happens meanwhile may show here: count again.
    pub drifts: Vec<CountDrift>,
    /// What is used of the plan, but for files, and differs.
    pub misused: Vec<LimitDrift>,
    /// Engagements that are active.
    active: i64,
}

impl Directory {
    /// Counts all findings of the workspace at an address, and compares. Nothing
    /// is mended. It reads every row: for the worker and for people, not for pages.
    pub async fn recount(&self, slug: &Slug) -> Result<Option<Recount>, StoreError> {
        let Some(workspace) = self.workspace(slug).await? else {
            return Ok(None);
        };
        let store = self.workspace_store(workspace.id);
        store.recount().await.map(Some)
    }
}

impl Store<WorkspaceScope> {
    async fn recount(&self) -> Result<Recount, StoreError> {
        let mut recount = Recount::default();
        let mut after = None;
        loop {
            let page = self.clients("", after.as_deref(), AT_ONCE).await?;
            for client in page.rows {
                let store = self.client(client.id);
                let counted = store.recount(&mut recount).await?;
                recount.clients += 1;
                recount.compare(client.id, None, client.counts, counted);
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let seats = self.count_seats().await?;
        let clients = i64::try_from(recount.clients).unwrap_or(i64::MAX);
        for (limit, counted) in [
            (PlanLimit::Seats, seats),
            (PlanLimit::Clients, clients),
            (PlanLimit::Engagements, recount.active),
            (PlanLimit::Findings, recount.findings),
        ] {
            let kept = self.used_of(limit).await?;
            if kept != counted {
                recount.misused.push(LimitDrift {
                    limit,
                    kept,
                    counted,
                });
            }
        }
        Ok(recount)
    }

    /// People of the team who aren't disabled, and invitations to it that are open.
    async fn count_seats(&self) -> Result<i64, StoreError> {
        let people = self.count_rows(keys::PEOPLE, |found| {
            Ok(row::<Person>(found)?.disabled.is_none())
        });
        let invites = self.count_rows(keys::INVITES, |found| {
            let invite: Invite = row(found)?;
            Ok(invite.accepted.is_none() && invite.revoked.is_none())
        });
        let (people, invites) = try_join(people, invites).await?;
        Ok(people + invites)
    }

    async fn count_rows(
        &self,
        prefix: &str,
        counts: impl Fn(Item) -> Result<bool, StoreError>,
    ) -> Result<i64, StoreError> {
        let (mut n, mut after) = (0, None);
        loop {
            let all = Range::Prefix(prefix.to_owned());
            let query = Query::of(self.prefix(), all, AT_ONCE).after(after);
            let slice = self.query(query).await?;
            let last = slice.items.last().filter(|_| slice.more);
            after = last.map(start_at);
            for item in slice.items {
                n += i64::from(counts(item)?);
            }
            if after.is_none() {
                return Ok(n);
            }
        }
    }
}

/// Where a query of the table goes on after an item that it gave.
fn start_at(item: &Item) -> Item {
    let of = |name: &str| item.get(name).map(|value| (name.to_owned(), value.clone()));
    ["pk", "sk"].into_iter().filter_map(of).collect()
}

impl Store<ClientScope> {
    /// Counts the findings of the client, and compares those of each engagement.
    async fn recount(&self, recount: &mut Recount) -> Result<Counts, StoreError> {
        let (mut all, mut after) = (Counts::default(), None);
        loop {
            let page = self.engagements(after.as_deref()).await?;
            for engagement in page.rows {
                let counted = self.count_findings(engagement.id).await?;
                all.merge(&counted);
                recount.engagements += 1;
                recount.active += i64::from(engagement.phase.is_active());
                recount.findings += counted.sum(|_, _| true);
                let id = Some(engagement.id);
                recount.compare(self.client_id(), id, engagement.counts, counted);
            }
            after = page.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    async fn count_findings(&self, engagement: EngagementId) -> Result<Counts, StoreError> {
        let e = self.partition(engagement);
        let mut counts = Counts::default();
        for published in [true, false] {
            let mut after = None;
            loop {
                let list = keys::findings(&e, published);
                let all = Range::Between("a".to_owned(), "c".to_owned());
                let query = Query::of(list, all, AT_ONCE).on(Index::Gsi1).after(after);
                let slice = self.query(query).await?;
                let last = slice.items.last().filter(|_| slice.more);
                after = last.map(|item| start_after(item, Index::Gsi1));
                for item in slice.items {
                    let finding = findings::listed(item)?.finding;
                    counts.merge(&Counts::of(&finding));
                }
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(counts)
    }
}

impl Recount {
    fn compare(
        &mut self,
        client: ClientId,
        engagement: Option<EngagementId>,
        kept: Counts,
        counted: Counts,
    ) {
        if kept != counted {
            self.drifts.push(CountDrift {
                client,
                engagement,
                kept,
                counted,
            });
        }
    }
}
