//! The workspace's own plan: what is used of it, what others have, and its subscription.
//! What is paid, Stripe's events say (`functions/webhooks`): nothing here changes a plan.

mod plan;
mod subscribe;
mod subscription_panel;
mod waiting;

use axum::routing::{get, post};
use domain::role::Action;
use web::Audience::Team;
use web::{Route, Sample, samples};

/// The group's routes.
pub const ROUTES: &[Route] = &[
    Route::get("/settings/plan", Team(Action::ReadSettings), || {
        get(plan::get)
    }),
    Route::post("/settings/plan/subscribe", Team(Action::ManagePlan), || {
        post(subscribe::post)
    }),
    Route::post("/settings/plan/manage", Team(Action::ManagePlan), || {
        post(subscribe::manage)
    }),
    Route::get("/settings/plan/done", Team(Action::ManagePlan), || {
        get(waiting::get)
    }),
];

/// The group's pages with samples, for the tests of templates.
pub const SAMPLES: &[fn() -> Vec<Sample>] =
    &[samples::<plan::PlanPage>, samples::<waiting::WaitingPage>];
