//! A delivery: who sent it, what it says, and what is answered.
//!
//! An answer of 200 ends the matter; anything else makes Stripe deliver again, for three
//! days. So what is refused for good is answered 200 and logged, and only what may go
//! otherwise later isn't.

use axum::body::Bytes;
use domain::stripe::{LedgerRefusal, StripeEvent, StripeEventData};
use domain::subscription;
use http::{HeaderMap, StatusCode};
use store::ConnectedAccount;
use web::{PageError, Reply, ServiceCall};

use crate::signature::verify;
use crate::{account, payment};

/// What came of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WebhookOutcome {
    /// It did what it does.
    Done,
    /// It had done so before.
    Repeated,
    /// It waits until it is known what it is about.
    Waits,
    /// It is of no account or thing of ours.
    NotOurs,
    /// It is of a type that means nothing here.
    Unknown,
    /// It doesn't fit what we asked for.
    Refused(LedgerRefusal),
    /// Nor does this, of a workspace's own subscription.
    RefusedPlan(subscription::SubscriptionRefusal),
}

impl WebhookOutcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Repeated => "repeated",
            Self::Waits => "waits",
            Self::NotOurs => "not_ours",
            Self::Unknown => "unknown",
            Self::Refused(_) | Self::RefusedPlan(_) => "refused",
        }
    }
}

/// Events of the platform's own account: those of workspaces' subscriptions.
pub(crate) async fn platform(
    machine: ServiceCall,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, PageError> {
    let stripe = machine
        .app
        .config
        .stripe
        .as_ref()
        .ok_or(PageError::NotFound)?;
    let event = read(&machine, &headers, &body, &stripe.webhook_secrets)?;
    if event.account.is_some() {
        return Err(PageError::BadRequest("an event of a connected account"));
    }
    let came = done_here(&machine, &event).await?;
    Ok(answer(&event, came))
}

/// Does what an event of the platform's own account says, whoever brought it.
pub(crate) async fn done_here(
    machine: &ServiceCall,
    event: &StripeEvent,
) -> Result<WebhookOutcome, PageError> {
    match &event.what {
        StripeEventData::Subscription(fact) => {
            crate::subscription::tell(machine, event, fact).await
        }
        _ => Ok(WebhookOutcome::Unknown),
    }
}

/// Events of connected accounts.
pub(crate) async fn connect(
    machine: ServiceCall,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, PageError> {
    let stripe = machine
        .app
        .config
        .stripe
        .as_ref()
        .ok_or(PageError::NotFound)?;
    let event = read(&machine, &headers, &body, &stripe.connect_secrets)?;
    let account = event.account.as_deref();
    let account = account.ok_or(PageError::BadRequest("an event of no connected account"))?;
    if let StripeEventData::Other(_) = event.what {
        return Ok(answer(&event, WebhookOutcome::Unknown));
    }
    let Some(payee) = machine.directory().payee(account).await? else {
        return Ok(answer(&event, WebhookOutcome::NotOurs));
    };
    let came = done(&machine, &payee, &event).await?;
    Ok(answer(&event, came))
}

/// Does what an event says, whoever brought it: a delivery that was signed, or the list
/// that Stripe gives to whoever has our key.
pub(crate) async fn done(
    machine: &ServiceCall,
    payee: &ConnectedAccount,
    event: &StripeEvent,
) -> Result<WebhookOutcome, PageError> {
    if payee.has_heard(&event.id).await? {
        return Ok(WebhookOutcome::Repeated);
    }
    match &event.what {
        StripeEventData::Payment(fact) => payment::tell(machine, payee, event, fact).await,
        StripeEventData::AccountUpdated(_) | StripeEventData::Deauthorized => {
            account::tell(machine, payee, event).await
        }
        StripeEventData::Subscription(_) | StripeEventData::Other(_) => Ok(WebhookOutcome::Unknown),
    }
}

/// The event, if Stripe sent it.
fn read(
    machine: &ServiceCall,
    headers: &HeaderMap,
    body: &[u8],
    secrets: &[String],
) -> Result<StripeEvent, PageError> {
    let mut sent = headers.get_all("stripe-signature").iter();
    let (Some(header), None) = (sent.next(), sent.next()) else {
        return Err(PageError::BadRequest("no signature"));
    };
    let header = header.to_str().unwrap_or_default();
    if let Err(forged) = verify(header, body, secrets, machine.now) {
        tracing::warn!(?forged, "a delivery isn't believed");
        return Err(PageError::BadRequest("the signature doesn't hold"));
    }
    StripeEvent::read(body).map_err(|error| {
        tracing::error!(%error, "a signed event can't be read");
        PageError::BadRequest("the event can't be read")
    })
}

fn answer(event: &StripeEvent, came: WebhookOutcome) -> Reply {
    let (id, name) = (event.id.as_str(), came.name());
    let account = event.account.as_deref().unwrap_or_default();
    match came {
        WebhookOutcome::Refused(why) => {
            tracing::error!(event = id, account, %why, events_refused = 1, "an event is refused");
        }
        WebhookOutcome::RefusedPlan(why) => {
            tracing::error!(event = id, %why, events_refused = 1, "an event is refused");
        }
        WebhookOutcome::Unknown => {
            let kind = match &event.what {
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
