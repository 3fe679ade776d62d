//! Payments by Stripe: where a workspace's money goes, and how its clients pay.
//!
//! Nothing is booked here: that an invoice is paid, only `functions/webhooks` says.

mod checkout_session;
mod connect;
mod paths;
mod pay;
mod payment_wait;

use axum::routing::{get, post};
use domain::role::Action::{ManageInvoices, PayInvoices};
use web::Audience::{Portal, Team};
use web::{Route, Sample, links, samples};

/// The group's routes. None of them is there where the workspace works for itself.
pub const ROUTES: &[Route] = &[
    Route::get("/settings/payments", Team(ManageInvoices), || {
        get(connect::get)
    })
    .consulting_only(),
    // Whoever says where the money goes shows again who it is.
    Route::post("/settings/payments/connect", Team(ManageInvoices), || {
        post(connect::post_connect)
    })
    .consulting_only()
    .requires_reauth(),
    Route::post("/settings/payments/check", Team(ManageInvoices), || {
        post(connect::post_check)
    })
    .consulting_only(),
    Route::get("/settings/payments/return", Team(ManageInvoices), || {
        get(connect::get_return)
    })
    .consulting_only(),
    Route::get("/settings/payments/refresh", Team(ManageInvoices), || {
        get(connect::get_refresh)
    })
    .consulting_only(),
    Route::post(links::INVOICE_PAY.portal, Portal(PayInvoices), || {
        post(pay::post)
    })
    .consulting_only(),
    Route::get(links::INVOICE_PAYMENT, Portal(PayInvoices), || {
        get(payment_wait::get)
    })
    .consulting_only(),
    Route::get(links::INVOICE_PAYMENT_PULSE, Portal(PayInvoices), || {
        get(payment_wait::pulse)
    })
    .consulting_only(),
    Route::get(
        links::INVOICE_PAYMENT_CANCELLED,
        Portal(PayInvoices),
        || get(payment_wait::cancelled),
    )
    .consulting_only(),
];

/// Samples of each page.
pub const SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<connect::PaymentsPage>,
    samples::<payment_wait::WaitPage>,
];
