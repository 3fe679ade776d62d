//! The findings of an engagement that scans reported.

use domain::engagement::MAX_FINDINGS;
use domain::finding::Finding;
use domain::id::EngagementId;
use futures::future::try_join;

use crate::error::StoreError;
use crate::records::findings::finding_item::summary_from_item;
use crate::table::codec::Item;
use crate::table::keys::{self, ListKey};
use crate::table::query::{Query, Range, start_after};
use crate::tenancy::scope::{ClientScope, Store};

/// Rows of one query: they stay below the megabyte that one query reads.
const ROWS: i32 = 1_000;

impl Store<ClientScope> {
    /// The engagement's findings with a fingerprint, drafts included, for comparing an import.
    /// It reads all rows of the engagement, of which there is a bounded number. Contacts get
    /// none.
    pub async fn list_scanned_findings(
        &self,
        engagement: EngagementId,
    ) -> Result<Vec<Finding>, StoreError> {
        if !self.sees_drafts() {
            return Ok(Vec::new());
        }
        let e = self.engagement_partition(engagement);
        let (published, drafts) = try_join(
            self.list_findings_of(&keys::engagement_findings(&e, true)),
            self.list_findings_of(&keys::engagement_findings(&e, false)),
        )
        .await?;
        let rows = published.into_iter().chain(drafts);
        let findings: Vec<Finding> = rows.map(summary_from_item).collect::<Result<_, _>>()?;
        let scanned = findings.into_iter().filter(|f| f.fingerprint.is_some());
        Ok(scanned.collect())
    }

    async fn list_findings_of(&self, list: &ListKey) -> Result<Vec<Item>, StoreError> {
        let most = usize::try_from(MAX_FINDINGS).unwrap_or(usize::MAX);
        let (mut rows, mut after) = (Vec::new(), None);
        while rows.len() < most {
            let whole = Range::Between("a".to_owned(), "c".to_owned());
            let query = Query::list(list, whole, ROWS).after(after);
            let page = self.query(query).await?;
            rows.extend(page.items);
            if !page.more {
                break;
            }
            after = rows.last().map(|last| start_after(last, list));
        }
        Ok(rows)
    }
}
