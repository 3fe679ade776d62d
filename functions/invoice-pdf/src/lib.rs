//! Invoices as PDF files.

mod invoice;
mod render_pdf;

use axum::routing::get;
use domain::role::Action::ReadInvoices;
use web::{BothSides, Route, links, routes};

/// The group's routes. A workspace in internal mode has none of them.
pub const ROUTES: &[Route] = routes![
    BothSides::get(links::INVOICE_PDF, ReadInvoices, || get(invoice::get)).consulting_only(),
];
