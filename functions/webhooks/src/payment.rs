//! What happens to a payment: which invoice it is of, and what becomes of that.

use domain::id::{ClientId, InvoiceId};
use domain::stripe::{
    EventOrigin, LedgerRefusal, PaymentFact, PaymentReferences, StripeEvent, settle,
};
use store::{
    ConnectedAccount, EventRef, InvoiceWithPayments, PaymentLink, StoreError, WriteOutcome,
};
use web::{PageError, ServiceCall};

use crate::stripe::WebhookOutcome;

/// How often it is decided anew when somebody else was first.
const TRIES: u32 = 4;

/// Books what the event says.
pub(crate) async fn tell(
    machine: &ServiceCall,
    payee: &ConnectedAccount,
    event: &StripeEvent,
    fact: &PaymentFact,
) -> Result<WebhookOutcome, PageError> {
    let origin = EventOrigin {
        account: event.account.clone().unwrap_or_default(),
        livemode: event.livemode,
        at: event.created,
    };
    for _ in 0..TRIES {
        match once(machine, payee, (&event.id, &origin), fact).await {
            Err(StoreError::Refused(_)) => {}
            came => return Ok(came?),
        }
    }
    Err(PageError::Unavailable)
}

async fn once(
    machine: &ServiceCall,
    payee: &ConnectedAccount,
    (event, origin): (&str, &EventOrigin),
    fact: &PaymentFact,
) -> Result<WebhookOutcome, StoreError> {
    let told = EventRef {
        event,
        now: machine.now,
    };
    let intent = intent(fact);
    let sought = match intent {
        Some(intent) => payee.sought(intent).await?,
        None => PaymentLink::default(),
    };
    let of = match (sought.of, fact) {
        (Some(of), _) => Some(of),
        (None, PaymentFact::Session { of, .. } | PaymentFact::Declined { of, .. }) => {
            match referred(payee, of) {
                Ok(of) => Some(of),
                Err(came) => return Ok(came),
            }
        }
        (None, PaymentFact::Refund { .. } | PaymentFact::Dispute { .. }) => None,
    };
    let Some((client, invoice)) = of else {
        // It may be of a payment that has nothing to do with us: whose account it is may
        // use it for other things as well.
        let parked = (intent.unwrap_or_default(), &sought);
        let outcome = payee.park(told, parked, (origin.clone(), fact.clone()));
        return Ok(match outcome.await? {
            WriteOutcome::Done => WebhookOutcome::Waits,
            WriteOutcome::Repeated => WebhookOutcome::Repeated,
        });
    };
    let Some(held) = payee.held(client, invoice).await? else {
        return Ok(WebhookOutcome::Refused(LedgerRefusal::Attempt));
    };
    let known = match joined(&held, &sought, (origin, fact)) {
        Ok(known) => known,
        Err(why) => return Ok(WebhookOutcome::Refused(why)),
    };
    let Some(workspace) = payee.store().workspace().await? else {
        return Ok(WebhookOutcome::NotOurs);
    };
    let Ok(settled) = settle(&held.invoice, &known, &workspace, machine.now) else {
        return Ok(WebhookOutcome::Refused(LedgerRefusal::Amount));
    };
    let link = intent.filter(|_| sought.of.is_none());
    let link = link.map(|intent| (intent, &sought));
    let outcome = payee.settle(told, &held, &settled, machine.app.new_id(), link);
    Ok(match outcome.await? {
        WriteOutcome::Done => WebhookOutcome::Done,
        WriteOutcome::Repeated => WebhookOutcome::Repeated,
    })
}

/// The payment intent that it is about.
fn intent(fact: &PaymentFact) -> Option<&str> {
    match fact {
        PaymentFact::Session { payment, .. } => payment.as_deref(),
        PaymentFact::Declined { payment, .. }
        | PaymentFact::Refund { payment, .. }
        | PaymentFact::Dispute { payment, .. } => Some(payment),
    }
}

/// The invoice that a session names. It must be one of the workspace that the account is
/// of; whether we asked for this session, the invoice's own payments say.
fn referred(
    payee: &ConnectedAccount,
    of: &PaymentReferences,
) -> Result<(ClientId, InvoiceId), WebhookOutcome> {
    let PaymentReferences {
        workspace: Some(workspace),
        client: Some(client),
        invoice: Some(invoice),
        attempt: Some(_),
    } = of
    else {
        return Err(WebhookOutcome::NotOurs);
    };
    if *workspace == payee.id() {
        Ok((*client, *invoice))
    } else {
        Err(WebhookOutcome::Refused(LedgerRefusal::Account))
    }
}

/// What is known once the event is, and what was told of its payment before. Of that,
/// what doesn't fit is left out.
fn joined(
    held: &InvoiceWithPayments,
    sought: &PaymentLink,
    (origin, fact): (&EventOrigin, &PaymentFact),
) -> Result<domain::stripe::PaymentLedger, LedgerRefusal> {
    let currency = held.invoice.currency;
    let mut known = held.payments.ledger.joined(currency, origin, fact)?;
    for (origin, fact) in &sought.waiting {
        match known.joined(currency, origin, fact) {
            Ok(more) => known = more,
            Err(why) => tracing::error!(%why, events_refused = 1, "an event is refused"),
        }
    }
    Ok(known)
}
