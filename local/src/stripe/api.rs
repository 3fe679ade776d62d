//! The API's addresses, and what each does.

use http::Method;
use serde_json::Value;

use super::desk::Desk;
use super::form::Form;
use super::refusal::Refusal;
use super::{accounts, checkout, customers, lists, portal, refunds, subscriptions};

/// Address, kind, and by which fields its list may be narrowed: what is read alike.
const READ: [(&str, &str, &[&str]); 13] = [
    ("accounts", "account", &[]),
    ("application_fees", "application_fee", &["charge"]),
    ("charges", "charge", &["customer", "payment_intent"]),
    (
        "checkout/sessions",
        "checkout.session",
        &["customer", "payment_intent", "status", "subscription"],
    ),
    ("customers", "customer", &["email"]),
    ("disputes", "dispute", &["charge", "payment_intent"]),
    ("events", "event", &["type", "types"]),
    ("invoices", "invoice", &["customer", "status"]),
    ("payment_intents", "payment_intent", &["customer"]),
    (
        "prices",
        "price",
        &["active", "currency", "lookup_keys", "product", "type"],
    ),
    ("products", "product", &["active"]),
    ("refunds", "refund", &["charge", "payment_intent"]),
    ("subscriptions", "subscription", &["customer", "status"]),
];

/// Does what a request asks; `path` is what follows `/v1/`.
pub(super) fn answer(
    desk: &mut Desk<'_>,
    (method, path): (&Method, &str),
    form: &Form,
) -> Result<Value, Refusal> {
    let parts: Vec<&str> = path.split('/').collect();
    match (method.as_str(), parts.as_slice()) {
        ("POST", ["accounts"]) => accounts::create(desk, form),
        ("GET", ["accounts", id]) => accounts::retrieve(desk, id),
        ("POST", ["account_links"]) => accounts::link(desk, form),
        ("POST", ["checkout", "sessions"]) => checkout::create(desk, form),
        ("POST", ["checkout", "sessions", id, "expire"]) => {
            form.only(&[])?;
            checkout::expire(desk, id)
        }
        ("POST", ["refunds"]) => refunds::create(desk, form),
        ("POST", ["customers"]) => customers::create(desk, form),
        ("POST", ["customers", id]) => customers::update(desk, id, form),
        ("POST", ["subscriptions", id]) => subscriptions::update(desk, id, form),
        ("DELETE", ["subscriptions", id]) => subscriptions::cancel(desk, id),
        ("POST", ["billing_portal", "sessions"]) => portal::create(desk, form),
        ("GET", _) => read(desk, path, form),
        _ => Err(Refusal::unknown(method.as_str(), &format!("/v1/{path}"))),
    }
}

fn read(desk: &Desk<'_>, path: &str, form: &Form) -> Result<Value, Refusal> {
    for (address, kind, fields) in READ {
        match path.strip_prefix(address) {
            Some("") => {
                let url = format!("/v1/{address}");
                return lists::read(desk, (kind, &url), form, fields);
            }
            Some(rest) => {
                let id = rest.strip_prefix('/').filter(|id| !id.contains('/'));
                if let Some(id) = id {
                    return desk.get(kind, id, "id").cloned();
                }
            }
            None => {}
        }
    }
    Err(Refusal::unknown("GET", &format!("/v1/{path}")))
}
