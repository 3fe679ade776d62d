//! The worker: effects of the outbox (mail, risk deadlines, file checks, imports), the chain
//! of the audit log, and the daily jobs.
//!
//! The outbox holds effects that were decided together with a change. A sweep leases the
//! effects that are due, handles them and completes them. Where a sweep ends early, a later
//! one goes on: an effect is handled at least once.

mod checkout;
mod daily_jobs;
mod delivery_reports;
mod digest;
mod documents;
mod effect_outcome;
mod evidence;
mod evidence_image;
mod import_failure;
mod imports;
mod inbox_deletion;
mod invoices;
mod logo;
mod mail;
mod notifications;
mod receipts;
mod recount;
mod release_object;
mod risk_deadlines;
mod scan_reading;
mod uploads;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

pub use delivery_reports::{ReportOutcome, handle_report, handle_reports};
use futures::{FutureExt as _, StreamExt as _, stream};
use jiff::SignedDuration;
pub use recount::recount;
use store::{Directory, DueEffect, Effect, LeaseOutcome, LeasedEffect};
use tokio::time::timeout;
use web::{App, PageError};

use effect_outcome::EffectOutcome;

/// Entries of the audit log that are chained at once.
const CHAINED_AT_ONCE: i32 = 25;
/// Effects of one workspace in one shard that one sweep leases.
const EFFECTS_PER_WORKSPACE: usize = 25;
/// Workspaces whose effects are handled at the same time.
const WORKSPACES_AT_ONCE: usize = 16;
/// How long an effect may take: less than its lease, so that no other worker begins with it
/// meanwhile.
const EFFECT_TIMEOUT: Duration = Duration::from_secs(45);

/// What a run of the worker did.
#[derive(Debug, Clone, Copy, Default)]
pub struct SweepReport {
    /// Effects that were leased, handled or not.
    pub taken: usize,
    pub failed: usize,
    /// Effects that became dead letters.
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

/// Handles the effects that are due. One that fails is logged and due again when its lease
/// ends. Those of a workspace are handled one after the other, at the same time as those of
/// others; a failure ends the sweep of its workspace only. Gives the number of leased effects.
pub async fn sweep(app: &App) -> Result<usize, store::StoreError> {
    Ok(sweep_once(app).await?.taken)
}

async fn sweep_once(app: &App) -> Result<SweepReport, store::StoreError> {
    let directory = app.directory();
    let mut homes: BTreeMap<_, Vec<DueEffect>> = BTreeMap::new();
    for due in directory
        .list_due_effects(app.clock.now(), EFFECTS_PER_WORKSPACE)
        .await?
    {
        homes.entry(due.workspace()).or_default().push(due);
    }
    let work = homes
        .into_values()
        .map(|effects| handle_effects(app, effects));
    let swept = stream::iter(work).buffer_unordered(WORKSPACES_AT_ONCE);
    let sum = swept.fold(SweepReport::default(), async |sum, swept| sum.and(swept));
    Ok(sum.await)
}

/// Sweeps until nothing is due and every audit record is chained, and runs the daily jobs.
/// Gives the number of leased effects.
pub async fn drain(app: &App) -> Result<usize, store::StoreError> {
    Ok(run(app).await?.taken)
}

/// As [`drain`], with a report.
pub async fn run(app: &App) -> Result<SweepReport, store::StoreError> {
    let directory = app.directory();
    let mut total = SweepReport::default();
    while directory.chain_audit(CHAINED_AT_ONCE).await? > 0 {}
    loop {
        loop {
            let swept = sweep_once(app).await?;
            total = total.and(swept);
            if swept.taken == 0 {
                break;
            }
        }
        // Effects of the daily jobs are handled at once.
        if daily_jobs::run_daily_jobs(app).await? == 0 {
            return Ok(total);
        }
    }
}

/// Handles a workspace's effects until one fails.
async fn handle_effects(app: &App, effects: Vec<DueEffect>) -> SweepReport {
    let (directory, mut swept) = (app.directory(), SweepReport::default());
    for due in effects {
        let leased = match directory.lease_effect(due, app.clock.now()).await {
            Ok(LeaseOutcome::Leased(leased)) => leased,
            Ok(LeaseOutcome::NotLeased) => continue,
            Ok(LeaseOutcome::GivenUp) => {
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
        match handle_effect(app, &directory, &leased).await {
            Ok(HandleOutcome::Done) => continue,
            Ok(HandleOutcome::Failed) => {}
            Ok(HandleOutcome::GivenUp) => swept.given_up += 1,
            Err(error) => {
                tracing::error!(effect = %leased.id, %error, "what came of an effect couldn't be noted");
            }
        }
        swept.failed += 1;
        break;
    }
    swept
}

/// How the handling of an effect was recorded.
enum HandleOutcome {
    Done,
    Failed,
    GivenUp,
}

/// Handles an effect, and completes it or records its failure.
async fn handle_effect(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
) -> Result<HandleOutcome, store::StoreError> {
    // Boxed: the futures of files are large.
    let work = Box::pin(dispatch(app, directory, leased));
    let work = AssertUnwindSafe(work).catch_unwind();
    let cause = match timeout(EFFECT_TIMEOUT, work).await {
        Ok(Ok(Ok(EffectOutcome::Done))) => {
            directory.complete_effect(leased).await?;
            return Ok(HandleOutcome::Done);
        }
        // A deferred effect is due again when its lease ends.
        Ok(Ok(Ok(EffectOutcome::Completed | EffectOutcome::Deferred))) => {
            return Ok(HandleOutcome::Done);
        }
        Ok(Ok(Err(error))) => error.cause_chain(),
        Ok(Err(_)) => "It panicked.".to_owned(),
        Err(_) => "It took too long.".to_owned(),
    };
    // By its id: people stay out of the log.
    tracing::error!(effect = %leased.id, cause, "an effect couldn't leave");
    if directory
        .record_failure(leased, &cause, app.clock.now())
        .await?
    {
        tracing::error!(effect = %leased.id, "an effect was given up");
        return Ok(HandleOutcome::GivenUp);
    }
    Ok(HandleOutcome::Failed)
}

async fn dispatch(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
) -> Result<EffectOutcome, PageError> {
    match &leased.effect {
        Effect::Mail(mail) => {
            let mail_id = leased.id.to_string();
            mail::send(app, directory, leased, &mail_id, mail).await?;
        }
        Effect::Risk(job) => risk_deadlines::handle(app, directory, leased, *job).await?,
        Effect::Upload(upload) => return uploads::handle(app, directory, leased, *upload).await,
        Effect::Document(document) => documents::handle(app, directory, leased, *document).await?,
        Effect::Evidence(evidence) => evidence::handle(app, directory, leased, *evidence).await?,
        Effect::Import(job) => return imports::handle(app, directory, leased, *job).await,
        Effect::Invoice(job) => invoices::handle(app, directory, leased, *job).await?,
        Effect::Receipt(receipt) => receipts::handle(app, directory, leased, *receipt).await?,
        Effect::ExpireCheckout(invoice) => {
            checkout::handle(app, directory, leased, *invoice).await?;
        }
        Effect::DeleteLogo(logo) => logo::handle(app, directory, leased, *logo).await?,
        Effect::DeleteIdentity(user) => app.services.identity.delete_user(*user).await?,
        Effect::Notify(events) => notifications::handle(app, directory, leased, events).await?,
        Effect::Digest(digest) => {
            digest::handle(app, directory, leased, *digest).await?;
            return Ok(EffectOutcome::Completed);
        }
        Effect::DeleteInbox(user) => {
            return inbox_deletion::handle(app, directory, leased, *user).await;
        }
    }
    Ok(EffectOutcome::Done)
}
