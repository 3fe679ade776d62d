//! Invoices as files.

mod invoice;
mod press;

use axum::routing::get;
use domain::role::Action::ReadInvoices;
use web::Audience::{Portal, Team};
use web::Route;

/// The group's routes. None of them is there where the workspace works for itself.
pub const ROUTES: &[Route] = &[
    Route::get("/invoices/{invoice}/pdf", Portal(ReadInvoices), || {
        get(invoice::get)
    })
    .consulting(),
    Route::get(
        "/clients/{client}/invoices/{invoice}/pdf",
        Team(ReadInvoices),
        || get(invoice::get),
    )
    .consulting(),
];
