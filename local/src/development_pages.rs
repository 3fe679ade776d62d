//! The pages at the address that is no workspace's: what there is, and the mailbox.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;
use tera::{Context, Tera};

use crate::demo::Listing;
use crate::mailbox::{Mailbox, pieces};
use crate::problem::{Problem, ProblemContext as _};

const CSS: &str = include_str!("../pages/local.css");
const PAGES: [(&str, &str); 4] = [
    ("layout.html", include_str!("../pages/layout.html")),
    ("index.html", include_str!("../pages/index.html")),
    ("mail.html", include_str!("../pages/mail.html")),
    ("letter.html", include_str!("../pages/letter.html")),
];

const CSP: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";
/// A mail brings its own looks, and nothing else: it runs nothing and loads nothing.
const LETTER_CSP: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
    style-src 'unsafe-inline'; img-src data: http://*.localhost:*; form-action 'none'; frame-ancestors 'self'";

struct Front {
    pages: Tera,
    listing: Listing,
    mailbox: Mailbox,
}

pub(crate) fn router(listing: Listing, mailbox: Mailbox) -> Result<Router, Problem> {
    let mut pages = Tera::default();
    pages
        .add_raw_templates(PAGES)
        .with_problem("The development pages can't be read")?;
    let front = Front {
        pages,
        listing,
        mailbox,
    };
    Ok(Router::new()
        .route("/", get(index))
        .route("/mail", get(mail))
        .route("/mail.json", get(mail_json))
        .route("/mail/{id}", get(letter))
        .route("/mail/{id}/html", get(letter_html))
        .route("/local.css", get(css))
        .fallback(|| async { (StatusCode::NOT_FOUND, "Nothing here. Go to / instead.\n") })
        .layer(map_response(secure))
        .with_state(Arc::new(front)))
}

async fn index(State(front): State<Arc<Front>>) -> Response {
    front.page("index.html", &json!({ "listing": front.listing }))
}

async fn mail(State(front): State<Arc<Front>>) -> Response {
    let letters = front.mailbox.mails().await;
    front.page("mail.html", &json!({ "letters": letters }))
}

async fn mail_json(State(front): State<Arc<Front>>) -> Response {
    Json(front.mailbox.mails().await).into_response()
}

async fn letter(State(front): State<Arc<Front>>, Path(id): Path<String>) -> Response {
    let letters = front.mailbox.mails().await;
    let Some(letter) = letters.iter().find(|letter| letter.id == id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let page = json!({ "letter": letter, "pieces": pieces(&letter.text) });
    front.page("letter.html", &page)
}

async fn letter_html(State(front): State<Arc<Front>>, Path(id): Path<String>) -> Response {
    let letters = front.mailbox.mails().await;
    let letter = letters.into_iter().find(|letter| letter.id == id);
    let Some(html) = letter.and_then(|letter| letter.html) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // Links open beside the mailbox: the portal lets nobody frame it.
    let html = format!("<base target=\"_blank\">{html}");
    let csp = HeaderValue::from_static(LETTER_CSP);
    ([(header::CONTENT_SECURITY_POLICY, csp)], Html(html)).into_response()
}

async fn css() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], CSS).into_response()
}

impl Front {
    fn page(&self, name: &str, page: &serde_json::Value) -> Response {
        let rendered =
            Context::from_serialize(page).and_then(|context| self.pages.render(name, &context));
        match rendered {
            Ok(html) => Html(html).into_response(),
            Err(error) => {
                tracing::error!(%error, name, "a development page can't be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

async fn secure(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}
