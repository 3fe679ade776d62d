//! Imports of scans: a file is read as it comes and made a plan, and what was
//! confirmed of the plan is done, a transaction a step. Whatever ends it early, it
//! goes on from the step that is next.

use domain::finding::{Draft, Event, Finding, create, transition};
use domain::history::{Entry, Happening};
use domain::import::job::{BATCH, Confirmed, Import, MOVES, Move, Stage, Step};
use domain::import::{Scanned, back};
use domain::workspace::Workspace;
use store::directory::Directory;
use store::outbox::Leased;
use store::{ClientScope, ImportJob, Many, Store, Then};
use web::{App, Error};

use crate::Done;

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
    leased: &Leased,
    job: ImportJob,
) -> Result<Done, Error> {
    let (Some(store), Some(team)) = (leased.client(directory), leased.team(directory)) else {
        return Err(Error::internal("an import outside a client"));
    };
    let workspace = leased.workspace(directory).await?;
    let import = store.import(job.engagement, job.import).await?;
    let (Some(import), Some(workspace)) = (import, workspace) else {
        return Ok(Done::Whole);
    };
    let gone_on = match import.stage {
        _ if import.is_over(app.clock.now()) => {
            let why = "Nobody confirmed it within a week. Import the file again.";
            give_up(app, &store, &import, why).await
        }
        Stage::Reading => Box::pin(crate::scans::read(app, &store, &team, &import)).await,
        Stage::Importing => {
            let hands = Hands {
                app,
                store: &store,
                workspace: &workspace,
            };
            Box::pin(hands.run(import)).await
        }
        Stage::Done | Stage::Failed => forget(app, &store, &import).await,
        Stage::Columns | Stage::Ready => Ok(()),
    };
    match gone_on {
        // Somebody else is at it, or a person changed it. Should nobody go on with it,
        // this effect comes again.
        Err(Error::Changed) => Ok(Done::NotYet),
        result => result.map(|()| Done::Whole),
    }
}

/// Notes why it came to nothing. Its file goes.
pub(crate) async fn give_up(
    app: &App,
    store: &Store<ClientScope>,
    import: &Import,
    why: &str,
) -> Result<(), Error> {
    let after = import.failed(why);
    store.change_import(&after, Then::Stays).await?;
    forget(app, store, &after).await
}

async fn forget(app: &App, store: &Store<ClientScope>, import: &Import) -> Result<(), Error> {
    let key = store.import_key(import.id);
    Ok(app.services.files.delete(&key).await?)
}

impl Hands<'_> {
    /// Does the steps that are next.
    async fn run(&self, mut import: Import) -> Result<(), Error> {
        for n in 1..=AT_ONCE {
            if import.step >= import.steps() {
                // Only where there is nothing to do at all.
                let after = import.finished();
                self.store.change_import(&after, Then::Stays).await?;
                import = after;
            } else {
                let then = if n == AT_ONCE {
                    Then::Goes
                } else {
                    Then::Stays
                };
                import = self.step(import, then).await?;
            }
            if import.stage != Stage::Importing {
                return forget(self.app, self.store, &import).await;
            }
        }
        Ok(())
    }

    async fn step(&self, import: Import, then: Then) -> Result<Import, Error> {
        let step = self.store.next_step(&import).await?;
        let (Some(step), Some(confirmed)) = (step, &import.confirmed) else {
            let why = "What it was to do is no longer kept. Import the file again.";
            return self.stop(&import, why).await;
        };
        let store = self.store.on_behalf_of(&confirmed.by);
        match step {
            Step::Make(scanned) => self.make(&store, &import, confirmed, scanned, then).await,
            Step::Move(moves) => self.moves(&store, &import, confirmed, &moves, then).await,
        }
    }

    async fn stop(&self, import: &Import, why: &str) -> Result<Import, Error> {
        give_up(self.app, self.store, import, why).await?;
        Ok(import.failed(why))
    }

    /// Makes drafts. One that is there by now, by another import, is left alone.
    async fn make(
        &self,
        store: &Store<ClientScope>,
        import: &Import,
        confirmed: &Confirmed,
        scanned: Vec<Scanned>,
        then: Then,
    ) -> Result<Import, Error> {
        let how = Happening::Imported {
            scanner: scanner(import).to_owned(),
        };
        let entry = Entry::new(&confirmed.by, confirmed.at, how.clone(), None);
        let all = count(scanned.len());
        let first = import.step.unsigned_abs() * BATCH as u64;
        let mut batch: Vec<(u64, Finding, Draft)> = Vec::with_capacity(scanned.len());
        for (nth, Scanned { draft, fingerprint }) in (first..).zip(scanned) {
            let id = fingerprint.finding(import.engagement);
            let made = create(id, &draft, &confirmed.by, how.clone(), confirmed.at);
            let finding = Finding {
                fingerprint: Some(fingerprint),
                ..made.map_err(|_| Error::Forbidden)?.finding
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
                Err(store::Error::Full(full)) => return self.full(import, &full.to_string()).await,
                Err(store::Error::Refused(0)) => return Err(Error::Changed),
                Err(store::Error::Refused(n)) => {
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

    async fn full(&self, import: &Import, why: &str) -> Result<Import, Error> {
        let why = format!("{why} Drafts that were made before: {}.", import.made);
        self.stop(import, &why).await
    }

    /// Moves what is back or gone, as far as that was wished. What somebody changed
    /// meanwhile, so that it can't be moved, is left alone.
    async fn moves(
        &self,
        store: &Store<ClientScope>,
        import: &Import,
        confirmed: &Confirmed,
        moves: &[Move],
        then: Then,
    ) -> Result<Import, Error> {
        let wished: Vec<&Move> = moves.iter().filter(|m| import.is_wished(m)).collect();
        let after = import.stepped(0, count(wished.len()));
        for _ in 0..TRIES {
            let mut changes = Vec::new();
            let first = import.step.unsigned_abs() * MOVES as u64;
            for (nth, one) in (first..).zip(&wished) {
                let finding = store.finding(import.engagement, one.finding).await?;
                let change = finding.and_then(|f| self.decide(&f, one, import, confirmed));
                changes.extend(change.map(|change| Many {
                    change,
                    entry: import.id.moved(nth),
                    rated: None,
                }));
            }
            match store.move_step((&after, then), &changes).await {
                Ok(()) => return Ok(after),
                Err(store::Error::Refused(0)) => return Err(Error::Changed),
                Err(store::Error::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::internal("findings change all the time"))
    }

    fn decide(
        &self,
        finding: &Finding,
        one: &Move,
        import: &Import,
        confirmed: &Confirmed,
    ) -> Option<domain::finding::Change> {
        let (event, says) = if one.back {
            (back(finding.status)?, "reports it again")
        } else {
            (Event::Resolve, "no longer reports it")
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
