//! The portal: the page on which a customer changes subscriptions.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde_json::{Value, json};

use super::super::act::StandInAction;
use super::super::amounts::shown;
use super::super::desk::Desk;
use super::super::objects::{text, whole};
use super::super::subscriptions::{RenewalOutcome, item, period};
use super::super::{portal, prices};
use super::{OVER, StandInRequest, time};

/// `GET /p/session/{token}`.
pub(super) async fn page(hand: StandInRequest, Path(token): Path<String>) -> Response {
    show(&hand, &token, None)
}

/// `POST /p/session/{token}`.
pub(super) async fn change(
    hand: StandInRequest,
    Path(token): Path<String>,
    Form(act): Form<StandInAction>,
) -> Response {
    if !hand.stand_in.at_desk(|desk| may(desk, &token, &act)) {
        return hand.pages.over(OVER);
    }
    match hand.stand_in.act(&act) {
        Ok(()) => Redirect::to(&format!("/p/session/{token}")).into_response(),
        Err(words) => show(&hand, &token, Some(&words)),
    }
}

fn show(hand: &StandInRequest, token: &str, error: Option<&str>) -> Response {
    match hand.stand_in.at_desk(|desk| managed(desk, token, error)) {
        Some(page) => hand.pages.show("portal.html", &page),
        None => hand.pages.over(OVER),
    }
}

/// What the portal shows.
fn managed(desk: &Desk<'_>, token: &str, error: Option<&str>) -> Option<Value> {
    let (account, session) = portal::page(desk, token)?;
    let account = account.as_deref();
    let customer = text(&session, "customer");
    let name = |price: &Value| {
        let product = desk.state.get(account, text(price, "product"));
        let name = product.map(|product| text(product, "name"));
        let amount = shown(whole(price, "unit_amount"), text(price, "currency"));
        format!(
            "{}, {amount} a {}",
            name.unwrap_or_default(),
            prices::interval(price)
        )
    };
    let all = desk.state.all(account, "subscription").into_iter();
    let own = all.filter(|subscription| text(subscription, "customer") == customer);
    let subscriptions = own.map(|subscription| {
        let price = item(subscription).get("price").unwrap_or(&Value::Null);
        json!({
            "id": subscription.get("id"), "status": subscription.get("status"), "price": price.get("id"),
            "name": name(price), "ending": subscription.get("cancel_at_period_end"),
            "until": time(period(subscription).1),
        })
    });
    let subscriptions: Vec<_> = subscriptions.collect();
    let prices = desk.state.all(account, "price").into_iter();
    let prices = prices.map(|price| json!({ "id": price.get("id"), "name": name(price) }));
    let prices: Vec<_> = prices.collect();
    let email = desk
        .state
        .get(account, customer)
        .map(|customer| text(customer, "email"));
    Some(json!({
        "email": email, "subscriptions": subscriptions, "prices": prices,
        "back": session.get("return_url"), "error": error,
    }))
}

/// Whether somebody at a portal may do it: to a subscription of the portal's customer.
fn may(desk: &Desk<'_>, token: &str, act: &StandInAction) -> bool {
    let (StandInAction::ChangePrice { subscription, .. }
    | StandInAction::EndLater { subscription }
    | StandInAction::Resume { subscription }
    | StandInAction::RunPeriodEnd {
        subscription,
        how: RenewalOutcome::Recovers,
    }) = act
    else {
        return false;
    };
    let Some((account, session)) = portal::page(desk, token) else {
        return false;
    };
    let found = desk.state.get(account.as_deref(), subscription);
    found.is_some_and(|found| text(found, "customer") == text(&session, "customer"))
}
