//! What follows a change: mail from the outbox, accepted risks whose time has
//! come, files that were sent and are to be checked, imports of scans, and the
//! chain of the audit log; and what is noted when a day is over.
//!
//! The outbox holds what was decided together with a change. A sweep leases
//! what is due, sends it and notes that it has left. Whatever ends a sweep
//! early, a later one goes on: an effect leaves at least once.

mod documents;
mod imports;
mod night;
mod recount;
mod risk;
mod scans;
mod uploads;

pub use recount::recount;
use store::directory::Directory;
use store::outbox::{Effect, Leased};
use web::{App, Error, letters};

/// Effects of one shard that one sweep takes.
const AT_ONCE: i32 = 25;

/// How far an effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// Nothing is left to do.
    Whole,
    /// It waits for somebody else.
    NotYet,
}

/// Does what is due, and gives the number of effects that were taken, done or
/// not. What can't be done is logged and due again when its lease ends.
pub async fn sweep(app: &App) -> Result<usize, store::Error> {
    let directory = app.directory();
    let leased = directory.lease_due(app.clock.now(), AT_ONCE).await?;
    for one in &leased {
        carry_out(app, &directory, one).await?;
    }
    Ok(leased.len())
}

/// Sweeps until nothing is due and everything recorded has its place in the chain,
/// and ends the days that are over.
pub async fn drain(app: &App) -> Result<usize, store::Error> {
    let directory = app.directory();
    let mut total = 0;
    while directory.chain_audit(AT_ONCE).await? > 0 {}
    loop {
        match sweep(app).await? {
            0 => break,
            taken => total += taken,
        }
    }
    while night::fall(app).await? > 0 {}
    Ok(total)
}

async fn carry_out(app: &App, directory: &Directory, leased: &Leased) -> Result<(), store::Error> {
    let done: Result<Done, Error> = match &leased.effect {
        Effect::Mail(mail) => {
            let sent = letters::send(app, &leased.id.to_string(), mail).await;
            sent.map(|()| Done::Whole)
        }
        Effect::Risk(risk) => {
            let looked = risk::look(app, directory, leased, *risk).await;
            looked.map(|()| Done::Whole)
        }
        Effect::Upload(upload) => uploads::look(app, directory, leased, *upload).await,
        Effect::Document(document) => {
            let looked = documents::look(app, directory, leased, *document).await;
            looked.map(|()| Done::Whole)
        }
        Effect::Import(job) => Box::pin(imports::look(app, directory, leased, *job)).await,
        Effect::Identity(user) => {
            let deleted = app.services.identity.delete(*user).await;
            deleted.map(|()| Done::Whole).map_err(Error::from)
        }
    };
    match done {
        // It comes again when its lease ends.
        Ok(Done::NotYet) => Ok(()),
        Ok(Done::Whole) => directory.sent(leased, app.clock.now()).await,
        Err(error) => {
            // By id: whom it concerns stays out of the log.
            tracing::error!(effect = %leased.id, cause = error.causes(), "an effect couldn't leave");
            Ok(())
        }
    }
}
