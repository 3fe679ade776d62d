//! Invoices as PDF files.

mod invoice;
mod render_pdf;

use axum::routing::get;
use domain::role::Action::ReadInvoices;
use web::Audience::{Portal, Team};
use web::Route;

/// The group's routes. A workspace in internal mode has none of them.
pub const ROUTES: &[Route] = &[
    Route::get("/invoices/{invoice}/pdf", Portal(ReadInvoices), || {
        get(invoice::get)
    })
    .consulting_only(),
    Route::get(
        "/clients/{client}/invoices/{invoice}/pdf",
        Team(ReadInvoices),
        || get(invoice::get),
    )
    .consulting_only(),
];
