//! Signing in and out, confirming who one is, and resetting a password.

mod code;
mod confirm;
mod forgot;
mod redirect_target;
mod reset;
mod sign_in;
mod sign_out;
mod switch;

use axum::routing::{get, post};
use domain::role::Action;
use web::{Audience, Route, Sample, links, samples};

/// The group's routes.
pub const ROUTES: &[Route] = &[
    Route::get("/sign-in", Audience::Public, || get(sign_in::get)),
    Route::post("/sign-in", Audience::Public, || post(sign_in::post)),
    Route::get("/sign-in/code", Audience::Public, || get(code::get)),
    Route::post("/sign-in/code", Audience::Public, || post(code::post)),
    Route::get("/confirm", Audience::Both(Action::OwnAccount), || {
        get(confirm::get)
    })
    .allows_unenrolled(),
    Route::post("/confirm", Audience::Both(Action::OwnAccount), || {
        post(confirm::post)
    })
    .allows_unenrolled(),
    Route::get("/forgot", Audience::Public, || get(forgot::get)),
    Route::post("/forgot", Audience::Public, || post(forgot::post)),
    Route::get("/reset/{token}", Audience::Public, || {
        get(reset::take_token)
    }),
    Route::get("/reset", Audience::Public, || get(reset::get)),
    Route::post("/reset", Audience::Public, || post(reset::post)),
    Route::get("/switch", Audience::Portal(Action::OwnAccount), || {
        get(switch::get)
    }),
    Route::post(
        links::SWITCH_CLIENT,
        Audience::Portal(Action::OwnAccount),
        || post(switch::post),
    ),
    Route::get("/signed-out", Audience::Public, || get(sign_out::get)),
    Route::post("/sign-out", Audience::Both(Action::OwnAccount), || {
        post(sign_out::post)
    })
    .allows_unenrolled(),
];

/// Samples of each page.
pub const SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<sign_in::SignInPage>,
    samples::<code::CodePage>,
    samples::<confirm::ConfirmPage>,
    samples::<sign_out::SignedOutPage>,
    samples::<switch::SwitchPage>,
    samples::<forgot::ForgotPage>,
    samples::<reset::ResetPage>,
    samples::<reset::ResetGonePage>,
];
