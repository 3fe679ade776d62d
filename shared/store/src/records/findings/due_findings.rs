//! The worst findings and those that are due first: the short lists of dashboards and of
//! the daily job.

use domain::finding::Finding;
use jiff::civil::Date;

use crate::error::StoreError;
use crate::records::findings::finding_item::{FindingSummary, summary_from_item};
use crate::table::keys::{self, ListKey};
use crate::table::query::{Query, Range, start_after};
use crate::tenancy::scope::{ClientScope, Scope, Store, WorkspaceScope};

/// Rows that one query reads.
const AT_ONCE: i32 = 500;

/// The beginning of a list of active findings by when they are due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueFindings {
    /// The first due first; findings without a date come last.
    pub rows: Vec<FindingSummary>,
    pub more: bool,
}

impl Store<WorkspaceScope> {
    /// The worst active findings of the workspace.
    pub async fn worst_findings(&self, limit: i32) -> Result<Vec<FindingSummary>, StoreError> {
        let list = keys::workspace_findings_by_severity(&self.prefix(), true);
        let page = self
            .query(Query::list(&list, active_range(), limit))
            .await?;
        page.items.into_iter().map(summary_from_item).collect()
    }

    /// Active findings of the workspace by when they are due.
    pub async fn due_findings(&self, limit: i32) -> Result<DueFindings, StoreError> {
        let list = keys::workspace_findings_by_due(&self.prefix(), true);
        list_due(self, &list, limit).await
    }
}

impl Store<ClientScope> {
    /// The worst active findings of the client.
    pub async fn worst_findings(&self, limit: i32) -> Result<Vec<FindingSummary>, StoreError> {
        let list = keys::client_findings_by_severity(&self.prefix(), true);
        let page = self
            .query(Query::list(&list, active_range(), limit))
            .await?;
        page.items.into_iter().map(summary_from_item).collect()
    }

    /// Active findings of the client by when they are due.
    pub async fn due_findings(&self, limit: i32) -> Result<DueFindings, StoreError> {
        let list = keys::client_findings_by_due(&self.prefix(), true);
        list_due(self, &list, limit).await
    }

    /// The findings of the client that are due on `day` and not resolved, the worst first: as
    /// many as one query reads.
    pub async fn list_findings_due_on(&self, day: Date) -> Result<Vec<Finding>, StoreError> {
        let list = keys::client_findings_by_due(&self.prefix(), true);
        let range = Range::Prefix(format!("a#{day}#"));
        let query = Query::list(&list, range, AT_ONCE);
        let found = self.query(query).await?.items.into_iter();
        let findings: Vec<Finding> = found.map(summary_from_item).collect::<Result<_, _>>()?;
        let after = day.tomorrow().unwrap_or(day);
        let unfixed = findings.into_iter();
        Ok(unfixed
            .filter(|finding| finding.is_overdue(after))
            .collect())
    }

    /// The number of the client's findings that are overdue on `today`. It reads all that were
    /// due before: for the worker, not for pages.
    pub async fn count_overdue(&self, today: Date) -> Result<i64, StoreError> {
        let list = keys::client_findings_by_due(&self.prefix(), true);
        let before = || Range::Between("a#".to_owned(), format!("a#{today}"));
        let (mut count, mut after) = (0, None);
        loop {
            let query = Query::list(&list, before(), AT_ONCE);
            let page = self.query(query.after(after)).await?;
            after = page
                .items
                .last()
                .filter(|_| page.more)
                .map(|item| start_after(item, &list));
            for item in page.items {
                count += i64::from(summary_from_item::<Finding>(item)?.is_overdue(today));
            }
            if after.is_none() {
                return Ok(count);
            }
        }
    }
}

async fn list_due<S: Scope>(
    store: &Store<S>,
    list: &ListKey,
    limit: i32,
) -> Result<DueFindings, StoreError> {
    let page = store
        .query(Query::list(list, active_range(), limit))
        .await?;
    let rows = page
        .items
        .into_iter()
        .map(summary_from_item)
        .collect::<Result<_, _>>()?;
    let more = page.more;
    Ok(DueFindings { rows, more })
}

fn active_range() -> Range {
    Range::Prefix("a#".to_owned())
}
