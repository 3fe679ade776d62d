//! Customers: who pays for subscriptions.

use serde_json::{Value, json};

use super::desk::Desk;
use super::form::Form;
use super::objects::set;
use super::refusal::Refusal;

/// What a customer can say.
const KNOWN: [&str; 6] = [
    "description",
    "email",
    "metadata",
    "name",
    "phone",
    "address",
];

/// `POST /v1/customers`.
pub(super) fn create(desk: &mut Desk<'_>, form: &Form) -> Result<Value, Refusal> {
    form.only(&KNOWN)?;
    let mail = form.text("email");
    if let Some(mail) = mail {
        check(mail, "email")?;
    }
    let name = form.text("name");
    let named = (mail, name, form.text("description"));
    Ok(new(desk, named, &form.metadata("metadata")))
}

/// `POST /v1/customers/{id}`.
pub(super) fn update(desk: &mut Desk<'_>, id: &str, form: &Form) -> Result<Value, Refusal> {
    form.only(&KNOWN)?;
    let mut fields = json!({});
    for name in ["description", "email", "name", "phone"] {
        if form.has(name) {
            set(&mut fields, json!({ name: form.text(name) }));
        }
    }
    if form.has("metadata") {
        set(
            &mut fields,
            json!({ "metadata": form.metadata("metadata") }),
        );
    }
    if let Some(mail) = form.text("email") {
        check(mail, "email")?;
    }
    desk.change_and_tell("customer", (id, fields), "customer.updated")
}

/// A new customer: mail address, name and description, and what is put on it.
pub(super) fn new(
    desk: &mut Desk<'_>,
    (mail, name, description): (Option<&str>, Option<&str>, Option<&str>),
    metadata: &Value,
) -> Value {
    let fields = json!({
        "description": description, "email": mail, "metadata": metadata, "name": name,
        "invoice_prefix": desk.token(8).to_uppercase(),
    });
    let customer = desk.make("customer", "cus", fields);
    desk.emit_event("customer.created", &customer);
    customer
}

/// Refuses what is no mail address.
pub(super) fn check(mail: &str, param: &str) -> Result<(), Refusal> {
    let parts = mail.split_once('@');
    if parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) {
        return Ok(());
    }
    let words = format!("Invalid email address: {mail}");
    Err(Refusal::of(param, words).coded("email_invalid"))
}
