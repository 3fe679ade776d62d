//! What other services tell: what happens to payments at Stripe.
//!
//! An event is believed by its signature alone, and what it does is decided by what we
//! asked for: the account that it is of leads to a workspace, and nothing else does.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

mod account;
mod payment;
mod reconcile;
mod signature;
mod stripe;
mod subscription;

use axum::routing::post;
pub use reconcile::{ReconcileReport, reconcile};
use web::Audience::Public;
use web::Route;

/// The group's routes: one for events of the platform's own account, one for those of
/// connected accounts. Each has secrets of its own.
pub const ROUTES: &[Route] = &[
    Route::post("/webhooks/stripe", Public, || post(stripe::platform)).machine(),
    Route::post("/webhooks/stripe/connect", Public, || post(stripe::connect)).machine(),
];
