//! The HTTP service that is built from routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use http::Method;

use crate::app::App;
use crate::error::PageError;
use crate::form_address::{RouteAddress, form_addresses};
use crate::protected_upload::MAX_READ;
use crate::route::Route;
use crate::{edge, guard, service_call};

/// Builds the service of some groups of routes: each with its guard, all within the edge.
pub fn router(app: &Arc<App>, groups: &[&[Route]]) -> Router {
    let routes = groups.iter().copied().flatten();
    let pages = routes.filter(|route| !route.service_call);
    let known = pages.map(|route| RouteAddress {
        is_form: route.method != Method::GET,
        path: route.path,
    });
    router_among(app, groups, known)
}

/// The same, where it also gets what no other function serves: `known` are the addresses of all
/// of them, so that a reload of a form's address leads to the form's page.
pub(crate) fn router_among(
    app: &Arc<App>,
    groups: &[&[Route]],
    known: impl Iterator<Item = RouteAddress>,
) -> Router {
    let (mut router, mut service_calls) = (Router::new(), Router::new());
    for route in groups.iter().copied().flatten().copied() {
        if route.service_call {
            service_calls = service_calls.route(route.path, (route.handler)());
            continue;
        }
        let guarded = (route.handler)().layer(from_fn_with_state(route, guard::guard_route));
        router = router.route(route.path, guarded);
    }
    for (path, way) in form_addresses(known) {
        router = router.route(path, way);
    }
    router
        .fallback(|| async { PageError::NotFound })
        .method_not_allowed_fallback(|| async { PageError::NotFound })
        .layer(DefaultBodyLimit::max(MAX_READ))
        .layer(from_fn_with_state(Arc::clone(app), edge::handle_request))
        .merge(service_call::build_router(service_calls, app))
}
