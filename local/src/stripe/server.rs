//! What the stand-in answers: the API, and the pages that people see.

use std::sync::{Arc, Weak};

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, RawQuery, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::desk::VERSION;
use super::form::Form;
use super::pages::{self, Pages};
use super::refusal::Refusal;
use super::stand_in::{Inner, StripeStandIn};
use super::{accounts, api, replies};
use crate::problem::Problem;

/// What the routes are made with.
#[derive(Clone)]
pub(super) struct ServerState {
    inner: Weak<Inner>,
    pages: Arc<Pages>,
}

/// What every handler has.
pub(super) struct StandInRequest {
    pub(super) stand_in: StripeStandIn,
    /// The templates of its pages.
    pub(super) pages: Arc<Pages>,
}

impl FromRequestParts<ServerState> for StandInRequest {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, served: &ServerState) -> Result<Self, StatusCode> {
        let inner = served
            .inner
            .upgrade()
            .ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        Ok(Self {
            stand_in: StripeStandIn::of(inner),
            pages: Arc::clone(&served.pages),
        })
    }
}

/// The routes of the API, its pages and its controls.
pub(super) fn router(inner: Weak<Inner>) -> Result<Router, Problem> {
    let pages = Arc::new(Pages::read()?);
    Ok(Router::new()
        .route("/v1/{*path}", any(call))
        .merge(pages::routes().layer(from_fn(secure)))
        .route("/stripe.css", get(pages::css))
        .fallback(|| async { (StatusCode::NOT_FOUND, "Nothing here. Go to / instead.\n") })
        .with_state(ServerState { inner, pages }))
}

async fn call(
    hand: StandInRequest,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let stand_in = hand.stand_in;
    let header = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let sent = match method {
        Method::GET | Method::DELETE => query.unwrap_or_default().into_bytes(),
        _ => body.to_vec(),
    };
    let form = Form::read(&sent);
    let key = header("idempotency-key").filter(|_| method == Method::POST);
    let asked = format!("{method} {path} {}", String::from_utf8_lossy(&sent));
    let account = header("stripe-account").map(str::to_owned);
    let (request, answer) = stand_in.at_desk(|desk| {
        let request = desk.new_id("req");
        let answer = known(header("authorization")).and_then(|()| {
            of_version(header("stripe-version"))?;
            if let Some(account) = &account {
                accounts::known(desk, account)?;
            }
            desk.account.clone_from(&account);
            replies::once(desk, key, &asked, |desk| {
                api::answer(desk, (&method, path.as_str()), &form)
            })
        });
        (request, answer)
    });
    stand_in.changed();
    let mut response = match answer {
        Ok((answer, again)) => {
            let mut response = Json(answer).into_response();
            if again {
                let replayed = HeaderName::from_static("idempotent-replayed");
                response
                    .headers_mut()
                    .insert(replayed, HeaderValue::from_static("true"));
            }
            response
        }
        Err(refusal) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert("stripe-version", HeaderValue::from_static(VERSION));
    for (name, value) in [
        ("request-id", Some(request.as_str())),
        ("idempotency-key", key),
        ("stripe-account", account.as_deref()),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Whether somebody has a secret key, of test mode.
fn known(authorization: Option<&str>) -> Result<(), Refusal> {
    let key = authorization.and_then(|text| text.strip_prefix("Bearer "));
    let key = key.ok_or_else(|| {
        Refusal::unauthorized(
            "You did not provide an API key. You need to provide your API key in the \
             Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )
    })?;
    if ["sk_test_", "rk_test_"]
        .iter()
        .any(|begin| key.starts_with(begin))
    {
        return Ok(());
    }
    Err(Refusal::unauthorized(
        "Invalid API Key provided: only keys of test mode are known here.",
    ))
}

/// Whether objects are wanted as they are here: by the version that is asked for, if one
/// is.
fn of_version(version: Option<&str>) -> Result<(), Refusal> {
    match version {
        None | Some(VERSION) => Ok(()),
        Some(other) => Err(Refusal::new(format!(
            "Invalid Stripe API version: {other}. Only {VERSION} is known here."
        ))),
    }
}

/// Forms are sent by the pages themselves, and pages load nothing from elsewhere. What
/// a form leads to may be anywhere: the product's own pages.
async fn secure(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site");
    let foreign = site.is_some_and(|site| !["same-origin", "none"].iter().any(|own| site == own));
    if request.method() == Method::POST && foreign {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; base-uri 'none'; \
             form-action 'self' http: https:; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
