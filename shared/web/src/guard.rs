//! What every request passes: the edge around all, and the guard of its route.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::id::EntryId;
use domain::slug::Slug;
use domain::workspace::WorkspaceMode;
use futures::FutureExt;
use http::request::Parts;
use http::{Extensions, HeaderMap, Method, StatusCode, header};
use jiff::Timestamp;
use serde::Serialize;
use store::directory::Directory;
use store::session::Device;
use store::{AuditContext, CapacityUsed, Meter, RequestTimings, SlugLookup};

use crate::app::App;
use crate::context::Context;
use crate::error::PageError;
use crate::front::SignupHost;
use crate::headers;
use crate::lambda::TraceId;
use crate::layout::Layout;
use crate::origin;
use crate::page::Page;
use crate::reply::{Reply, see_other};
use crate::route::{Audience, Route};
use crate::visit::RequestInfo;

/// What there is at the front.
const FRONT_PAGE: &str = "/sign-up";

/// Lets through who may use the route, and only changes that come from our pages.
pub(crate) async fn route(
    State(row): State<Route>,
    request: Request,
    next: Next,
) -> Result<Response, PageError> {
    if let Some(front) = request.extensions().get::<SignupHost>() {
        at_front(&row, front, &request)?;
        return Ok(next.run(request).await);
    }
    let ctx = request.extensions().get::<Arc<Context>>().cloned();
    let ctx = ctx.ok_or_else(|| PageError::internal("a route outside the router"))?;
    if row.consulting && ctx.workspace.mode == WorkspaceMode::Internal {
        return Err(PageError::NotFound);
    }
    if !row.by_link {
        let address = ctx.app.config.address(&ctx.workspace.slug);
        from_our_pages(&request, &address)?;
    }
    let role = ctx.actor().map(|actor| actor.role);
    let (action, fits) = match (row.audience, role) {
        (Audience::Front, _) => return Err(PageError::NotFound),
        (Audience::Public, _) => return Ok(next.run(request).await),
        (_, None) => return Err(PageError::SignIn),
        (Audience::Team(action), Some(role)) => (action, role.is_team()),
        (Audience::Portal(action), Some(role)) => (action, !role.is_team()),
        (Audience::Both(action), Some(_)) => (action, true),
    };
    if !fits {
        return Err(PageError::NotFound);
    }
    if !role.is_some_and(|role| role.may(action)) {
        return Err(PageError::Forbidden);
    }
    if ctx.must_enrol() && !row.unenrolled {
        return Err(PageError::Enrol);
    }
    if row.fresh {
        ctx.fresh()?;
    }
    Ok(next.run(request).await)
}

/// Lets through what is for the front: all that is a workspace's isn't there.
fn at_front(row: &Route, front: &SignupHost, request: &Request) -> Result<(), PageError> {
    if row.audience != Audience::Front {
        return Err(PageError::NotFound);
    }
    from_our_pages(request, &front.app.config.front())
}

/// Holds for what reads, and for a change that a page of ours at `address` asks for.
fn from_our_pages(request: &Request, address: &str) -> Result<(), PageError> {
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    if reads || origin::is_same(request.headers(), address) {
        Ok(())
    } else {
        Err(PageError::Stale)
    }
}

/// Around everything: finds the workspace and the session, makes pages of
/// errors, adds headers, and logs, once.
pub(crate) async fn edge(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let begun = RequestSpan::of(&app, &request);
    let id = begun.id;
    let wants_json = wants_json(request.headers());
    let (parts, body) = request.into_parts();
    let (here, response) = match enter(&app, &begun.meter, &parts, id).await {
        Ok(Entered::Here(here)) => {
            let mut request = Request::from_parts(parts, body);
            here.put(request.extensions_mut());
            let caught = AssertUnwindSafe(next.run(request)).catch_unwind().await;
            let response = caught
                .unwrap_or_else(|_| PageError::internal("a handler panicked").into_response());
            (Some(here), response)
        }
        Ok(Entered::Led(to)) => (None, see_other(to).into_response()),
        Ok(Entered::Moved(slug)) => (None, moved(&app, &slug, &parts, &id.to_string())),
        Ok(Entered::Nowhere) => (None, PageError::NotFound.into_response()),
        Err(error) => (None, error.into_response()),
    };
    let (response, error) = shown(&app, here.as_ref(), response, wants_json, &id.to_string());
    let ctx = here.as_ref().and_then(Here::workspace);
    begun.end(&app, response, ctx, error.as_ref())
}

/// A request that came in, whoever stands around its route.
pub(crate) struct RequestSpan {
    pub(crate) id: EntryId,
    pub(crate) started: Timestamp,
    pub(crate) meter: Meter,
    trace: Option<TraceId>,
    method: Method,
    route: Option<String>,
}

impl RequestSpan {
    pub(crate) fn of(app: &App, request: &Request) -> Self {
        // The pattern, not the address: an address may hold a token.
        let route = request.extensions().get::<MatchedPath>();
        Self {
            id: app.new_id(),
            started: app.clock.now(),
            meter: Meter::default(),
            trace: request.extensions().get::<TraceId>().cloned(),
            method: request.method().clone(),
            route: route.map(|path| path.as_str().to_owned()),
        }
    }

    /// Adds headers and what it cost, and logs it.
    pub(crate) fn end(
        self,
        app: &App,
        mut response: Response,
        ctx: Option<&Context>,
        error: Option<&PageError>,
    ) -> Response {
        let https = app.config.scheme == "https";
        headers::secure(response.headers_mut(), https, &self.id.to_string());
        let (spent, within) = (self.meter.spent(), self.meter.took());
        response.extensions_mut().insert(spent);
        response.extensions_mut().insert(within);
        let line = Line {
            id: self.id,
            trace: self.trace,
            cold: app.is_cold(),
            method: self.method,
            route: self.route,
            status: response.status(),
            took_ms: app.clock.now().duration_since(self.started).as_millis(),
            spent,
            within,
        };
        log(&line, ctx, error);
        response
    }
}

/// Where a handler runs.
enum Here {
    /// At a workspace.
    Workspace(Arc<Context>),
    /// At the front.
    Front(SignupHost),
}

impl Here {
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

    fn page(&self, page: &ErrorPage) -> Result<Reply, PageError> {
        match self {
            Self::Workspace(ctx) => ctx.page(page),
            Self::Front(front) => front.page(page),
        }
    }
}

/// Where a request came in.
enum Entered {
    /// Where a handler can run.
    Here(Here),
    /// At an address where there is nothing but the way to this page.
    Led(&'static str),
    /// At an address that a workspace had: this is the one to go on at.
    Moved(Slug),
    /// At no workspace's address.
    Nowhere,
}

async fn enter(
    app: &Arc<App>,
    meter: &Meter,
    request: &Parts,
    id: EntryId,
) -> Result<Entered, PageError> {
    let host = request
        .headers
        .get(app.config.host_header.as_str())
        .and_then(|host| host.to_str().ok());
    if app.config.is_front(host.unwrap_or_default()) {
        if request.uri.path() == "/" {
            return Ok(Entered::Led(FRONT_PAGE));
        }
        let visit = RequestInfo::read(Arc::clone(app), meter.clone(), request, id)?;
        return Ok(Entered::Here(Here::Front(SignupHost::new(visit))));
    }
    let trace = AuditContext::new(id, app.clock.now(), Device::default());
    let directory = Directory::new(app.services.table.metered(meter), trace);
    let base = &app.config.base_domain;
    let found = app
        .tenants
        .at(host.unwrap_or_default(), base, &directory, app.clock.now())
        .await?;
    match found {
        Some(SlugLookup::Here(workspace)) => {
            let ctx = Context::read(Arc::clone(app), workspace, meter.clone(), request, id);
            Ok(Entered::Here(Here::Workspace(Arc::new(ctx.await?))))
        }
        Some(SlugLookup::Moved(slug)) => Ok(Entered::Moved(slug)),
        None => Ok(Entered::Nowhere),
    }
}

/// The way to the same page at the workspace's new address. A change is not done:
/// a page says so, since a form that the old address gave may lead nowhere else.
fn moved(app: &App, slug: &Slug, request: &Parts, id: &str) -> Response {
    let address = app.config.address(slug);
    if request.method == Method::GET || request.method == Method::HEAD {
        let path = request.uri.path_and_query();
        let path = path.map_or("/", |path| path.as_str());
        return see_other(&format!("{address}{path}")).into_response();
    }
    let title = "This portal has moved";
    let page = serde_json::json!({ "title": title, "to": address });
    let layout = Layout::nowhere(title, id);
    let html = app.renderer.page("pages/errors/moved.html", &layout, &page);
    let reply = Reply::html(html.unwrap_or_default()).status(StatusCode::CONFLICT);
    reply.into_response()
}

/// The answer as it is sent: an error becomes a page, data, or a way to sign in.
fn shown(
    app: &App,
    here: Option<&Here>,
    mut response: Response,
    wants_json: bool,
    id: &str,
) -> (Response, Option<PageError>) {
    let Some(error) = response.extensions_mut().remove::<PageError>() else {
        return (response, None);
    };
    let status = error.status();
    let (title, text) = error.words();
    let ctx = here.and_then(Here::workspace);
    let reply = match (&error, ctx) {
        _ if wants_json => {
            Reply::json(&serde_json::json!({ "error": text, "request_id": id })).status(status)
        }
        (PageError::SignIn, Some(ctx)) => see_other(&back("/sign-in", ctx)),
        (PageError::Confirm, Some(ctx)) => see_other(&back("/confirm", ctx)),
        (PageError::Enrol, Some(_)) => see_other("/account/two-factor"),
        _ => {
            let page = ErrorPage {
                status: status.as_u16(),
                title,
                text,
                request_id: id.to_owned(),
                home: "/",
            };
            let shown = match here {
                Some(here) => here.page(&page),
                None => nowhere(app, &page),
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
fn nowhere(app: &App, page: &ErrorPage) -> Result<Reply, PageError> {
    let layout = Layout::nowhere(page.title, &page.request_id);
    let name = "pages/errors/unknown_host.html";
    Ok(Reply::html(app.renderer.page(name, &layout, page)?))
}

fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|v| v.starts_with("application/json"))
}

/// The way to `to`, and from there back to the page that the person looks at.
fn back(to: &str, ctx: &Context) -> String {
    match ctx.page_path.as_deref() {
        None | Some("/") => to.to_owned(),
        Some(path) => {
            let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
            format!("{to}?next={next}")
        }
    }
}

/// The page of an error.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorPage {
    status: u16,
    title: &'static str,
    text: String,
    request_id: String,
    home: &'static str,
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "pages/errors/error.html";

    fn title(&self) -> String {
        self.title.to_owned()
    }

    fn sample() -> Self {
        let (title, text) = PageError::NotFound.words();
        Self {
            status: 404,
            title,
            text,
            request_id: "01J".to_owned(),
            home: "/",
        }
    }
}

/// What is logged of a request.
struct Line {
    id: EntryId,
    trace: Option<TraceId>,
    cold: bool,
    method: Method,
    route: Option<String>,
    status: StatusCode,
    took_ms: i128,
    spent: CapacityUsed,
    within: RequestTimings,
}

fn log(line: &Line, ctx: Option<&Context>, error: Option<&PageError>) {
    let workspace = ctx
        .map(|ctx| ctx.workspace.id.to_string())
        .unwrap_or_default();
    let user = ctx
        .and_then(Context::actor)
        .map(|actor| actor.user.to_string())
        .unwrap_or_default();
    let cause = error.map(PageError::causes).unwrap_or_default();
    let (method, status) = (line.method.as_str(), line.status.as_u16());
    let route = line.route.as_deref().unwrap_or("-");
    let trace = line.trace.as_ref().map_or("", |trace| &trace.0);
    let errors = u8::from(line.status.is_server_error());
    let cold_starts = u8::from(line.cold);
    let took_ms = i64::try_from(line.took_ms).unwrap_or(i64::MAX);
    let CapacityUsed {
        read,
        write,
        calls,
        round_trips,
    } = line.spent;
    let RequestTimings { table, pages } = line.within;
    let (table_ms, pages_ms) = (table.as_secs_f64() * 1e3, pages.as_secs_f64() * 1e3);
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                request_id = %line.id, trace, method, route, status, took_ms, workspace, user,
                cause, errors, cold_starts, read_units = read, write_units = write, calls,
                round_trips, table_ms, pages_ms, "request"
            )
        };
    }
    if line.status.is_server_error() {
        line!(error);
    } else {
        line!(info);
    }
}
