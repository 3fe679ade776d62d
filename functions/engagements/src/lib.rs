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
use web::Audience::{Portal, Team};
use web::{Route, Sample, samples};

/// The group's routes.
pub const ROUTES: &[Route] = &[
    Route::get("/clients", Team(Action::ReadClients), || get(clients::get)),
    Route::get("/clients/new", Team(Action::WriteClients), || {
        get(client_new::get)
    }),
    Route::post("/clients", Team(Action::WriteClients), || {
        post(client_new::post)
    }),
    Route::get("/clients/{client}", Team(Action::ReadClients), || {
        get(client::get)
    }),
    Route::get("/clients/{client}/pulse", Team(Action::ReadClients), || {
        get(pulses::client)
    }),
    Route::get(
        "/clients/{client}/engagements/new",
        Team(Action::WriteEngagements),
        || get(engagement_form::new),
    ),
    Route::post(
        "/clients/{client}/engagements",
        Team(Action::WriteEngagements),
        || post(engagement_form::create),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}",
        Team(Action::ReadEngagements),
        || get(engagement::get),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/pulse",
        Team(Action::ReadEngagements),
        || get(pulses::engagement),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/edit",
        Team(Action::WriteEngagements),
        || get(engagement_form::edit),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/edit",
        Team(Action::WriteEngagements),
        || post(engagement_form::update),
    ),
    Route::get(
        "/engagements/{engagement}",
        Portal(Action::ReadEngagements),
        || get(engagement::get),
    ),
    Route::get(
        "/engagements/{engagement}/pulse",
        Portal(Action::ReadEngagements),
        || get(pulses::engagement),
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
