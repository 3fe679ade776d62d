//! A finding's row, which is also what lists hold of it, and the entries of its history.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::activity::Activity;
use domain::finding::{FieldChange, Finding, HistoryEntry};
use domain::id::{ClientId, EngagementId, EntryId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::table::codec::{Item, add_index_key, from_item, to_item};
use crate::table::keys;
use crate::tenancy::scope::{ClientScope, Store};

/// The attribute of a finding's row that holds its summary.
pub(crate) const SUMMARY: &str = "s";

/// A finding with its client and engagement: what lists hold of it. It is one attribute of the
/// finding's row, so that the indexes project it whole, whatever fields it has. The finding's
/// text is an item of its own, which lists don't read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingSummary {
    pub client: ClientId,
    pub engagement: EngagementId,
    #[serde(flatten)]
    pub finding: Finding,
}

/// The row of a finding. The version stands beside the summary for the conditions of writes.
#[derive(Serialize)]
struct FindingRow {
    #[serde(rename = "s")]
    summary: FindingSummary,
    #[serde(rename = "v")]
    version: i64,
}

/// The summary in the row of a finding, or its finding alone. Rows of before have the fields
/// of the summary as attributes of their own.
pub(crate) fn summary_from_item<T: DeserializeOwned>(mut item: Item) -> Result<T, StoreError> {
    match item.remove(SUMMARY) {
        Some(AttributeValue::M(summary)) => from_item(summary),
        _ => from_item(item),
    }
}

/// What an edit changed, in full.
#[derive(Serialize, Deserialize)]
pub(crate) struct FullEdit {
    pub(crate) changes: Vec<FieldChange>,
}

impl Store<ClientScope> {
    /// The row of a finding as an item, in the lists where it belongs.
    pub(crate) fn finding_item(
        &self,
        engagement: EngagementId,
        finding: &Finding,
    ) -> Result<Item, StoreError> {
        let e = self.engagement_partition(engagement);
        let summary = FindingSummary {
            client: self.client_id(),
            engagement,
            finding: finding.clone(),
        };
        let row = FindingRow {
            summary,
            version: finding.version,
        };
        let mut item = to_item("finding", &keys::finding(&e, finding.id), &row)?;
        let w = keys::workspace(self.ws());
        for index_key in keys::finding_index_keys(&w, &self.prefix(), &e, finding) {
            add_index_key(&mut item, index_key);
        }
        Ok(item)
    }

    /// An entry of the history of `finding`, in the feeds where it is an activity.
    pub(crate) fn history_item(
        &self,
        engagement: EngagementId,
        finding: &Finding,
        id: EntryId,
        entry: &HistoryEntry,
    ) -> Result<Item, StoreError> {
        let (e, shared) = (self.engagement_partition(engagement), entry.is_shared());
        let mut item = to_item("history", &keys::history(&e, finding.id, shared, id), entry)?;
        if let Some(activity) = Activity::of_entry(self.client_id(), engagement, finding, entry) {
            self.add_to_feeds(&mut item, id, &activity, shared)?;
        }
        Ok(item)
    }
}

#[cfg(test)]
mod tests {
    use domain::finding::FindingStatus;
    use domain::id::FindingId;
    use domain::severity::Severity;
    use jiff::Timestamp;

    use super::*;

    fn summary() -> FindingSummary {
        FindingSummary {
            client: ClientId::new(1, 1),
            engagement: EngagementId::new(1, 2),
            finding: Finding {
                title: "Open redirect".to_owned(),
                cwe: Some(601),
                status: FindingStatus::Open,
                tags: vec!["web".to_owned()],
                version: 4,
                ..Finding::blank(FindingId::new(1, 3), Severity::Low, Timestamp::UNIX_EPOCH)
            },
        }
    }

    #[test]
    fn row_is_read_as_summary_and_as_finding() {
        let row = FindingRow {
            summary: summary(),
            version: 4,
        };
        let item = to_item("finding", &keys::finding("W#1", summary().finding.id), &row);
        let item = item.expect("an item");
        let read: FindingSummary = summary_from_item(item.clone()).expect("a summary");
        assert_eq!(read, summary());
        let read: Finding = summary_from_item(item).expect("a finding");
        assert_eq!(read, summary().finding);
    }

    #[test]
    fn row_without_summary_attribute_is_read() {
        let key = keys::finding("W#1", summary().finding.id);
        let item = to_item("finding", &key, &summary()).expect("an item");
        let read: FindingSummary = summary_from_item(item).expect("a summary");
        assert_eq!(read, summary());
    }
}
