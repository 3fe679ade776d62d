//! The edge around every page: host to workspace, session, error pages, headers, one log line.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::id::EntryId;
use domain::slug::Slug;
use futures::FutureExt;
use http::request::Parts;
use http::{Extensions, HeaderMap, Method, StatusCode, header};
use store::{AuditContext, Device, Directory, Meter, SlugLookup};
use tracing::Instrument as _;

use crate::app::App;
use crate::context::Context;
use crate::error::PageError;
use crate::error_page::ErrorPage;
use crate::form::MAX_FORM;
use crate::kept_form::{KeptForm, is_form};
use crate::layout::Layout;
use crate::origin::is_same_origin;
use crate::page::Page;
use crate::reply::{Reply, see_other};
use crate::request_info::RequestInfo;
use crate::request_log::RequestSpan;
use crate::signup_host::SignupHost;

/// The page that the bare sign-up host leads to.
const SIGNUP_PATH: &str = "/sign-up";

/// Around everything: finds the workspace and the session, makes pages of
/// errors, adds headers, and logs, once.
pub(crate) async fn handle_request(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let span = RequestSpan::new(&app, &request);
    let id = span.id;
    let wants_json = wants_json(request.headers());
    let (parts, body) = request.into_parts();
    let mut sent = None;
    let (here, response) = match resolve_host(&app, &span.meter, &parts, id).await {
        Ok(Arrival::Here(here)) => match SentForm::read(&here, &parts, body).await {
            Ok((form, body)) => {
                sent = form;
                let mut request = Request::from_parts(parts, body);
                here.put(request.extensions_mut());
                let caught = AssertUnwindSafe(next.run(request))
                    .catch_unwind()
                    .instrument(span.tracing(here.workspace()))
                    .await;
                let response = caught
                    .unwrap_or_else(|_| PageError::internal("a handler panicked").into_response());
                (Some(here), response)
            }
            Err(error) => (Some(here), error.into_response()),
        },
        Ok(Arrival::Led(to)) => (None, see_other(to).into_response()),
        Ok(Arrival::Moved(slug)) => (None, render_moved(&app, &slug, &parts, &id.to_string())),
        Ok(Arrival::Nowhere) => (None, PageError::NotFound.into_response()),
        Err(error) => (None, error.into_response()),
    };
    let (response, error) = render_error(
        &app,
        here.as_ref(),
        sent.as_ref(),
        response,
        wants_json,
        &id.to_string(),
    );
    let ctx = here.as_ref().and_then(Site::workspace);
    span.finish(&app, response, ctx, error.as_ref())
}

/// Where a handler runs.
enum Site {
    /// At a workspace.
    Workspace(Arc<Context>),
    /// At the front.
    Front(SignupHost),
}

impl Site {
    /// Hands over what handlers ask for.
    fn put(&self, request: &mut Extensions) {
        match self {
            Self::Workspace(ctx) => drop(request.insert(Arc::clone(ctx))),
            Self::Front(front) => drop(request.insert(front.clone())),
        }
    }

    fn workspace(&self) -> Option<&Context> {
        match self {
            Self::Workspace(ctx) => Some(ctx),
            Self::Front(_) => None,
        }
    }

    /// The address that its forms are sent to.
    fn address(&self) -> String {
        match self {
            Self::Workspace(ctx) => ctx.app.config.workspace_url(&ctx.workspace.slug),
            Self::Front(front) => front.app.config.signup_url(),
        }
    }

    fn page(&self, page: &ErrorPage) -> Result<Reply, PageError> {
        match self {
            Self::Workspace(ctx) => ctx.render(page),
            Self::Front(front) => front.render(page),
        }
    }
}

/// The form that a page of ours sent.
struct SentForm {
    action: String,
    body: Bytes,
}

impl SentForm {
    /// Reads a form, so that an error can show it; the body is handed on as it came.
    async fn read(
        here: &Site,
        parts: &Parts,
        body: Body,
    ) -> Result<(Option<Self>, Body), PageError> {
        if !is_form(&parts.method, &parts.headers) {
            return Ok((None, body));
        }
        let body = to_bytes(body, MAX_FORM).await;
        let body = body.map_err(|_| PageError::TooLarge)?;
        // What another site sends is never offered to be sent again.
        let ours = is_same_origin(&parts.headers, &here.address());
        let action = parts.uri.path_and_query().map(ToString::to_string);
        let form = action.filter(|_| ours).map(|action| Self {
            action,
            body: body.clone(),
        });
        Ok((form, Body::from(body)))
    }

    fn kept(&self) -> Option<KeptForm> {
        // The form that carries it is bounded as well.
        let fits = self.body.len() <= MAX_FORM / 2;
        fits.then(|| KeptForm::from_body(&self.action, &self.body))?
    }
}

/// Where a request came in.
enum Arrival {
    /// Where a handler can run.
    Here(Site),
    /// At an address where there is nothing but the way to this page.
    Led(&'static str),
    /// At an address that a workspace had: this is the one to go on at.
    Moved(Slug),
    /// At no workspace's address.
    Nowhere,
}

async fn resolve_host(
    app: &Arc<App>,
    meter: &Meter,
    request: &Parts,
    id: EntryId,
) -> Result<Arrival, PageError> {
    let host = request
        .headers
        .get(app.config.host_header.as_str())
        .and_then(|host| host.to_str().ok());
    if app.config.is_signup_host(host.unwrap_or_default()) {
        if request.uri.path() == "/" {
            return Ok(Arrival::Led(SIGNUP_PATH));
        }
        let visit = RequestInfo::read(Arc::clone(app), meter.clone(), request, id)?;
        return Ok(Arrival::Here(Site::Front(SignupHost::new(visit))));
    }
    let trace = AuditContext::new(id, app.clock.now(), Device::default());
    let directory = Directory::new(app.services.table.with_meter(meter), trace);
    let base = &app.config.base_domain;
    let found = app
        .tenants
        .find_workspace(host.unwrap_or_default(), base, &directory, app.clock.now())
        .await?;
    match found {
        Some(SlugLookup::Here(workspace)) => {
            let ctx = Context::read(Arc::clone(app), workspace, meter.clone(), request, id);
            Ok(Arrival::Here(Site::Workspace(Arc::new(ctx.await?))))
        }
        Some(SlugLookup::Moved(slug)) => Ok(Arrival::Moved(slug)),
        None => Ok(Arrival::Nowhere),
    }
}

/// The way to the same page at the workspace's new address. A change is not done:
/// a page says so, since a form that the old address gave may lead nowhere else.
fn render_moved(app: &App, slug: &Slug, request: &Parts, id: &str) -> Response {
    let address = app.config.workspace_url(slug);
    if request.method == Method::GET || request.method == Method::HEAD {
        let path = request.uri.path_and_query();
        let path = path.map_or("/", |path| path.as_str());
        return see_other(&format!("{address}{path}")).into_response();
    }
    let title = "This portal has moved";
    let page = serde_json::json!({ "title": title, "to": address });
    let layout = Layout::outside_workspace(title, id);
    let html = app
        .renderer
        .render_page("pages/errors/moved.html", &layout, &page);
    let reply = Reply::html(html.unwrap_or_default()).status(StatusCode::CONFLICT);
    reply.into_response()
}

/// The answer as it is sent: an error becomes a page, data, or a way to sign in.
fn render_error(
    app: &App,
    here: Option<&Site>,
    sent: Option<&SentForm>,
    mut response: Response,
    wants_json: bool,
    id: &str,
) -> (Response, Option<PageError>) {
    let Some(error) = response.extensions_mut().remove::<PageError>() else {
        return (response, None);
    };
    let status = error.status();
    let ctx = here.and_then(Site::workspace);
    let page = ErrorPage::new(&error, id);
    let page = match sent.and_then(SentForm::kept) {
        Some(form) => page.with_form(&error, form, ctx),
        None => page,
    };
    let reply = match (&error, ctx) {
        _ if wants_json => {
            let (_, text) = error.message();
            Reply::json(&serde_json::json!({ "error": text, "request_id": id })).status(status)
        }
        (PageError::SignIn, Some(ctx)) if !page.has_form() => {
            see_other(&with_return_path("/sign-in", ctx))
        }
        (PageError::Confirm, Some(ctx)) if !page.has_form() => {
            see_other(&with_return_path("/confirm", ctx))
        }
        (PageError::Enrol, Some(_)) => see_other("/account/two-factor"),
        _ => {
            let shown = match here {
                Some(here) => here.page(&page),
                None => render_unknown_host(app, &page),
            };
            let shown = shown.map(|reply| reply.status(status));
            shown.unwrap_or_else(|_| Reply::empty(StatusCode::INTERNAL_SERVER_ERROR))
        }
    };
    let reply = match &error {
        PageError::TooMany(wait) => reply.header(header::RETRY_AFTER, wait.as_secs().max(1).into()),
        _ => reply,
    };
    (reply.into_response(), Some(error))
}

/// The page of an error where no workspace is known.
fn render_unknown_host(app: &App, page: &ErrorPage) -> Result<Reply, PageError> {
    let layout = Layout::outside_workspace(&page.title(), &page.request_id);
    let name = "pages/errors/unknown_host.html";
    Ok(Reply::html(app.renderer.render_page(name, &layout, page)?))
}

fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|v| v.starts_with("application/json"))
}

/// The way to `to`, and from there back to the page that the person looks at.
fn with_return_path(to: &str, ctx: &Context) -> String {
    match ctx.page_path.as_deref() {
        None | Some("/") => to.to_owned(),
        Some(path) => {
            let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
            format!("{to}?next={next}")
        }
    }
}
