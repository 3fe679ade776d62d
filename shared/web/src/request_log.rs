//! One tracing span and one log line for each request.

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use domain::id::EntryId;
use http::{Method, StatusCode};
use jiff::Timestamp;
use store::{CapacityUsed, Meter, RequestTimings};

use crate::app::App;
use crate::context::Context;
use crate::error::PageError;
use crate::headers;

/// The X-Ray trace that Lambda put the request into.
#[derive(Debug, Clone)]
pub(crate) struct TraceId(pub(crate) String);

/// A request from its arrival to its log line.
pub(crate) struct RequestSpan {
    pub(crate) id: EntryId,
    pub(crate) started: Timestamp,
    pub(crate) meter: Meter,
    trace: Option<TraceId>,
    method: Method,
    route: Option<String>,
}

impl RequestSpan {
    pub(crate) fn new(app: &App, request: &Request) -> Self {
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

    /// The tracing span in which the handler runs, so that each event within it names the
    /// request, the workspace, the route and the actor's role.
    pub(crate) fn tracing(&self, ctx: Option<&Context>) -> tracing::Span {
        let workspace = ctx.map(|ctx| ctx.workspace.id.to_string());
        let role = ctx.and_then(Context::actor).map(|actor| actor.role.name());
        tracing::info_span!(
            "handler",
            request_id = %self.id,
            route = self.route.as_deref().unwrap_or("-"),
            workspace = workspace.unwrap_or_default(),
            role = role.unwrap_or_default(),
        )
    }

    /// Adds the security headers and the capacity used to the response, and logs the request.
    pub(crate) fn finish(
        self,
        app: &App,
        mut response: Response,
        ctx: Option<&Context>,
        error: Option<&PageError>,
    ) -> Response {
        let https = app.config.scheme == "https";
        headers::secure(response.headers_mut(), https, &self.id.to_string());
        let (spent, within) = (self.meter.spent(), self.meter.timings());
        response.extensions_mut().insert(spent);
        response.extensions_mut().insert(within);
        let line = RequestLog {
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
        write_log(&line, ctx, error);
        response
    }
}

/// The fields of a request's log line.
struct RequestLog {
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

fn write_log(line: &RequestLog, ctx: Option<&Context>, error: Option<&PageError>) {
    let workspace = ctx
        .map(|ctx| ctx.workspace.id.to_string())
        .unwrap_or_default();
    let user = ctx
        .and_then(Context::actor)
        .map(|actor| actor.user.to_string())
        .unwrap_or_default();
    let cause = error.map(PageError::cause_chain).unwrap_or_default();
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
