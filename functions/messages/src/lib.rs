//! The thread of an engagement: its messages and their attachments.

mod attachments;
mod edit;
mod paths;
mod post;
mod preview;
mod read;
mod thread;

use axum::routing::{get, post as by_post};
use domain::role::Action;
use web::Audience::{Portal, Team};
use web::{Route, Sample, samples};

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
        || by_post(post::post),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/messages/read",
        Team(Action::ReadMessages),
        || by_post(read::post),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/messages/preview",
        Team(Action::PostMessages),
        || by_post(preview::post),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/messages/{message}/edit",
        Team(Action::PostMessages),
        || get(edit::get),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/messages/{message}/edit",
        Team(Action::PostMessages),
        || by_post(edit::post),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/messages/attachments",
        Team(Action::PostMessages),
        || by_post(attachments::announce),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/messages/{message}/files/{upload}",
        Team(Action::ReadMessages),
        || by_post(attachments::download),
    ),
    Route::get(
        "/engagements/{engagement}/messages",
        Portal(Action::ReadMessages),
        || get(thread::get),
    ),
    Route::post(
        "/engagements/{engagement}/messages",
        Portal(Action::PostMessages),
        || by_post(post::post),
    ),
    Route::post(
        "/engagements/{engagement}/messages/read",
        Portal(Action::ReadMessages),
        || by_post(read::post),
    ),
    Route::post(
        "/engagements/{engagement}/messages/preview",
        Portal(Action::PostMessages),
        || by_post(preview::post),
    ),
    Route::get(
        "/engagements/{engagement}/messages/{message}/edit",
        Portal(Action::PostMessages),
        || get(edit::get),
    ),
    Route::post(
        "/engagements/{engagement}/messages/{message}/edit",
        Portal(Action::PostMessages),
        || by_post(edit::post),
    ),
    Route::post(
        "/engagements/{engagement}/messages/attachments",
        Portal(Action::PostMessages),
        || by_post(attachments::announce),
    ),
    Route::post(
        "/engagements/{engagement}/messages/{message}/files/{upload}",
        Portal(Action::ReadMessages),
        || by_post(attachments::download),
    ),
];

/// Samples of each page.
pub const SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<thread::ThreadPage>,
    samples::<edit::EditMessagePage>,
];
