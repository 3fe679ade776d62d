//! Imports: an uploaded scan, its plan, and how much of it is executed.
//!
//! Every change of an import is conditional on its version, in one transaction with
//! whatever it does: after a crash, or by two workers at once, it is done once.

use domain::activity::{Activity, ActivityKind};
use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::finding::{Counts, Finding, FindingContent, HistoryEntry};
use domain::id::{ClientId, EngagementId, ImportId};
use domain::import::{ColumnMapping, CsvColumns};
use domain::import::{IMPORT_LIFETIME, Import, ImportPreview, ImportStage, ImportStep};
use domain::person::Actor;
use domain::plan::{Plan, PlanLimit};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::records::findings::bulk_changes::BulkChange;
use crate::records::outbox::effect::{Effect, ImportJob};
use crate::records::outbox::outbox::put_effect;
use crate::records::revision::with_revision;
use crate::table::codec::{from_item, number, to_item};
use crate::table::hash::sha256_hex;
use crate::table::keys;
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{ClientScope, Store, WorkspaceScope};

/// A part of an import's plan, as an item.
#[derive(Serialize, Deserialize)]
struct PlanPart<T> {
    part: T,
}

/// Whether a change enqueues the worker's next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportSchedule {
    /// The change enqueues the worker.
    Enqueue,
    /// The caller goes on itself, or the import waits for a person.
    Keep,
}

impl Store<WorkspaceScope> {
    /// The last column mapping of a table with these columns, anywhere in the workspace.
    pub async fn find_column_mapping(
        &self,
        columns: &CsvColumns,
    ) -> Result<Option<ColumnMapping>, StoreError> {
        let found = self.get(&self.columns_key(columns)).await?;
        found.map(from_item).transpose()
    }

    /// Stores the column mapping of an import, and has the file read again; the next table with
    /// these columns starts with it.
    pub async fn update_column_mapping(
        &self,
        client: ClientId,
        after: &Import,
        columns: &CsvColumns,
        mapping: &ColumnMapping,
    ) -> Result<(), StoreError> {
        let part = self.client_store(client);
        let mut transaction = self.transaction();
        part.put_import_version(
            &mut transaction,
            after,
            ImportSchedule::Enqueue,
            self.context.at(),
        )?;
        transaction.put_any(to_item("columns", &self.columns_key(columns), mapping)?);
        self.commit(transaction).await
    }

    fn columns_key(&self, columns: &CsvColumns) -> keys::Key {
        keys::column_mapping(&self.prefix(), &sha256_hex(&columns.names.join("\n")))
    }
}

impl Store<ClientScope> {
    /// The object key of an import's file: below its client, so that a policy can bind it
    /// there.
    pub fn import_object_key(&self, id: ImportId) -> String {
        keys::import_object(self.ws(), self.client_id(), id)
    }

    /// The same store, recording on behalf of `actor`.
    #[must_use]
    pub fn on_behalf_of(&self, actor: &Actor) -> Self {
        Self {
            by: Some(AuditActor::from(actor)),
            ..self.clone()
        }
    }

    /// Creates an import whose file is uploaded.
    pub async fn create_import(&self, import: &Import) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        self.put_import(&mut transaction, import, self.context.at())?;
        let note = AuditNote::of(AuditKind::FindingsImported, &import.file_name);
        self.record(&mut transaction, note)?;
        to_write_outcome(self.commit(transaction).await)
    }

    /// Puts a new import: it will be read, and expire unless a person confirms it.
    pub(crate) fn put_import(
        &self,
        transaction: &mut Transaction,
        import: &Import,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = keys::import(&self.engagement_partition(import.engagement), import.id);
        transaction.put_new(to_item("import", &key, import)?);
        if import.stage == ImportStage::Reading {
            let over = (import.id.expiry_effect_id(), import.expires_at());
            for (id, at) in [(effect_id(import), now), over] {
                put_effect(transaction, &self.prefix(), id, import_effect(import), at)?;
            }
        }
        Ok(())
    }

    /// An upload, and how far it got.
    pub async fn get_import(
        &self,
        engagement: EngagementId,
        id: ImportId,
    ) -> Result<Option<Import>, StoreError> {
        self.get(&keys::import(&self.engagement_partition(engagement), id))
            .await?
            .map(from_item)
            .transpose()
    }

    /// Changes an import; refused where it changed since.
    pub async fn update_import(
        &self,
        after: &Import,
        schedule: ImportSchedule,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.put_import_version(&mut transaction, after, schedule, self.context.at())?;
        let row = keys::engagement_row(&self.prefix(), after.engagement);
        transaction.update(with_revision(Update::existing(row), false));
        self.commit(transaction).await
    }

    fn put_import_version(
        &self,
        transaction: &mut Transaction,
        after: &Import,
        schedule: ImportSchedule,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = keys::import(&self.engagement_partition(after.engagement), after.id);
        transaction.replace(to_item("import", &key, after)?, after.version - 1);
        if schedule == ImportSchedule::Enqueue {
            put_effect(
                transaction,
                &self.prefix(),
                effect_id(after),
                import_effect(after),
                now,
            )?;
        }
        Ok(())
    }

    /// Keeps the `n`th step of an import's plan. No other reading of the file
    /// writes to it.
    pub async fn create_import_step(
        &self,
        import: &Import,
        n: i64,
        step: &ImportStep,
    ) -> Result<(), StoreError> {
        let key = self.step_key(import, n);
        self.create_part(import, &key, step).await
    }

    /// Keeps what is shown of an import's plan.
    pub async fn create_import_preview(
        &self,
        import: &Import,
        preview: &ImportPreview,
    ) -> Result<(), StoreError> {
        let key = self.preview_key(import);
        self.create_part(import, &key, preview).await
    }

    /// The step of an import's plan that is next.
    pub async fn get_next_step(&self, import: &Import) -> Result<Option<ImportStep>, StoreError> {
        let key = self.step_key(import, import.steps_done);
        self.get_part(&key).await
    }

    /// What is shown of an import's plan.
    pub async fn get_import_preview(
        &self,
        import: &Import,
    ) -> Result<Option<ImportPreview>, StoreError> {
        self.get_part(&self.preview_key(import)).await
    }

    async fn create_part<T: Serialize>(
        &self,
        import: &Import,
        key: &keys::Key,
        part: &T,
    ) -> Result<(), StoreError> {
        let mut item = to_item("plan", key, &PlanPart { part })?;
        // It is of no use once the import is over, one way or the other.
        let kept = import
            .expires_at()
            .saturating_add(IMPORT_LIFETIME)
            .unwrap_or(import.at);
        item.insert("ttl".to_owned(), number(kept.as_second()));
        let mut transaction = self.transaction();
        transaction.put_any(item);
        self.commit(transaction).await
    }

    async fn get_part<T: DeserializeOwned>(
        &self,
        key: &keys::Key,
    ) -> Result<Option<T>, StoreError> {
        let found = self.get(key).await?;
        let kept: Option<PlanPart<T>> = found.map(from_item).transpose()?;
        Ok(kept.map(|kept| kept.part))
    }

    fn step_key(&self, import: &Import, n: i64) -> keys::Key {
        let e = self.engagement_partition(import.engagement);
        keys::import_step(&e, import.id, import.reading_attempt, n)
    }

    fn preview_key(&self, import: &Import) -> keys::Key {
        let e = self.engagement_partition(import.engagement);
        keys::import_preview(&e, import.id, import.reading_attempt)
    }

    /// Creates the drafts of a step and moves the import to `after`, in one transaction. Refused
    /// at write 0 where the import has changed since, and at the write that
    /// [`existing_finding`](Self::existing_finding) names where another import created the
    /// finding. `plan` must have room for all drafts.
    pub async fn apply_create_step(
        &self,
        after: &Import,
        schedule: ImportSchedule,
        batch: &[(u64, Finding, FindingContent)],
        entry: &HistoryEntry,
        plan: Plan,
    ) -> Result<(), StoreError> {
        let engagement = after.engagement;
        let mut transaction = self.transaction();
        self.put_import_version(&mut transaction, after, schedule, self.context.at())?;
        let mut counts = Counts::default();
        for (nth, finding, content) in batch {
            let id = after.id.created_entry_id(*nth);
            self.put_finding(&mut transaction, engagement, finding, content, id, entry)?;
            counts.merge(&Counts::of(finding));
        }
        let created = i64::try_from(batch.len()).unwrap_or(i64::MAX);
        if after.steps_done == 1 {
            let activity = self.import_activity(after, entry);
            transaction.put_new(self.activity_item(after.id.activity_id(), &activity, false)?);
        }
        self.add_totals(&mut transaction, engagement, &counts, false, created);
        let claim = self.put_claim(&mut transaction, plan, PlanLimit::Findings, created);
        self.commit_with_limit(transaction, Some(claim), PlanLimit::Findings)
            .await
    }

    /// Which finding of a step was there already, by the number of the write that
    /// was refused: the first ones are the import's own, three make a finding.
    pub fn existing_finding(
        refused: usize,
        schedule: ImportSchedule,
        batch: usize,
    ) -> Option<usize> {
        let own = 1 + usize::from(schedule == ImportSchedule::Enqueue);
        let nth = refused.checked_sub(own)? / 3;
        (nth < batch).then_some(nth)
    }

    /// Moves the findings of a step, which takes the import to `after`.
    pub async fn apply_move_step(
        &self,
        after: &Import,
        schedule: ImportSchedule,
        changes: &[BulkChange],
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.put_import_version(&mut transaction, after, schedule, self.context.at())?;
        self.put_changes(&mut transaction, after.engagement, changes)?;
        self.commit(transaction).await
    }

    /// What the feeds tell of an import: once, for all that it makes.
    fn import_activity(&self, import: &Import, entry: &HistoryEntry) -> Activity {
        let new = import
            .plan
            .as_ref()
            .map_or(0, domain::import::ImportPlan::new_total);
        Activity {
            at: entry.at,
            by_name: entry.by_name.clone(),
            by_team: entry.by_team,
            kind: ActivityKind::Imported,
            title: format!("{} ({new} findings)", import.file_name),
            finding: None,
            severity: None,
            engagement: import.engagement,
            client: self.client_id(),
        }
    }
}

/// The effect that goes on with an import as it is now.
fn effect_id(import: &Import) -> domain::id::EntryId {
    import.id.effect_id(import.version.unsigned_abs())
}

fn import_effect(import: &Import) -> Effect {
    Effect::Import(ImportJob {
        engagement: import.engagement,
        import: import.id,
    })
}
