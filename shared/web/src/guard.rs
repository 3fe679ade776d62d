//! The guard of a route: role, plan mode, same-origin check, second factor, recent password.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::workspace::WorkspaceMode;
use http::Method;

use crate::context::Context;
use crate::error::PageError;
use crate::origin;
use crate::route::{Audience, Route};
use crate::signup_host::SignupHost;

/// Lets through who may use the route, and only changes that come from our pages.
pub(crate) async fn guard_route(
    State(row): State<Route>,
    request: Request,
    next: Next,
) -> Result<Response, PageError> {
    if let Some(front) = request.extensions().get::<SignupHost>() {
        guard_signup_host(&row, front, &request)?;
        return Ok(next.run(request).await);
    }
    let ctx = request.extensions().get::<Arc<Context>>().cloned();
    let ctx = ctx.ok_or_else(|| PageError::internal("a route outside the router"))?;
    if row.consulting_only && ctx.workspace.mode == WorkspaceMode::Internal {
        return Err(PageError::NotFound);
    }
    if !row.csrf_exempt {
        let address = ctx.app.config.workspace_url(&ctx.workspace.slug);
        require_same_origin(&request, &address)?;
    }
    let role = ctx.actor().map(|actor| actor.role);
    let (action, fits) = match (row.audience, role) {
        (Audience::SignupHost, _) => return Err(PageError::NotFound),
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
    if ctx.requires_enrolment() && !row.allows_unenrolled {
        return Err(PageError::Enrol);
    }
    if row.requires_reauth {
        ctx.require_reauth()?;
    }
    Ok(next.run(request).await)
}

/// Lets through what is for the front: all that is a workspace's isn't there.
fn guard_signup_host(row: &Route, front: &SignupHost, request: &Request) -> Result<(), PageError> {
    if row.audience != Audience::SignupHost {
        return Err(PageError::NotFound);
    }
    require_same_origin(request, &front.app.config.signup_url())
}

/// Holds for what reads, and for a change that a page of ours at `address` asks for.
fn require_same_origin(request: &Request, address: &str) -> Result<(), PageError> {
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    if reads || origin::is_same_origin(request.headers(), address) {
        Ok(())
    } else {
        Err(PageError::Stale)
    }
}
