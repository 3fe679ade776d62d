//! Stripe's page for an attempt at paying.

use domain::id::EntryId;
use domain::invoice::Invoice;
use domain::stripe::{CheckoutAttempt, PaymentReferences};
use web::links;
use web::{CheckoutSession, NewCheckoutSession, PortalAccess, ServiceError, Stripe};

/// Asks Stripe for the attempt's page. Asked again it is the same page: all of the
/// request follows from the attempt, and so does its key.
pub(crate) async fn create_session(
    portal: &PortalAccess,
    stripe: &Stripe,
    invoice: &Invoice,
    id: EntryId,
    attempt: &CheckoutAttempt,
) -> Result<CheckoutSession, ServiceError> {
    let (ctx, actor) = (&portal.ctx, &portal.actor);
    let home = ctx.app.config.workspace_url(&ctx.workspace.slug);
    let new = NewCheckoutSession {
        account: attempt.account.clone(),
        money: invoice.money(attempt.amount),
        fee: attempt.fee,
        name: format!("Invoice {}", invoice.number()),
        email: actor.email.as_str().to_owned(),
        references: PaymentReferences {
            workspace: Some(actor.workspace),
            client: Some(invoice.client),
            invoice: Some(invoice.id),
            attempt: Some(id),
        },
        success_url: format!("{home}{}", links::invoice_payment(invoice.id)),
        cancel_url: format!("{home}{}", links::invoice_payment_cancelled(invoice.id)),
        expires_at: attempt.expires_at(),
    };
    stripe.create_session(&id.to_string(), &new).await
}
