//! What follows a change: mail from the outbox, accepted risks whose time has
//! come, files that were sent and are to be checked, and the chain of the audit
//! log; and what is noted when a day is over.
//!
//! The outbox holds what was decided together with a change. A sweep leases
//! what is due, sends it and notes that it has left. Whatever ends a sweep
//! early, a later one goes on: an effect leaves at least once.

mod documents;
mod gather;
mod night;
mod notify;
mod recount;
mod risk;
mod uploads;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _, stream};
pub use recount::recount;
use store::directory::Directory;
use store::outbox::{Due, Effect, Leased, Taken};
use tokio::time::timeout;
use web::{App, Error, letters};

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
pub(crate) enum Done {
    /// Nothing is left to do.
    Whole,
    /// Nothing is left to do, and the effect is out of the outbox.
    Noted,
    /// It waits for somebody else.
    NotYet,
}

/// Does what is due, and gives the number of effects that were taken, done or
/// not. What can't be done is logged and due again when its lease ends. Each
/// workspace's are done one after the other, beside those of the others; one that
/// fails ends the sweep for its workspace only.
pub async fn sweep(app: &App) -> Result<usize, store::Error> {
    let directory = app.directory();
    let mut homes: BTreeMap<_, Vec<Due>> = BTreeMap::new();
    for due in directory.due(app.clock.now(), EACH).await? {
        homes.entry(due.workspace()).or_default().push(due);
    }
    let work = homes.into_values().map(|some| one_by_one(app, some));
    let taken = stream::iter(work).buffer_unordered(BESIDE);
    Ok(taken.fold(0, async |sum, taken| sum + taken).await)
}

/// Sweeps until nothing is due and everything recorded has its place in the chain,
/// and ends the days that are over.
pub async fn drain(app: &App) -> Result<usize, store::Error> {
    let directory = app.directory();
    let mut total = 0;
    while directory.chain_audit(AT_ONCE).await? > 0 {}
    loop {
        loop {
            match sweep(app).await? {
                0 => break,
                taken => total += taken,
            }
        }
        // What a day's end puts into the outbox leaves at once.
        if night::fall(app).await? == 0 {
            return Ok(total);
        }
    }
}

/// Does a workspace's effects until one can't be done, and gives how many were taken.
async fn one_by_one(app: &App, some: Vec<Due>) -> usize {
    let (directory, mut taken) = (app.directory(), 0);
    for due in some {
        let leased = match directory.lease(due, app.clock.now()).await {
            Ok(Taken::Leased(leased)) => leased,
            Ok(Taken::Not) => continue,
            Ok(Taken::Buried) => {
                tracing::error!("an effect was given up");
                continue;
            }
            Err(error) => {
                tracing::error!(%error, "an effect couldn't be taken");
                break;
            }
        };
        taken += 1;
        match bring(app, &directory, &leased).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                tracing::error!(effect = %leased.id, %error, "what came of an effect couldn't be noted");
                break;
            }
        }
    }
    taken
}

/// Brings an effect to its end, and notes it; `false` where it couldn't be done.
async fn bring(app: &App, directory: &Directory, leased: &Leased) -> Result<bool, store::Error> {
    // Boxed: what is done about files is large.
    let work = Box::pin(carry_out(app, directory, leased));
    let work = AssertUnwindSafe(work).catch_unwind();
    let cause = match timeout(LONGEST, work).await {
        Ok(Ok(Ok(Done::Whole))) => return directory.sent(leased).await.map(|()| true),
        // What waits for somebody else comes again when its lease ends.
        Ok(Ok(Ok(Done::Noted | Done::NotYet))) => return Ok(true),
        Ok(Ok(Err(error))) => error.causes(),
        Ok(Err(_)) => "It panicked.".to_owned(),
        Err(_) => "It took too long.".to_owned(),
    };
    // By id: whom it concerns stays out of the log.
    tracing::error!(effect = %leased.id, cause, "an effect couldn't leave");
    if directory.failed(leased, &cause, app.clock.now()).await? {
        tracing::error!(effect = %leased.id, "an effect was given up");
    }
    Ok(false)
}

async fn carry_out(app: &App, directory: &Directory, leased: &Leased) -> Result<Done, Error> {
    match &leased.effect {
        Effect::Mail(mail) => letters::send(app, (&leased.id.to_string(), leased.at), mail).await?,
        Effect::Risk(risk) => risk::look(app, directory, leased, *risk).await?,
        Effect::Upload(upload) => return uploads::look(app, directory, leased, *upload).await,
        Effect::Document(document) => documents::look(app, directory, leased, *document).await?,
        Effect::Identity(user) => app.services.identity.delete(*user).await?,
        Effect::Notify(events) => notify::tell(app, directory, leased, events).await?,
        Effect::Gather(gather) => {
            gather::look(app, directory, leased, *gather).await?;
            return Ok(Done::Noted);
        }
    }
    Ok(Done::Whole)
}
