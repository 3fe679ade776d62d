//! Imports of scans: a file is read as it comes and made a plan, and what was
//! confirmed of the plan is done, a transaction a step. Whatever ends it early, it
//! goes on from the step that is next.

use domain::finding::{Finding, FindingContent, Transition, create, transition};
use domain::history::{FindingEvent, HistoryEntry};
use domain::import::job::{
    BATCH, Import, ImportConfirmation, ImportStage, ImportStep, MOVES, RescannedFinding,
};
use domain::import::{ScannedFinding, back};
use domain::workspace::Workspace;
use store::directory::Directory;
use store::outbox::LeasedEffect;
use store::{BulkChange, ClientScope, ImportJob, ImportSchedule, Store};
use web::{App, PageError};

use crate::EffectOutcome;

/// Steps that are done at one call: they fit well into the time for which an
/// effect is leased. The last of them calls for the next.
const AT_ONCE: usize = 40;
/// How often a step is decided anew that meets other people's changes.
const TRIES: usize = 5;

/// What an import is done with.
struct Hands<'a> {
    app: &'a App,
    store: &'a Store<ClientScope>,
    workspace: &'a Workspace,
}

/// Goes on with an import: reads its file, does what was confirmed, or gives it up.
pub(crate) async fn look(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    job: ImportJob,
) -> Result<EffectOutcome, PageError> {
    let (Some(store), Some(team)) = (leased.client(directory), leased.team(directory)) else {
        return Err(PageError::internal("an import outside a client"));
    };
    let workspace = leased.workspace(directory).await?;
    let import = store.import(job.engagement, job.import).await?;
    let (Some(import), Some(workspace)) = (import, workspace) else {
        return Ok(EffectOutcome::Whole);
    };
    let gone_on = match import.stage {
        _ if import.is_over(app.clock.now()) => {
            let why = "Nobody confirmed it within a week. Import the file again.";
            give_up(app, &store, &import, why).await
        }
        ImportStage::Reading => Box::pin(crate::scans::read(app, &store, &team, &import)).await,
        ImportStage::Importing => {
            let hands = Hands {
                app,
                store: &store,
                workspace: &workspace,
            };
            Box::pin(hands.run(import)).await
        }
        ImportStage::Done | ImportStage::Failed => forget(app, &store, &import).await,
        ImportStage::Columns | ImportStage::Ready => Ok(()),
    };
    match gone_on {
        // Somebody else is at it, or a person changed it. Should nobody go on with it,
        // this effect comes again.
        Err(PageError::Changed) => Ok(EffectOutcome::NotYet),
        result => result.map(|()| EffectOutcome::Whole),
    }
}

/// Notes why it came to nothing. Its file goes.
pub(crate) async fn give_up(
    app: &App,
    store: &Store<ClientScope>,
    import: &Import,
    why: &str,
) -> Result<(), PageError> {
    let after = import.failed(why);
    store.change_import(&after, ImportSchedule::Stays).await?;
    forget(app, store, &after).await
}

async fn forget(app: &App, store: &Store<ClientScope>, import: &Import) -> Result<(), PageError> {
    let key = store.import_key(import.id);
    Ok(app.services.files.delete(&key).await?)
}

impl Hands<'_> {
    /// Does the steps that are next.
    async fn run(&self, mut import: Import) -> Result<(), PageError> {
        for n in 1..=AT_ONCE {
            if import.step >= import.steps() {
                // Only where there is nothing to do at all.
                let after = import.finished();
                self.store
                    .change_import(&after, ImportSchedule::Stays)
                    .await?;
                import = after;
            } else {
                let then = if n == AT_ONCE {
                    ImportSchedule::Goes
                } else {
                    ImportSchedule::Stays
                };
                import = self.step(import, then).await?;
            }
            if import.stage != ImportStage::Importing {
                return forget(self.app, self.store, &import).await;
            }
        }
        Ok(())
    }

    async fn step(&self, import: Import, then: ImportSchedule) -> Result<Import, PageError> {
        let step = self.store.next_step(&import).await?;
        let (Some(step), Some(confirmed)) = (step, &import.confirmed) else {
            let why = "What it was to do is no longer kept. Import the file again.";
            return self.stop(&import, why).await;
        };
        let store = self.store.on_behalf_of(&confirmed.by);
        match step {
            ImportStep::Make(scanned) => self.make(&store, &import, confirmed, scanned, then).await,
            ImportStep::Move(moves) => self.moves(&store, &import, confirmed, &moves, then).await,
        }
    }

    async fn stop(&self, import: &Import, why: &str) -> Result<Import, PageError> {
        give_up(self.app, self.store, import, why).await?;
        Ok(import.failed(why))
    }

    /// Makes drafts. One that is there by now, by another import, is left alone.
    async fn make(
        &self,
        store: &Store<ClientScope>,
        import: &Import,
        confirmed: &ImportConfirmation,
        scanned: Vec<ScannedFinding>,
        then: ImportSchedule,
    ) -> Result<Import, PageError> {
        let how = FindingEvent::Imported {
            scanner: scanner(import).to_owned(),
        };
        let entry = HistoryEntry::new(&confirmed.by, confirmed.at, how.clone(), None);
        let all = count(scanned.len());
        let first = import.step.unsigned_abs() * BATCH as u64;
        let mut batch: Vec<(u64, Finding, FindingContent)> = Vec::with_capacity(scanned.len());
        for (nth, ScannedFinding { draft, fingerprint }) in (first..).zip(scanned) {
            let id = fingerprint.finding(import.engagement);
            let made = create(id, &draft, &confirmed.by, how.clone(), confirmed.at);
            let finding = Finding {
                fingerprint: Some(fingerprint),
                ..made.map_err(|_| PageError::Forbidden)?.finding
            };
            batch.push((nth, finding, draft));
        }
        loop {
            let after = import.stepped(count(batch.len()), all);
            let plan = self.workspace.plan_at(self.app.clock.now());
            match store
                .make_step((&after, then), &batch, (&entry, plan))
                .await
            {
                Ok(()) => return Ok(after),
                Err(store::StoreError::Full(full)) => {
                    return self.full(import, &full.to_string()).await;
                }
                Err(store::StoreError::Refused(0)) => return Err(PageError::Changed),
                Err(store::StoreError::Refused(n)) => {
                    let Some(nth) = Store::<ClientScope>::taken(n, then, batch.len()) else {
                        let why = "The engagement has no room for more findings.";
                        return self.full(import, why).await;
                    };
                    drop(batch.remove(nth));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn full(&self, import: &Import, why: &str) -> Result<Import, PageError> {
        let why = format!("{why} Drafts that were made before: {}.", import.made);
        self.stop(import, &why).await
    }

    /// Moves what is back or gone, as far as that was wished. What somebody changed
    /// meanwhile, so that it can't be moved, is left alone.
    async fn moves(
        &self,
        store: &Store<ClientScope>,
        import: &Import,
        confirmed: &ImportConfirmation,
        moves: &[RescannedFinding],
        then: ImportSchedule,
    ) -> Result<Import, PageError> {
        let wished: Vec<&RescannedFinding> = moves.iter().filter(|m| import.is_wished(m)).collect();
        let after = import.stepped(0, count(wished.len()));
        for _ in 0..TRIES {
            let mut changes = Vec::new();
            let first = import.step.unsigned_abs() * MOVES as u64;
            for (nth, one) in (first..).zip(&wished) {
                let finding = store.finding(import.engagement, one.finding).await?;
                let change = finding.and_then(|f| self.decide(&f, one, import, confirmed));
                changes.extend(change.map(|change| BulkChange {
                    change,
                    entry: import.id.moved(nth),
                    rated: None,
                }));
            }
            match store.move_step((&after, then), &changes).await {
                Ok(()) => return Ok(after),
                Err(store::StoreError::Refused(0)) => return Err(PageError::Changed),
                Err(store::StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(PageError::internal("findings change all the time"))
    }

    fn decide(
        &self,
        finding: &Finding,
        one: &RescannedFinding,
        import: &Import,
        confirmed: &ImportConfirmation,
    ) -> Option<domain::finding::FindingChange> {
        let (event, says) = if one.back {
            (back(finding.status)?, "reports it again")
        } else {
            (Transition::Resolve, "no longer reports it")
        };
        let day = self.workspace.today(import.at);
        let note = format!("{} {says}, by the scan imported on {day}.", scanner(import));
        let ask = event.because(&note);
        let (by, at) = (&confirmed.by, confirmed.at);
        transition(finding, by, self.workspace, ask, at).ok()
    }
}

fn scanner(import: &Import) -> &str {
    import.plan.as_ref().map_or("", |plan| &plan.scanner)
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
