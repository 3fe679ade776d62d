//! Bulk changes of findings, in transactions of as many as fit, so that the totals are
//! added to once for all of them.

use domain::finding::{Counts, FindingChange};
use domain::id::{EngagementId, EntryId};
use domain::notification::{NotificationEvent, merge_events};
use domain::severity::Severity;

use crate::error::StoreError;
use crate::records::outbox::outbox;
use crate::table::codec::string;
use crate::table::keys;
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{ClientScope, Store};

/// Writes of one transaction, besides those to the totals and the notification effect.
const MAX_WRITES: usize = 96;

/// One change among many.
#[derive(Debug, Clone)]
pub struct BulkChange {
    pub change: FindingChange,
    /// The id of its history entry.
    pub entry: EntryId,
    /// The new severity with its reason, of a change of severity: the content holds them too.
    pub rating: Option<(Severity, String)>,
}

impl BulkChange {
    /// The number of its writes.
    fn writes(&self) -> usize {
        let change = &self.change;
        3 + usize::from(change.retest.is_some())
            + usize::from(self.rating.is_some())
            + if change.risk_deadline.is_some() { 2 } else { 0 }
    }
}

impl Store<ClientScope> {
    /// Executes changes of findings of one engagement, and gives their results in order. Where
    /// one of a transaction is refused, all of it are executed one by one.
    pub async fn apply_changes(
        &self,
        engagement: EngagementId,
        changes: &[BulkChange],
    ) -> Vec<Result<(), StoreError>> {
        let mut results = Vec::with_capacity(changes.len());
        for batch in batches(changes) {
            if self.apply_batch(engagement, batch).await.is_ok() {
                results.extend(batch.iter().map(|_| Ok(())));
                continue;
            }
            for change in batch {
                let alone = std::slice::from_ref(change);
                results.push(self.apply_batch(engagement, alone).await);
            }
        }
        results
    }

    async fn apply_batch(
        &self,
        engagement: EngagementId,
        changes: &[BulkChange],
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.put_changes(&mut transaction, engagement, changes)?;
        self.commit(transaction).await
    }

    /// Puts the writes of changes, and their totals.
    pub(crate) fn put_changes(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        changes: &[BulkChange],
    ) -> Result<(), StoreError> {
        let (mut counts, mut shared) = (Counts::default(), false);
        for bulk in changes {
            self.put_change(transaction, engagement, bulk)?;
            counts.merge(&bulk.change.counts);
            shared |= bulk.change.shared;
        }
        let events = changes.iter();
        let events =
            events.filter_map(|bulk| NotificationEvent::of_change(engagement, &bulk.change));
        if let Some(first) = changes.first() {
            let events = merge_events(events);
            outbox::put_notifications(transaction, &self.prefix(), &first.entry, events)?;
        }
        self.add_totals(transaction, engagement, &counts, shared, 0);
        Ok(())
    }

    fn put_change(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        bulk: &BulkChange,
    ) -> Result<(), StoreError> {
        let finding = &bulk.change.finding;
        transaction.replace(self.finding_item(engagement, finding)?, finding.version - 1);
        self.put_side_effects(transaction, engagement, &bulk.change, bulk.entry)?;
        if let Some((severity, reason)) = &bulk.rating {
            let key = keys::finding_body(&self.engagement_partition(engagement), finding.id);
            let body =
                Update::existing(key).set("severity", serde_dynamo::to_attribute_value(severity)?);
            transaction.update(if reason.is_empty() {
                body.remove("severity_reason")
            } else {
                body.set("severity_reason", string(reason))
            });
        }
        Ok(())
    }
}

/// As many changes at a time as fit into a transaction.
fn batches(changes: &[BulkChange]) -> Vec<&[BulkChange]> {
    let (mut batches, mut from, mut writes) = (Vec::new(), 0, 0);
    for (n, change) in changes.iter().enumerate() {
        if writes + change.writes() > MAX_WRITES {
            batches.extend(changes.get(from..n));
            (from, writes) = (n, 0);
        }
        writes += change.writes();
    }
    batches.extend(changes.get(from..).filter(|rest| !rest.is_empty()));
    batches
}
