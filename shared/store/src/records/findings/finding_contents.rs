//! The content of many findings, for files that hold all of it.

use domain::finding::{Finding, FindingContent};

use crate::error::StoreError;
use crate::records::findings::finding_item::{FindingSummary, summary_from_item};
use crate::table::codec::from_item;
use crate::table::keys;
use crate::tenancy::scope::{ClientScope, Scope, Store, WorkspaceScope};

/// Findings whose rows and contents one call reads: with the longest contents less than 4 MB.
pub const CONTENTS_PAGE: usize = 25;

impl Store<WorkspaceScope> {
    /// The contents of at most [`CONTENTS_PAGE`] findings of any clients, in their order; `None`
    /// where there is none.
    pub async fn list_contents(
        &self,
        findings: &[FindingSummary],
    ) -> Result<Vec<Option<FindingContent>>, StoreError> {
        self.get_contents(findings, true).await
    }
}

impl Store<ClientScope> {
    /// The contents of at most [`CONTENTS_PAGE`] findings of the client, in their order; `None`
    /// where there is none, or none that the holder may see.
    pub async fn list_contents(
        &self,
        findings: &[FindingSummary],
    ) -> Result<Vec<Option<FindingContent>>, StoreError> {
        self.get_contents(findings, self.sees_drafts()).await
    }
}

impl<S: Scope> Store<S> {
    async fn get_contents(
        &self,
        findings: &[FindingSummary],
        sees_drafts: bool,
    ) -> Result<Vec<Option<FindingContent>>, StoreError> {
        let keys: Vec<_> = findings
            .iter()
            .flat_map(|summary| {
                let client = keys::client(self.ws(), summary.client);
                let e = keys::engagement(&client, summary.engagement);
                let id = summary.finding.id;
                [keys::finding(&e, id), keys::finding_body(&e, id)]
            })
            .collect();
        let mut items = self.get_many(&keys).await?.into_iter();
        let mut contents = Vec::with_capacity(findings.len());
        while let Some(row) = items.next() {
            let (row, body) = (row, items.next().flatten());
            let finding: Option<Finding> = row.map(summary_from_item).transpose()?;
            let is_seen =
                finding.is_some_and(|finding| sees_drafts || finding.status.is_published());
            let body = body.filter(|_| is_seen);
            contents.push(body.map(from_item).transpose()?);
        }
        Ok(contents)
    }
}
