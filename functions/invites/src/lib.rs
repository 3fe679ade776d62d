//! Invitations to the portal, and their acceptance.

mod accept;
mod invite_new;

use axum::routing::{get, post};
use domain::role::Action;
use web::Audience::{Public, Team};
use web::{Route, Sample, sample};

/// The group's routes.
pub const ROUTES: &[Route] = &[
    Route::get(
        "/clients/{client}/invites/new",
        Team(Action::InviteContact),
        || get(invite_new::get),
    ),
    Route::post(
        "/clients/{client}/invites",
        Team(Action::InviteContact),
        || post(invite_new::post),
    ),
    Route::get("/invite/{token}", Public, || get(accept::take)),
    Route::get("/invite", Public, || get(accept::get)),
    Route::post("/invite", Public, || post(accept::post)),
];

/// A sample of each page.
pub const SAMPLES: &[fn() -> Sample] = &[
    sample::<invite_new::InviteNew>,
    sample::<accept::Accept>,
    sample::<accept::Gone>,
];
