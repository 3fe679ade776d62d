//! An account's own page, on which its owner fills it in.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use serde_json::json;

use super::super::accounts::{self, Onboarding};
use super::super::act::StandInAction;
use super::{OVER, StandInRequest};

#[derive(Deserialize)]
pub(super) struct OnboardingForm {
    how: Onboarding,
}

/// Where a link leads: to the page, once; then to whoever can make another.
pub(super) async fn open(
    hand: StandInRequest,
    Path((_, token)): Path<(String, String)>,
) -> Response {
    match hand.stand_in.at_desk(|desk| accounts::open(desk, &token)) {
        Some(address) => Redirect::to(&address).into_response(),
        None => hand.pages.over("There is no such link."),
    }
}

/// `GET /setup/e/{account}/{token}`.
pub(super) async fn page(
    hand: StandInRequest,
    Path((_, token)): Path<(String, String)>,
) -> Response {
    let page = hand.stand_in.at_desk(|desk| {
        let page = accounts::page(desk, &token)?;
        let account = desk.state.get(None, &page.account)?;
        Some(json!({ "account": account, "back": page.back }))
    });
    match page {
        Some(page) => hand.pages.show("account.html", &page),
        None => hand.pages.over(OVER),
    }
}

/// `POST /setup/e/{account}/{token}`.
pub(super) async fn fill_in(
    hand: StandInRequest,
    Path((_, token)): Path<(String, String)>,
    Form(form): Form<OnboardingForm>,
) -> Response {
    let page = hand.stand_in.at_desk(|desk| accounts::close(desk, &token));
    let Some(page) = page else {
        return hand.pages.over(OVER);
    };
    let act = StandInAction::Onboard {
        account: page.account,
        how: form.how,
    };
    match hand.stand_in.act(&act) {
        Ok(()) => Redirect::to(&page.back).into_response(),
        Err(words) => hand.pages.over(&words),
    }
}
