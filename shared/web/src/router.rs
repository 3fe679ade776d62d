//! The HTTP service that is built from routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;

use crate::app::App;
use crate::error::PageError;
use crate::protected_upload::MAX_READ;
use crate::route::Route;
use crate::{edge, guard, service_call};

/// Builds the service of some groups of routes: each with its guard, all within the edge.
pub fn router(app: &Arc<App>, groups: &[&[Route]]) -> Router {
    let (mut router, mut service_calls) = (Router::new(), Router::new());
    for route in groups.iter().copied().flatten().copied() {
        if route.service_call {
            service_calls = service_calls.route(route.path, (route.handler)());
            continue;
        }
        let guarded = (route.handler)().layer(from_fn_with_state(route, guard::guard_route));
        router = router.route(route.path, guarded);
    }
    router
        .fallback(|| async { PageError::NotFound })
        .method_not_allowed_fallback(|| async { PageError::NotFound })
        .layer(DefaultBodyLimit::max(MAX_READ))
        .layer(from_fn_with_state(Arc::clone(app), edge::handle_request))
        .merge(service_call::build_router(service_calls, app))
}
