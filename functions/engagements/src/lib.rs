//! Clients and their engagements.

mod client;
mod client_new;
mod clients;
mod engagement;
mod engagement_form;
mod paths;
mod pulses;
mod timeline;

use axum::routing::{get, post};
use domain::role::Action;
use web::Audience::Team;
use web::{BothSides, Route, Sample, links, routes, samples};

/// The group's routes.
pub const ROUTES: &[Route] = routes![
    Route::get("/clients", Team(Action::ReadClients), || get(clients::get)),
    Route::get("/clients/new", Team(Action::WriteClients), || {
        get(client_new::get)
    }),
    Route::post("/clients", Team(Action::WriteClients), || {
        post(client_new::post)
    }),
    Route::get(links::CLIENT, Team(Action::ReadClients), || {
        get(client::get)
    }),
    Route::get(links::CLIENT_PULSE.team, Team(Action::ReadClients), || {
        get(pulses::client)
    }),
    Route::get(
        links::ENGAGEMENT_NEW.team,
        Team(Action::WriteEngagements),
        || get(engagement_form::new),
    ),
    Route::post(
        links::ENGAGEMENTS.team,
        Team(Action::WriteEngagements),
        || post(engagement_form::create),
    ),
    BothSides::get(links::ENGAGEMENT, Action::ReadEngagements, || {
        get(engagement::get)
    }),
    BothSides::get(links::ENGAGEMENT_PULSE, Action::ReadEngagements, || {
        get(pulses::engagement)
    }),
    Route::get(
        links::ENGAGEMENT_EDIT.team,
        Team(Action::WriteEngagements),
        || get(engagement_form::edit),
    ),
    Route::post(
        links::ENGAGEMENT_EDIT.team,
        Team(Action::WriteEngagements),
        || post(engagement_form::update),
    ),
];

/// Samples of each page.
pub const SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<clients::ClientsPage>,
    samples::<client_new::ClientNewPage>,
    samples::<client::ClientPage>,
    samples::<engagement::EngagementPage>,
    samples::<engagement_form::EngagementFormPage>,
];
