//! What an engagement knows of scans.

use domain::engagement::MAX_FINDINGS;
use domain::finding::Finding;
use domain::id::EngagementId;
use futures::future::try_join;

use super::listed;
use crate::codec::Item;
use crate::error::StoreError;
use crate::keys::{self, Index};
use crate::scope::{ClientScope, Store};
use crate::table::{Query, Range, start_after};

/// Rows of one query: they stay below the megabyte that one gives.
const ROWS: i32 = 1_000;

impl Store<ClientScope> {
    /// The engagement's findings that scans reported, drafts included. It reads
    /// all its rows, of which it has a bounded number; for comparing an import,
    /// not for a page that people look at often. Contacts have no use for it.
    pub async fn scanned(&self, engagement: EngagementId) -> Result<Vec<Finding>, StoreError> {
        if !self.sees_drafts() {
            return Ok(Vec::new());
        }
        let e = self.partition(engagement);
        let (published, drafts) = try_join(
            self.all(keys::findings(&e, true)),
            self.all(keys::findings(&e, false)),
        )
        .await?;
        let rows = published.into_iter().chain(drafts);
        let findings: Vec<Finding> = rows
            .map(|item| listed(item).map(|l| l.finding))
            .collect::<Result<_, _>>()?;
        let scanned = findings.into_iter().filter(|f| f.fingerprint.is_some());
        Ok(scanned.collect())
    }

    async fn all(&self, list: String) -> Result<Vec<Item>, StoreError> {
        let most = usize::try_from(MAX_FINDINGS).unwrap_or(usize::MAX);
        let (mut rows, mut after) = (Vec::new(), None);
        while rows.len() < most {
            let whole = Range::Between("a".to_owned(), "c".to_owned());
            let query = Query::of(&list, whole, ROWS).on(Index::Gsi1).after(after);
            let slice = self.query(query).await?;
            rows.extend(slice.items);
            if !slice.more {
                break;
            }
            after = rows.last().map(|last| start_after(last, Index::Gsi1));
        }
        Ok(rows)
    }
}
