//! Imports of scans: the file is read and made a plan; the confirmed plan is executed, a
//! transaction a step. After an interruption it goes on from the next step.

use domain::finding::{
    Finding, FindingChange, FindingContent, FindingEvent, HistoryEntry, Transition,
    apply_transition, create_finding,
};
use domain::import::{
    CREATE_BATCH, Import, ImportConfirmation, ImportStage, ImportStep, RescannedFinding,
    ScannedFinding, TRANSITION_BATCH, reopening_transition,
};
use domain::workspace::Workspace;
use store::{BulkChange, ClientScope, Directory, ImportJob, ImportSchedule, LeasedEffect, Store};
use web::{App, PageError};

use crate::effect_outcome::EffectOutcome;
use crate::import_failure::{delete_file, fail_import};

/// Steps that are executed at one call: they fit well into the time for which an effect is
/// leased. The last of them enqueues the next effect.
const STEPS_AT_ONCE: usize = 40;
/// How often a step is decided anew that meets changes by people.
const MAX_TRIES: u32 = 5;

/// An import that is executed, with its workspace.
struct ImportRun<'a> {
    app: &'a App,
    store: &'a Store<ClientScope>,
    workspace: &'a Workspace,
}

/// Goes on with an import: reads its file, executes its plan, or expires it.
pub(crate) async fn handle(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    job: ImportJob,
) -> Result<EffectOutcome, PageError> {
    let (Some(store), Some(team)) = (
        leased.client_store(directory),
        leased.workspace_store(directory),
    ) else {
        return Err(PageError::internal("an import outside a client"));
    };
    let workspace = leased.get_workspace(directory).await?;
    let import = store.get_import(job.engagement, job.import).await?;
    let (Some(import), Some(workspace)) = (import, workspace) else {
        return Ok(EffectOutcome::Done);
    };
    let result = match import.stage {
        _ if import.is_expired(app.clock.now()) => {
            let failure = "Nobody confirmed it within a week. Import the file again.";
            fail_import(app, &store, &import, failure).await
        }
        ImportStage::Reading => {
            Box::pin(crate::scan_reading::read_scan(app, &store, &team, &import)).await
        }
        ImportStage::Importing => {
            let run = ImportRun {
                app,
                store: &store,
                workspace: &workspace,
            };
            Box::pin(run.run(import)).await
        }
        ImportStage::Done | ImportStage::Failed => delete_file(app, &store, &import).await,
        ImportStage::Columns | ImportStage::Ready => Ok(()),
    };
    match result {
        // Another worker goes on with it, or a person changed it. Otherwise this effect is
        // due again.
        Err(PageError::Changed) => Ok(EffectOutcome::Deferred),
        result => result.map(|()| EffectOutcome::Done),
    }
}

impl ImportRun<'_> {
    /// Executes the next steps.
    async fn run(&self, mut import: Import) -> Result<(), PageError> {
        for n in 1..=STEPS_AT_ONCE {
            if import.steps_done >= import.step_count() {
                // Only where the plan is empty.
                let after = import.complete();
                self.store
                    .update_import(&after, ImportSchedule::Keep)
                    .await?;
                import = after;
            } else {
                let schedule = if n == STEPS_AT_ONCE {
                    ImportSchedule::Enqueue
                } else {
                    ImportSchedule::Keep
                };
                import = self.run_step(import, schedule).await?;
            }
            if import.stage != ImportStage::Importing {
                return delete_file(self.app, self.store, &import).await;
            }
        }
        Ok(())
    }

    async fn run_step(
        &self,
        import: Import,
        schedule: ImportSchedule,
    ) -> Result<Import, PageError> {
        let step = self.store.get_next_step(&import).await?;
        let (Some(step), Some(confirmed)) = (step, &import.confirmation) else {
            let failure = "What it was to do is no longer kept. Import the file again.";
            return self.fail(&import, failure).await;
        };
        let store = self.store.on_behalf_of(&confirmed.by);
        match step {
            ImportStep::Create(scanned) => {
                self.create_findings(&store, &import, confirmed, scanned, schedule)
                    .await
            }
            ImportStep::Transition(rescanned) => {
                self.apply_transitions(&store, &import, confirmed, &rescanned, schedule)
                    .await
            }
        }
    }

    async fn fail(&self, import: &Import, failure: &str) -> Result<Import, PageError> {
        fail_import(self.app, self.store, import, failure).await?;
        Ok(import.fail(failure))
    }

    /// Creates drafts. A finding that another import created meanwhile is left alone.
    async fn create_findings(
        &self,
        store: &Store<ClientScope>,
        import: &Import,
        confirmed: &ImportConfirmation,
        scanned: Vec<ScannedFinding>,
        schedule: ImportSchedule,
    ) -> Result<Import, PageError> {
        let event = FindingEvent::Imported {
            scanner: scanner(import).to_owned(),
        };
        let entry = HistoryEntry::new(&confirmed.by, confirmed.at, event.clone(), None);
        let processed = count(scanned.len());
        let first = import.steps_done.unsigned_abs() * CREATE_BATCH as u64;
        let mut batch: Vec<(u64, Finding, FindingContent)> = Vec::with_capacity(scanned.len());
        for (
            nth,
            ScannedFinding {
                content,
                fingerprint,
            },
        ) in (first..).zip(scanned)
        {
            let id = fingerprint.finding_id(import.engagement);
            let change = create_finding(id, &content, &confirmed.by, event.clone(), confirmed.at);
            let finding = Finding {
                fingerprint: Some(fingerprint),
                ..change.map_err(|_| PageError::Forbidden)?.finding
            };
            batch.push((nth, finding, content));
        }
        loop {
            let after = import.complete_step(count(batch.len()), processed);
            let plan = self.workspace.plan_at(self.app.clock.now());
            match store
                .apply_create_step(&after, schedule, &batch, &entry, plan)
                .await
            {
                Ok(()) => return Ok(after),
                Err(store::StoreError::Full(full)) => {
                    return self.fail_full(import, &full.to_string()).await;
                }
                Err(store::StoreError::Refused(0)) => return Err(PageError::Changed),
                Err(store::StoreError::Refused(n)) => {
                    let Some(nth) =
                        Store::<ClientScope>::existing_finding(n, schedule, batch.len())
                    else {
                        let failure = "The engagement has no room for more findings.";
                        return self.fail_full(import, failure).await;
                    };
                    drop(batch.remove(nth));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn fail_full(&self, import: &Import, failure: &str) -> Result<Import, PageError> {
        let failure = format!(
            "{failure} Drafts that were made before: {}.",
            import.created
        );
        self.fail(import, &failure).await
    }

    /// Reopens findings that reappeared and resolves those that are gone, as it was
    /// confirmed. A finding that a person changed meanwhile, so that the transition isn't
    /// permitted, is left alone.
    async fn apply_transitions(
        &self,
        store: &Store<ClientScope>,
        import: &Import,
        confirmed: &ImportConfirmation,
        rescanned: &[RescannedFinding],
        schedule: ImportSchedule,
    ) -> Result<Import, PageError> {
        let chosen = rescanned
            .iter()
            .filter(|rescanned| import.is_confirmed(rescanned));
        let chosen: Vec<_> = chosen.collect();
        let after = import.complete_step(0, count(chosen.len()));
        for _ in 0..MAX_TRIES {
            let mut changes = Vec::new();
            let first = import.steps_done.unsigned_abs() * TRANSITION_BATCH as u64;
            for (nth, rescanned) in (first..).zip(&chosen) {
                let finding = store
                    .get_finding(import.engagement, rescanned.finding)
                    .await?;
                let change = finding
                    .and_then(|finding| self.decide_change(&finding, rescanned, import, confirmed));
                changes.extend(change.map(|change| BulkChange {
                    change,
                    entry: import.id.transition_entry_id(nth),
                    rating: None,
                }));
            }
            match store.apply_move_step(&after, schedule, &changes).await {
                Ok(()) => return Ok(after),
                Err(store::StoreError::Refused(0)) => return Err(PageError::Changed),
                Err(store::StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(PageError::internal("findings change all the time"))
    }

    fn decide_change(
        &self,
        finding: &Finding,
        rescanned: &RescannedFinding,
        import: &Import,
        confirmed: &ImportConfirmation,
    ) -> Option<FindingChange> {
        let (transition, says) = if rescanned.has_reappeared {
            (reopening_transition(finding.status)?, "reports it again")
        } else {
            (Transition::Resolve, "no longer reports it")
        };
        let day = self.workspace.today(import.at);
        let note = format!("{} {says}, by the scan imported on {day}.", scanner(import));
        let request = transition.with_note(&note);
        let (by, at) = (&confirmed.by, confirmed.at);
        apply_transition(finding, by, self.workspace, request, at).ok()
    }
}

fn scanner(import: &Import) -> &str {
    import.plan.as_ref().map_or("", |plan| &plan.scanner)
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
