//! Changes of findings: each is one transaction with its totals and history.

use domain::activity::Activity;
use domain::audit::{AuditKind, AuditNote};
use domain::counts::Counts;
use domain::engagement::MAX_FINDINGS;
use domain::finding::{Finding, FindingChange, FindingContent, NewComment};
use domain::history::{FindingEvent, HistoryEntry};
use domain::id::{EngagementId, EntryId, FindingId};
use domain::notification::NotificationEvent;
use domain::plan::{Plan, PlanLimit};

use super::FullEdit;
use crate::codec::{Item, item, number};
use crate::counters;
use crate::engagements::bump;
use crate::error::{StoreError, WriteOutcome, once};
use crate::keys;
use crate::outbox;
use crate::scope::{ClientScope, Store};
use crate::transact::{Transaction, Update};

/// What the audit log says of a change.
fn note(change: &FindingChange) -> AuditNote {
    let title = &change.finding.title;
    match &change.entry.what {
        FindingEvent::Created | FindingEvent::Imported { .. } => {
            AuditNote::of(AuditKind::FindingWritten, title)
        }
        FindingEvent::Edited { changes } | FindingEvent::Planned { changes } => {
            let note = AuditNote::of(AuditKind::FindingWritten, title);
            changes.iter().fold(note, |note, one| {
                note.change(&one.field, &one.before, &one.after)
            })
        }
        what => {
            let note = AuditNote::of(AuditKind::FindingDecided, title);
            note.change("status", "", what.label())
        }
    }
}

impl Store<ClientScope> {
    /// Adds a draft under the id that `finding` has, where `plan` has room for it.
    pub async fn create_finding(
        &self,
        engagement: EngagementId,
        change: &FindingChange,
        (draft, plan): (&FindingContent, Plan),
        id: EntryId,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        self.put_finding(
            &mut transaction,
            engagement,
            &change.finding,
            draft,
            (id, &change.entry),
        )?;
        self.record(&mut transaction, note(change))?;
        self.count(&mut transaction, engagement, &change.counts, false, 1);
        let claim = self.claim(&mut transaction, plan, (PlanLimit::Findings, 1));
        let done = self.commit_counted(transaction, Some(claim), PlanLimit::Findings);
        once(done.await)
    }

    /// Executes a move or a plan, unless the finding has changed since it was decided on:
    /// then it is refused.
    pub async fn move_finding(
        &self,
        engagement: EngagementId,
        change: &FindingChange,
        id: EntryId,
    ) -> Result<(), StoreError> {
        let transaction = self.changing(engagement, change, id)?;
        self.commit(transaction).await
    }

    /// Puts a new text in place of the former, unless the finding has changed
    /// since it was read.
    pub async fn edit_finding(
        &self,
        engagement: EngagementId,
        change: &FindingChange,
        draft: &FindingContent,
        id: EntryId,
    ) -> Result<(), StoreError> {
        let mut transaction = self.changing(engagement, change, id)?;
        transaction.put_any(self.body_item(engagement, change.finding.id, draft)?);
        self.commit(transaction).await
    }

    /// Keeps a comment under an id of the caller's choice.
    pub async fn comment(
        &self,
        engagement: EngagementId,
        finding: &Finding,
        said: &NewComment,
        id: EntryId,
    ) -> Result<WriteOutcome, StoreError> {
        let key = keys::comment(&self.partition(engagement), finding.id, said.shared, id);
        let mut item = item("comment", &key, &said.comment)?;
        let at = (self.client_id(), engagement);
        let activity = Activity::of_comment(at, finding, &said.comment);
        self.tell(&mut item, id, &activity, said.shared)?;
        let mut transaction = self.transaction();
        transaction.put_new(item);
        let news = vec![NotificationEvent::of_comment(engagement, finding, said)];
        outbox::put_news(&mut transaction, &self.prefix(), &id, news)?;
        self.count(
            &mut transaction,
            engagement,
            &Counts::default(),
            said.shared,
            0,
        );
        once(self.commit(transaction).await)
    }

    fn changing(
        &self,
        engagement: EngagementId,
        change: &FindingChange,
        id: EntryId,
    ) -> Result<Transaction, StoreError> {
        let finding = &change.finding;
        let mut transaction = self.transaction();
        transaction.replace(self.finding_item(engagement, finding)?, finding.version - 1);
        self.follow(&mut transaction, engagement, change, id)?;
        let news = NotificationEvent::of_change(engagement, change)
            .into_iter()
            .collect();
        outbox::put_news(&mut transaction, &self.prefix(), &id, news)?;
        self.count(
            &mut transaction,
            engagement,
            &change.counts,
            change.shared,
            0,
        );
        Ok(transaction)
    }

    /// What a change leaves behind besides the finding's row: its entry, and
    /// where there is one the retest, the text in full, the end of a risk.
    pub(super) fn follow(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        change: &FindingChange,
        id: EntryId,
    ) -> Result<(), StoreError> {
        self.record(transaction, note(change))?;
        let (e, finding) = (self.partition(engagement), change.finding.id);
        transaction.put_new(self.history_item(engagement, &change.finding, id, &change.entry)?);
        if let Some(round) = &change.round {
            let key = keys::round(&e, finding, round.number);
            transaction.put_new(item("round", &key, round)?);
        }
        if !change.full.is_empty() {
            let changes = change.full.clone();
            let key = keys::edit_text(&e, finding, id);
            transaction.put_new(item("edit-text", &key, &FullEdit { changes })?);
        }
        if let Some(deadline) = &change.deadline {
            let at = (engagement, finding);
            outbox::put_deadline(transaction, &self.prefix(), id, at, deadline)?;
        }
        Ok(())
    }

    /// A new finding: its row, text and first entry.
    pub(crate) fn put_finding(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        finding: &Finding,
        draft: &FindingContent,
        (id, entry): (EntryId, &HistoryEntry),
    ) -> Result<(), StoreError> {
        transaction.put_new(self.finding_item(engagement, finding)?);
        transaction.put_new(self.body_item(engagement, finding.id, draft)?);
        transaction.put_new(self.history_item(engagement, finding, id, entry)?);
        Ok(())
    }

    /// Adds to the totals of the engagement and the client. `new` findings must
    /// still fit into the engagement.
    pub(crate) fn count(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        counts: &Counts,
        shared: bool,
        new: i64,
    ) {
        let row = Update::existing(keys::engagement_row(&self.prefix(), engagement));
        let row = bump(row.add_all(counters::additions(counts)), shared);
        let room = "(attribute_not_exists(findings) OR findings <= :room)";
        transaction.update(match new {
            0 => row,
            _ => row
                .add("findings", new)
                .when(room, ":room", number(MAX_FINDINGS - new)),
        });
        let client =
            Update::existing(keys::meta(&self.prefix())).add_all(counters::additions(counts));
        transaction.update(bump(client, shared));
    }

    fn body_item(
        &self,
        engagement: EngagementId,
        finding: FindingId,
        draft: &FindingContent,
    ) -> Result<Item, StoreError> {
        item(
            "finding-body",
            &keys::finding_body(&self.partition(engagement), finding),
            draft,
        )
    }
}
