//! Parsing a delivery's bytes.
//!
//! Only fields that are used are read: Stripe adds fields at any time, and an endpoint may have another
//! API version for a while. The fields below have had these names since 2022.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::connection::AccountFlags;
use super::event::{InvalidStripeEvent, StripeEvent, StripeEventData};
use super::expandable::Expandable;
use super::fact::{CheckoutOutcome, PaymentFact, PaymentReferences, Reversal, ReversalProgress};
use super::subscription_parsing::{is_subscription, parse_subscription_event};

/// The types of connected accounts' events that are handled.
pub const CONNECT_EVENT_TYPES: [&str; 16] = [
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.payment_failed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "account.updated",
    "account.application.deauthorized",
];

#[derive(Deserialize)]
struct Envelope {
    id: String,
    #[serde(default)]
    account: Option<String>,
    livemode: bool,
    created: i64,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

#[derive(Deserialize)]
struct Session {
    id: String,
    #[serde(default)]
    payment_intent: Option<Expandable>,
    payment_status: String,
    amount_total: i64,
    currency: String,
    #[serde(default)]
    metadata: Option<Value>,
}

#[derive(Deserialize)]
struct Intent {
    id: String,
    amount: i64,
    currency: String,
    #[serde(default)]
    metadata: Option<Value>,
}

/// A refund or a dispute.
#[derive(Deserialize)]
struct ReversalObject {
    id: String,
    #[serde(default)]
    payment_intent: Option<Expandable>,
    amount: i64,
    currency: String,
    created: i64,
    status: String,
}

#[derive(Deserialize)]
struct Account {
    charges_enabled: bool,
    payouts_enabled: bool,
    details_submitted: bool,
    #[serde(default)]
    requirements: Option<Requirements>,
}

#[derive(Deserialize)]
struct Requirements {
    #[serde(default)]
    disabled_reason: Option<String>,
}

impl StripeEvent {
    /// The event of a delivery's body.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidStripeEvent> {
        let envelope: Envelope =
            serde_json::from_slice(body).map_err(|e| InvalidStripeEvent::NoEvent(e.to_string()))?;
        let created = Timestamp::from_second(envelope.created)
            .map_err(|e| InvalidStripeEvent::NoEvent(e.to_string()))?;
        let (kind, object) = (envelope.kind.as_str(), envelope.data.object);
        // A connected account's own subscriptions don't concern the platform.
        let parsed = match &envelope.account {
            None if is_subscription(kind) => parse_subscription_event(kind, object),
            _ => parse_data(kind, object),
        };
        let data =
            parsed.map_err(|e| InvalidStripeEvent::Object(envelope.kind.clone(), e.to_string()))?;
        let ids = [Some(&envelope.id), envelope.account.as_ref()];
        let all_ids = ids.into_iter().flatten().chain(data.stripe_ids());
        if all_ids.into_iter().any(|id| !is_stripe_id(id)) {
            let message = "an id isn't one".to_owned();
            return Err(InvalidStripeEvent::NoEvent(message));
        }
        Ok(Self {
            id: envelope.id,
            account: envelope.account,
            livemode: envelope.livemode,
            created,
            data,
        })
    }
}

fn parse_data(kind: &str, object: Value) -> Result<StripeEventData, serde_json::Error> {
    let fact = match kind {
        "checkout.session.completed" => parse_session(object, None)?,
        "checkout.session.async_payment_succeeded" => {
            parse_session(object, Some(CheckoutOutcome::Paid))?
        }
        "checkout.session.async_payment_failed" => {
            parse_session(object, Some(CheckoutOutcome::Failed))?
        }
        "checkout.session.expired" => parse_session(object, Some(CheckoutOutcome::Expired))?,
        "payment_intent.payment_failed" => parse_declined(object)?,
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            parse_reversal(object, ReversalObject::refund)?
        }
        "charge.dispute.created"
        | "charge.dispute.updated"
        | "charge.dispute.closed"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.funds_reinstated" => parse_reversal(object, ReversalObject::dispute)?,
        "account.updated" => return Ok(StripeEventData::AccountUpdated(parse_flags(object)?)),
        "account.application.deauthorized" => return Ok(StripeEventData::Deauthorized),
        _ => None,
    };
    Ok(fact.map_or_else(
        || StripeEventData::Other(kind.to_owned()),
        StripeEventData::Payment,
    ))
}

fn parse_session(
    object: Value,
    outcome: Option<CheckoutOutcome>,
) -> Result<Option<PaymentFact>, serde_json::Error> {
    // A session without an amount only stores a card; we make none such.
    if object.get("amount_total").is_none_or(Value::is_null) {
        return Ok(None);
    }
    let session: Session = serde_json::from_value(object)?;
    let outcome = outcome.unwrap_or(match session.payment_status.as_str() {
        "paid" | "no_payment_required" => CheckoutOutcome::Paid,
        _ => CheckoutOutcome::Processing,
    });
    Ok(Some(PaymentFact::Session {
        references: PaymentReferences::from_metadata(session.metadata.as_ref()),
        session: session.id,
        payment: session.payment_intent.map(Expandable::id),
        outcome,
        amount: session.amount_total,
        currency: session.currency,
    }))
}

fn parse_declined(object: Value) -> Result<Option<PaymentFact>, serde_json::Error> {
    let intent: Intent = serde_json::from_value(object)?;
    Ok(Some(PaymentFact::Declined {
        references: PaymentReferences::from_metadata(intent.metadata.as_ref()),
        payment: intent.id,
        amount: intent.amount,
        currency: intent.currency,
    }))
}

/// A refund or dispute; `None` where its payment has no intent, since we make none such.
fn parse_reversal(
    object: Value,
    fact: fn(ReversalObject, String, Timestamp) -> PaymentFact,
) -> Result<Option<PaymentFact>, serde_json::Error> {
    let mut part: ReversalObject = serde_json::from_value(object)?;
    let at = Timestamp::from_second(part.created).map_err(serde::de::Error::custom)?;
    let payment = part.payment_intent.take().map(Expandable::id);
    Ok(payment.map(|payment| fact(part, payment, at)))
}

impl ReversalObject {
    fn seen(&self, at: Timestamp, progress: ReversalProgress) -> Reversal {
        Reversal {
            progress,
            amount: self.amount,
            at,
        }
    }

    fn refund(self, payment: String, at: Timestamp) -> PaymentFact {
        let progress = match self.status.as_str() {
            "failed" | "canceled" => ReversalProgress::Reverted,
            "succeeded" => ReversalProgress::Completed,
            _ => ReversalProgress::Pending,
        };
        PaymentFact::Refund {
            reversal: self.seen(at, progress),
            refund: self.id,
            payment,
            currency: self.currency,
        }
    }

    fn dispute(self, payment: String, at: Timestamp) -> PaymentFact {
        let progress = match self.status.as_str() {
            "won" => ReversalProgress::Reverted,
            "lost" | "charge_refunded" => ReversalProgress::Completed,
            // An inquiry: no money is held back, or it ended without that.
            status if status.starts_with("warning_") || status == "prevented" => {
                ReversalProgress::Inquiry
            }
            _ => ReversalProgress::Pending,
        };
        PaymentFact::Dispute {
            seen: self.seen(at, progress),
            dispute: self.id,
            payment,
            currency: self.currency,
        }
    }
}

fn parse_flags(object: Value) -> Result<AccountFlags, serde_json::Error> {
    let account: Account = serde_json::from_value(object)?;
    Ok(AccountFlags {
        charges_enabled: account.charges_enabled,
        payouts_enabled: account.payouts_enabled,
        details_submitted: account.details_submitted,
        disabled_reason: account.requirements.and_then(|all| all.disabled_reason),
    })
}

/// Whether a text is like Stripe's ids, and can be a part of a key.
fn is_stripe_id(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=255).contains(&id.len()) && id.bytes().all(plain)
}
