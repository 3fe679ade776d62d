//! What the platform sells: its plans, each monthly and yearly, found by lookup keys.

use serde_json::{Value, json};

use super::desk::Desk;
use super::objects::{object, set, text};
use super::refusal::Refusal;

/// Plan, interval, and price in cents of a euro.
const PRICES: [(&str, &str, i64); 4] = [
    ("pro", "month", 4_900),
    ("pro", "year", 49_000),
    ("team", "month", 14_900),
    ("team", "year", 149_000),
];

/// Puts up for sale what isn't yet.
pub(super) fn offer(desk: &mut Desk<'_>) {
    let created = desk.seconds();
    for (plan, interval, cents) in PRICES {
        let (id, product) = (format!("price_{plan}_{interval}ly"), format!("prod_{plan}"));
        if desk.state.get(None, &id).is_some() {
            continue;
        }
        let name = match plan {
            "pro" => "SecPortal Pro",
            _ => "SecPortal Team",
        };
        let sold = json!({
            "id": product, "created": created, "updated": created, "name": name,
            "metadata": { "plan": plan },
        });
        desk.state.put(None, object("product", sold));
        let price = json!({
            "id": id, "created": created, "currency": "eur", "product": product,
            "lookup_key": format!("{plan}_{interval}ly"), "type": "recurring",
            "recurring": {
                "interval": interval, "interval_count": 1, "meter": null,
                "trial_period_days": null, "usage_type": "licensed",
            },
            "unit_amount": cents, "unit_amount_decimal": cents.to_string(),
        });
        desk.state.put(None, object("price", price));
    }
}

/// A price by the older name that subscriptions have for it.
pub(super) fn plan(price: &Value) -> Value {
    let same = [
        "active",
        "billing_scheme",
        "created",
        "currency",
        "id",
        "livemode",
        "product",
    ];
    let mut plan = json!({
        "object": "plan", "amount": price.get("unit_amount"),
        "amount_decimal": price.get("unit_amount_decimal"), "interval": interval(price),
        "interval_count": 1, "metadata": {}, "meter": null, "nickname": null, "tiers_mode": null,
        "transform_usage": null, "trial_period_days": null, "usage_type": "licensed",
    });
    for name in same {
        set(&mut plan, json!({ name: price.get(name) }));
    }
    plan
}

/// How long a price's period is: `month` or `year`.
pub(super) fn interval(price: &Value) -> &str {
    price
        .get("recurring")
        .map(|all| text(all, "interval"))
        .unwrap_or_default()
}

/// A price that a subscription can have.
pub(super) fn recurring(desk: &Desk<'_>, id: &str, param: &str) -> Result<Value, Refusal> {
    let price = desk.get("price", id, param)?;
    if price.get("recurring").is_some_and(Value::is_object) {
        return Ok(price.clone());
    }
    let words = "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.";
    Err(Refusal::of(param, words))
}
