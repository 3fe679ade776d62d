//! The recount: whether the stored counts equal those of the findings, and the used limits
//! equal what there is.

use domain::finding::{Counts, Finding};
use domain::id::{ClientId, EngagementId};
use domain::invite::Invite;
use domain::person::Person;
use domain::plan::PlanLimit;
use domain::slug::Slug;
use futures::future::try_join;

use crate::directory::directory::Directory;
use crate::error::StoreError;
use crate::records::findings::finding_item::summary_from_item;
use crate::table::codec::{Item, from_item};
use crate::table::keys;
use crate::table::query::{Query, Range, start_after};
use crate::tenancy::scope::{ClientScope, Store, WorkspaceScope};

/// Rows that one query counts.
const AT_ONCE: i32 = 1_000;

/// Counts that differ from the recount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountDrift {
    pub client: ClientId,
    /// `None` for the client's own counts.
    pub engagement: Option<EngagementId>,
    pub stored: Counts,
    pub counted: Counts,
}

/// A limit's usage that differs from the recount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitDrift {
    pub limit: PlanLimit,
    pub stored: i64,
    pub counted: i64,
}

/// The result of a recount.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recount {
    pub clients: usize,
    pub engagements: usize,
    pub findings: i64,
    /// A change during the recount may show here: count again.
    pub count_drifts: Vec<CountDrift>,
    /// Usage of plan limits that differs, except storage.
    pub limit_drifts: Vec<LimitDrift>,
    active: i64,
}

impl Directory {
    /// Recounts the findings of the workspace with a slug, and compares. Nothing is mended. It
    /// reads every row: for operators, not for pages.
    pub async fn recount(&self, slug: &Slug) -> Result<Option<Recount>, StoreError> {
        let Some(workspace) = self.find_workspace(slug).await? else {
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
            let page = self.list_clients("", after.as_deref(), AT_ONCE).await?;
            for client in page.rows {
                let store = self.client_store(client.id);
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
            let kept = self.get_limit_usage(limit).await?;
            if kept != counted {
                recount.limit_drifts.push(LimitDrift {
                    limit,
                    stored: kept,
                    counted,
                });
            }
        }
        Ok(recount)
    }

    /// Counts the enabled members, and the open invitations to the team.
    async fn count_seats(&self) -> Result<i64, StoreError> {
        let people = self.count_rows(keys::PEOPLE, |found| {
            Ok(from_item::<Person>(found)?.disabled_at.is_none())
        });
        let invites = self.count_rows(keys::INVITES, |found| {
            let invite: Invite = from_item(found)?;
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

/// The start of a query of the table after an item.
fn start_at(item: &Item) -> Item {
    let of = |name: &str| item.get(name).map(|value| (name.to_owned(), value.clone()));
    ["pk", "sk"].into_iter().filter_map(of).collect()
}

impl Store<ClientScope> {
    /// Recounts the findings of the client, and compares those of each engagement.
    async fn recount(&self, recount: &mut Recount) -> Result<Counts, StoreError> {
        let (mut all, mut after) = (Counts::default(), None);
        loop {
            let page = self.list_engagements(after.as_deref()).await?;
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
        let e = self.engagement_partition(engagement);
        let mut counts = Counts::default();
        for published in [true, false] {
            let mut after = None;
            loop {
                let list = keys::engagement_findings(&e, published);
                let all = Range::Between("a".to_owned(), "c".to_owned());
                let query = Query::list(&list, all, AT_ONCE).after(after);
                let slice = self.query(query).await?;
                let last = slice.items.last().filter(|_| slice.more);
                after = last.map(|item| start_after(item, &list));
                for item in slice.items {
                    let finding: Finding = summary_from_item(item)?;
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
            self.count_drifts.push(CountDrift {
                client,
                engagement,
                stored: kept,
                counted,
            });
        }
    }
}
