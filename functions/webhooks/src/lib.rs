//! Webhooks: events of payments, accounts and subscriptions at Stripe.
//!
//! An event is believed by its signature alone, and applied to what we asked Stripe for: the
//! account that it names leads to a workspace, and nothing else does.

mod account_event;
mod delivery;
mod outcome;
mod payment_event;
mod reconcile;
mod signature;
mod subscription_event;

use axum::routing::post;
pub use reconcile::{ReconcileReport, reconcile};
use web::Audience::Public;
use web::Route;

/// The group's routes: one for events of the platform's own account, one for those of
/// connected accounts. Each has secrets of its own.
pub const ROUTES: &[Route] = &[
    Route::post("/webhooks/stripe", Public, || post(delivery::post_platform)).service_call(),
    Route::post("/webhooks/stripe/connect", Public, || {
        post(delivery::post_connect)
    })
    .service_call(),
];
