//! What is read of an event's bytes.

use serde_json::{Value, json};

use super::*;

fn event(kind: &str, object: &Value) -> Value {
    json!({
        "id": "evt_1", "object": "event", "account": ACCOUNT, "livemode": false,
        "created": 1_769_898_000, "type": kind, "data": { "object": object },
    })
}

fn read(kind: &str, object: &Value) -> Result<StripeEventData, InvalidStripeEvent> {
    let bytes = serde_json::to_vec(&event(kind, object)).unwrap();
    let event = StripeEvent::parse(&bytes)?;
    assert_eq!((event.id.as_str(), event.created), ("evt_1", NOW));
    assert_eq!(event.account.as_deref(), Some(ACCOUNT));
    Ok(event.data)
}

#[test]
fn subscribed_event_types_are_parsed() {
    for kind in CONNECT_EVENT_TYPES {
        let read = read(kind, &json!({ "amount_total": 1 }));
        assert_ne!(read, Ok(StripeEventData::Other(kind.into())));
    }
}

#[test]
fn sessions_are_read() {
    let metadata: serde_json::Map<_, _> = references(1)
        .pairs()
        .into_iter()
        .map(|(name, id)| (name, id.into()))
        .collect();
    let checkout = |status: &str, payment: Value| {
        json!({ "id": "cs_1", "payment_intent": payment, "payment_status": status,
            "amount_total": 100, "currency": "eur", "metadata": metadata })
    };
    let expected = |outcome| Ok(StripeEventData::Payment(session(1, outcome, (100, "eur"))));
    let (paid, unpaid) = (
        checkout("paid", json!("pi_1")),
        checkout("unpaid", json!("pi_1")),
    );
    let whole = checkout("paid", json!({ "id": "pi_1", "object": "payment_intent" }));
    let none = checkout("unpaid", Value::Null);
    for (kind, object, outcome) in [
        ("checkout.session.completed", &paid, CheckoutOutcome::Paid),
        ("checkout.session.completed", &whole, CheckoutOutcome::Paid),
        (
            "checkout.session.completed",
            &unpaid,
            CheckoutOutcome::Processing,
        ),
        (
            "checkout.session.async_payment_succeeded",
            &paid,
            CheckoutOutcome::Paid,
        ),
        (
            "checkout.session.async_payment_failed",
            &unpaid,
            CheckoutOutcome::Failed,
        ),
        ("checkout.session.expired", &none, CheckoutOutcome::Expired),
    ] {
        assert_eq!(read(kind, object), expected(outcome), "{kind}");
    }
}

#[test]
fn refunds_and_disputes_are_read() {
    let part = |id: &str, status: &str| {
        json!({ "id": id, "payment_intent": "pi_1", "amount": 7, "currency": "eur",
            "created": 1_769_898_000, "status": status })
    };
    for (kind, id, status, progress) in [
        (
            "refund.created",
            "re_1",
            "pending",
            ReversalProgress::Pending,
        ),
        (
            "refund.updated",
            "re_1",
            "succeeded",
            ReversalProgress::Completed,
        ),
        (
            "refund.failed",
            "re_1",
            "failed",
            ReversalProgress::Reverted,
        ),
        (
            "charge.refund.updated",
            "re_1",
            "canceled",
            ReversalProgress::Reverted,
        ),
        (
            "charge.dispute.created",
            "dp_1",
            "warning_needs_response",
            ReversalProgress::Inquiry,
        ),
        (
            "charge.dispute.updated",
            "dp_1",
            "under_review",
            ReversalProgress::Pending,
        ),
        (
            "charge.dispute.funds_withdrawn",
            "dp_1",
            "needs_response",
            ReversalProgress::Pending,
        ),
        (
            "charge.dispute.closed",
            "dp_1",
            "lost",
            ReversalProgress::Completed,
        ),
        (
            "charge.dispute.closed",
            "dp_1",
            "won",
            ReversalProgress::Reverted,
        ),
    ] {
        let (payment, currency) = ("pi_1".to_owned(), "eur".to_owned());
        let seen = Reversal {
            progress,
            amount: 7,
            at: NOW,
        };
        let fact = if id == "re_1" {
            let refund = id.to_owned();
            PaymentFact::Refund {
                refund,
                payment,
                reversal: seen,
                currency,
            }
        } else {
            let dispute = id.to_owned();
            PaymentFact::Dispute {
                dispute,
                payment,
                seen,
                currency,
            }
        };
        assert_eq!(
            read(kind, &part(id, status)),
            Ok(StripeEventData::Payment(fact)),
            "{kind}"
        );
    }
}

#[test]
fn declined_payments_and_accounts_are_read() {
    let metadata: serde_json::Map<_, _> = references(1)
        .pairs()
        .into_iter()
        .map(|(name, id)| (name, id.into()))
        .collect();
    let intent = json!({ "id": "pi_1", "amount": 100, "currency": "eur", "metadata": metadata });
    let declined = PaymentFact::Declined {
        payment: "pi_1".into(),
        amount: 100,
        currency: "eur".into(),
        references: references(1),
    };
    assert_eq!(
        read("payment_intent.payment_failed", &intent),
        Ok(StripeEventData::Payment(declined))
    );
    let account = json!({ "charges_enabled": true, "payouts_enabled": false,
        "details_submitted": true, "requirements": { "disabled_reason": null } });
    let flags = AccountFlags {
        charges_enabled: true,
        details_submitted: true,
        ..AccountFlags::default()
    };
    assert_eq!(
        read("account.updated", &account),
        Ok(StripeEventData::AccountUpdated(flags))
    );
    assert_eq!(
        read("account.application.deauthorized", &json!({ "id": "ca_1" })),
        Ok(StripeEventData::Deauthorized)
    );
    assert_eq!(
        read("plan.created", &json!({})),
        Ok(StripeEventData::Other("plan.created".into()))
    );
}

#[test]
fn foreign_event_is_ignored_and_invalid_event_fails() {
    let setup = json!({ "id": "cs_1", "payment_status": "no_payment_required",
        "amount_total": null, "currency": null });
    let kind = "checkout.session.completed";
    assert_eq!(read(kind, &setup), Ok(StripeEventData::Other(kind.into())));
    let broken = json!({ "id": "cs_1", "amount_total": "much" });
    assert!(matches!(
        read(kind, &broken),
        Err(InvalidStripeEvent::Object(..))
    ));
    let part = json!({ "id": "re#1", "payment_intent": "pi_1", "amount": 7, "currency": "eur",
        "created": 1_769_898_000, "status": "succeeded" });
    assert!(matches!(
        read("refund.updated", &part),
        Err(InvalidStripeEvent::NoEvent(_))
    ));
    for bytes in [&b""[..], b"{", b"[]", b"{\"id\":\"evt_1\"}", b"\xff"] {
        assert!(matches!(
            StripeEvent::parse(bytes),
            Err(InvalidStripeEvent::NoEvent(_))
        ));
    }
    // What was put on a session is a hint: what can't be an id is none.
    let odd = json!({ "id": "pi_1", "amount": 1, "currency": "eur",
        "metadata": { "workspace": "W#1", "attempt": 7 } });
    let Ok(StripeEventData::Payment(PaymentFact::Declined { references, .. })) =
        read("payment_intent.payment_failed", &odd)
    else {
        panic!("a declined payment");
    };
    assert_eq!(references, PaymentReferences::default());
}

fn platform(kind: &str, object: &Value) -> Result<StripeEventData, InvalidStripeEvent> {
    let mut event = event(kind, object);
    event["account"] = Value::Null;
    StripeEvent::parse(&serde_json::to_vec(&event).unwrap()).map(|event| event.data)
}

#[test]
fn subscriptions_are_read_as_either_version_of_the_api_writes_them() {
    use crate::subscription::{
        PlanOffer, SubscriptionEvent, SubscriptionFact, SubscriptionState, SubscriptionStatus,
    };
    let ws = WorkspaceId::new(1, 1);
    let end = jiff::Timestamp::constant(1_772_000_000, 0);
    let price = json!({ "id": "price_1", "lookup_key": "team_yearly" });
    let newer = json!({
        "id": "sub_1", "customer": "cus_1", "status": "active", "cancel_at_period_end": true,
        "cancel_at": null, "metadata": { "workspace": ws },
        "items": { "data": [{ "price": price, "current_period_end": 1_772_000_000 }] },
    });
    let moved =
        json!({ "id": "price_0", "lookup_key": null, "metadata": { "offer": "team_yearly" } });
    let older = json!({
        "id": "sub_1", "customer": { "id": "cus_1" }, "status": "active",
        "cancel_at": 1_772_000_000, "current_period_end": 1_772_000_000,
        "metadata": { "workspace": ws }, "items": { "data": [{ "price": moved }] },
    });
    let fact = SubscriptionFact {
        subscription: "sub_1".into(),
        customer: "cus_1".into(),
        workspace: Some(ws),
        event: SubscriptionEvent::StateReported(SubscriptionState {
            status: SubscriptionStatus::Active,
            period_end: end,
            offer: Some(PlanOffer::TeamYearly),
            ends_at: Some(end),
        }),
    };
    let kind = "customer.subscription.updated";
    for object in [&newer, &older] {
        assert_eq!(
            platform(kind, object),
            Ok(StripeEventData::Subscription(fact.clone()))
        );
        // A consultancy may bill its own customers so: that is none of ours.
        assert_eq!(read(kind, object), Ok(StripeEventData::Other(kind.into())));
    }
    let mut two = newer.clone();
    let line = two["items"]["data"][0].clone();
    two["items"]["data"].as_array_mut().unwrap().push(line);
    let Ok(StripeEventData::Subscription(SubscriptionFact {
        event: SubscriptionEvent::StateReported(stand),
        ..
    })) = platform(kind, &two)
    else {
        panic!("a subscription");
    };
    assert_eq!(stand.offer, None);
    let mut odd = newer;
    odd["status"] = json!("resting");
    assert!(matches!(
        platform(kind, &odd),
        Err(InvalidStripeEvent::Object(..))
    ));
}

#[test]
fn invoices_of_subscriptions_are_read() {
    use crate::subscription::{SubscriptionEvent, SubscriptionFact};
    let fact = |news| SubscriptionFact {
        subscription: "sub_1".into(),
        customer: "cus_1".into(),
        workspace: None,
        event: news,
    };
    let newer = json!({ "customer": "cus_1",
        "parent": { "subscription_details": { "subscription": "sub_1" } } });
    let older = json!({ "customer": "cus_1", "subscription": "sub_1" });
    for object in [&newer, &older] {
        for (kind, news) in [
            ("invoice.paid", SubscriptionEvent::Paid),
            ("invoice.payment_failed", SubscriptionEvent::PaymentFailed),
        ] {
            let expected = Ok(StripeEventData::Subscription(fact(news)));
            assert_eq!(platform(kind, object), expected);
        }
    }
    let other = json!({ "customer": "cus_1", "parent": null });
    let kind = "invoice.paid";
    assert_eq!(
        platform(kind, &other),
        Ok(StripeEventData::Other(kind.into()))
    );
}
