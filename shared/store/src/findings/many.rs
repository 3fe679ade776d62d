//! Changes of many findings at once: in transactions of as many as fit, so that
//! the totals are added to once for all of them.

use domain::counts::Counts;
use domain::finding::FindingChange;
use domain::id::{EngagementId, EntryId};
use domain::notification::{NotificationEvent, merged};
use domain::severity::Severity;

use crate::codec::string;
use crate::error::StoreError;
use crate::keys;
use crate::outbox;
use crate::scope::{ClientScope, Store};
use crate::transact::{Transaction, Update};

/// Writes of one transaction, besides those to the totals and what is told of it.
const ROOM: usize = 96;

/// One change among many.
#[derive(Debug, Clone)]
pub struct BulkChange {
    /// What is decided.
    pub change: FindingChange,
    /// The id of its entry in the history.
    pub entry: EntryId,
    /// The new severity and the reason for it, where that is what changes: they
    /// stand in the text as well.
    pub rated: Option<(Severity, String)>,
}

impl BulkChange {
    /// Writes that it takes.
    fn writes(&self) -> usize {
        let change = &self.change;
        3 + usize::from(change.round.is_some())
            + usize::from(self.rated.is_some())
            + if change.deadline.is_some() { 2 } else { 0 }
    }
}

impl Store<ClientScope> {
    /// Executes changes of findings of one engagement, and gives what came of
    /// each, in their order. Where one of a transaction is refused, the others
    /// of it are executed one by one.
    pub async fn change_many(
        &self,
        engagement: EngagementId,
        changes: &[BulkChange],
    ) -> Vec<Result<(), StoreError>> {
        let mut results = Vec::with_capacity(changes.len());
        for batch in batches(changes) {
            if self.change_together(engagement, batch).await.is_ok() {
                results.extend(batch.iter().map(|_| Ok(())));
                continue;
            }
            for one in batch {
                let one = std::slice::from_ref(one);
                results.push(self.change_together(engagement, one).await);
            }
        }
        results
    }

    async fn change_together(
        &self,
        engagement: EngagementId,
        changes: &[BulkChange],
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.change_all(&mut transaction, engagement, changes)?;
        self.commit(transaction).await
    }

    /// The writes of changes, and what they do to the totals.
    pub(crate) fn change_all(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        changes: &[BulkChange],
    ) -> Result<(), StoreError> {
        let (mut counts, mut shared) = (Counts::default(), false);
        for one in changes {
            self.change_one(transaction, engagement, one)?;
            counts.merge(&one.change.counts);
            shared |= one.change.shared;
        }
        let told = changes.iter();
        let told = told.filter_map(|one| NotificationEvent::of_change(engagement, &one.change));
        if let Some(first) = changes.first() {
            let news = merged(told);
            outbox::put_news(transaction, &self.prefix(), &first.entry, news)?;
        }
        self.count(transaction, engagement, &counts, shared, 0);
        Ok(())
    }

    fn change_one(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        one: &BulkChange,
    ) -> Result<(), StoreError> {
        let finding = &one.change.finding;
        transaction.replace(self.finding_item(engagement, finding)?, finding.version - 1);
        self.follow(transaction, engagement, &one.change, one.entry)?;
        if let Some((severity, reason)) = &one.rated {
            let key = keys::finding_body(&self.partition(engagement), finding.id);
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

/// As many at a time as fit into a transaction.
fn batches(changes: &[BulkChange]) -> Vec<&[BulkChange]> {
    let (mut batches, mut from, mut writes) = (Vec::new(), 0, 0);
    for (n, one) in changes.iter().enumerate() {
        if writes + one.writes() > ROOM {
            batches.extend(changes.get(from..n));
            (from, writes) = (n, 0);
        }
        writes += one.writes();
    }
    batches.extend(changes.get(from..).filter(|rest| !rest.is_empty()));
    batches
}
