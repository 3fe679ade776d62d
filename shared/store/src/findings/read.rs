//! Reads of findings; a contact's store gives published ones only.

use domain::finding::Finding;
use domain::history::Entry;
use domain::id::{EngagementId, FindingId};
use domain::score::Score;
use domain::severity::Severity;
use futures::future::try_join3;

use super::{Dossier, Listed, Remark, Shelf, listed};
use crate::codec::row;
use crate::error::Error;
use crate::keys::{self, Index, Place};
use crate::page::{Page, SIZE};
use crate::scope::{ClientScope, Store, WorkspaceScope};
use crate::table::{Query, Range, start};

/// Entries of each half of a history that a page shows.
const HISTORY: i32 = 50;

impl Store<WorkspaceScope> {
    /// The worst active findings of the workspace.
    pub async fn worst_findings(&self, limit: i32) -> Result<Vec<Listed>, Error> {
        let list = keys::workspace_open(&self.prefix());
        let slice = self
            .query(Query::of(list, active(), limit).on(Index::Gsi3))
            .await?;
        slice.items.into_iter().map(listed).collect()
    }
}

impl Store<ClientScope> {
    /// The worst active findings of the client.
    pub async fn worst_findings(&self, limit: i32) -> Result<Vec<Listed>, Error> {
        let list = keys::client_open(&self.prefix());
        let slice = self
            .query(Query::of(list, active(), limit).on(Index::Gsi2))
            .await?;
        slice.items.into_iter().map(listed).collect()
    }

    /// A page of one of an engagement's lists, the worst first.
    pub async fn findings(
        &self,
        engagement: EngagementId,
        shelf: Shelf,
        after: Option<&str>,
    ) -> Result<Page<Finding>, Error> {
        if shelf == Shelf::Drafts && !self.sees_drafts() {
            return Ok(Page {
                rows: Vec::new(),
                next: None,
            });
        }
        let e = self.partition(engagement);
        let list = keys::findings(&e, shelf != Shelf::Drafts);
        let listed_first = shelf != Shelf::Closed;
        let after = after.and_then(cursor).map(|(severity, score, id)| {
            let sk = keys::finding_rank(listed_first, severity, score, id);
            start(
                &keys::finding(&e, id),
                Some(&Place {
                    index: Index::Gsi1,
                    pk: list.clone(),
                    sk,
                }),
            )
        });
        let range = if listed_first {
            active()
        } else {
            Range::Prefix("b#".to_owned())
        };
        let slice = self
            .query(Query::of(list, range, SIZE).on(Index::Gsi1).after(after))
            .await?;
        let rows: Vec<Finding> = slice
            .items
            .into_iter()
            .map(|item| listed(item).map(|l| l.finding))
            .collect::<Result<_, _>>()?;
        Ok(Page::new(rows, slice.more, |finding| {
            let score = finding.score.map_or(0, Score::tenths);
            format!("{}-{score}-{}", finding.severity, finding.id)
        }))
    }

    /// One finding, without its text.
    pub async fn finding(
        &self,
        engagement: EngagementId,
        id: FindingId,
    ) -> Result<Option<Finding>, Error> {
        let found = self
            .get(&keys::finding(&self.partition(engagement), id))
            .await?;
        let finding = found.map(listed).transpose()?.map(|l| l.finding);
        Ok(finding.filter(|finding| self.may_see(finding)))
    }

    /// One finding with its text and the newest of its history.
    pub async fn dossier(
        &self,
        engagement: EngagementId,
        id: FindingId,
    ) -> Result<Option<Dossier>, Error> {
        let e = self.partition(engagement);
        let about = Range::Between(keys::finding(&e, id).sk, keys::finding_body(&e, id).sk);
        let (about, shared, internal) = try_join3(
            self.query(Query::of(&e, about, 2)),
            self.remarks(engagement, id, true),
            async {
                if self.sees_drafts() {
                    self.remarks(engagement, id, false).await
                } else {
                    Ok(Vec::new())
                }
            },
        )
        .await?;
        let mut items = about.items.into_iter();
        let (Some(found), Some(body)) = (items.next(), items.next()) else {
            return Ok(None);
        };
        let finding = listed(found)?.finding;
        if !self.may_see(&finding) {
            return Ok(None);
        }
        let mut history = [shared, internal].concat();
        history.sort_by_key(|remark| std::cmp::Reverse(remark.entry.at));
        Ok(Some(Dossier {
            finding,
            draft: row(body)?,
            history,
        }))
    }

    async fn remarks(
        &self,
        engagement: EngagementId,
        id: FindingId,
        shared: bool,
    ) -> Result<Vec<Remark>, Error> {
        let range = Range::Prefix(keys::history_prefix(id, shared));
        let slice = self
            .query(Query::of(self.partition(engagement), range, HISTORY).descending())
            .await?;
        let remark = |item| row::<Entry>(item).map(|entry| Remark { entry, shared });
        slice.items.into_iter().map(remark).collect()
    }

    fn may_see(&self, finding: &Finding) -> bool {
        self.sees_drafts() || finding.status.is_published()
    }
}

fn active() -> Range {
    Range::Prefix("a#".to_owned())
}

/// Reads `<severity>-<tenths of the score>-<finding>`.
fn cursor(text: &str) -> Option<(Severity, Option<Score>, FindingId)> {
    let (severity, rest) = text.split_once('-')?;
    let (score, id) = rest.split_once('-')?;
    let score = Score::from_tenths(score.parse().ok()?);
    Some((severity.parse().ok()?, score, id.parse().ok()?))
}
