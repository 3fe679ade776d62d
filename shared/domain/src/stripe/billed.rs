//! Reading what events of the platform's own account say of workspaces' subscriptions.
//!
//! In newer versions of the API the period stands at the subscription's items, and the
//! subscription of an invoice below its parent: either place is read.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::Value;

use super::event::{PaymentReferences, StripeEventData};
use super::reading::Expandable;
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

/// The types of events of the platform's own account that mean something here.
pub const PLAN_TYPES: [&str; 7] = [
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

/// What such an event says.
pub(super) fn subscribed(kind: &str, object: Value) -> Result<StripeEventData, serde_json::Error> {
    let fact = match kind {
        "customer.subscription.created"
        | "customer.subscription.updated"
        | "customer.subscription.deleted"
        | "customer.subscription.paused"
        | "customer.subscription.resumed" => stands(object)?,
        "invoice.paid" => billed(object, SubscriptionEvent::Paid)?,
        "invoice.payment_failed" => billed(object, SubscriptionEvent::Failed)?,
        _ => None,
    };
    Ok(fact.map_or_else(
        || StripeEventData::Other(kind.to_owned()),
        StripeEventData::Subscription,
    ))
}

fn stands(object: Value) -> Result<Option<SubscriptionFact>, serde_json::Error> {
    let subscription: Subscription = serde_json::from_value(object)?;
    let wrong = |e: jiff::Error| serde_json::Error::custom(e);
    let status = SubscriptionStatus::named(&subscription.status);
    let status = status.ok_or_else(|| serde_json::Error::custom("a status that is unknown"))?;
    let line = subscription.items.data.first();
    let until = line.and_then(|line| line.current_period_end);
    let until = until.or(subscription.current_period_end);
    let until = Timestamp::from_second(until.unwrap_or_default()).map_err(wrong)?;
    let at = subscription.cancel_at.map(Timestamp::from_second);
    let at = at.transpose().map_err(wrong)?;
    let ends = at.or_else(|| subscription.cancel_at_period_end.then_some(until));
    // Of one thing at once: more of it, or another beside it, is nothing that we offer.
    let offer = match subscription.items.data.as_slice() {
        [line] => line.price.offer(),
        _ => None,
    };
    Ok(Some(SubscriptionFact {
        workspace: PaymentReferences::read(subscription.metadata.as_ref()).workspace,
        subscription: subscription.id,
        customer: subscription.customer.id(),
        news: SubscriptionEvent::Stands(SubscriptionState {
            status,
            until,
            offer,
            ends,
        }),
    }))
}

/// An invoice of a subscription; `None` for another one.
fn billed(
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
            news,
        }))
}

impl Price {
    /// By its lookup key. A key that was given to another price since stands in the
    /// metadata still, under `offer`.
    fn offer(&self) -> Option<PlanOffer> {
        let metadata = self.metadata.as_ref();
        let kept = metadata
            .and_then(|all| all.get("offer"))
            .and_then(Value::as_str);
        let name = self.lookup_key.as_deref().or(kept);
        name.and_then(PlanOffer::named)
    }
}
