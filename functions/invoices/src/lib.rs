//! Invoices: written and sent by the team, seen by the client, and what was paid
//! of them.

mod choose;
mod form;
mod invoice;
mod list;
mod moves;
mod overview;
mod paths;
mod ways;

use axum::routing::{get, post};
use domain::role::Action::{ManageInvoices, ReadInvoices};
use web::Audience::{Both, Portal, Team};
use web::{Route, Sample, sample};

/// The group's routes. None of them is there where the workspace works for itself.
pub const ROUTES: &[Route] = &[
    Route::get("/invoices", Both(ReadInvoices), || get(list::get)).consulting(),
    Route::get("/invoices/new", Team(ManageInvoices), || get(choose::get)).consulting(),
    Route::get("/invoices/overview", Team(ReadInvoices), || {
        get(overview::get)
    })
    .consulting(),
    Route::get("/invoices/settings", Team(ManageInvoices), || {
        get(ways::get)
    })
    .consulting(),
    Route::post("/invoices/settings", Team(ManageInvoices), || {
        post(ways::post)
    })
    .consulting(),
    Route::get("/invoices/{invoice}", Portal(ReadInvoices), || {
        get(invoice::get)
    })
    .consulting(),
    Route::get("/clients/{client}/invoices", Team(ReadInvoices), || {
        get(list::of_client)
    })
    .consulting(),
    Route::get(
        "/clients/{client}/invoices/new",
        Team(ManageInvoices),
        || get(form::new),
    )
    .consulting(),
    Route::post("/clients/{client}/invoices", Team(ManageInvoices), || {
        post(form::create)
    })
    .consulting(),
    Route::get(
        "/clients/{client}/invoices/{invoice}",
        Team(ReadInvoices),
        || get(invoice::get),
    )
    .consulting(),
    Route::get(
        "/clients/{client}/invoices/{invoice}/edit",
        Team(ManageInvoices),
        || get(form::edit),
    )
    .consulting(),
    Route::post(
        "/clients/{client}/invoices/{invoice}/edit",
        Team(ManageInvoices),
        || post(form::update),
    )
    .consulting(),
    Route::post(
        "/clients/{client}/invoices/{invoice}/delete",
        Team(ManageInvoices),
        || post(moves::delete),
    )
    .consulting(),
    Route::post(
        "/clients/{client}/invoices/{invoice}/send",
        Team(ManageInvoices),
        || post(moves::send),
    )
    .consulting(),
    Route::post(
        "/clients/{client}/invoices/{invoice}/pay",
        Team(ManageInvoices),
        || post(moves::pay),
    )
    .consulting(),
    Route::post(
        "/clients/{client}/invoices/{invoice}/take-back",
        Team(ManageInvoices),
        || post(moves::take_back),
    )
    .consulting(),
    Route::post(
        "/clients/{client}/invoices/{invoice}/refund",
        Team(ManageInvoices),
        || post(moves::refund),
    )
    .consulting(),
    Route::post(
        "/clients/{client}/invoices/{invoice}/void",
        Team(ManageInvoices),
        || post(moves::void),
    )
    .consulting(),
];

/// A sample of each page.
pub const SAMPLES: &[fn() -> Sample] = &[
    sample::<choose::ChooseClientPage>,
    sample::<form::InvoiceFormPage>,
    sample::<invoice::InvoicePage>,
    sample::<list::InvoicesPage>,
    sample::<overview::OverviewPage>,
    sample::<ways::BillingSettingsPage>,
];
