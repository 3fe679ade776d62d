//! The first page of both sides: how bad it is, what is next, how far we are.

mod first;
mod guide;
mod portal;
mod team;

use axum::routing::get;
use domain::role::Action;
use web::{Audience, Route, Sample, sample};

/// The group's routes.
pub const ROUTES: &[Route] = &[
    Route::get("/", Audience::Both(Action::ReadDashboard), || {
        get(first::get)
    }),
    Route::get("/pulse", Audience::Both(Action::ReadDashboard), || {
        get(first::pulse)
    }),
];

/// A sample of each page.
pub const SAMPLES: &[fn() -> Sample] = &[
    sample::<team::TeamDashboardPage>,
    sample::<portal::PortalDashboardPage>,
];
