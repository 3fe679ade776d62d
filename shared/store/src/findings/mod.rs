//! Findings: what is read of them, and the changes that are executed.

mod list;
mod many;
mod read;
mod scanned;
mod write;

pub use list::{FilteredFindings, MAX_SCANNED};
pub use many::BulkChange;

use domain::activity::Activity;
use domain::evidence::Evidence;
use domain::finding::{Comment, FieldChange, Finding, FindingContent, Retest};
use domain::history::HistoryEntry;
use domain::id::{ClientId, EngagementId, EntryId};
use serde::{Deserialize, Serialize};

use crate::codec::{Item, item, place, row};
use crate::error::StoreError;
use crate::keys;
use crate::page::ListPage;
use crate::scope::{ClientScope, Store};

/// A finding in a list across engagements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The finding.
    pub finding: Finding,
    /// Whose it is.
    pub client: ClientId,
    /// Where it was found.
    pub engagement: EngagementId,
}

/// The beginning of a list of active findings by when they are due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueFindings {
    /// What is due first comes first; what has no date comes last.
    pub rows: Vec<Listed>,
    /// Whether there are more.
    pub more: bool,
}

/// A finding with its text and history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingDetail {
    /// The finding.
    pub finding: Finding,
    /// Its text and rating.
    pub draft: FindingContent,
    /// The newest of what happened to it, as far as the holder may know.
    pub history: ListPage<HistoryItem>,
    /// The newest of what people said of it, as far as the holder may know.
    pub comments: ListPage<CommentItem>,
    /// Its retests, newest first.
    pub rounds: Vec<Retest>,
    /// Its pictures, oldest first, as far as the holder may see them.
    pub evidence: Vec<Evidence>,
}

/// An entry of a finding's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryItem {
    /// Names it.
    pub id: EntryId,
    /// The entry.
    pub entry: HistoryEntry,
    /// Whether the client can read it.
    pub shared: bool,
}

/// A comment on a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentItem {
    /// The comment.
    pub comment: Comment,
    /// Whether the client can read it.
    pub shared: bool,
}

/// What an edit changed, in full.
#[derive(Serialize, Deserialize)]
struct FullEdit {
    changes: Vec<FieldChange>,
}

#[derive(Serialize, Deserialize)]
struct FindingItem {
    client: ClientId,
    engagement: EngagementId,
    #[serde(flatten)]
    finding: Finding,
}

pub(crate) fn listed(found: Item) -> Result<Listed, StoreError> {
    let FindingItem {
        client,
        engagement,
        finding,
    } = row(found)?;
    Ok(Listed {
        finding,
        client,
        engagement,
    })
}

impl Store<ClientScope> {
    /// The row of a finding as an item, in the indexes where it belongs.
    fn finding_item(
        &self,
        engagement: EngagementId,
        finding: &Finding,
    ) -> Result<Item, StoreError> {
        let e = self.partition(engagement);
        let row = FindingItem {
            client: self.client_id(),
            engagement,
            finding: finding.clone(),
        };
        let mut item = item("finding", &keys::finding(&e, finding.id), &row)?;
        let w = keys::workspace(self.ws());
        for at in keys::finding_places(&w, &self.prefix(), &e, finding) {
            place(&mut item, at);
        }
        Ok(item)
    }

    /// An entry of the history of `finding`, which is told of in the feeds.
    fn history_item(
        &self,
        engagement: EngagementId,
        finding: &Finding,
        id: EntryId,
        entry: &HistoryEntry,
    ) -> Result<Item, StoreError> {
        let (e, shared) = (self.partition(engagement), entry.is_shared());
        let mut item = item("history", &keys::history(&e, finding.id, shared, id), entry)?;
        let at = (self.client_id(), engagement);
        if let Some(activity) = Activity::of_entry(at, finding, entry) {
            self.tell(&mut item, id, &activity, shared)?;
        }
        Ok(item)
    }
}
