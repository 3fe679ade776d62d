//! Checkout: the page on which a session is paid, or isn't.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::act::StandInAction;
use super::super::amounts::shown;
use super::super::desk::Desk;
use super::super::objects::{text, whole};
use super::super::payments::PaymentResult;
use super::super::prices;
use super::StandInRequest;

#[derive(Deserialize)]
pub(super) struct Paid {
    how: PaymentResult,
}

/// `GET /c/pay/{session}`.
pub(super) async fn page(hand: StandInRequest, Path(id): Path<String>) -> Response {
    show(&hand, &id, None)
}

/// `POST /c/pay/{session}`.
pub(super) async fn pay(
    hand: StandInRequest,
    Path(id): Path<String>,
    Form(form): Form<Paid>,
) -> Response {
    let act = StandInAction::Pay {
        session: id.clone(),
        how: form.how,
    };
    let error = match hand.stand_in.act(&act) {
        Ok(()) if form.how == PaymentResult::Declined => {
            "Your card was declined. Try another one.".to_owned()
        }
        Ok(()) => {
            let back = hand.stand_in.at_desk(|desk| {
                let found = desk.state.find(&id);
                found.map(|(_, session)| back(session))
            });
            return Redirect::to(&back.unwrap_or_default()).into_response();
        }
        Err(words) => words,
    };
    show(&hand, &id, Some(&error))
}

fn show(hand: &StandInRequest, id: &str, error: Option<&str>) -> Response {
    match hand.stand_in.at_desk(|desk| session(desk, id, error)) {
        Some(page) => hand.pages.show("checkout.html", &page),
        None => hand.pages.over("There is no such session."),
    }
}

/// What the page of a session shows.
fn session(desk: &Desk<'_>, id: &str, error: Option<&str>) -> Option<Value> {
    let (owner, session) = desk.state.find(id)?;
    let order = desk.state.orders.get(id)?;
    let price = order.price.as_ref();
    let price = price.and_then(|(price, _)| desk.state.get(owner, price));
    let ours = owner.and_then(|account| desk.state.get(None, account));
    Some(json!({
        "status": session.get("status"),
        "every": price.map(prices::interval),
        "name": order.name,
        "email": session.pointer("/customer_details/email"),
        "amount": shown(whole(session, "amount_total"), text(session, "currency")),
        "account": ours.map_or("SecPortal", |account| text(account, "email")),
        "cancel": session.get("cancel_url"),
        "success": back(session),
        "error": error,
    }))
}

/// Where somebody comes to who has paid.
fn back(session: &Value) -> String {
    let id = text(session, "id");
    text(session, "success_url").replace("{CHECKOUT_SESSION_ID}", id)
}
