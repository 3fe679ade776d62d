//! The routes of the functions, of both programs.

use std::collections::BTreeMap;

use web::Route;

/// The routes of each function that answers requests, by its name.
pub fn function_routes() -> impl Iterator<Item = (&'static str, &'static [Route])> {
    let invoice_pdf = ("invoice-pdf", invoice_pdf::ROUTES);
    let all = portal::functions().chain([invoice_pdf]);
    all.collect::<BTreeMap<_, _>>().into_iter()
}

/// The routes of all functions, as a router takes them.
pub fn route_groups() -> Vec<&'static [Route]> {
    function_routes().map(|(_, routes)| routes).collect()
}
