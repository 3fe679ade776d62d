//! The dashboards of the team and of a client.

mod first;
mod guide;
mod portal;
mod query;
mod team;

use axum::routing::get;
use domain::role::Action;
use web::{Audience, Route, Sample, samples};

/// The group's routes.
pub const ROUTES: &[Route] = &[
    Route::get("/", Audience::Both(Action::ReadDashboard), || {
        get(first::get)
    }),
    Route::get("/pulse", Audience::Both(Action::ReadDashboard), || {
        get(first::pulse)
    }),
];

/// Samples of each page.
pub const SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<team::TeamDashboardPage>,
    samples::<portal::PortalDashboardPage>,
];
