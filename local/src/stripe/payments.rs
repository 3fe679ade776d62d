//! What a payer does on the page of a session, and what becomes of the money.

use serde::Deserialize;
use serde_json::{Value, json};

use super::desk::{APPLICATION, Desk};
use super::objects::{object, set, text, whole};
use super::refusal::Refusal;
use super::state::SessionIntent;
use super::{checkout, subscriptions};

/// How somebody pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentResult {
    /// By a card that is good.
    Card,
    /// By a card that is declined.
    Declined,
    /// By a bank debit, which takes days.
    Debit,
}

/// Pays a session, which must be open.
pub(super) fn pay(desk: &mut Desk<'_>, id: &str, how: PaymentResult) -> Result<(), Refusal> {
    let session = desk.get("checkout.session", id, "session")?.clone();
    if text(&session, "status") != "open" {
        return Err(Refusal::new("This session can't be paid any more."));
    }
    let order = desk.state.orders.get(id).cloned().unwrap_or_default();
    if text(&session, "mode") == "subscription" {
        return subscriptions::subscribe(desk, &session, &order, how);
    }
    let intent = intent(desk, &session, &order)?;
    let pi = text(&intent, "id").to_owned();
    match how {
        PaymentResult::Declined => declined(desk, &pi, &charge_of(&intent, &session)).map(drop),
        PaymentResult::Card => {
            let charge = charge_of(&intent, &session);
            succeeded(desk, &pi, &charge, &order)?;
            let fields = json!({
                "payment_status": "paid", "status": "complete", "url": null,
            });
            checkout::complete(desk, &session, fields).map(drop)
        }
        PaymentResult::Debit => {
            let charge = json!({ "paid": false, "captured": false, "status": "pending" });
            let charge = with(charge_of(&intent, &session), charge);
            let charge = desk.make("charge", "py", with(charge, debit()));
            desk.emit_event("charge.pending", &charge);
            let fields = json!({
                "status": "processing", "latest_charge": text(&charge, "id"),
                "payment_method_types": ["sepa_debit"],
            });
            let kind = "payment_intent";
            desk.change_and_tell(kind, (&pi, fields), "payment_intent.processing")?;
            let fields = json!({ "status": "complete", "url": null });
            checkout::complete(desk, &session, fields).map(drop)
        }
    }
}

/// Says how a debit ended that was on its way.
pub(super) fn settle(desk: &mut Desk<'_>, id: &str, good: bool) -> Result<(), Refusal> {
    let session = desk.get("checkout.session", id, "session")?;
    let pi = text(session, "payment_intent").to_owned();
    let intent = desk.get("payment_intent", &pi, "payment_intent")?.clone();
    if text(&intent, "status") != "processing" {
        return Err(Refusal::new("No money of this session is on its way."));
    }
    let order = desk.state.orders.get(id).cloned().unwrap_or_default();
    let charge = text(&intent, "latest_charge").to_owned();
    let kind = "checkout.session";
    if good {
        let fields = json!({ "paid": true, "captured": true, "status": "succeeded", "amount_captured": whole(&intent, "amount") });
        let fields = with(fields, fee(desk, &intent, &order, &charge));
        desk.change_and_tell("charge", (&charge, fields), "charge.succeeded")?;
        let fields = json!({ "status": "succeeded", "amount_received": whole(&intent, "amount") });
        desk.change_and_tell("payment_intent", (&pi, fields), "payment_intent.succeeded")?;
        let (_, after) = desk.change(kind, id, json!({ "payment_status": "paid" }))?;
        desk.emit_event("checkout.session.async_payment_succeeded", &after);
    } else {
        let fields = json!({
            "status": "failed", "paid": false, "failure_code": "insufficient_funds",
            "failure_message": "The customer's account has insufficient funds.",
        });
        desk.change_and_tell("charge", (&charge, fields), "charge.failed")?;
        refused(desk, &pi, &charge, "insufficient_funds")?;
        let after = desk.get(kind, id, "session")?.clone();
        desk.emit_event("checkout.session.async_payment_failed", &after);
    }
    Ok(())
}

/// The payment of a session: made when somebody first tries to pay.
fn intent(desk: &mut Desk<'_>, session: &Value, order: &SessionIntent) -> Result<Value, Refusal> {
    if let Some(known) = session.get("payment_intent").and_then(Value::as_str) {
        return desk.get("payment_intent", known, "payment_intent").cloned();
    }
    let id = format!("pi_3{}", desk.token(23));
    let fields = json!({
        "id": id,
        "amount": whole(session, "amount_total"),
        "application": desk.account.as_ref().map(|_| APPLICATION),
        "application_fee_amount": order.fee,
        "client_secret": format!("{id}_secret_{}", desk.token(25)),
        "currency": session.get("currency"),
        "customer": session.get("customer"),
        "description": order.description,
        "metadata": order.metadata,
    });
    let intent = desk.make("payment_intent", "pi", fields);
    desk.emit_event("payment_intent.created", &intent);
    let fields = json!({ "payment_intent": id });
    desk.change("checkout.session", text(session, "id"), fields)?;
    Ok(intent)
}

/// A charge of a payment, as it would be at once good.
pub(super) fn charge_of(intent: &Value, session: &Value) -> Value {
    let mut billing = object("charge", json!({}))
        .get("billing_details")
        .cloned()
        .unwrap_or_default();
    let mail = session
        .get("customer_details")
        .and_then(|all| all.get("email"));
    set(&mut billing, json!({ "email": mail }));
    json!({
        "amount": intent.get("amount"),
        "amount_captured": intent.get("amount"),
        "application": intent.get("application"),
        "billing_details": billing,
        "captured": true,
        "currency": intent.get("currency"),
        "customer": intent.get("customer"),
        "description": intent.get("description"),
        "metadata": intent.get("metadata"),
        "paid": true,
        "payment_intent": intent.get("id"),
        "status": "succeeded",
    })
}

/// The money is there.
pub(super) fn succeeded(
    desk: &mut Desk<'_>,
    pi: &str,
    charge: &Value,
    order: &SessionIntent,
) -> Result<Value, Refusal> {
    let id = desk.new_id("ch");
    let intent = desk.get("payment_intent", pi, "payment_intent")?.clone();
    let fee = fee(desk, &intent, order, &id);
    let charge = with(with(charge.clone(), fee), json!({ "id": id }));
    let charge = desk.make("charge", "ch", charge);
    desk.emit_event("charge.succeeded", &charge);
    let fields = json!({
        "status": "succeeded", "amount_received": whole(&intent, "amount"), "latest_charge": id,
        "last_payment_error": null,
    });
    desk.change_and_tell("payment_intent", (pi, fields), "payment_intent.succeeded")
}

/// The card is no good; another may be tried.
pub(super) fn declined(desk: &mut Desk<'_>, pi: &str, charge: &Value) -> Result<Value, Refusal> {
    let fields = json!({
        "amount_captured": 0, "captured": false, "failure_code": "card_declined",
        "failure_message": "Your card was declined.", "paid": false, "status": "failed",
        "outcome": {
            "advice_code": "try_again_later", "network_advice_code": null,
            "network_decline_code": null, "network_status": "declined_by_network",
            "reason": "generic_decline", "risk_level": "normal",
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        },
    });
    let charge = desk.make("charge", "ch", with(charge.clone(), fields));
    desk.emit_event("charge.failed", &charge);
    refused(desk, pi, text(&charge, "id"), "generic_decline")
}

fn refused(desk: &mut Desk<'_>, pi: &str, charge: &str, why: &str) -> Result<Value, Refusal> {
    let fields = json!({
        "status": "requires_payment_method", "latest_charge": charge,
        "last_payment_error": {
            "type": "card_error", "code": "card_declined", "decline_code": why, "charge": charge,
            "message": "Your card was declined.",
        },
    });
    let (_, after) = desk.change("payment_intent", pi, fields)?;
    desk.emit_event("payment_intent.payment_failed", &after);
    Ok(after)
}

/// The platform's part of a charge, as an object of the platform's, and what the charge
/// says of it.
fn fee(desk: &mut Desk<'_>, intent: &Value, order: &SessionIntent, charge: &str) -> Value {
    let (Some(amount), Some(account)) = (order.fee, desk.account.clone()) else {
        return json!({});
    };
    let currency = intent.get("currency").cloned();
    let fee = desk.as_account(None, |desk| {
        let fields = json!({
            "account": account, "amount": amount, "application": APPLICATION, "charge": charge,
            "currency": currency,
            "fee_source": { "charge": charge, "type": "charge" },
        });
        let fee = desk.make("application_fee", "fee", fields);
        desk.emit_event("application_fee.created", &fee);
        fee
    });
    json!({ "application_fee": fee.get("id"), "application_fee_amount": amount })
}

/// What a charge by a bank debit says otherwise.
fn debit() -> Value {
    json!({
        "amount_captured": 0,
        "payment_method_details": {
            "type": "sepa_debit",
            "sepa_debit": {
                "bank_code": "37040044", "branch_code": null, "country": "DE",
                "fingerprint": null, "last4": "3000", "mandate": null,
            },
        },
    })
}

/// Fields, with others in place of their own.
pub(super) fn with(mut fields: Value, others: Value) -> Value {
    set(&mut fields, others);
    fields
}
