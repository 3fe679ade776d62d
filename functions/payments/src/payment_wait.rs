//! Where Stripe leads whoever has paid: until a webhook says so, it is waited.

use domain::invoice::Invoice;
use domain::stripe::PaymentStage;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::CheckoutState;
use web::links;
use web::{Crumb, Ids, Page, PageError, PortalAccess, Query, Reply, see_other};

use crate::paths::InvoicePath;

#[derive(Debug, Serialize)]
pub(crate) struct WaitPage {
    stage: &'static str,
    /// Whether it may still change by itself.
    waits: bool,
    number: String,
    amount: String,
    outstanding: Option<String>,
    /// What came in and isn't needed, if anything.
    surplus: Option<String>,
    /// Whether the payment is booked, so that a receipt is mailed.
    receipt: bool,
    brand: String,
    invoice: String,
    here: String,
    pulse: String,
}

/// Since when it is waited, and what the page shows.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct WaitQuery {
    since: Option<i64>,
    seen: Option<i64>,
}

impl Page for WaitPage {
    const TEMPLATE: &'static str = "pages/payments/wait.html";

    fn title(&self) -> String {
        format!("Payment of invoice {}", self.number)
    }

    fn crumbs(&self) -> Vec<Crumb> {
        let invoice = Crumb::to(format!("Invoice {}", self.number), &self.invoice);
        vec![Crumb::to("Invoices", "/invoices"), invoice]
    }

    fn sample() -> Self {
        Self {
            stage: PaymentStage::Delayed.name(),
            waits: true,
            number: "INV-0001 <b>".to_owned(),
            amount: "1.00 EUR".to_owned(),
            outstanding: Some("2.00 EUR".to_owned()),
            surplus: Some("3.00 EUR".to_owned()),
            receipt: true,
            brand: "Acme <b>".to_owned(),
            invoice: "/invoices/i".to_owned(),
            here: "/invoices/i/payment?since=1".to_owned(),
            pulse: "/invoices/i/payment/pulse?since=1&seen=10".to_owned(),
        }
    }
}

/// What the page shows, as a number that changes with it.
fn page_revision(till: &CheckoutState, stage: PaymentStage) -> i64 {
    let stage = PaymentStage::ALL.iter().position(|other| *other == stage);
    let stage = i64::try_from(stage.unwrap_or_default()).unwrap_or_default();
    till.payments.version * 10 + stage
}

fn stage(portal: &PortalAccess, till: &CheckoutState, since: i64) -> Option<PaymentStage> {
    let now = portal.ctx.now;
    let since = Timestamp::from_second(since).unwrap_or(now).min(now);
    till.payments.ledger.payment_stage(since, now)
}

pub(crate) async fn get(
    portal: PortalAccess,
    Ids(at): Ids<InvoicePath>,
    Query(WaitQuery { since, .. }): Query<WaitQuery>,
) -> Result<Reply, PageError> {
    let till = portal.store.get_checkout_state(at.invoice).await?;
    let invoice = till.invoice.as_ref().ok_or(PageError::NotFound)?;
    let here = links::invoice_payment(at.invoice);
    let Some(since) = since else {
        let now = portal.ctx.now.as_second();
        return Ok(see_other(&format!("{here}?since={now}")));
    };
    let Some(stage) = stage(&portal, &till, since) else {
        return Ok(see_other(&at.href()));
    };
    let seen = page_revision(&till, stage);
    let newest = till.payments.ledger.attempts.last_key_value();
    let amount = newest.map_or(0, |(_, newest)| newest.amount);
    portal.ctx.render(&WaitPage {
        stage: stage.name(),
        waits: matches!(
            stage,
            PaymentStage::Waiting | PaymentStage::Delayed | PaymentStage::Processing
        ),
        number: invoice.number().to_owned(),
        amount: invoice.money(amount).to_string(),
        outstanding: money_label(invoice, invoice.outstanding()),
        surplus: money_label(invoice, till.payments.surplus),
        receipt: newest.is_some_and(|(id, _)| till.payments.ledger.is_booked(*id)),
        brand: portal.ctx.workspace.name.clone(),
        invoice: at.href(),
        pulse: format!(
            "{}?since={since}&seen={seen}",
            links::invoice_payment_pulse(at.invoice)
        ),
        here: format!("{here}?since={since}"),
    })
}

fn money_label(invoice: &Invoice, minor: i64) -> Option<String> {
    (minor > 0).then(|| invoice.money(minor).to_string())
}

/// Whether the page would show something else by now.
pub(crate) async fn pulse(
    portal: PortalAccess,
    Ids(at): Ids<InvoicePath>,
    Query(WaitQuery { since, seen }): Query<WaitQuery>,
) -> Result<Reply, PageError> {
    let till = portal.store.get_checkout_state(at.invoice).await?;
    till.invoice.as_ref().ok_or(PageError::NotFound)?;
    let stage = stage(&portal, &till, since.unwrap_or_default());
    let rev = stage.map(|stage| page_revision(&till, stage));
    web::pulse_reply(&portal.ctx, seen, Some(rev.unwrap_or_default()))
}

/// Where Stripe leads whoever came back without paying.
pub(crate) async fn cancelled(
    portal: PortalAccess,
    Ids(at): Ids<InvoicePath>,
) -> Result<Reply, PageError> {
    let found = portal.store.get_sent_invoice(at.invoice).await?;
    found.ok_or(PageError::NotFound)?;
    Ok(see_other(&at.href()).flash("pay-cancelled"))
}
