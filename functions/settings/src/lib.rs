//! The workspace's settings and one's own account.

mod account;
mod workspace;

use axum::routing::{get, post};
use domain::role::Action;
use web::Audience::{Both, Team};
use web::{Route, Sample, sample};

/// The group's routes.
pub const ROUTES: &[Route] = &[
    Route::get("/settings", Team(Action::ReadSettings), || {
        get(workspace::get)
    }),
    Route::post("/settings", Team(Action::WriteSettings), || {
        post(workspace::post)
    }),
    Route::get("/account", Both(Action::OwnAccount), || get(account::get)),
    Route::post("/account/password", Both(Action::OwnAccount), || {
        post(account::change_password)
    }),
    Route::post("/account/sessions/end", Both(Action::OwnAccount), || {
        post(account::end_session)
    }),
    Route::post(
        "/account/sign-out-everywhere",
        Both(Action::OwnAccount),
        || post(account::sign_out_everywhere),
    ),
];

/// A sample of each page.
pub const SAMPLES: &[fn() -> Sample] = &[sample::<workspace::Settings>, sample::<account::Account>];
