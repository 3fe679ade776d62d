//! Parsing events of the platform's own account, about workspaces' subscriptions.
//!
//! Newer versions of the API have the period at the subscription's items, and an invoice's subscription
//! below its parent: both places are read.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::Value;

use super::event::StripeEventData;
use super::expandable::Expandable;
use super::fact::PaymentReferences;
use crate::subscription::{
    PlanOffer, SubscriptionEvent, SubscriptionFact, SubscriptionState, SubscriptionStatus,
};

#[derive(Deserialize)]
struct Subscription {
    id: String,
    customer: Expandable,
    status: String,
    #[serde(default)]
    current_period_end: Option<i64>,
    #[serde(default)]
    cancel_at_period_end: bool,
    #[serde(default)]
    cancel_at: Option<i64>,
    items: Items,
    #[serde(default)]
    metadata: Option<Value>,
}

#[derive(Deserialize)]
struct Items {
    data: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    price: Price,
    #[serde(default)]
    current_period_end: Option<i64>,
}

#[derive(Deserialize)]
struct Price {
    #[serde(default)]
    lookup_key: Option<String>,
    #[serde(default)]
    metadata: Option<Value>,
}

#[derive(Deserialize)]
struct Invoice {
    #[serde(default)]
    customer: Option<Expandable>,
    #[serde(default)]
    subscription: Option<Expandable>,
    #[serde(default)]
    parent: Option<Parent>,
}

#[derive(Deserialize)]
struct Parent {
    #[serde(default)]
    subscription_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    subscription: Expandable,
}

/// The types of the platform's own events that are handled.
pub const PLATFORM_EVENT_TYPES: [&str; 7] = [
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "invoice.paid",
    "invoice.payment_failed",
];

/// Whether a type of events is about subscriptions.
pub(super) fn is_subscription(kind: &str) -> bool {
    kind.starts_with("customer.subscription.")
        || matches!(kind, "invoice.paid" | "invoice.payment_failed")
}

/// What an event about a subscription says.
pub(super) fn parse_subscription_event(
    kind: &str,
    object: Value,
) -> Result<StripeEventData, serde_json::Error> {
    let fact = match kind {
        "customer.subscription.created"
        | "customer.subscription.updated"
        | "customer.subscription.deleted"
        | "customer.subscription.paused"
        | "customer.subscription.resumed" => parse_subscription(object)?,
        "invoice.paid" => parse_invoice(object, SubscriptionEvent::Paid)?,
        "invoice.payment_failed" => parse_invoice(object, SubscriptionEvent::PaymentFailed)?,
        _ => None,
    };
    Ok(fact.map_or_else(
        || StripeEventData::Other(kind.to_owned()),
        StripeEventData::Subscription,
    ))
}

fn parse_subscription(object: Value) -> Result<Option<SubscriptionFact>, serde_json::Error> {
    let subscription: Subscription = serde_json::from_value(object)?;
    let wrong = |e: jiff::Error| serde_json::Error::custom(e);
    let status = SubscriptionStatus::from_name(&subscription.status);
    let status = status.ok_or_else(|| serde_json::Error::custom("a status that is unknown"))?;
    let line = subscription.items.data.first();
    let until = line.and_then(|line| line.current_period_end);
    let until = until.or(subscription.current_period_end);
    let until = Timestamp::from_second(until.unwrap_or_default()).map_err(wrong)?;
    let at = subscription.cancel_at.map(Timestamp::from_second);
    let at = at.transpose().map_err(wrong)?;
    let ends = at.or_else(|| subscription.cancel_at_period_end.then_some(until));
    // A subscription with several items isn't one of our offers.
    let offer = match subscription.items.data.as_slice() {
        [line] => line.price.offer(),
        _ => None,
    };
    Ok(Some(SubscriptionFact {
        workspace: PaymentReferences::from_metadata(subscription.metadata.as_ref()).workspace,
        subscription: subscription.id,
        customer: subscription.customer.id(),
        event: SubscriptionEvent::StateReported(SubscriptionState {
            status,
            period_end: until,
            offer,
            ends_at: ends,
        }),
    }))
}

/// The subscription of an invoice; `None` for an invoice without one.
fn parse_invoice(
    object: Value,
    news: SubscriptionEvent,
) -> Result<Option<SubscriptionFact>, serde_json::Error> {
    let invoice: Invoice = serde_json::from_value(object)?;
    let details = invoice
        .parent
        .and_then(|parent| parent.subscription_details);
    let of = details.map(|details| details.subscription);
    let subscription = of.or(invoice.subscription).map(Expandable::id);
    let customer = invoice.customer.map(Expandable::id);
    Ok(subscription
        .zip(customer)
        .map(|(subscription, customer)| SubscriptionFact {
            subscription,
            customer,
            workspace: None,
            event: news,
        }))
}

impl Price {
    /// The offer by lookup key. A price whose key was given to a newer price has it in its metadata, under
    /// `offer`.
    fn offer(&self) -> Option<PlanOffer> {
        let metadata = self.metadata.as_ref();
        let kept = metadata
            .and_then(|all| all.get("offer"))
            .and_then(Value::as_str);
        let name = self.lookup_key.as_deref().or(kept);
        name.and_then(PlanOffer::from_name)
    }
}
