//! Signing up: a company asks for a workspace at the front, confirms its address, and
//! comes to the workspace signed in.

mod ask;
mod confirm;
mod welcome;

use axum::routing::{get, post};
use web::Audience::{Front, Public};
use web::{Route, Sample, sample};

/// The group's routes.
pub const ROUTES: &[Route] = &[
    Route::get("/sign-up", Front, || get(ask::get)),
    Route::post("/sign-up", Front, || post(ask::post)),
    Route::get("/sign-up/{token}", Front, || get(confirm::take)),
    Route::get("/sign-up/password", Front, || get(confirm::get)),
    Route::post("/sign-up/password", Front, || post(confirm::post)),
    Route::get("/welcome/{token}", Public, || get(welcome::take)),
    Route::get("/welcome", Public, || get(welcome::get)),
    Route::post("/welcome", Public, || post(welcome::post)),
];

/// A sample of each page.
pub const SAMPLES: &[fn() -> Sample] = &[
    sample::<ask::SignUpPage>,
    sample::<ask::SignUpSentPage>,
    sample::<confirm::ConfirmSignUpPage>,
    sample::<confirm::SignUpGonePage>,
    sample::<welcome::WelcomePage>,
    sample::<welcome::WelcomeGonePage>,
];
