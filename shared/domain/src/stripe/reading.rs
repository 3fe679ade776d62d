//! Reading an event's bytes.
//!
//! Only the fields that are used are read: Stripe adds fields at any time, and an
//! endpoint may be of another API version for a while. What is read has stood
//! under these names since 2022.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::billed::{is_subscription, subscribed};
use super::connect::AccountFlags;
use super::event::{
    CheckoutOutcome, InvalidStripeEvent, PaymentFact, PaymentReferences, StripeEvent,
    StripeEventData,
};
use super::ledger::{Reversal, ReversalProgress};

/// The types of events of connected accounts that mean something here.
pub const TYPES: [&str; 16] = [
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
struct Part {
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

/// An id, or the object that it names.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Expandable {
    Id(String),
    Object { id: String },
}

impl Expandable {
    pub(super) fn id(self) -> String {
        match self {
            Self::Id(id) | Self::Object { id } => id,
        }
    }
}

impl StripeEvent {
    /// Reads a delivery's body.
    pub fn read(body: &[u8]) -> Result<Self, InvalidStripeEvent> {
        let envelope: Envelope =
            serde_json::from_slice(body).map_err(|e| InvalidStripeEvent::NoEvent(e.to_string()))?;
        let created = Timestamp::from_second(envelope.created)
            .map_err(|e| InvalidStripeEvent::NoEvent(e.to_string()))?;
        let (kind, object) = (envelope.kind.as_str(), envelope.data.object);
        // An account's own subscriptions are none of ours.
        let what = match &envelope.account {
            None if is_subscription(kind) => subscribed(kind, object),
            _ => what(kind, object),
        };
        let what =
            what.map_err(|e| InvalidStripeEvent::Object(envelope.kind.clone(), e.to_string()))?;
        let named = [Some(&envelope.id), envelope.account.as_ref()];
        let named = named.into_iter().flatten().chain(what.names());
        if named.into_iter().any(|id| !is_name(id)) {
            let why = "an id isn't one".to_owned();
            return Err(InvalidStripeEvent::NoEvent(why));
        }
        Ok(Self {
            id: envelope.id,
            account: envelope.account,
            livemode: envelope.livemode,
            created,
            what,
        })
    }
}

fn what(kind: &str, object: Value) -> Result<StripeEventData, serde_json::Error> {
    let fact = match kind {
        "checkout.session.completed" => session(object, None)?,
        "checkout.session.async_payment_succeeded" => session(object, Some(CheckoutOutcome::Paid))?,
        "checkout.session.async_payment_failed" => session(object, Some(CheckoutOutcome::Failed))?,
        "checkout.session.expired" => session(object, Some(CheckoutOutcome::Expired))?,
        "payment_intent.payment_failed" => declined(object)?,
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            part(object, Part::refund)?
        }
        "charge.dispute.created"
        | "charge.dispute.updated"
        | "charge.dispute.closed"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.funds_reinstated" => part(object, Part::dispute)?,
        "account.updated" => return Ok(StripeEventData::AccountUpdated(flags(object)?)),
        "account.application.deauthorized" => return Ok(StripeEventData::Deauthorized),
        _ => None,
    };
    Ok(fact.map_or_else(
        || StripeEventData::Other(kind.to_owned()),
        StripeEventData::Payment,
    ))
}

fn session(
    object: Value,
    outcome: Option<CheckoutOutcome>,
) -> Result<Option<PaymentFact>, serde_json::Error> {
    // A session that only stores a card has no amount, and isn't ours.
    if object.get("amount_total").is_none_or(Value::is_null) {
        return Ok(None);
    }
    let session: Session = serde_json::from_value(object)?;
    let outcome = outcome.unwrap_or(match session.payment_status.as_str() {
        "paid" | "no_payment_required" => CheckoutOutcome::Paid,
        _ => CheckoutOutcome::Processing,
    });
    Ok(Some(PaymentFact::Session {
        of: PaymentReferences::read(session.metadata.as_ref()),
        session: session.id,
        payment: session.payment_intent.map(Expandable::id),
        outcome,
        amount: session.amount_total,
        currency: session.currency,
    }))
}

fn declined(object: Value) -> Result<Option<PaymentFact>, serde_json::Error> {
    let intent: Intent = serde_json::from_value(object)?;
    Ok(Some(PaymentFact::Declined {
        of: PaymentReferences::read(intent.metadata.as_ref()),
        payment: intent.id,
        amount: intent.amount,
        currency: intent.currency,
    }))
}

/// A refund or dispute; `None` for one of a payment without an intent, which isn't ours.
fn part(
    object: Value,
    fact: fn(Part, String, Timestamp) -> PaymentFact,
) -> Result<Option<PaymentFact>, serde_json::Error> {
    let mut part: Part = serde_json::from_value(object)?;
    let at = Timestamp::from_second(part.created).map_err(serde::de::Error::custom)?;
    let payment = part.payment_intent.take().map(Expandable::id);
    Ok(payment.map(|payment| fact(part, payment, at)))
}

impl Part {
    fn seen(&self, at: Timestamp, progress: ReversalProgress) -> Reversal {
        Reversal {
            progress,
            amount: self.amount,
            at,
        }
    }

    fn refund(self, payment: String, at: Timestamp) -> PaymentFact {
        let progress = match self.status.as_str() {
            "failed" | "canceled" => ReversalProgress::Undone,
            "succeeded" => ReversalProgress::Done,
            _ => ReversalProgress::Held,
        };
        PaymentFact::Refund {
            seen: self.seen(at, progress),
            refund: self.id,
            payment,
            currency: self.currency,
        }
    }

    fn dispute(self, payment: String, at: Timestamp) -> PaymentFact {
        let progress = match self.status.as_str() {
            "won" => ReversalProgress::Undone,
            "lost" | "charge_refunded" => ReversalProgress::Done,
            // An inquiry: no money is held back yet, or it ended so.
            status if status.starts_with("warning_") || status == "prevented" => {
                ReversalProgress::Noted
            }
            _ => ReversalProgress::Held,
        };
        PaymentFact::Dispute {
            seen: self.seen(at, progress),
            dispute: self.id,
            payment,
            currency: self.currency,
        }
    }
}

fn flags(object: Value) -> Result<AccountFlags, serde_json::Error> {
    let account: Account = serde_json::from_value(object)?;
    Ok(AccountFlags {
        charges_enabled: account.charges_enabled,
        payouts_enabled: account.payouts_enabled,
        details_submitted: account.details_submitted,
        disabled_reason: account.requirements.and_then(|all| all.disabled_reason),
    })
}

/// Whether a text can be an id of Stripe's, and so a part of a key.
fn is_name(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=255).contains(&id.len()) && id.bytes().all(plain)
}

impl PaymentReferences {
    pub(super) fn read(metadata: Option<&Value>) -> Self {
        let text = |name: &str| {
            metadata
                .and_then(|all| all.get(name))
                .and_then(Value::as_str)
        };
        Self {
            workspace: text("workspace").and_then(|id| id.parse().ok()),
            client: text("client").and_then(|id| id.parse().ok()),
            invoice: text("invoice").and_then(|id| id.parse().ok()),
            attempt: text("attempt").and_then(|id| id.parse().ok()),
        }
    }
}
