//! What somebody was told who is gone goes too.

use domain::id::UserId;
use store::directory::Directory;
use store::outbox::Leased;
use store::{Scope, Store};
use web::{App, Error};

use crate::Done;

/// Transactions that one effect takes; what is left is another effect.
const AT_ONCE: usize = 10;

/// Forgets an inbox, some rows at a time.
pub(crate) async fn look(
    app: &App,
    directory: &Directory,
    leased: &Leased,
    user: UserId,
) -> Result<Done, Error> {
    match leased.client(directory) {
        Some(client) => forget(app, leased, &client, user).await,
        None => match leased.team(directory) {
            Some(team) => forget(app, leased, &team, user).await,
            None => Err(Error::internal("an inbox outside a workspace")),
        },
    }
}

async fn forget<S: Scope>(
    app: &App,
    leased: &Leased,
    store: &Store<S>,
    user: UserId,
) -> Result<Done, Error> {
    for _ in 0..AT_ONCE {
        if !store.forget_inbox(user).await? {
            return Ok(Done::Whole);
        }
    }
    store.forget_rest(leased, user, app.clock.now()).await?;
    Ok(Done::Noted)
}
