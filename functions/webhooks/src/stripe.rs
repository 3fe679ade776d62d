//! A delivery: who sent it, what it says, and what is answered.
//!
//! An answer of 200 ends the matter; anything else makes Stripe deliver again, for three
//! days. So what is refused for good is answered 200 and logged, and only what may go
//! otherwise later isn't.

use axum::body::Bytes;
use domain::stripe::{Event, Refused, What};
use domain::subscription;
use http::{HeaderMap, StatusCode};
use store::Payee;
use web::{Error, Machine, Reply};

use crate::signature::verify;
use crate::{account, payment};

/// What came of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
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
    Refused(Refused),
    /// Nor does this, of a workspace's own subscription.
    RefusedPlan(subscription::Refused),
}

impl Came {
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
    machine: Machine,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, Error> {
    let stripe = machine.app.config.stripe.as_ref().ok_or(Error::NotFound)?;
    let event = read(&machine, &headers, &body, &stripe.webhook_secrets)?;
    if event.account.is_some() {
        return Err(Error::BadRequest("an event of a connected account"));
    }
    let came = done_here(&machine, &event).await?;
    Ok(answer(&event, came))
}

/// Does what an event of the platform's own account says, whoever brought it.
pub(crate) async fn done_here(machine: &Machine, event: &Event) -> Result<Came, Error> {
    match &event.what {
        What::Subscription(fact) => crate::subscription::tell(machine, event, fact).await,
        _ => Ok(Came::Unknown),
    }
}

/// Events of connected accounts.
pub(crate) async fn connect(
    machine: Machine,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, Error> {
    let stripe = machine.app.config.stripe.as_ref().ok_or(Error::NotFound)?;
    let event = read(&machine, &headers, &body, &stripe.connect_secrets)?;
    let account = event.account.as_deref();
    let account = account.ok_or(Error::BadRequest("an event of no connected account"))?;
    if let What::Other(_) = event.what {
        return Ok(answer(&event, Came::Unknown));
    }
    let Some(payee) = machine.directory().payee(account).await? else {
        return Ok(answer(&event, Came::NotOurs));
    };
    let came = done(&machine, &payee, &event).await?;
    Ok(answer(&event, came))
}

/// Does what an event says, whoever brought it: a delivery that was signed, or the list
/// that Stripe gives to whoever has our key.
pub(crate) async fn done(machine: &Machine, payee: &Payee, event: &Event) -> Result<Came, Error> {
    if payee.has_heard(&event.id).await? {
        return Ok(Came::Repeated);
    }
    match &event.what {
        What::Payment(fact) => payment::tell(machine, payee, event, fact).await,
        What::AccountUpdated(_) | What::Deauthorized => account::tell(machine, payee, event).await,
        What::Subscription(_) | What::Other(_) => Ok(Came::Unknown),
    }
}

/// The event, if Stripe sent it.
fn read(
    machine: &Machine,
    headers: &HeaderMap,
    body: &[u8],
    secrets: &[String],
) -> Result<Event, Error> {
    let mut sent = headers.get_all("stripe-signature").iter();
    let (Some(header), None) = (sent.next(), sent.next()) else {
        return Err(Error::BadRequest("no signature"));
    };
    let header = header.to_str().unwrap_or_default();
    if let Err(forged) = verify(header, body, secrets, machine.now) {
        tracing::warn!(?forged, "a delivery isn't believed");
        return Err(Error::BadRequest("the signature doesn't hold"));
    }
    Event::read(body).map_err(|error| {
        tracing::error!(%error, "a signed event can't be read");
        Error::BadRequest("the event can't be read")
    })
}

fn answer(event: &Event, came: Came) -> Reply {
    let (id, name) = (event.id.as_str(), came.name());
    let account = event.account.as_deref().unwrap_or_default();
    match came {
        Came::Refused(why) => {
            tracing::error!(event = id, account, %why, events_refused = 1, "an event is refused");
        }
        Came::RefusedPlan(why) => {
            tracing::error!(event = id, %why, events_refused = 1, "an event is refused");
        }
        Came::Unknown => {
            let kind = match &event.what {
                What::Other(kind) => kind.as_str(),
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
