//! The functions that are one program, and their routes. `invoice-pdf` is a program of its
//! own, for it weighs more than all of them.

use web::Route;

/// The routes of each function that answers requests, by its name: that of its crate, of its
/// policy and of its folder of templates.
pub const FUNCTIONS: [(&str, &[Route]); 13] = [
    ("auth", auth::ROUTES),
    ("billing", billing::ROUTES),
    ("dashboard", dashboard::ROUTES),
    ("documents", documents::ROUTES),
    ("engagements", engagements::ROUTES),
    ("findings", findings::ROUTES),
    ("invites", invites::ROUTES),
    ("invoices", invoices::ROUTES),
    ("messages", messages::ROUTES),
    ("payments", payments::ROUTES),
    ("settings", settings::ROUTES),
    ("signup", signup::ROUTES),
    ("webhooks", webhooks::ROUTES),
];

/// The routes of all of them.
pub fn routes() -> Vec<&'static [Route]> {
    FUNCTIONS.iter().map(|(_, routes)| *routes).collect()
}
