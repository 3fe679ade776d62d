//! Routes as data: method, path, audience, handler.

use axum::routing::MethodRouter;
use domain::role::Action;
use http::Method;

/// Who may use a route at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Whoever comes to the front, where there is no workspace; elsewhere it isn't there.
    SignupHost,
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
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Route {
    /// GET reads, POST changes.
    pub method: &'static Method,
    /// The address, with names for its ids.
    pub path: &'static str,
    /// For whom.
    pub audience: Audience,
    /// Whether the password must have been given a short while ago.
    pub requires_reauth: bool,
    /// Whether it opens before a second factor that is demanded.
    pub allows_unenrolled: bool,
    /// Whether it is there only where the workspace works for clients.
    pub consulting_only: bool,
    /// Whether a change may be asked for from anywhere, because the address itself holds
    /// the proof that it may.
    pub csrf_exempt: bool,
    /// Whether it is asked for by other services, at any address, who prove themselves by
    /// what they send: no workspace, session or page belongs to it.
    pub service_call: bool,
    pub(crate) handler: fn() -> MethodRouter,
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
            requires_reauth: false,
            allows_unenrolled: false,
            consulting_only: false,
            csrf_exempt: false,
            service_call: false,
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
            requires_reauth: false,
            allows_unenrolled: false,
            consulting_only: false,
            csrf_exempt: false,
            service_call: false,
            handler,
        }
    }

    /// The same, asked for from anywhere by whoever has the link.
    #[must_use]
    pub const fn csrf_exempt(self) -> Self {
        Self {
            csrf_exempt: true,
            ..self
        }
    }

    /// The same, for other services, who prove themselves by what they send.
    #[must_use]
    pub const fn service_call(self) -> Self {
        Self {
            service_call: true,
            ..self
        }
    }

    /// The same, for those only who gave their password a short while ago.
    #[must_use]
    pub const fn requires_reauth(self) -> Self {
        Self {
            requires_reauth: true,
            ..self
        }
    }

    /// The same, there only where the workspace works for clients.
    #[must_use]
    pub const fn consulting_only(self) -> Self {
        Self {
            consulting_only: true,
            ..self
        }
    }

    /// The same, open also to those who have yet to set up a second factor.
    #[must_use]
    pub const fn allows_unenrolled(self) -> Self {
        Self {
            allows_unenrolled: true,
            ..self
        }
    }
}
