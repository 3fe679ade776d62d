//! The programs that functions run, and the routes of the functions.
//!
//! A release build optimises each program as a whole, so functions share one as long as its zip
//! stays small. A function's `Handler` is its name, by which the program knows what to serve.
//! `invoice-pdf` is a program of its own crate, for typesetting weighs more than everything else.

use web::lambda::{self, Failure};
use web::{Config, Route, RouteAddress};

/// A function that answers requests: its name, which is that of its crate, of its policy and of
/// its folder of templates, and its routes.
pub type PageFunction = (&'static str, &'static [Route]);

/// The functions of `portal-accounts`: they know of passwords and second factors.
pub const ACCOUNTS: [PageFunction; 4] = [
    ("auth", auth::ROUTES),
    ("invites", invites::ROUTES),
    ("settings", settings::ROUTES),
    ("signup", signup::ROUTES),
];
/// The functions of `portal-pages`.
pub const PAGES: [PageFunction; 4] = [
    ("dashboard", dashboard::ROUTES),
    ("documents", documents::ROUTES),
    ("engagements", engagements::ROUTES),
    ("messages", messages::ROUTES),
];
/// The functions of `portal-scans`, beside the worker: they read what scanners export.
pub const SCANS: [PageFunction; 1] = [("findings", findings::ROUTES)];
/// The functions of `portal-payments`: they know of money.
pub const PAYMENTS: [PageFunction; 4] = [
    ("billing", billing::ROUTES),
    ("invoices", invoices::ROUTES),
    ("payments", payments::ROUTES),
    ("webhooks", webhooks::ROUTES),
];

/// Every function that answers requests, but `invoice-pdf`.
pub fn functions() -> impl Iterator<Item = PageFunction> {
    let pages = ACCOUNTS.into_iter().chain(PAGES);
    pages.chain(SCANS).chain(PAYMENTS)
}

/// The routes of all of them.
pub fn routes() -> Vec<&'static [Route]> {
    functions().map(|(_, routes)| routes).collect()
}

/// The addresses of all functions.
pub fn addresses() -> impl Iterator<Item = RouteAddress> {
    let lines = include_str!("../../infra/routes.txt").lines();
    lines.filter_map(|line| {
        let (_, route) = line.split_once(' ')?;
        let (method, path) = route.split_once(' ')?;
        let is_service_call = path.starts_with("/webhooks/");
        (!is_service_call).then_some(RouteAddress {
            is_form: method != "GET",
            path,
        })
    })
}

/// The name of the function that this process is.
pub fn function_name() -> Result<String, Failure> {
    Ok(Config::handler().ok_or("_HANDLER doesn't say which function this is")?)
}

/// Serves the function of that name, if it is one of `functions`.
pub async fn serve(name: &str, functions: &[PageFunction]) -> Result<(), Failure> {
    let function = functions.iter().find(|(known, _)| *known == name);
    let (_, routes) = function.ok_or_else(|| format!("no function here is called {name}"))?;
    let app = lambda::app(&format!("pages/{name}"))?;
    app.warm().await;
    lambda::serve(&app, routes).await
}
