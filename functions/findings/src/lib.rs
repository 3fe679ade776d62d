//! Findings: their pages, moves and text, and imports of scans.

mod finding;
mod finding_form;
mod import;
mod import_preview;
mod moves;
mod paths;
mod preview;

use axum::routing::{get, post};
use domain::finding::Event;
use domain::role::Action;
use web::Audience::{Portal, Team};
use web::{Route, Sample, sample};

/// The group's routes.
pub const ROUTES: &[Route] = &[
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/new",
        Team(Action::WriteFindings),
        || get(finding_form::new),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings",
        Team(Action::WriteFindings),
        || post(finding_form::create),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}",
        Team(Action::ReadFindings),
        || get(finding::get),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/edit",
        Team(Action::WriteFindings),
        || get(finding_form::edit),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/edit",
        Team(Action::WriteFindings),
        || post(finding_form::update),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/publish",
        Team(Event::Publish.action()),
        || post(moves::publish),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/start",
        Team(Event::Start.action()),
        || post(moves::start),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/resolve",
        Team(Event::Resolve.action()),
        || post(moves::resolve),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/verify",
        Team(Event::Verify.action()),
        || post(moves::verify),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/reopen",
        Team(Event::Reopen.action()),
        || post(moves::reopen),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/import",
        Team(Action::WriteFindings),
        || get(import::get),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/import",
        Team(Action::WriteFindings),
        || post(import::post),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/imports/{import}",
        Team(Action::WriteFindings),
        || get(import_preview::get),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/imports/{import}",
        Team(Action::WriteFindings),
        || post(import_preview::post),
    ),
    Route::get("/score", Team(Action::WriteFindings), || {
        get(preview::score)
    }),
    Route::post("/preview", Team(Action::WriteFindings), || {
        post(preview::markdown)
    }),
    Route::get(
        "/engagements/{engagement}/findings/{finding}",
        Portal(Action::ReadFindings),
        || get(finding::get),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/start",
        Portal(Event::Start.action()),
        || post(moves::start),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/resolve",
        Portal(Event::Resolve.action()),
        || post(moves::resolve),
    ),
];

/// A sample of each page.
pub const SAMPLES: &[fn() -> Sample] = &[
    sample::<finding::FindingPage>,
    sample::<finding_form::FindingForm>,
    sample::<import::ImportPage>,
    sample::<import_preview::ImportPreview>,
];
