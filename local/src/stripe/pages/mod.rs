//! The pages that Stripe hosts: an account's own, Checkout, and the portal; and the one
//! on which a tester has hold of everything.

mod account;
mod checkout;
mod control;
mod portal;

use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use jiff::Timestamp;
use serde_json::{Value, json};
use tera::{Context, Tera};

use super::server::{ServerState, StandInRequest};
use crate::problem::{Problem, ProblemContext as _};

const CSS: &str = concat!(
    include_str!("../../../pages/local.css"),
    include_str!("../../../pages/stripe.css")
);
const PAGES: [(&str, &str); 6] = [
    ("stripe.html", include_str!("../../../pages/stripe.html")),
    ("account.html", include_str!("../../../pages/account.html")),
    (
        "checkout.html",
        include_str!("../../../pages/checkout.html"),
    ),
    ("portal.html", include_str!("../../../pages/portal.html")),
    ("control.html", include_str!("../../../pages/control.html")),
    ("over.html", include_str!("../../../pages/over.html")),
];
/// What somebody reads whose page was open long enough.
const OVER: &str = "This page is over. Go back to where you came from.";

pub(super) struct Pages(Tera);

impl Pages {
    pub(super) fn read() -> Result<Self, Problem> {
        let mut pages = Tera::default();
        pages
            .add_raw_templates(PAGES)
            .with_problem("The pages of Stripe's stand-in can't be read")?;
        Ok(Self(pages))
    }

    /// A page, with what it shows.
    fn show(&self, name: &str, page: &Value) -> Response {
        let rendered =
            Context::from_serialize(page).and_then(|context| self.0.render(name, &context));
        match rendered {
            Ok(html) => Html(html).into_response(),
            Err(error) => {
                tracing::error!(%error, name, "a page of Stripe's stand-in can't be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    /// What somebody sees whose page is over, or never was.
    fn over(&self, words: &str) -> Response {
        let page = self.show("over.html", &json!({ "words": words }));
        (StatusCode::NOT_FOUND, page).into_response()
    }
}

/// The routes of the pages.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/", get(control::overview).post(control::act))
        .route("/setup/s/{account}/{token}", get(account::open))
        .route(
            "/setup/e/{account}/{token}",
            get(account::page).post(account::fill_in),
        )
        .route("/c/pay/{session}", get(checkout::page).post(checkout::pay))
        .route("/p/session/{token}", get(portal::page).post(portal::change))
}

/// The looks of the pages.
pub(super) async fn css() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], CSS).into_response()
}

/// A time as people read it, in UTC, from seconds.
fn time(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or_default();
    time.strftime("%-d %b %Y, %H:%M:%S").to_string()
}
