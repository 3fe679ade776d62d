//! Imports: an uploaded scan, its plan, and how much of it is done.
//!
//! Every change of an import goes by the version before it, in one transaction
//! with whatever it does: what is done again after a crash, or by two at once,
//! is done once.

use domain::activity::{Activity, ActivityKind};
use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::counts::Counts;
use domain::finding::{Finding, FindingContent};
use domain::history::HistoryEntry;
use domain::id::{ClientId, EngagementId, ImportId};
use domain::import::job::{Import, ImportPreview, ImportStage, ImportStep, KEPT};
use domain::import::{ColumnMapping, CsvColumns};
use domain::person::Actor;
use domain::plan::{Plan, PlanLimit};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::codec::{item, number, row};
use crate::directory::hash;
use crate::engagements::bump;
use crate::error::{StoreError, WriteOutcome, once};
use crate::findings::BulkChange;
use crate::keys;
use crate::outbox::{Effect, put_effect};
use crate::scope::{ClientScope, Store, WorkspaceScope};
use crate::transact::{Transaction, Update};

/// An import to go on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportJob {
    /// Where it is.
    pub engagement: EngagementId,
    /// Which.
    pub import: ImportId,
}

/// A part of a plan, as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    part: T,
}

/// When the worker goes on with an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportSchedule {
    /// It is called for by this very change.
    Goes,
    /// Whoever makes the change goes on, or nobody has to.
    Stays,
}

impl Store<WorkspaceScope> {
    /// What was said last of a table with these columns, anywhere in the workspace.
    pub async fn mapping(&self, columns: &CsvColumns) -> Result<Option<ColumnMapping>, StoreError> {
        let found = self.get(&self.columns_key(columns)).await?;
        found.map(row).transpose()
    }

    /// Notes which column of an upload holds what, and has it read again; the
    /// next table with these columns begins with it.
    pub async fn map_import(
        &self,
        client: ClientId,
        after: &Import,
        columns: &CsvColumns,
        mapping: &ColumnMapping,
    ) -> Result<(), StoreError> {
        let part = self.client(client);
        let mut transaction = self.transaction();
        part.go_on(
            &mut transaction,
            after,
            ImportSchedule::Goes,
            self.trace.at(),
        )?;
        transaction.put_any(item("columns", &self.columns_key(columns), mapping)?);
        self.commit(transaction).await
    }

    fn columns_key(&self, columns: &CsvColumns) -> keys::Key {
        keys::columns(&self.prefix(), &hash(&columns.names.join("\n")))
    }
}

impl Store<ClientScope> {
    /// Where an import's file lies: below its client, so that a policy can hold it
    /// there.
    pub fn import_key(&self, id: ImportId) -> String {
        keys::import_object(self.ws(), self.client_id(), id)
    }

    /// The same, on behalf of somebody, for the audit log.
    #[must_use]
    pub fn on_behalf_of(&self, actor: &Actor) -> Self {
        Self {
            by: Some(AuditActor::from(actor)),
            ..self.clone()
        }
    }

    /// Notes an upload, whose file is there.
    pub async fn create_import(&self, import: &Import) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        self.put_import(&mut transaction, import, self.trace.at())?;
        let note = AuditNote::of(AuditKind::FindingsImported, &import.file_name);
        self.record(&mut transaction, note)?;
        once(self.commit(transaction).await)
    }

    /// The first writes of an upload: it will be read, and given up if nobody
    /// wants it.
    pub(crate) fn put_import(
        &self,
        transaction: &mut Transaction,
        import: &Import,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = keys::import(&self.partition(import.engagement), import.id);
        transaction.put_new(item("import", &key, import)?);
        if import.stage == ImportStage::Reading {
            let over = (import.id.over(), import.ends());
            for (id, at) in [(effect(import), now), over] {
                put_effect(transaction, &self.prefix(), id, job(import), at)?;
            }
        }
        Ok(())
    }

    /// An upload, and how far it got.
    pub async fn import(
        &self,
        engagement: EngagementId,
        id: ImportId,
    ) -> Result<Option<Import>, StoreError> {
        self.get(&keys::import(&self.partition(engagement), id))
            .await?
            .map(row)
            .transpose()
    }

    /// Changes an import; refused where it changed since.
    pub async fn change_import(
        &self,
        after: &Import,
        then: ImportSchedule,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.go_on(&mut transaction, after, then, self.trace.at())?;
        let row = keys::engagement_row(&self.prefix(), after.engagement);
        transaction.update(bump(Update::existing(row), false));
        self.commit(transaction).await
    }

    fn go_on(
        &self,
        transaction: &mut Transaction,
        after: &Import,
        then: ImportSchedule,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = keys::import(&self.partition(after.engagement), after.id);
        transaction.replace(item("import", &key, after)?, after.version - 1);
        if then == ImportSchedule::Goes {
            put_effect(transaction, &self.prefix(), effect(after), job(after), now)?;
        }
        Ok(())
    }

    /// Keeps the `n`th step of an import's plan. No other reading of the file
    /// writes to it.
    pub async fn put_step(
        &self,
        import: &Import,
        n: i64,
        step: &ImportStep,
    ) -> Result<(), StoreError> {
        let key = self.step_key(import, n);
        self.put_part(import, &key, step).await
    }

    /// Keeps what is shown of an import's plan.
    pub async fn put_preview(
        &self,
        import: &Import,
        shown: &ImportPreview,
    ) -> Result<(), StoreError> {
        let key = self.preview_key(import);
        self.put_part(import, &key, shown).await
    }

    /// The step of an import's plan that is next.
    pub async fn next_step(&self, import: &Import) -> Result<Option<ImportStep>, StoreError> {
        let key = self.step_key(import, import.step);
        self.part(&key).await
    }

    /// What is shown of an import's plan.
    pub async fn preview(&self, import: &Import) -> Result<Option<ImportPreview>, StoreError> {
        self.part(&self.preview_key(import)).await
    }

    async fn put_part<T: Serialize>(
        &self,
        import: &Import,
        key: &keys::Key,
        part: &T,
    ) -> Result<(), StoreError> {
        let mut item = item("plan", key, &Kept { part })?;
        // It is of no use once the import is over, one way or the other.
        let kept = import.ends().saturating_add(KEPT).unwrap_or(import.at);
        item.insert("ttl".to_owned(), number(kept.as_second()));
        let mut transaction = self.transaction();
        transaction.put_any(item);
        self.commit(transaction).await
    }

    async fn part<T: DeserializeOwned>(&self, key: &keys::Key) -> Result<Option<T>, StoreError> {
        let found = self.get(key).await?;
        let kept: Option<Kept<T>> = found.map(row).transpose()?;
        Ok(kept.map(|kept| kept.part))
    }

    fn step_key(&self, import: &Import, n: i64) -> keys::Key {
        let e = self.partition(import.engagement);
        keys::plan_step(&e, import.id, import.attempt, n)
    }

    fn preview_key(&self, import: &Import) -> keys::Key {
        let e = self.partition(import.engagement);
        keys::plan_preview(&e, import.id, import.attempt)
    }

    /// Makes the drafts of a step, which takes the import to `after`; each has the
    /// id of its entry. Refused at 0 where the import changed since, and at
    /// [`taken`](Self::taken) where another import made a finding meanwhile. `plan` must
    /// have room for all.
    pub async fn make_step(
        &self,
        (after, then): (&Import, ImportSchedule),
        batch: &[(u64, Finding, FindingContent)],
        (entry, plan): (&HistoryEntry, Plan),
    ) -> Result<(), StoreError> {
        let engagement = after.engagement;
        let mut transaction = self.transaction();
        self.go_on(&mut transaction, after, then, self.trace.at())?;
        let mut counts = Counts::default();
        for (nth, finding, draft) in batch {
            let id = after.id.entry(*nth);
            self.put_finding(&mut transaction, engagement, finding, draft, (id, entry))?;
            counts.merge(&Counts::of(finding));
        }
        let made = i64::try_from(batch.len()).unwrap_or(i64::MAX);
        if after.step == 1 {
            let told = self.told(after, entry);
            transaction.put_new(self.news_item(after.id.news(), &told, false)?);
        }
        self.count(&mut transaction, engagement, &counts, false, made);
        let claim = self.claim(&mut transaction, plan, (PlanLimit::Findings, made));
        self.commit_counted(transaction, Some(claim), PlanLimit::Findings)
            .await
    }

    /// Which finding of a step was there already, by the number of the write that
    /// was refused: the first ones are the import's own, three make a finding.
    pub fn taken(refused: usize, then: ImportSchedule, batch: usize) -> Option<usize> {
        let own = 1 + usize::from(then == ImportSchedule::Goes);
        let nth = refused.checked_sub(own)? / 3;
        (nth < batch).then_some(nth)
    }

    /// Moves the findings of a step, which takes the import to `after`.
    pub async fn move_step(
        &self,
        (after, then): (&Import, ImportSchedule),
        changes: &[BulkChange],
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.go_on(&mut transaction, after, then, self.trace.at())?;
        self.change_all(&mut transaction, after.engagement, changes)?;
        self.commit(transaction).await
    }

    /// What the feeds tell of an import: once, for all that it makes.
    fn told(&self, import: &Import, entry: &HistoryEntry) -> Activity {
        let new = import
            .plan
            .as_ref()
            .map_or(0, domain::import::job::ImportPlan::all_fresh);
        Activity {
            at: entry.at,
            by_name: entry.by_name.clone(),
            by_team: entry.by_team,
            deed: ActivityKind::Imported,
            title: format!("{} ({new} findings)", import.file_name),
            finding: None,
            severity: None,
            engagement: import.engagement,
            client: self.client_id(),
        }
    }
}

/// The effect that goes on with an import as it is now.
fn effect(import: &Import) -> domain::id::EntryId {
    import.id.effect(import.version.unsigned_abs())
}

fn job(import: &Import) -> Effect {
    Effect::Import(ImportJob {
        engagement: import.engagement,
        import: import.id,
    })
}
