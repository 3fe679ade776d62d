//! What follows a change: mail from the outbox, and the chain of the audit log.
//!
//! The outbox holds what was decided together with a change. A sweep leases
//! what is due, sends it and notes that it has left. Whatever ends a sweep
//! early, a later one goes on: an effect leaves at least once.

use store::directory::Directory;
use store::outbox::Leased;
use web::{App, letters};

/// Effects of one shard that one sweep takes.
const AT_ONCE: i32 = 25;

/// Sends what is due, and gives the number of effects that were taken, sent or
/// not. What can't be sent is logged and due again when its lease ends.
pub async fn sweep(app: &App) -> Result<usize, store::Error> {
    let directory = app.directory();
    let leased = directory.lease_mail(app.clock.now(), AT_ONCE).await?;
    for one in &leased {
        send(app, &directory, one).await?;
    }
    Ok(leased.len())
}

/// Sweeps until nothing is due and everything recorded has its place in the chain.
pub async fn drain(app: &App) -> Result<usize, store::Error> {
    let directory = app.directory();
    let mut total = 0;
    while directory.chain_audit(AT_ONCE).await? > 0 {}
    loop {
        match sweep(app).await? {
            0 => return Ok(total),
            taken => total += taken,
        }
    }
}

async fn send(app: &App, directory: &Directory, leased: &Leased) -> Result<(), store::Error> {
    match letters::send(app, &leased.id.to_string(), &leased.mail).await {
        Ok(()) => directory.sent(leased, app.clock.now()).await,
        Err(error) => {
            // By id: who gets it stays out of the log.
            tracing::error!(effect = %leased.id, cause = error.causes(), "mail couldn't be sent");
            Ok(())
        }
    }
}
