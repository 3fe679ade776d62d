//! Changes of findings: each is one transaction with its totals and history.

use domain::activity::Activity;
use domain::engagement::MAX_FINDINGS;
use domain::finding::{Counts, Finding, FindingChange, FindingContent, HistoryEntry, NewComment};
use domain::id::{EngagementId, EntryId, FindingId};
use domain::notification::NotificationEvent;
use domain::plan::{Plan, PlanLimit};
use serde::Serialize;

use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::records::counters;
use crate::records::findings::finding_item::FullEdit;
use crate::records::messages::FORM_LIFETIME;
use crate::records::outbox::outbox;
use crate::records::revision::with_revision;
use crate::table::codec::{Item, number, to_item};
use crate::table::keys;
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{ClientScope, Store};

/// A form that created a comment.
#[derive(Serialize)]
struct CommentFormItem {
    ttl: i64,
}

impl Store<ClientScope> {
    /// Creates a draft under the id that `finding` has, where `plan` has room for it.
    pub async fn create_finding(
        &self,
        engagement: EngagementId,
        change: &FindingChange,
        content: &FindingContent,
        plan: Plan,
        id: EntryId,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        self.put_finding(
            &mut transaction,
            engagement,
            &change.finding,
            content,
            id,
            &change.entry,
        )?;
        self.record(&mut transaction, change.audit_note())?;
        self.add_totals(&mut transaction, engagement, &change.counts, false, 1);
        let claim = self.put_claim(&mut transaction, plan, PlanLimit::Findings, 1);
        let done = self.commit_with_limit(transaction, Some(claim), PlanLimit::Findings);
        to_write_outcome(done.await)
    }

    /// Executes a transition or a change of remediation; refused where the finding changed
    /// since it was decided.
    pub async fn apply_finding_change(
        &self,
        engagement: EngagementId,
        change: &FindingChange,
        id: EntryId,
    ) -> Result<(), StoreError> {
        let transaction = self.change_transaction(engagement, change, id)?;
        self.commit(transaction).await
    }

    /// Replaces the content; refused where the finding changed since it was read.
    pub async fn update_finding_content(
        &self,
        engagement: EngagementId,
        change: &FindingChange,
        content: &FindingContent,
        id: EntryId,
    ) -> Result<(), StoreError> {
        let mut transaction = self.change_transaction(engagement, change, id)?;
        transaction.put_any(self.body_item(engagement, change.finding.id, content)?);
        self.commit(transaction).await
    }

    /// Creates a comment with the id `id`, by which it is placed; `form` is the id of its form,
    /// which creates one comment however often it is sent.
    pub async fn create_comment(
        &self,
        engagement: EngagementId,
        finding: &Finding,
        comment: &NewComment,
        (id, form): (EntryId, EntryId),
    ) -> Result<WriteOutcome, StoreError> {
        let e = self.engagement_partition(engagement);
        let key = keys::comment(&e, finding.id, comment.shared, id);
        let mut item = to_item("comment", &key, &comment.comment)?;
        let activity =
            Activity::of_comment(self.client_id(), engagement, finding, &comment.comment);
        self.add_to_feeds(&mut item, id, &activity, comment.shared)?;
        let mut transaction = self.transaction();
        let at = comment.comment.at;
        let ttl = at.saturating_add(FORM_LIFETIME).unwrap_or(at);
        let known = CommentFormItem {
            ttl: ttl.as_second(),
        };
        transaction.put_new(to_item("once", &keys::posted_form(&e, form), &known)?);
        transaction.put_new(item);
        let events = vec![NotificationEvent::of_comment(engagement, finding, comment)];
        outbox::put_notifications(&mut transaction, &self.prefix(), &id, events)?;
        self.add_totals(
            &mut transaction,
            engagement,
            &Counts::default(),
            comment.shared,
            0,
        );
        to_write_outcome(self.commit(transaction).await)
    }

    fn change_transaction(
        &self,
        engagement: EngagementId,
        change: &FindingChange,
        id: EntryId,
    ) -> Result<Transaction, StoreError> {
        let finding = &change.finding;
        let mut transaction = self.transaction();
        transaction.replace(self.finding_item(engagement, finding)?, finding.version - 1);
        self.put_side_effects(&mut transaction, engagement, change, id)?;
        let events = NotificationEvent::of_change(engagement, change)
            .into_iter()
            .collect();
        outbox::put_notifications(&mut transaction, &self.prefix(), &id, events)?;
        self.add_totals(
            &mut transaction,
            engagement,
            &change.counts,
            change.shared,
            0,
        );
        Ok(transaction)
    }

    /// Puts what a change writes besides the finding's row: its history entry, and where there
    /// is one that of the team alone, the retest, the full field changes, and the end of an accepted risk.
    pub(super) fn put_side_effects(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        change: &FindingChange,
        id: EntryId,
    ) -> Result<(), StoreError> {
        self.record(transaction, change.audit_note())?;
        let (e, finding) = (self.engagement_partition(engagement), change.finding.id);
        transaction.put_new(self.history_item(engagement, &change.finding, id, &change.entry)?);
        if let Some(entry) = &change.internal_entry {
            // In no feed: one change is one line there.
            let key = keys::history(&e, finding, false, id);
            transaction.put_new(to_item("history", &key, entry)?);
        }
        if let Some(round) = &change.retest {
            let key = keys::retest(&e, finding, round.number);
            transaction.put_new(to_item("round", &key, round)?);
        }
        if !change.full_changes.is_empty() {
            let changes = change.full_changes.clone();
            let key = keys::edit_text(&e, finding, id);
            transaction.put_new(to_item("edit-text", &key, &FullEdit { changes })?);
        }
        if let Some(deadline) = &change.risk_deadline {
            let prefix = self.prefix();
            outbox::put_risk_deadline(transaction, &prefix, id, engagement, finding, deadline)?;
        }
        Ok(())
    }

    /// Puts a new finding: its row, content and first history entry.
    pub(crate) fn put_finding(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        finding: &Finding,
        content: &FindingContent,
        id: EntryId,
        entry: &HistoryEntry,
    ) -> Result<(), StoreError> {
        transaction.put_new(self.finding_item(engagement, finding)?);
        transaction.put_new(self.body_item(engagement, finding.id, content)?);
        transaction.put_new(self.history_item(engagement, finding, id, entry)?);
        Ok(())
    }

    /// Adds to the totals of the engagement and the client. `new` findings must still fit into
    /// the engagement.
    pub(crate) fn add_totals(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        counts: &Counts,
        shared: bool,
        new: i64,
    ) {
        let engagement_row = Update::existing(keys::engagement_row(&self.prefix(), engagement));
        let engagement_row =
            with_revision(engagement_row.add_all(counters::additions(counts)), shared);
        let room = "(attribute_not_exists(findings) OR findings <= :room)";
        transaction.update(match new {
            0 => engagement_row,
            _ => {
                engagement_row
                    .add("findings", new)
                    .when(room, ":room", number(MAX_FINDINGS - new))
            }
        });
        let client =
            Update::existing(keys::meta(&self.prefix())).add_all(counters::additions(counts));
        transaction.update(with_revision(client, shared));
    }

    fn body_item(
        &self,
        engagement: EngagementId,
        finding: FindingId,
        content: &FindingContent,
    ) -> Result<Item, StoreError> {
        to_item(
            "finding-body",
            &keys::finding_body(&self.engagement_partition(engagement), finding),
            content,
        )
    }
}
