//! Invoices: written and sent by the team, seen by the client, and what was paid
//! of them.

mod billing_settings;
mod choose_client;
mod history_row;
mod invoice;
mod invoice_form;
mod list;
mod overview;
mod paths;
mod transitions;

use axum::routing::{get, post};
use domain::role::Action::{ManageInvoices, ReadInvoices};
use web::Audience::{Both, Team};
use web::{BothSides, Route, Sample, links, routes, samples};

/// The group's routes. None of them is there where the workspace works for itself.
pub const ROUTES: &[Route] = routes![
    Route::get(links::INVOICES.portal, Both(ReadInvoices), || {
        get(list::get)
    })
    .consulting_only(),
    Route::get("/invoices/new", Team(ManageInvoices), || {
        get(choose_client::get)
    })
    .consulting_only(),
    Route::get("/invoices/overview", Team(ReadInvoices), || {
        get(overview::get)
    })
    .consulting_only(),
    Route::get("/invoices/settings", Team(ManageInvoices), || {
        get(billing_settings::get)
    })
    .consulting_only(),
    Route::post("/invoices/settings", Team(ManageInvoices), || {
        post(billing_settings::post)
    })
    .consulting_only(),
    BothSides::get(links::INVOICE, ReadInvoices, || get(invoice::get)).consulting_only(),
    Route::get(links::INVOICES.team, Team(ReadInvoices), || {
        get(list::of_client)
    })
    .consulting_only(),
    Route::get(links::INVOICE_NEW.team, Team(ManageInvoices), || {
        get(invoice_form::new)
    })
    .consulting_only(),
    Route::post(links::INVOICES.team, Team(ManageInvoices), || {
        post(invoice_form::create)
    })
    .consulting_only(),
    Route::get(links::INVOICE_EDIT.team, Team(ManageInvoices), || {
        get(invoice_form::edit)
    })
    .consulting_only(),
    Route::post(links::INVOICE_EDIT.team, Team(ManageInvoices), || {
        post(invoice_form::update)
    })
    .consulting_only(),
    Route::post(links::INVOICE_DELETE.team, Team(ManageInvoices), || {
        post(transitions::delete)
    })
    .consulting_only(),
    Route::post(links::INVOICE_SEND.team, Team(ManageInvoices), || {
        post(transitions::send)
    })
    .consulting_only(),
    Route::post(links::INVOICE_PAY.team, Team(ManageInvoices), || {
        post(transitions::pay)
    })
    .consulting_only(),
    Route::post(
        links::INVOICE_TAKE_BACK.team,
        Team(ManageInvoices),
        || post(transitions::take_back),
    )
    .consulting_only(),
    Route::post(links::INVOICE_REFUND.team, Team(ManageInvoices), || {
        post(transitions::refund)
    })
    .consulting_only(),
    Route::post(links::INVOICE_VOID.team, Team(ManageInvoices), || {
        post(transitions::void)
    })
    .consulting_only(),
];

/// Samples of each page.
pub const SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<choose_client::ChooseClientPage>,
    samples::<invoice_form::InvoiceFormPage>,
    samples::<invoice::InvoicePage>,
    samples::<list::InvoicesPage>,
    samples::<overview::OverviewPage>,
    samples::<billing_settings::BillingSettingsPage>,
];
