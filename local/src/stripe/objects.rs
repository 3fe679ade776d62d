//! Whole objects to begin with, so that everything which reads Stripe's can read these.

use serde_json::{Map, Value};

/// Of each kind, an object as the API gives it, without its id and time.
const BASES: [(&str, &str); 15] = [
    ("account", include_str!("objects/account.json")),
    (
        "application_fee",
        include_str!("objects/application_fee.json"),
    ),
    (
        "billing_portal.session",
        include_str!("objects/portal.json"),
    ),
    ("charge", include_str!("objects/charge.json")),
    (
        "checkout.session",
        include_str!("objects/checkout_session.json"),
    ),
    ("customer", include_str!("objects/customer.json")),
    ("dispute", include_str!("objects/dispute.json")),
    ("invoice", include_str!("objects/invoice.json")),
    ("line_item", include_str!("objects/invoice_line.json")),
    (
        "payment_intent",
        include_str!("objects/payment_intent.json"),
    ),
    ("price", include_str!("objects/price.json")),
    ("product", include_str!("objects/product.json")),
    ("refund", include_str!("objects/refund.json")),
    ("subscription", include_str!("objects/subscription.json")),
    (
        "subscription_item",
        include_str!("objects/subscription_item.json"),
    ),
];

/// A new object of `kind`, with these fields.
pub(super) fn object(kind: &str, fields: Value) -> Value {
    let base = BASES.iter().find(|(known, _)| *known == kind);
    let base = base.and_then(|(_, text)| serde_json::from_str(text).ok());
    let mut object = base.unwrap_or_else(|| Value::Object(Map::new()));
    set(&mut object, fields);
    object
}

/// Puts `fields` in place of what the object has under their names.
pub(super) fn set(object: &mut Value, fields: Value) {
    if let (Value::Object(object), Value::Object(fields)) = (object, fields) {
        object.extend(fields);
    }
}

/// What the fields of `before` were that are otherwise in `after`.
pub(super) fn previous(before: &Value, after: &Value) -> Value {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return Value::Null;
    };
    let changed = before
        .iter()
        .filter(|(name, value)| after.get(*name) != Some(value));
    Value::Object(
        changed
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

/// A list of the API.
pub(super) fn list(url: &str, data: &[Value], has_more: bool) -> Value {
    serde_json::json!({ "object": "list", "url": url, "has_more": has_more, "data": data })
}

/// The text under a name, or nothing.
pub(super) fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The whole number under a name, or 0.
pub(super) fn whole(object: &Value, name: &str) -> i64 {
    object.get(name).and_then(Value::as_i64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_object_has_its_kind() {
        for (kind, _) in BASES {
            assert_eq!(text(&object(kind, Value::Null), "object"), kind);
        }
    }
}
