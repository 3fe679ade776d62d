//! Signing up at the front: a form, a confirmation by mail, and the sign-in at the new
//! workspace.

mod confirm;
mod sign_up;
mod welcome;

use axum::routing::{get, post};
use web::Audience::{Public, SignupHost};
use web::{Route, Sample, samples};

/// The group's routes.
pub const ROUTES: &[Route] = &[
    Route::get("/sign-up", SignupHost, || get(sign_up::get)),
    Route::post("/sign-up", SignupHost, || post(sign_up::post)),
    Route::get("/sign-up/{token}", SignupHost, || get(confirm::take_token)),
    Route::get("/sign-up/password", SignupHost, || get(confirm::get)),
    Route::post("/sign-up/password", SignupHost, || post(confirm::post)),
    Route::get("/welcome/{token}", Public, || get(welcome::take_code)),
    Route::get("/welcome", Public, || get(welcome::get)),
    Route::post("/welcome", Public, || post(welcome::post)),
];

/// Samples of each page.
pub const SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<sign_up::SignUpPage>,
    samples::<sign_up::SignUpSentPage>,
    samples::<confirm::ConfirmSignUpPage>,
    samples::<confirm::SignUpGonePage>,
    samples::<welcome::WelcomePage>,
    samples::<welcome::WelcomeGonePage>,
];
