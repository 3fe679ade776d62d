//! Events of a payment: which invoice it is of, and what the invoice's ledger becomes.

use domain::id::{ClientId, InvoiceId};
use domain::stripe::{
    EventOrigin, LedgerRefusal, PaymentFact, PaymentLedger, PaymentReferences, StripeEvent,
    settle_invoice,
};
use store::{
    ConnectedAccount, EventRef, InvoiceWithPayments, MAX_TRIES, PaymentLink, StoreError,
    WriteOutcome, retry_on_conflict,
};
use web::{PageError, ServiceCall};

use crate::outcome::WebhookOutcome;

/// Books what the event says.
pub(crate) async fn apply_payment_event(
    call: &ServiceCall,
    account: &ConnectedAccount,
    event: &StripeEvent,
    fact: &PaymentFact,
) -> Result<WebhookOutcome, PageError> {
    let origin = EventOrigin {
        account: event.account.clone().unwrap_or_default(),
        livemode: event.livemode,
        at: event.created,
    };
    let (id, origin) = (event.id.as_str(), &origin);
    let apply = move || apply_once(call, account, id, origin, fact);
    Ok(retry_on_conflict(MAX_TRIES, apply).await?)
}

async fn apply_once(
    call: &ServiceCall,
    account: &ConnectedAccount,
    event: &str,
    origin: &EventOrigin,
    fact: &PaymentFact,
) -> Result<WebhookOutcome, StoreError> {
    let event_ref = EventRef {
        event,
        now: call.now,
    };
    let intent = payment_intent(fact);
    let link = match intent {
        Some(intent) => account.get_payment_link(intent).await?,
        None => PaymentLink::default(),
    };
    let named = match (link.invoice, fact) {
        (Some(named), _) => Some(named),
        (
            None,
            PaymentFact::Session { references, .. } | PaymentFact::Declined { references, .. },
        ) => match referenced_invoice(account, references) {
            Ok(named) => Some(named),
            Err(outcome) => return Ok(outcome),
        },
        (None, PaymentFact::Refund { .. } | PaymentFact::Dispute { .. }) => None,
    };
    let Some((client, invoice)) = named else {
        // It may be of a payment that has nothing to do with us: the account's owner may
        // use it for other things as well.
        let intent = intent.unwrap_or_default();
        let deferred = (origin.clone(), fact.clone());
        let written = account.defer_payment_fact(event_ref, intent, &link, deferred);
        return Ok(match written.await? {
            WriteOutcome::Done => WebhookOutcome::Deferred,
            WriteOutcome::Repeated => WebhookOutcome::Repeated,
        });
    };
    let Some(before) = account.get_invoice_with_payments(client, invoice).await? else {
        return Ok(WebhookOutcome::Refused(LedgerRefusal::Attempt));
    };
    let ledger = match join_facts(&before, &link, origin, fact) {
        Ok(ledger) => ledger,
        Err(refusal) => return Ok(WebhookOutcome::Refused(refusal)),
    };
    let Some(workspace) = account.store().get_workspace().await? else {
        return Ok(WebhookOutcome::NotOurs);
    };
    let Ok(settlement) = settle_invoice(&before.invoice, &ledger, &workspace, call.now) else {
        return Ok(WebhookOutcome::Refused(LedgerRefusal::Amount));
    };
    let new_link = intent.filter(|_| link.invoice.is_none());
    let new_link = new_link.map(|intent| (intent, &link));
    let entry = call.app.new_id();
    let written = account.apply_settlement(event_ref, &before, &settlement, entry, new_link);
    Ok(WebhookOutcome::of_write(written.await?))
}

/// The payment intent that a fact is about.
fn payment_intent(fact: &PaymentFact) -> Option<&str> {
    match fact {
        PaymentFact::Session { payment, .. } => payment.as_deref(),
        PaymentFact::Declined { payment, .. }
        | PaymentFact::Refund { payment, .. }
        | PaymentFact::Dispute { payment, .. } => Some(payment),
    }
}

/// The invoice that a checkout session names. It must be one of the workspace that the
/// account is of; whether we asked for this session, the invoice's own payments say.
fn referenced_invoice(
    account: &ConnectedAccount,
    references: &PaymentReferences,
) -> Result<(ClientId, InvoiceId), WebhookOutcome> {
    let PaymentReferences {
        workspace: Some(workspace),
        client: Some(client),
        invoice: Some(invoice),
        attempt: Some(_),
    } = references
    else {
        return Err(WebhookOutcome::NotOurs);
    };
    if *workspace == account.id() {
        Ok((*client, *invoice))
    } else {
        Err(WebhookOutcome::Refused(LedgerRefusal::Account))
    }
}

/// The ledger with the event's fact, and with the facts of its payment that were deferred.
/// Of those, what doesn't fit is left out.
fn join_facts(
    before: &InvoiceWithPayments,
    link: &PaymentLink,
    origin: &EventOrigin,
    fact: &PaymentFact,
) -> Result<PaymentLedger, LedgerRefusal> {
    let currency = before.invoice.currency;
    let mut ledger = before.payments.ledger.join(currency, origin, fact)?;
    for (origin, fact) in &link.waiting {
        match ledger.join(currency, origin, fact) {
            Ok(joined) => ledger = joined,
            Err(why) => tracing::error!(%why, events_refused = 1, "an event is refused"),
        }
    }
    Ok(ledger)
}
