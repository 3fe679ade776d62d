//! Routes of other services: what stands around them, and what their handlers have.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use domain::id::EntryId;
use futures::FutureExt as _;
use http::request::Parts;
use jiff::Timestamp;
use store::{AuditContext, Device, Directory, Meter};
use tracing::Instrument as _;

use crate::app::App;
use crate::error::PageError;
use crate::reply::Reply;
use crate::request_log::RequestSpan;

/// The most that is read of what another service sends.
pub const MAX_SERVICE_CALL_BYTES: usize = 256 * 1024;

/// A request of another service. Who it is, the handler finds out.
#[derive(Clone)]
pub struct ServiceCall {
    /// What the process has.
    pub app: Arc<App>,
    pub id: EntryId,
    /// When it came.
    pub now: Timestamp,
    meter: Meter,
}

impl ServiceCall {
    /// What a handler has, for work that no request asks for.
    pub fn scheduled(app: &Arc<App>) -> Self {
        Self {
            app: Arc::clone(app),
            id: app.new_id(),
            now: app.clock.now(),
            meter: Meter::default(),
        }
    }

    /// The directory; what is recorded is noted as of this request.
    pub fn directory(&self) -> Directory {
        let trace = AuditContext::new(self.id, self.now, Device::default());
        Directory::new(self.app.services.table.with_meter(&self.meter), trace)
    }
}

impl<S: Sync> FromRequestParts<S> for ServiceCall {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let found = parts.extensions.get::<Self>().cloned();
        found.ok_or_else(|| PageError::internal("a machine's route outside the router"))
    }
}

/// The routes of other services, with what stands around each.
pub(crate) fn build_router(routes: Router, app: &Arc<App>) -> Router {
    routes
        .layer(DefaultBodyLimit::max(MAX_SERVICE_CALL_BYTES))
        .layer(from_fn_with_state(Arc::clone(app), handle_call))
}

/// Hands over what a handler has, makes data of errors, adds headers, and logs, once.
async fn handle_call(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let span = RequestSpan::new(&app, &request);
    request.extensions_mut().insert(ServiceCall {
        app: Arc::clone(&app),
        id: span.id,
        now: span.started,
        meter: span.meter.clone(),
    });
    let caught = AssertUnwindSafe(next.run(request))
        .catch_unwind()
        .instrument(span.tracing(None))
        .await;
    let mut response =
        caught.unwrap_or_else(|_| PageError::internal("a handler panicked").into_response());
    let error = response.extensions_mut().remove::<PageError>();
    if let Some(error) = &error {
        let said = serde_json::json!({ "error": error.to_string(), "request_id": span.id });
        response = Reply::json(&said).status(error.status()).into_response();
    }
    span.finish(&app, response, None, error.as_ref())
}
