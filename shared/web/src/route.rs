//! Routes as data, and the service that is built of them.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::MethodRouter;
use domain::role::Action;
use http::Method;

use crate::app::App;
use crate::error::PageError;
use crate::guard;
use crate::machine;
use crate::upload::MAX_READ;

/// Who may use a route at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Whoever comes to the front, where there is no workspace; elsewhere it isn't there.
    Front,
    /// Anybody, at a workspace as are all that follow.
    Public,
    /// The team, by role.
    Team(Action),
    /// Contacts, by role.
    Portal(Action),
    /// Both sides, by role.
    Both(Action),
}

/// One way into the product.
#[derive(Clone, Copy)]
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own
pub struct Route {
    /// GET reads, POST changes.
    pub method: &'static Method,
    /// The address, with names for its ids.
    pub path: &'static str,
    /// For whom.
    pub audience: Audience,
    /// Whether the password must have been given a short while ago.
    pub fresh: bool,
    /// Whether it opens before a second factor that is demanded.
    pub unenrolled: bool,
    /// Whether it is there only where the workspace works for clients.
    pub consulting: bool,
    /// Whether a change may be asked for from anywhere, because the address itself holds
    /// the proof that it may.
    pub by_link: bool,
    /// Whether it is asked for by other services, at any address, who prove themselves by
    /// what they send: no workspace, session or page belongs to it.
    pub machine: bool,
    handler: fn() -> MethodRouter,
}

impl Route {
    /// A route that reads.
    pub const fn get(
        path: &'static str,
        audience: Audience,
        handler: fn() -> MethodRouter,
    ) -> Self {
        Self {
            method: &Method::GET,
            path,
            audience,
            fresh: false,
            unenrolled: false,
            consulting: false,
            by_link: false,
            machine: false,
            handler,
        }
    }

    /// A route that changes something.
    pub const fn post(
        path: &'static str,
        audience: Audience,
        handler: fn() -> MethodRouter,
    ) -> Self {
        Self {
            method: &Method::POST,
            path,
            audience,
            fresh: false,
            unenrolled: false,
            consulting: false,
            by_link: false,
            machine: false,
            handler,
        }
    }

    /// The same, asked for from anywhere by whoever has the link.
    #[must_use]
    pub const fn by_link(self) -> Self {
        Self {
            by_link: true,
            ..self
        }
    }

    /// The same, for other services, who prove themselves by what they send.
    #[must_use]
    pub const fn machine(self) -> Self {
        Self {
            machine: true,
            ..self
        }
    }

    /// The same, for those only who gave their password a short while ago.
    #[must_use]
    pub const fn fresh(self) -> Self {
        Self {
            fresh: true,
            ..self
        }
    }

    /// The same, there only where the workspace works for clients.
    #[must_use]
    pub const fn consulting(self) -> Self {
        Self {
            consulting: true,
            ..self
        }
    }

    /// The same, open also to those who have yet to set up a second factor.
    #[must_use]
    pub const fn unenrolled(self) -> Self {
        Self {
            unenrolled: true,
            ..self
        }
    }
}

/// A service of some groups of routes.
pub fn router(app: &Arc<App>, groups: &[&[Route]]) -> Router {
    let (mut router, mut machines) = (Router::new(), Router::new());
    for route in groups.iter().copied().flatten().copied() {
        if route.machine {
            machines = machines.route(route.path, (route.handler)());
            continue;
        }
        let guarded = (route.handler)().layer(from_fn_with_state(route, guard::route));
        router = router.route(route.path, guarded);
    }
    router
        .fallback(|| async { PageError::NotFound })
        .method_not_allowed_fallback(|| async { PageError::NotFound })
        .layer(DefaultBodyLimit::max(MAX_READ))
        .layer(from_fn_with_state(Arc::clone(app), guard::edge))
        .merge(machine::around(machines, app))
}
