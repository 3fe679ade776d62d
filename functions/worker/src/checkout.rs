//! Payment pages at Stripe, ended once the invoice doesn't ask for their amount any more.

use domain::id::InvoiceId;
use store::{Directory, LeasedEffect};
use web::{App, CheckoutStatus, PageError};

/// Expires the sessions of an invoice that was paid otherwise, voided, or of which another amount is
/// outstanding by now. Safe to repeat: of a session that is over, Stripe only says so. One that was paid
/// in the meantime is left to the webhook, which tells both sides of the surplus.
pub(crate) async fn handle(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    invoice: InvoiceId,
) -> Result<(), PageError> {
    let Some(store) = leased.client_store(directory) else {
        return Err(PageError::internal("a checkout outside a client"));
    };
    let Some(stripe) = &app.services.stripe else {
        return Ok(());
    };
    let (invoice, payments) = store.get_open_checkout(invoice).await?;
    let payable = invoice.map_or(0, |invoice| invoice.payable_online());
    let sessions = payments.ledger.sessions_to_expire(payable, app.clock.now());
    for (attempt, session) in sessions {
        let account = attempt.account.as_str();
        let found = stripe.get_session(account, session).await?;
        if found.status == CheckoutStatus::Open {
            stripe.expire_session(account, session).await?;
        }
    }
    Ok(())
}
