//! Routes as data: method, path, audience, handler.

use axum::routing::MethodRouter;
use domain::role::Action;
use http::Method;

use crate::links::SidePath;

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

/// The same route for both sides of a client: for the team below `/clients/{client}`, and for
/// contacts at the address that implies their client. Each side's role needs the same action.
#[derive(Clone, Copy)]
pub struct BothSides {
    team: Route,
    portal: Route,
}

/// A table of routes from rows that are each a [`Route`] or [`BothSides`]: `&'static [Route]`,
/// with one row for each method and address. A constant expression.
#[macro_export]
macro_rules! routes {
    ($($row:expr),+ $(,)?) => {{
        const PARTS: &[&[$crate::route::Route]] = &[$(&$row.rows()),+];
        const COUNT: usize = $crate::route::count_routes(PARTS);
        const ROUTES: [$crate::route::Route; COUNT] = $crate::route::join_routes(PARTS);
        &ROUTES
    }};
}

/// The number of routes in all parts of a table. For [`routes!`](crate::routes).
#[doc(hidden)]
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
pub const fn count_routes(parts: &[&[Route]]) -> usize {
    let (mut count, mut part) = (0, 0);
    while part < parts.len() {
        count += parts[part].len();
        part += 1;
    }
    count
}

/// The parts of a table as one. `COUNT` is their [`count_routes`]. For
/// [`routes!`](crate::routes).
#[doc(hidden)]
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
pub const fn join_routes<const COUNT: usize>(parts: &[&[Route]]) -> [Route; COUNT] {
    let mut routes = [parts[0][0]; COUNT];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut row = 0;
        while row < parts[part].len() {
            routes[at] = parts[part][row];
            (at, row) = (at + 1, row + 1);
        }
        part += 1;
    }
    routes
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

    /// The rows of a table that it is. For [`routes!`](crate::routes).
    #[doc(hidden)]
    pub const fn rows(self) -> [Self; 1] {
        [self]
    }
}

impl BothSides {
    /// A route that reads.
    pub const fn get(path: SidePath, action: Action, handler: fn() -> MethodRouter) -> Self {
        Self {
            team: Route::get(path.team, Audience::Team(action), handler),
            portal: Route::get(path.portal, Audience::Portal(action), handler),
        }
    }

    /// A route that changes something.
    pub const fn post(path: SidePath, action: Action, handler: fn() -> MethodRouter) -> Self {
        Self {
            team: Route::post(path.team, Audience::Team(action), handler),
            portal: Route::post(path.portal, Audience::Portal(action), handler),
        }
    }

    /// As [`Route::requires_reauth`].
    #[must_use]
    pub const fn requires_reauth(self) -> Self {
        Self {
            team: self.team.requires_reauth(),
            portal: self.portal.requires_reauth(),
        }
    }

    /// As [`Route::consulting_only`].
    #[must_use]
    pub const fn consulting_only(self) -> Self {
        Self {
            team: self.team.consulting_only(),
            portal: self.portal.consulting_only(),
        }
    }

    /// The rows of a table that it is. For [`routes!`](crate::routes).
    #[doc(hidden)]
    pub const fn rows(self) -> [Route; 2] {
        [self.team, self.portal]
    }
}
