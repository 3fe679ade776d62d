//! What happens to a payment: which invoice it is of, and what becomes of that.

use domain::id::{ClientId, InvoiceId};
use domain::stripe::{Event, Fact, Origin, References, Refused, settle};
use store::{Error as StoreError, Held, Outcome, Payee, Sought, Told};
use web::{Error, Machine};

use crate::stripe::Came;

/// How often it is decided anew when somebody else was first.
const TRIES: u32 = 4;

/// Books what the event says.
pub(crate) async fn tell(
    machine: &Machine,
    payee: &Payee,
    event: &Event,
    fact: &Fact,
) -> Result<Came, Error> {
    let origin = Origin {
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
    Err(Error::Unavailable)
}

async fn once(
    machine: &Machine,
    payee: &Payee,
    (event, origin): (&str, &Origin),
    fact: &Fact,
) -> Result<Came, StoreError> {
    let told = Told {
        event,
        now: machine.now,
    };
    let intent = intent(fact);
    let sought = match intent {
        Some(intent) => payee.sought(intent).await?,
        None => Sought::default(),
    };
    let of = match (sought.of, fact) {
        (Some(of), _) => Some(of),
        (None, Fact::Session { of, .. } | Fact::Declined { of, .. }) => match referred(payee, of) {
            Ok(of) => Some(of),
            Err(came) => return Ok(came),
        },
        (None, Fact::Refund { .. } | Fact::Dispute { .. }) => None,
    };
    let Some((client, invoice)) = of else {
        // It may be of a payment that has nothing to do with us: whose account it is may
        // use it for other things as well.
        let parked = (intent.unwrap_or_default(), &sought);
        let outcome = payee.park(told, parked, (origin.clone(), fact.clone()));
        return Ok(match outcome.await? {
            Outcome::Done => Came::Waits,
            Outcome::Repeated => Came::Repeated,
        });
    };
    let Some(held) = payee.held(client, invoice).await? else {
        return Ok(Came::Refused(Refused::Attempt));
    };
    let known = match joined(&held, &sought, (origin, fact)) {
        Ok(known) => known,
        Err(why) => return Ok(Came::Refused(why)),
    };
    let Some(workspace) = payee.store().workspace().await? else {
        return Ok(Came::NotOurs);
    };
    let Ok(settled) = settle(&held.invoice, &known, &workspace, machine.now) else {
        return Ok(Came::Refused(Refused::Amount));
    };
    let link = intent.filter(|_| sought.of.is_none());
    let link = link.map(|intent| (intent, &sought));
    let outcome = payee.settle(told, &held, &settled, machine.app.new_id(), link);
    Ok(match outcome.await? {
        Outcome::Done => Came::Done,
        Outcome::Repeated => Came::Repeated,
    })
}

/// The payment intent that it is about.
fn intent(fact: &Fact) -> Option<&str> {
    match fact {
        Fact::Session { payment, .. } => payment.as_deref(),
        Fact::Declined { payment, .. }
        | Fact::Refund { payment, .. }
        | Fact::Dispute { payment, .. } => Some(payment),
    }
}

/// The invoice that a session names. It must be one of the workspace that the account is
/// of; whether we asked for this session, the invoice's own payments say.
fn referred(payee: &Payee, of: &References) -> Result<(ClientId, InvoiceId), Came> {
    let References {
        workspace: Some(workspace),
        client: Some(client),
        invoice: Some(invoice),
        attempt: Some(_),
    } = of
    else {
        return Err(Came::NotOurs);
    };
    if *workspace == payee.id() {
        Ok((*client, *invoice))
    } else {
        Err(Came::Refused(Refused::Account))
    }
}

/// What is known once the event is, and what was told of its payment before. Of that,
/// what doesn't fit is left out.
fn joined(
    held: &Held,
    sought: &Sought,
    (origin, fact): (&Origin, &Fact),
) -> Result<domain::stripe::Ledger, Refused> {
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
