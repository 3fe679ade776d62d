//! What a tester sees of everything, and does in other people's place.

use axum::extract::{Form, Query};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::act::StandInAction;
use super::super::amounts::shown;
use super::super::delivery::{Delivery, DeliveryState};
use super::super::desk::Desk;
use super::super::objects::{set, text, whole};
use super::super::prices;
use super::super::subscriptions::{item, period};
use super::{StandInRequest, time};

/// How many events are shown.
const EVENTS: usize = 60;

/// An object and the account that it is of.
type Object<'a> = (Option<&'a str>, &'a Value);

#[derive(Deserialize)]
pub(super) struct EventRow {
    /// Why something couldn't be done.
    #[serde(default)]
    error: String,
}

/// `GET /`.
pub(super) async fn overview(hand: StandInRequest, Query(shown): Query<EventRow>) -> Response {
    let mut page = hand.stand_in.at_desk(|desk| everything(desk));
    set(&mut page, json!({ "error": shown.error }));
    hand.pages.show("control.html", &page)
}

/// `POST /`.
pub(super) async fn act(hand: StandInRequest, Form(act): Form<StandInAction>) -> Response {
    match hand.stand_in.act(&act) {
        Ok(()) => Redirect::to("/").into_response(),
        Err(words) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            let query = query.append_pair("error", &words).finish();
            Redirect::to(&format!("/?{query}")).into_response()
        }
    }
}

fn everything(desk: &Desk<'_>) -> Value {
    let rows = |kind: &str, row: fn(&Desk<'_>, Object<'_>) -> Value| -> Vec<Value> {
        let every = desk.state.every(kind).into_iter();
        every
            .map(|(account, object)| {
                let mut shown = row(desk, (account, object));
                let alike = json!({
                    "id": object.get("id"), "account": account, "status": object.get("status"),
                    "at": time(whole(object, "created")),
                });
                set(&mut shown, alike);
                shown
            })
            .collect()
    };
    json!({
        "mishaps": desk.state.mishaps,
        "accounts": rows("account", account),
        "sessions": rows("checkout.session", session),
        "payments": rows("charge", payment),
        "refunds": rows("refund", part),
        "disputes": rows("dispute", part),
        "subscriptions": rows("subscription", subscription),
        "events": events(desk),
        "waiting": desk.state.deliveries.iter().filter(|delivery| delivery.way != DeliveryState::Taken).count(),
    })
}

fn amount(object: &Value, name: &str) -> String {
    shown(whole(object, name), text(object, "currency"))
}

fn account(desk: &Desk<'_>, (_, account): Object<'_>) -> Value {
    let is = |name: &str| account.get(name) == Some(&Value::Bool(true));
    let reason = account.pointer("/requirements/disabled_reason");
    let state = if desk.state.left.contains(text(account, "id")) {
        "taken away"
    } else if is("charges_enabled") {
        "ready"
    } else if is("details_submitted") {
        reason.and_then(Value::as_str).unwrap_or("pending")
    } else {
        "not filled in"
    };
    json!({ "email": account.get("email"), "state": state })
}

fn session(desk: &Desk<'_>, (owner, session): Object<'_>) -> Value {
    let order = desk.state.orders.get(text(session, "id"));
    let intent = session.get("payment_intent").and_then(Value::as_str);
    let intent = intent.and_then(|intent| desk.state.get(owner, intent));
    json!({
        "name": order.map(|order| order.name.as_str()),
        "amount": amount(session, "amount_total"),
        "paid": session.get("payment_status"),
        "processing": intent.is_some_and(|intent| text(intent, "status") == "processing"),
        "until": time(whole(session, "expires_at")),
    })
}

fn payment(_: &Desk<'_>, (_, charge): Object<'_>) -> Value {
    let left = whole(charge, "amount") - whole(charge, "amount_refunded");
    json!({
        "name": charge.get("description"),
        "amount": amount(charge, "amount"),
        "refunded": (left < whole(charge, "amount")).then(|| amount(charge, "amount_refunded")),
        "disputed": charge.get("disputed"),
        "left": left > 0,
    })
}

fn part(_: &Desk<'_>, (_, part): Object<'_>) -> Value {
    json!({ "amount": amount(part, "amount"), "charge": part.get("charge") })
}

fn subscription(desk: &Desk<'_>, (owner, one): Object<'_>) -> Value {
    let price = item(one).get("price").unwrap_or(&Value::Null);
    let customer = desk.state.get(owner, text(one, "customer"));
    json!({
        "price": price.get("lookup_key"),
        "amount": format!("{} a {}", amount(price, "unit_amount"), prices::interval(price)),
        "email": customer.map(|customer| text(customer, "email")),
        "ending": one.get("cancel_at_period_end"),
        "until": time(period(one).1),
    })
}

/// The events, the newest first, with the deliveries of each.
fn events(desk: &Desk<'_>) -> Vec<Value> {
    let every = desk.state.every("event").into_iter().take(EVENTS);
    every
        .map(|(account, event)| {
            let id = text(event, "id");
            let own = desk
                .state
                .deliveries
                .iter()
                .filter(|delivery| delivery.event == id);
            json!({
                "id": id, "type": event.get("type"), "account": account,
                "at": time(whole(event, "created")),
                "deliveries": own.map(delivery).collect::<Vec<_>>(),
            })
        })
        .collect()
}

fn delivery(one: &Delivery) -> Value {
    let way = match one.way {
        DeliveryState::Waits => "waits",
        DeliveryState::Taken => "taken",
        DeliveryState::Lost => "lost",
        DeliveryState::GivenUp => "given up",
    };
    json!({ "way": way, "tries": one.tries, "said": one.said })
}
