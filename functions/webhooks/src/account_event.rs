//! Events of a workspace's connected account itself: its flags changed, or its owner took
//! our access away.

use domain::stripe::{StripeEvent, StripeEventData};
use store::{ConnectedAccount, EventRef, MAX_TRIES, StoreError, retry_on_conflict};
use web::{PageError, ServiceCall};

use crate::outcome::WebhookOutcome;

/// Updates the stored connection by the event.
pub(crate) async fn apply_account_event(
    call: &ServiceCall,
    account: &ConnectedAccount,
    event: &StripeEvent,
) -> Result<WebhookOutcome, PageError> {
    let event_ref = EventRef {
        event: &event.id,
        now: call.now,
    };
    let apply = move || apply_once(account, event_ref, event);
    Ok(retry_on_conflict(MAX_TRIES, apply).await?)
}

async fn apply_once(
    account: &ConnectedAccount,
    event_ref: EventRef<'_>,
    event: &StripeEvent,
) -> Result<WebhookOutcome, StoreError> {
    let Some(before) = account.get_connection().await? else {
        return Ok(WebhookOutcome::NotOurs);
    };
    let after = match &event.data {
        StripeEventData::AccountUpdated(flags) => before.with_flags(flags, event.created),
        StripeEventData::Deauthorized => before.deauthorize(event.created),
        StripeEventData::Payment(_)
        | StripeEventData::Subscription(_)
        | StripeEventData::Other(_) => None,
    };
    let Some(after) = after else {
        return Ok(WebhookOutcome::Repeated);
    };
    let written = account.apply_account_event(event_ref, &before, &after);
    Ok(WebhookOutcome::of_write(written.await?))
}
