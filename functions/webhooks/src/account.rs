//! What happens to a workspace's account.

use domain::stripe::{StripeEvent, StripeEventData};
use store::{ConnectedAccount, EventRef, StoreError, WriteOutcome};
use web::{PageError, ServiceCall};

use crate::stripe::WebhookOutcome;

/// How often it is decided anew when somebody else was first.
const TRIES: u32 = 4;

/// Brings what is known of the account up to the event.
pub(crate) async fn tell(
    machine: &ServiceCall,
    payee: &ConnectedAccount,
    event: &StripeEvent,
) -> Result<WebhookOutcome, PageError> {
    let told = EventRef {
        event: &event.id,
        now: machine.now,
    };
    for _ in 0..TRIES {
        let Some(before) = payee.connection().await? else {
            return Ok(WebhookOutcome::NotOurs);
        };
        let after = match &event.what {
            StripeEventData::AccountUpdated(flags) => before.updated(flags, event.created),
            StripeEventData::Deauthorized => before.deauthorized(event.created),
            StripeEventData::Payment(_)
            | StripeEventData::Subscription(_)
            | StripeEventData::Other(_) => None,
        };
        let Some(after) = after else {
            return Ok(WebhookOutcome::Repeated);
        };
        match payee.reconnect(told, (&before, &after)).await {
            Ok(WriteOutcome::Done) => return Ok(WebhookOutcome::Done),
            Ok(WriteOutcome::Repeated) => return Ok(WebhookOutcome::Repeated),
            Err(StoreError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(PageError::Unavailable)
}
