//! A delivery from Stripe: its signature, the event in it, and the answer.
//!
//! An answer of 200 ends the delivery; anything else makes Stripe deliver again, for three
//! days. So an event that is refused for good is answered 200 and logged; only one that may
//! succeed later is not.

use axum::body::Bytes;
use domain::stripe::{StripeEvent, StripeEventData};
use http::{HeaderMap, StatusCode};
use store::ConnectedAccount;
use web::{PageError, Reply, ServiceCall};

use crate::account_event::apply_account_event;
use crate::outcome::WebhookOutcome;
use crate::payment_event::apply_payment_event;
use crate::signature::verify;
use crate::subscription_event::apply_subscription_event;

/// Events of the platform's own account: those of workspaces' subscriptions.
pub(crate) async fn post_platform(
    call: ServiceCall,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, PageError> {
    let stripe = call.app.config.stripe.as_ref().ok_or(PageError::NotFound)?;
    let event = read_event(&call, &headers, &body, &stripe.webhook_secrets)?;
    if event.account.is_some() {
        return Err(PageError::BadRequest("an event of a connected account"));
    }
    let outcome = apply_platform_event(&call, &event).await?;
    Ok(answer(&event, outcome))
}

/// Applies an event of the platform's own account, delivered or listed.
pub(crate) async fn apply_platform_event(
    call: &ServiceCall,
    event: &StripeEvent,
) -> Result<WebhookOutcome, PageError> {
    match &event.data {
        StripeEventData::Subscription(fact) => apply_subscription_event(call, event, fact).await,
        _ => Ok(WebhookOutcome::Unknown),
    }
}

/// Events of connected accounts.
pub(crate) async fn post_connect(
    call: ServiceCall,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, PageError> {
    let stripe = call.app.config.stripe.as_ref().ok_or(PageError::NotFound)?;
    let event = read_event(&call, &headers, &body, &stripe.connect_secrets)?;
    let account_id = event.account.as_deref();
    let account_id = account_id.ok_or(PageError::BadRequest("an event of no connected account"))?;
    if let StripeEventData::Other(_) = event.data {
        return Ok(answer(&event, WebhookOutcome::Unknown));
    }
    let Some(account) = call.directory().find_connected_account(account_id).await? else {
        return Ok(answer(&event, WebhookOutcome::NotOurs));
    };
    let outcome = apply_event(&call, &account, &event).await?;
    Ok(answer(&event, outcome))
}

/// Applies an event of a connected account, from a signed delivery or from the list that
/// Stripe gives to the holder of our key.
pub(crate) async fn apply_event(
    call: &ServiceCall,
    account: &ConnectedAccount,
    event: &StripeEvent,
) -> Result<WebhookOutcome, PageError> {
    if account.has_processed(&event.id).await? {
        return Ok(WebhookOutcome::Repeated);
    }
    match &event.data {
        StripeEventData::Payment(fact) => apply_payment_event(call, account, event, fact).await,
        StripeEventData::AccountUpdated(_) | StripeEventData::Deauthorized => {
            apply_account_event(call, account, event).await
        }
        StripeEventData::Subscription(_) | StripeEventData::Other(_) => Ok(WebhookOutcome::Unknown),
    }
}

/// The event, if Stripe sent it.
fn read_event(
    call: &ServiceCall,
    headers: &HeaderMap,
    body: &[u8],
    secrets: &[String],
) -> Result<StripeEvent, PageError> {
    let mut sent = headers.get_all("stripe-signature").iter();
    let (Some(header), None) = (sent.next(), sent.next()) else {
        return Err(PageError::BadRequest("no signature"));
    };
    let header = header.to_str().unwrap_or_default();
    if let Err(forged) = verify(header, body, secrets, call.now) {
        tracing::warn!(?forged, "a delivery isn't believed");
        return Err(PageError::BadRequest("the signature doesn't hold"));
    }
    StripeEvent::parse(body).map_err(|error| {
        tracing::error!(%error, "a signed event can't be read");
        PageError::BadRequest("the event can't be read")
    })
}

fn answer(event: &StripeEvent, outcome: WebhookOutcome) -> Reply {
    let (id, name) = (event.id.as_str(), outcome.name());
    let account = event.account.as_deref().unwrap_or_default();
    match outcome {
        WebhookOutcome::Refused(why) => {
            tracing::error!(event = id, account, %why, events_refused = 1, "an event is refused");
        }
        WebhookOutcome::RefusedPlan(why) => {
            tracing::error!(event = id, %why, events_refused = 1, "an event is refused");
        }
        WebhookOutcome::Unknown => {
            let kind = match &event.data {
                StripeEventData::Other(kind) => kind.as_str(),
                _ => "",
            };
            tracing::info!(
                event = id,
                account,
                kind,
                events_unknown = 1,
                "an event is unknown"
            );
        }
        _ => tracing::info!(event = id, account, came = name, events = 1, "an event"),
    }
    Reply::json(&serde_json::json!({ "came": name })).status(StatusCode::OK)
}
