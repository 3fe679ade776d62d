//! Subscriptions: begun by Checkout, changed by the platform or on its portal, renewed
//! or not when their time comes.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::checkout;
use super::customers;
use super::desk::Desk;
use super::form::Form;
use super::objects::{list, object, set, text, whole};
use super::payments::{PaymentResult, charge_of, declined, with};
use super::refusal::Refusal;
use super::state::SessionIntent;
use super::{invoices, prices};

const KIND: &str = "subscription";
const UPDATED: &str = "customer.subscription.updated";

/// What happens to a subscription when its time comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenewalOutcome {
    /// The next period is paid; or it ends, if that was asked for.
    Renews,
    /// The next period isn't paid.
    Fails,
    /// What wasn't paid is.
    Recovers,
    /// What wasn't paid stays so, and Stripe stops trying: the subscription stays, unpaid.
    Unpaid,
    /// As before, but the subscription ends.
    Ends,
}

/// The one item of a subscription.
pub(super) fn item(subscription: &Value) -> &Value {
    subscription
        .pointer("/items/data/0")
        .unwrap_or(&Value::Null)
}

/// From when until when a subscription's period is, in seconds.
pub(super) fn period(subscription: &Value) -> (i64, i64) {
    let item = item(subscription);
    let at = |name| whole(item, name);
    (at("current_period_start"), at("current_period_end"))
}

/// What comes of what somebody does on the page of a session that subscribes.
pub(super) fn subscribe(
    desk: &mut Desk<'_>,
    session: &Value,
    order: &SessionIntent,
    how: PaymentResult,
) -> Result<(), Refusal> {
    match how {
        PaymentResult::Card => {}
        PaymentResult::Declined => {
            let fields = json!({
                "amount": session.get("amount_total"), "currency": session.get("currency"),
                "customer": session.get("customer"), "metadata": {},
            });
            let intent = desk.make("payment_intent", "pi", fields);
            let charge = charge_of(&intent, session);
            return declined(desk, text(&intent, "id"), &charge).map(drop);
        }
        PaymentResult::Debit => return Err(Refusal::new("Subscriptions are paid by card here.")),
    }
    let known = |name| session.get(name).and_then(Value::as_str);
    let customer = if let Some(customer) = known("customer") {
        customer.to_owned()
    } else {
        let made = customers::new(desk, (known("customer_email"), None, None), &json!({}));
        text(&made, "id").to_owned()
    };
    let (price, quantity) = order.price.clone().unwrap_or_default();
    let price = prices::recurring(desk, &price, "line_items")?;
    let subscription = begin(desk, (&customer, &price, quantity), &order.metadata);
    let id = text(&subscription, "id").to_owned();
    desk.emit_event("customer.subscription.created", &subscription);
    let invoice = invoices::bill(desk, &subscription, ("subscription_create", true))?;
    let fields = json!({
        "customer": customer, "invoice": invoice.get("id"), "payment_status": "paid",
        "status": "complete", "subscription": id, "url": null,
    });
    checkout::complete(desk, session, fields).map(drop)
}

fn begin(
    desk: &mut Desk<'_>,
    (customer, price, quantity): (&str, &Value, i64),
    metadata: &Value,
) -> Value {
    let (id, now) = (desk.new_id("sub"), desk.seconds());
    let item = json!({
        "id": desk.new_id("si"), "created": now, "current_period_start": now,
        "current_period_end": after(now, prices::interval(price)), "plan": prices::plan(price), "price": price,
        "quantity": quantity, "subscription": id,
    });
    let fields = json!({
        "id": id, "billing_cycle_anchor": now, "currency": price.get("currency"),
        "customer": customer,
        "items": items(&id, object("subscription_item", item)),
        "metadata": metadata, "start_date": now, "status": "active",
    });
    desk.make(KIND, "sub", fields)
}

/// `POST /v1/subscriptions/{id}`.
pub(super) fn update(desk: &mut Desk<'_>, id: &str, form: &Form) -> Result<Value, Refusal> {
    form.only(&[
        "cancel_at_period_end",
        "items",
        "metadata",
        "payment_behavior",
        "proration_behavior",
    ])?;
    let before = alive(desk, id)?;
    let ending = form.flag("cancel_at_period_end")?;
    let price = form.text("items[0][price]").map(str::to_owned);
    if price.is_some() {
        let named = form.text("items[0][id]");
        let own = text(item(&before), "id");
        if named != Some(own) {
            let words = "A subscription has one item here: name it by items[0][id].";
            return Err(Refusal::of("items", words));
        }
    }
    let quantity = form.whole("items[0][quantity]")?;
    if form.has("metadata") {
        let known = before.get("metadata").cloned().unwrap_or_default();
        let metadata = with(known, form.metadata("metadata"));
        desk.change(KIND, id, json!({ "metadata": metadata }))?;
    }
    if let Some(ending) = ending {
        end_later(desk, id, ending)?;
    }
    if price.is_some() || quantity.is_some() {
        move_to(desk, id, (price.as_deref(), quantity))?;
    }
    let after = desk.get(KIND, id, "id")?.clone();
    if after != before {
        desk.emit_change(UPDATED, &before, &after);
    }
    Ok(after)
}

/// `DELETE /v1/subscriptions/{id}`: at once.
pub(super) fn cancel(desk: &mut Desk<'_>, id: &str) -> Result<Value, Refusal> {
    alive(desk, id)?;
    let now = desk.seconds();
    let fields = json!({ "canceled_at": now, "ended_at": now, "status": "canceled" });
    let (_, after) = desk.change(KIND, id, fields)?;
    desk.emit_event("customer.subscription.deleted", &after);
    Ok(after)
}

/// Has a subscription end with its period, or not. Tells nobody.
fn end_later(desk: &mut Desk<'_>, id: &str, ending: bool) -> Result<(), Refusal> {
    let end = period(desk.get(KIND, id, "id")?).1;
    let now = desk.seconds();
    let fields = json!({
        "cancel_at": ending.then_some(end), "cancel_at_period_end": ending,
        "canceled_at": ending.then_some(now),
    });
    desk.change(KIND, id, fields).map(drop)
}

/// Another price or number. A period of another length begins at once, and is paid;
/// otherwise the difference would be on the next invoice. Tells nobody of the
/// subscription.
fn move_to(
    desk: &mut Desk<'_>,
    id: &str,
    (price, quantity): (Option<&str>, Option<i64>),
) -> Result<(), Refusal> {
    let before = desk.get(KIND, id, "id")?.clone();
    let mut item = item(&before).clone();
    let old = item.get("price").cloned().unwrap_or_default();
    let price = match price {
        Some(price) => prices::recurring(desk, price, "items[0][price]")?,
        None => old.clone(),
    };
    let quantity = quantity.unwrap_or_else(|| whole(&item, "quantity"));
    let plan = prices::plan(&price);
    set(
        &mut item,
        json!({ "plan": plan, "price": price, "quantity": quantity }),
    );
    let anew = prices::interval(&price) != prices::interval(&old);
    if anew {
        let now = desk.seconds();
        let end = after(now, prices::interval(&price));
        set(
            &mut item,
            json!({ "current_period_start": now, "current_period_end": end }),
        );
    }
    let (_, after) = desk.change(KIND, id, json!({ "items": items(id, item) }))?;
    if anew {
        invoices::bill(desk, &after, ("subscription_update", true))?;
    }
    Ok(())
}

/// What somebody chose on the portal: another price.
pub(super) fn change_price(desk: &mut Desk<'_>, id: &str, price: &str) -> Result<(), Refusal> {
    let before = alive(desk, id)?;
    move_to(desk, id, (Some(price), None))?;
    emit_status(desk, id, &before)
}

/// What somebody chose on the portal: to end it with its period, or not to.
pub(super) fn change_end(desk: &mut Desk<'_>, id: &str, ending: bool) -> Result<(), Refusal> {
    let before = alive(desk, id)?;
    end_later(desk, id, ending)?;
    emit_status(desk, id, &before)
}

/// What happens when its time comes.
pub(super) fn turn(desk: &mut Desk<'_>, id: &str, turn: RenewalOutcome) -> Result<(), Refusal> {
    let before = alive(desk, id)?;
    let owes = ["past_due", "unpaid"].contains(&text(&before, "status"));
    let ending = before.get("cancel_at_period_end") == Some(&Value::Bool(true));
    match turn {
        RenewalOutcome::Renews | RenewalOutcome::Fails if ending => cancel(desk, id).map(drop),
        RenewalOutcome::Renews | RenewalOutcome::Fails if owes => {
            Err(Refusal::new("The last period isn't paid yet."))
        }
        RenewalOutcome::Renews => next_period(desk, &before, true),
        RenewalOutcome::Fails => next_period(desk, &before, false),
        _ if !owes => Err(Refusal::new("Nothing is unpaid.")),
        RenewalOutcome::Recovers => recover(desk, &before),
        RenewalOutcome::Unpaid => {
            let fields = json!({ "status": "unpaid" });
            desk.change_and_tell(KIND, (id, fields), UPDATED).map(drop)
        }
        RenewalOutcome::Ends => cancel(desk, id).map(drop),
    }
}

fn next_period(desk: &mut Desk<'_>, before: &Value, paid: bool) -> Result<(), Refusal> {
    let id = text(before, "id");
    let mut item = item(before).clone();
    let (_, start) = period(before);
    let end = after(
        start,
        prices::interval(item.get("price").unwrap_or(&Value::Null)),
    );
    set(
        &mut item,
        json!({ "current_period_start": start, "current_period_end": end }),
    );
    let status = if paid { "active" } else { "past_due" };
    let fields = json!({ "items": items(id, item), "status": status });
    let (_, after) = desk.change(KIND, id, fields)?;
    invoices::bill(desk, &after, ("subscription_cycle", paid))?;
    emit_status(desk, id, before)
}

/// What is owed is paid.
pub(super) fn recover(desk: &mut Desk<'_>, before: &Value) -> Result<(), Refusal> {
    let id = text(before, "id");
    let account = desk.account.clone();
    let open = desk.state.all(account.as_deref(), "invoice").into_iter();
    let open = open.filter(|invoice| {
        let of = invoice.pointer("/parent/subscription_details/subscription");
        text(invoice, "status") == "open" && of.and_then(Value::as_str) == Some(id)
    });
    let open: Vec<_> = open.map(|invoice| text(invoice, "id").to_owned()).collect();
    for invoice in open {
        invoices::pay(desk, &invoice)?;
    }
    desk.change(KIND, id, json!({ "status": "active" }))?;
    emit_status(desk, id, before)
}

/// A subscription that hasn't ended.
fn alive(desk: &Desk<'_>, id: &str) -> Result<Value, Refusal> {
    let found = desk.get(KIND, id, "id")?;
    if text(found, "status") == "canceled" {
        return Err(Refusal::missing(KIND, id, "id"));
    }
    Ok(found.clone())
}

fn emit_status(desk: &mut Desk<'_>, id: &str, before: &Value) -> Result<(), Refusal> {
    let after = desk.get(KIND, id, "id")?.clone();
    desk.emit_change(UPDATED, before, &after);
    Ok(())
}

fn items(subscription: &str, item: Value) -> Value {
    let url = format!("/v1/subscription_items?subscription={subscription}");
    with(list(&url, &[item], false), json!({ "total_count": 1 }))
}

/// A period later.
fn after(seconds: i64, interval: &str) -> i64 {
    let begun = Timestamp::from_second(seconds).unwrap_or_default();
    let span = match interval {
        "year" => Span::new().years(1),
        _ => Span::new().months(1),
    };
    let end = begun.to_zoned_datetime(TimeZone::UTC).checked_add(span);
    end.map_or(seconds, |end| end.timestamp().as_second())
}
