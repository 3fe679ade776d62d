//! What follows a change: mail from the outbox, accepted risks whose time has
//! come, files that were sent and are to be checked, imports of scans, and the
//! chain of the audit log; and what is noted when a day is over.
//!
//! The outbox holds what was decided together with a change. A sweep leases
//! what is due, sends it and notes that it has left. Whatever ends a sweep
//! early, a later one goes on: an effect leaves at least once.

mod documents;
mod evidence;
mod forget;
mod gather;
mod imports;
mod invoices;
mod logo;
mod mail;
mod night;
mod notify;
mod picture;
mod receipts;
mod recount;
mod reports;
mod risk;
mod scans;
mod uploads;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _, stream};
use jiff::SignedDuration;
pub use recount::recount;
pub use reports::{ReportOutcome, failed, report};
use store::directory::Directory;
use store::outbox::{DueEffect, Effect, LeaseOutcome, LeasedEffect};
use tokio::time::timeout;
use web::{App, PageError};

/// Entries of the audit log that are chained at once.
const AT_ONCE: i32 = 25;
/// Effects of one workspace in one shard that one sweep takes.
const EACH: usize = 25;
/// Workspaces whose effects are done side by side.
const BESIDE: usize = 16;
/// How long an effect may take: less than its lease, so that nobody else begins
/// with it meanwhile.
const LONGEST: Duration = Duration::from_secs(45);

/// How far an effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EffectOutcome {
    /// Nothing is left to do.
    Whole,
    /// Nothing is left to do, and the effect is out of the outbox.
    Noted,
    /// It waits for somebody else.
    NotYet,
}

/// What a run of the worker met.
#[derive(Debug, Clone, Copy, Default)]
pub struct SweepReport {
    /// Effects that were taken, done or not.
    pub taken: usize,
    /// Those that failed.
    pub failed: usize,
    /// Those that were given up.
    pub given_up: usize,
    /// For how long the oldest of them had been due.
    pub oldest: SignedDuration,
}

impl SweepReport {
    fn and(self, other: Self) -> Self {
        Self {
            taken: self.taken + other.taken,
            failed: self.failed + other.failed,
            given_up: self.given_up + other.given_up,
            oldest: self.oldest.max(other.oldest),
        }
    }
}

/// Does what is due. What can't be done is logged and due again when its lease ends.
/// Each workspace's are done one after the other, beside those of the others; one
/// that fails ends the sweep for its workspace only. Gives the number of effects that
/// were taken.
pub async fn sweep(app: &App) -> Result<usize, store::StoreError> {
    Ok(sweep_once(app).await?.taken)
}

async fn sweep_once(app: &App) -> Result<SweepReport, store::StoreError> {
    let directory = app.directory();
    let mut homes: BTreeMap<_, Vec<DueEffect>> = BTreeMap::new();
    for due in directory.due(app.clock.now(), EACH).await? {
        homes.entry(due.workspace()).or_default().push(due);
    }
    let work = homes.into_values().map(|some| one_by_one(app, some));
    let swept = stream::iter(work).buffer_unordered(BESIDE);
    let sum = swept.fold(SweepReport::default(), async |sum, swept| sum.and(swept));
    Ok(sum.await)
}

/// Sweeps until nothing is due and everything recorded has its place in the chain,
/// and ends the days that are over. Gives the number of effects that were taken.
pub async fn drain(app: &App) -> Result<usize, store::StoreError> {
    Ok(run(app).await?.taken)
}

/// As [`drain`], and tells what it met.
pub async fn run(app: &App) -> Result<SweepReport, store::StoreError> {
    let directory = app.directory();
    let mut total = SweepReport::default();
    while directory.chain_audit(AT_ONCE).await? > 0 {}
    loop {
        loop {
            let swept = sweep_once(app).await?;
            total = total.and(swept);
            if swept.taken == 0 {
                break;
            }
        }
        // What a day's end puts into the outbox leaves at once.
        if night::fall(app).await? == 0 {
            return Ok(total);
        }
    }
}

/// Does a workspace's effects until one can't be done.
async fn one_by_one(app: &App, some: Vec<DueEffect>) -> SweepReport {
    let (directory, mut swept) = (app.directory(), SweepReport::default());
    for due in some {
        let leased = match directory.lease(due, app.clock.now()).await {
            Ok(LeaseOutcome::Leased(leased)) => leased,
            Ok(LeaseOutcome::Not) => continue,
            Ok(LeaseOutcome::Buried) => {
                tracing::error!("an effect was given up");
                swept.given_up += 1;
                continue;
            }
            Err(error) => {
                tracing::error!(%error, "an effect couldn't be taken");
                swept.failed += 1;
                break;
            }
        };
        let waited = app.clock.now().duration_since(leased.at);
        swept.taken += 1;
        swept.oldest = swept.oldest.max(waited);
        match bring(app, &directory, &leased).await {
            Ok(Brought::Done) => continue,
            Ok(Brought::Failed) => {}
            Ok(Brought::GivenUp) => swept.given_up += 1,
            Err(error) => {
                tracing::error!(effect = %leased.id, %error, "what came of an effect couldn't be noted");
            }
        }
        swept.failed += 1;
        break;
    }
    swept
}

/// What came of an effect.
enum Brought {
    Done,
    /// It is tried again.
    Failed,
    GivenUp,
}

/// Brings an effect to its end, and notes it.
async fn bring(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
) -> Result<Brought, store::StoreError> {
    // Boxed: what is done about files is large.
    let work = Box::pin(carry_out(app, directory, leased));
    let work = AssertUnwindSafe(work).catch_unwind();
    let cause = match timeout(LONGEST, work).await {
        Ok(Ok(Ok(EffectOutcome::Whole))) => {
            directory.sent(leased).await?;
            return Ok(Brought::Done);
        }
        // What isn't whole comes again when its lease ends.
        Ok(Ok(Ok(EffectOutcome::Noted | EffectOutcome::NotYet))) => return Ok(Brought::Done),
        Ok(Ok(Err(error))) => error.causes(),
        Ok(Err(_)) => "It panicked.".to_owned(),
        Err(_) => "It took too long.".to_owned(),
    };
    // By id: whom it concerns stays out of the log.
    tracing::error!(effect = %leased.id, cause, "an effect couldn't leave");
    if directory.failed(leased, &cause, app.clock.now()).await? {
        tracing::error!(effect = %leased.id, "an effect was given up");
        return Ok(Brought::GivenUp);
    }
    Ok(Brought::Failed)
}

async fn carry_out(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
) -> Result<EffectOutcome, PageError> {
    match &leased.effect {
        Effect::Mail(mail) => {
            let name = leased.id.to_string();
            mail::send(app, directory, (leased, &name), mail).await?;
        }
        Effect::Risk(risk) => risk::look(app, directory, leased, *risk).await?,
        Effect::Upload(upload) => return uploads::look(app, directory, leased, *upload).await,
        Effect::Document(document) => documents::look(app, directory, leased, *document).await?,
        Effect::Evidence(piece) => evidence::look(app, directory, leased, *piece).await?,
        Effect::Import(job) => return imports::look(app, directory, leased, *job).await,
        Effect::Invoice(due) => invoices::look(app, directory, leased, *due).await?,
        Effect::Receipt(receipt) => receipts::look(app, directory, leased, *receipt).await?,
        Effect::Logo(logo) => logo::look(app, directory, leased, *logo).await?,
        Effect::Identity(user) => app.services.identity.delete(*user).await?,
        Effect::Notify(events) => notify::tell(app, directory, leased, events).await?,
        Effect::Gather(gather) => {
            gather::look(app, directory, leased, *gather).await?;
            return Ok(EffectOutcome::Noted);
        }
        Effect::Forget(user) => return forget::look(app, directory, leased, *user).await,
    }
    Ok(EffectOutcome::Whole)
}
