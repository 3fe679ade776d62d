//! What a subscription is billed by.

use serde_json::{Value, json};

use super::desk::Desk;
use super::objects::{list, object, set, text, whole};
use super::refusal::Refusal;
use super::subscriptions::{item, period};

/// Bills a subscription for its period, and says whether that was paid.
pub(super) fn bill(
    desk: &mut Desk<'_>,
    subscription: &Value,
    (reason, paid): (&str, bool),
) -> Result<Value, Refusal> {
    let id = desk.new_id("in");
    let item = item(subscription);
    let price = item.get("price").cloned().unwrap_or_default();
    let quantity = whole(item, "quantity");
    let total = whole(&price, "unit_amount").saturating_mul(quantity);
    let (start, end) = period(subscription);
    let sub = text(subscription, "id");
    let customer = text(subscription, "customer");
    let mail = desk
        .get("customer", customer, "customer")?
        .get("email")
        .cloned();
    let line = json!({
        "id": desk.new_id("il"), "amount": total, "subtotal": total,
        "currency": price.get("currency"), "invoice": id, "quantity": quantity,
        "period": { "start": start, "end": end },
        "parent": {
            "type": "subscription_item_details", "invoice_item_details": null,
            "subscription_item_details": {
                "invoice_item": null, "proration": false, "proration_details": null,
                "subscription": sub, "subscription_item": item.get("id"),
            },
        },
        "pricing": {
            "type": "price_details", "unit_amount_decimal": price.get("unit_amount_decimal"),
            "price_details": { "price": price.get("id"), "product": price.get("product") },
        },
    });
    let lines = list(
        &format!("/v1/invoices/{id}/lines"),
        &[object("line_item", line)],
        false,
    );
    let now = desk.seconds();
    let fields = json!({
        "id": id, "amount_due": total, "amount_remaining": total, "attempt_count": 1,
        "billing_reason": reason, "currency": price.get("currency"), "customer": customer,
        "customer_email": mail, "effective_at": now,
        "hosted_invoice_url": format!("{}/i/{id}", desk.origin),
        "lines": lines, "number": format!("SP-{}", desk.token(6).to_uppercase()),
        "parent": {
            "type": "subscription_details", "quote_details": null,
            "subscription_details": {
                "metadata": subscription.get("metadata"), "subscription": sub,
            },
        },
        "period_start": start, "period_end": end, "status": "open",
        "status_transitions": {
            "finalized_at": now, "marked_uncollectible_at": null, "paid_at": null,
            "voided_at": null,
        },
        "subtotal": total, "subtotal_excluding_tax": total, "total": total,
        "total_excluding_tax": total,
    });
    let invoice = desk.make("invoice", "in", fields);
    desk.emit_event("invoice.created", &invoice);
    desk.emit_event("invoice.finalized", &invoice);
    desk.change("subscription", sub, json!({ "latest_invoice": id }))?;
    if paid {
        pay(desk, &id)
    } else {
        fail(desk, &id)
    }
}

/// An invoice is paid.
pub(super) fn pay(desk: &mut Desk<'_>, id: &str) -> Result<Value, Refusal> {
    let invoice = desk.get("invoice", id, "invoice")?;
    let total = whole(invoice, "total");
    let mut moves = invoice
        .get("status_transitions")
        .cloned()
        .unwrap_or_default();
    set(&mut moves, json!({ "paid_at": desk.seconds() }));
    let fields = json!({
        "amount_paid": total, "amount_remaining": 0, "next_payment_attempt": null,
        "status": "paid", "status_transitions": moves,
    });
    let (_, after) = desk.change("invoice", id, fields)?;
    desk.emit_event("invoice.paid", &after);
    desk.emit_event("invoice.payment_succeeded", &after);
    Ok(after)
}

/// An invoice wasn't paid, and Stripe tries again in three days.
pub(super) fn fail(desk: &mut Desk<'_>, id: &str) -> Result<Value, Refusal> {
    let next = desk.seconds() + 3 * 24 * 60 * 60;
    let fields = json!({ "next_payment_attempt": next });
    let (_, after) = desk.change("invoice", id, fields)?;
    desk.emit_event("invoice.payment_failed", &after);
    Ok(after)
}
