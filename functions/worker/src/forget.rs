//! What somebody was told who is gone goes too.

use domain::id::UserId;
use store::directory::Directory;
use store::outbox::LeasedEffect;
use store::{Scope, Store};
use web::{App, PageError};

use crate::EffectOutcome;

/// Transactions that one effect takes; what is left is another effect.
const AT_ONCE: usize = 10;

/// Forgets an inbox, some rows at a time.
pub(crate) async fn look(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    user: UserId,
) -> Result<EffectOutcome, PageError> {
    match leased.client(directory) {
        Some(client) => forget(app, leased, &client, user).await,
        None => match leased.team(directory) {
            Some(team) => forget(app, leased, &team, user).await,
            None => Err(PageError::internal("an inbox outside a workspace")),
        },
    }
}

async fn forget<S: Scope>(
    app: &App,
    leased: &LeasedEffect,
    store: &Store<S>,
    user: UserId,
) -> Result<EffectOutcome, PageError> {
    for _ in 0..AT_ONCE {
        if !store.forget_inbox(user).await? {
            return Ok(EffectOutcome::Whole);
        }
    }
    store.forget_rest(leased, user, app.clock.now()).await?;
    Ok(EffectOutcome::Noted)
}
