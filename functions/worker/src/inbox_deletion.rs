//! The inbox of a person who was removed: its rows are deleted too.

use domain::id::UserId;
use store::{Directory, LeasedEffect, Scope, Store};
use web::{App, PageError};

use crate::effect_outcome::EffectOutcome;

/// Transactions that one effect takes; the rest is another effect's.
const TRANSACTIONS: usize = 10;

/// Deletes an inbox, some rows at a time.
pub(crate) async fn handle(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    user: UserId,
) -> Result<EffectOutcome, PageError> {
    if let Some(client) = leased.client_store(directory) {
        return delete_inbox(app, leased, &client, user).await;
    }
    match leased.workspace_store(directory) {
        Some(team) => delete_inbox(app, leased, &team, user).await,
        None => Err(PageError::internal("an inbox outside a workspace")),
    }
}

async fn delete_inbox<S: Scope>(
    app: &App,
    leased: &LeasedEffect,
    store: &Store<S>,
    user: UserId,
) -> Result<EffectOutcome, PageError> {
    for _ in 0..TRANSACTIONS {
        if !store.delete_inbox_rows(user).await? {
            return Ok(EffectOutcome::Done);
        }
    }
    let now = app.clock.now();
    store.defer_inbox_deletion(leased, user, now).await?;
    Ok(EffectOutcome::Completed)
}
