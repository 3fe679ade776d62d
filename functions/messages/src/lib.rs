//! Messages: an engagement's thread.

mod edit;
mod paths;
mod preview;
mod read;
mod thread;

use axum::routing::{get, post};
use domain::role::Action;
use web::Audience::{Portal, Team};
use web::{Route, Sample, sample};

/// The group's routes.
pub const ROUTES: &[Route] = &[
    Route::get(
        "/clients/{client}/engagements/{engagement}/messages",
        Team(Action::ReadMessages),
        || get(thread::get),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/messages",
        Team(Action::PostMessages),
        || post(thread::post),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/messages/read",
        Team(Action::ReadMessages),
        || post(read::post),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/messages/preview",
        Team(Action::PostMessages),
        || post(preview::post),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/messages/{message}/edit",
        Team(Action::PostMessages),
        || get(edit::get),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/messages/{message}/edit",
        Team(Action::PostMessages),
        || post(edit::post),
    ),
    Route::get(
        "/engagements/{engagement}/messages",
        Portal(Action::ReadMessages),
        || get(thread::get),
    ),
    Route::post(
        "/engagements/{engagement}/messages",
        Portal(Action::PostMessages),
        || post(thread::post),
    ),
    Route::post(
        "/engagements/{engagement}/messages/read",
        Portal(Action::ReadMessages),
        || post(read::post),
    ),
    Route::post(
        "/engagements/{engagement}/messages/preview",
        Portal(Action::PostMessages),
        || post(preview::post),
    ),
    Route::get(
        "/engagements/{engagement}/messages/{message}/edit",
        Portal(Action::PostMessages),
        || get(edit::get),
    ),
    Route::post(
        "/engagements/{engagement}/messages/{message}/edit",
        Portal(Action::PostMessages),
        || post(edit::post),
    ),
];

/// A sample of each page.
pub const SAMPLES: &[fn() -> Sample] = &[sample::<thread::ThreadPage>, sample::<edit::EditMessage>];
