//! Checkout Sessions: made by the platform, paid by whoever has their address.

use serde_json::{Value, json};

use super::amounts;
use super::desk::Desk;
use super::form::Form;
use super::lines::{self, LineTotals};
use super::objects::{text, whole};
use super::refusal::Refusal;
use super::state::SessionIntent;
use super::{accounts, customers};

/// How long a session can be paid, in seconds: at least and at most, which is also the
/// time of one that says nothing of it.
const TIMES: (i64, i64) = (30 * 60, 24 * 60 * 60);

/// What a session can say.
const KNOWN: [&str; 25] = [
    "adaptive_pricing",
    "allow_promotion_codes",
    "automatic_tax",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "currency",
    "custom_text",
    "customer",
    "customer_creation",
    "customer_email",
    "customer_update",
    "expires_at",
    "invoice_creation",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data",
    "payment_method_collection",
    "payment_method_types",
    "submit_type",
    "subscription_data",
    "success_url",
    "tax_id_collection",
];

/// `POST /v1/checkout/sessions`.
pub(super) fn create(desk: &mut Desk<'_>, form: &Form) -> Result<Value, Refusal> {
    form.only(&KNOWN)?;
    able(desk)?;
    let mode = form.need("mode")?;
    if !["payment", "subscription"].contains(&mode) {
        let words = format!("Invalid mode: must be one of payment or subscription; not {mode}");
        return Err(Refusal::of("mode", words));
    }
    form.need("success_url")?;
    let expires = expires(desk, form)?;
    let lines = lines::read(desk, form, mode == "subscription")?;
    let order = order(desk, (form, mode), &lines)?;
    let customer = customer(desk, form)?;
    let mail = match &customer {
        Some(customer) => customer.get("email").and_then(Value::as_str),
        None => form.text("customer_email"),
    };
    let id = format!("cs_test_a1{}", desk.token(56));
    let fields = json!({
        "id": id,
        "adaptive_pricing": { "enabled": form.flag("adaptive_pricing[enabled]")?.unwrap_or_default() },
        "allow_promotion_codes": form.flag("allow_promotion_codes")?,
        "amount_subtotal": lines.total,
        "amount_total": lines.total,
        "cancel_url": form.address("cancel_url")?,
        "client_reference_id": form.text("client_reference_id"),
        "currency": lines.currency.code().to_lowercase(),
        "customer": customer.as_ref().map(|customer| text(customer, "id")),
        "customer_creation": (mode == "payment").then_some("if_required"),
        "customer_email": form.text("customer_email"),
        "customer_details": mail.map(details),
        "expires_at": expires,
        "metadata": form.metadata("metadata"),
        "mode": mode,
        "payment_status": "unpaid",
        "status": "open",
        "success_url": form.address("success_url")?,
        "ui_mode": "hosted_page",
        "url": format!("{}/c/pay/{id}", desk.origin),
    });
    desk.state.orders.insert(id, order);
    Ok(desk.make("checkout.session", "cs", fields))
}

/// `POST /v1/checkout/sessions/{id}/expire`.
pub(super) fn expire(desk: &mut Desk<'_>, id: &str) -> Result<Value, Refusal> {
    let session = desk.get("checkout.session", id, "session")?;
    let status = text(session, "status");
    if status != "open" {
        return Err(Refusal::new(format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout \
             Session has a status of `{status}`."
        )));
    }
    let fields = json!({ "status": "expired", "url": null });
    desk.change_and_tell("checkout.session", (id, fields), "checkout.session.expired")
}

/// Ends what could be paid until now.
pub(super) fn end_what_is_over(desk: &mut Desk<'_>) -> bool {
    let now = desk.seconds();
    let open = desk.state.every("checkout.session").into_iter();
    let over = open.filter(|(_, session)| {
        text(session, "status") == "open" && whole(session, "expires_at") <= now
    });
    let over: Vec<_> = over
        .map(|(account, session)| (account.map(str::to_owned), text(session, "id").to_owned()))
        .collect();
    for (account, id) in &over {
        // It is open, so it can be ended.
        drop(desk.as_account(account.clone(), |desk| expire(desk, id)));
    }
    !over.is_empty()
}

/// The session's own page is over: what was to be paid is on its way, or there.
pub(super) fn complete(
    desk: &mut Desk<'_>,
    session: &Value,
    fields: Value,
) -> Result<Value, Refusal> {
    let id = text(session, "id");
    let (_, after) = desk.change("checkout.session", id, fields)?;
    desk.emit_event("checkout.session.completed", &after);
    Ok(after)
}

/// Who pays, as a session shows it.
pub(super) fn details(email: &str) -> Value {
    json!({
        "address": null, "business_name": null, "email": email, "individual_name": null,
        "name": null, "phone": null, "tax_exempt": "none", "tax_ids": null,
    })
}

/// Refuses what an account can't do yet.
fn able(desk: &Desk<'_>) -> Result<(), Refusal> {
    let Some(account) = &desk.account else {
        return Ok(());
    };
    let account = accounts::known(desk, account)?;
    if account.get("charges_enabled") == Some(&Value::Bool(true)) {
        return Ok(());
    }
    Err(Refusal::new(
        "Your account cannot currently make charges. Its requirements must be completed first.",
    ))
}

fn expires(desk: &Desk<'_>, form: &Form) -> Result<i64, Refusal> {
    let (least, most) = TIMES;
    let now = desk.seconds();
    let expires = form.whole("expires_at")?.unwrap_or(now + most);
    let words = if expires < now + least {
        "at least 30 minutes from Checkout Session creation."
    } else if expires > now + most {
        "less than 24 hours from Checkout Session creation."
    } else {
        return Ok(expires);
    };
    Err(Refusal::of(
        "expires_at",
        format!("The `expires_at` timestamp must be {words}"),
    ))
}

fn customer(desk: &Desk<'_>, form: &Form) -> Result<Option<Value>, Refusal> {
    let Some(id) = form.text("customer") else {
        if let Some(mail) = form.text("customer_email") {
            customers::check(mail, "customer_email")?;
        }
        return Ok(None);
    };
    if form.has("customer_email") {
        let words = "You may only specify one of these parameters: customer, customer_email.";
        return Err(Refusal::new(words));
    }
    desk.get("customer", id, "customer").cloned().map(Some)
}

fn order(
    desk: &Desk<'_>,
    (form, mode): (&Form, &str),
    lines: &LineTotals,
) -> Result<SessionIntent, Refusal> {
    let (mine, other) = match mode {
        "payment" => ("payment_intent_data", "subscription_data"),
        _ => ("subscription_data", "payment_intent_data"),
    };
    if form.has(other) {
        let words = format!("You can not pass `{other}` in `{mode}` mode.");
        return Err(Refusal::of(other, words));
    }
    let name = format!("{mine}[application_fee_amount]");
    let fee = form.whole(&name)?;
    if let Some(fee) = fee {
        if desk.account.is_none() {
            return Err(Refusal::of(
                &name,
                "Can only apply an application_fee_amount when the PaymentIntent is attempting a \
                 direct payment (using an OAuth key or Stripe-Account header) or destination \
                 payment (using `transfer_data[destination]`).",
            ));
        }
        if fee < 1 || fee > lines.total {
            let words = format!(
                "The application_fee_amount must be between 1 and {}.",
                amounts::shown(lines.total, lines.currency.code())
            );
            return Err(Refusal::of(&name, words));
        }
    }
    Ok(SessionIntent {
        name: lines.name.clone(),
        description: form
            .text(&format!("{mine}[description]"))
            .map(str::to_owned),
        metadata: form.metadata(&format!("{mine}[metadata]")),
        fee,
        price: lines.price.clone(),
    })
}
