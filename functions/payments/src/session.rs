//! Stripe's page for an attempt at paying.

use domain::id::EntryId;
use domain::invoice::Invoice;
use domain::stripe::{Attempt, References};
use web::{CheckoutSession, Error, NewSession, Portal, Stripe};

use crate::AtInvoice;

/// Asks Stripe for the attempt's page. Asked again it is the same page: all of the
/// request follows from the attempt, and so does its key.
pub(crate) async fn ask(
    portal: &Portal,
    stripe: &Stripe,
    invoice: &Invoice,
    (id, attempt): (EntryId, &Attempt),
) -> Result<CheckoutSession, Error> {
    let (ctx, actor) = (&portal.ctx, &portal.actor);
    let at = AtInvoice {
        invoice: invoice.id,
    };
    let base = format!(
        "{}{}",
        ctx.app.config.address(&ctx.workspace.slug),
        at.href()
    );
    let new = NewSession {
        account: attempt.account.clone(),
        money: invoice.money(attempt.amount),
        fee: attempt.fee,
        name: format!("Invoice {}", invoice.number()),
        email: actor.email.as_str().to_owned(),
        of: References {
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
