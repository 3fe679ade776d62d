//! Stripe's page for an attempt at paying.

use domain::id::EntryId;
use domain::invoice::Invoice;
use domain::stripe::{CheckoutAttempt, PaymentReferences};
use web::{CheckoutSession, NewCheckoutSession, PageError, PortalAccess, Stripe};

use crate::InvoicePath;

/// Asks Stripe for the attempt's page. Asked again it is the same page: all of the
/// request follows from the attempt, and so does its key.
pub(crate) async fn ask(
    portal: &PortalAccess,
    stripe: &Stripe,
    invoice: &Invoice,
    (id, attempt): (EntryId, &CheckoutAttempt),
) -> Result<CheckoutSession, PageError> {
    let (ctx, actor) = (&portal.ctx, &portal.actor);
    let at = InvoicePath {
        invoice: invoice.id,
    };
    let base = format!(
        "{}{}",
        ctx.app.config.address(&ctx.workspace.slug),
        at.href()
    );
    let new = NewCheckoutSession {
        account: attempt.account.clone(),
        money: invoice.money(attempt.amount),
        fee: attempt.fee,
        name: format!("Invoice {}", invoice.number()),
        email: actor.email.as_str().to_owned(),
        of: PaymentReferences {
            workspace: Some(actor.workspace),
            client: Some(invoice.client),
            invoice: Some(invoice.id),
            attempt: Some(id),
        },
        success: format!("{base}/payment"),
        cancel: format!("{base}/payment/cancelled"),
        expires: attempt.expires(),
    };
    Ok(stripe.create_session(&id.to_string(), &new).await?)
}
