//! Payments by Stripe: where a workspace's money goes, and how its clients pay.
//!
//! Nothing is booked here: that an invoice is paid, only `functions/webhooks` says.

mod connect;
mod pay;
mod session;
mod wait;

use axum::routing::{get, post};
use domain::id::InvoiceId;
use domain::role::Action::{ManageInvoices, PayInvoices};
use serde::Deserialize;
use web::Audience::{Portal, Team};
use web::{Route, Sample, sample};

/// The group's routes. None of them is there where the workspace works for itself.
pub const ROUTES: &[Route] = &[
    Route::get("/settings/payments", Team(ManageInvoices), || {
        get(connect::get)
    })
    .consulting(),
    // Whoever says where the money goes shows again who it is.
    Route::post("/settings/payments/connect", Team(ManageInvoices), || {
        post(connect::begin)
    })
    .consulting()
    .fresh(),
    Route::post("/settings/payments/check", Team(ManageInvoices), || {
        post(connect::check)
    })
    .consulting(),
    Route::get("/settings/payments/return", Team(ManageInvoices), || {
        get(connect::back)
    })
    .consulting(),
    Route::get("/settings/payments/refresh", Team(ManageInvoices), || {
        get(connect::again)
    })
    .consulting(),
    Route::post("/invoices/{invoice}/pay", Portal(PayInvoices), || {
        post(pay::post)
    })
    .consulting(),
    Route::get("/invoices/{invoice}/payment", Portal(PayInvoices), || {
        get(wait::get)
    })
    .consulting(),
    Route::get(
        "/invoices/{invoice}/payment/pulse",
        Portal(PayInvoices),
        || get(wait::pulse),
    )
    .consulting(),
    Route::get(
        "/invoices/{invoice}/payment/cancelled",
        Portal(PayInvoices),
        || get(wait::cancelled),
    )
    .consulting(),
];

/// A sample of each page.
pub const SAMPLES: &[fn() -> Sample] = &[sample::<connect::PaymentsPage>, sample::<wait::WaitPage>];

/// An invoice, in an address.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct InvoicePath {
    pub(crate) invoice: InvoiceId,
}

impl InvoicePath {
    /// Its address.
    pub(crate) fn href(self) -> String {
        format!("/invoices/{}", self.invoice)
    }
}
